"""Quadrupeds of Najarro and Risi (2020) that recover from lost weights."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hebbax.experiments.recovery import RECOVERY
from hebbax.experiments.registry import run_experiment
from hebbax.reproduction.experiment import NAJARRO, Experiment
from hebbax.reproduction.najarro_look import context_of, draw_kept, kept, kept_shape
from hebbax.reproduction.najarro_quadruped import HEBBIAN, NORMED, RUNS, shipped_rules, some_of_them
from hebbax.reproduction.najarro_recovery import recovery_section
from hebbax.runs.stored_run import StoredRun

PUBLISHED = "about 10 steps"

EXPERIMENT = Experiment(
    title="Quadrupeds that recover from lost weights",
    reference=NAJARRO,
    asks="how long until walking is back after a third of the weights was put to zero",
    out="results/najarro/zero",
    budgets=some_of_them({HEBBIAN: 1, NORMED: 1}),
    notes=(
        "The authors put a third of the weights to zero at one step of one life, which recovers within about 10 steps. "
        "Ours come at tick 300 of a whole life, another third in each of them.",
    ),
    runs_of=RUNS,
    also=shipped_rules(),
    study="hebbax.reproduction.najarro_zero",
)

NUMBERS = kept_shape(RECOVERY)


def measure(run: StoredRun) -> dict[str, Any]:
    """Return what `hebbax experiment` finds by `zero-weights`."""
    return kept(run_experiment("zero-weights", context_of(run)))


def draw(runs: Mapping[str, StoredRun], numbers: Mapping[str, Any], folder: Path) -> list[Path]:
    """Draw reward rate, distance of the weights, and recoveries."""
    return draw_kept("zero-weights", numbers, folder)


def section(numbers: Mapping[str, Any], folder: Path) -> str:
    """Return how long each controller takes, beside the published number."""
    explained = "A third of all weights is put to zero at one tick."
    return recovery_section("zero-weights", "After lost weights", PUBLISHED, numbers, folder, explained)
