"""Quadrupeds of Najarro and Risi (2020) that recover from saturated actuators."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hebbax.experiments.recovery import RECOVERY
from hebbax.experiments.registry import run_experiment
from hebbax.reproduction.experiment import NAJARRO, Experiment
from hebbax.reproduction.najarro_look import context_of, draw_kept, kept, kept_shape
from hebbax.reproduction.najarro_quadruped import HEBBIAN, NORMED, RUNS, STATIC, shipped_rules, some_of_them
from hebbax.reproduction.najarro_recovery import recovery_section
from hebbax.runs.stored_run import StoredRun

PUBLISHED = "about 50 steps"

EXPERIMENT = Experiment(
    title="Quadrupeds that recover from saturated actuators",
    reference=NAJARRO,
    asks="how long until walking is back after all outputs were 1 from tick 300 to 400",
    out="results/najarro/saturate",
    budgets=some_of_them({HEBBIAN: 1, NORMED: 1, STATIC: 1}),
    notes=(
        "The authors show one life of a Hebbian quadruped whose reward is back after about 50 steps. Here a life is "
        "back when its reward rate, over 20 ticks, is that of its undisturbed twin and stays there for two windows.",
        "The static network is ours to compare: nothing of it changes, so it recovers as its body does.",
    ),
    runs_of=RUNS,
    also=shipped_rules(),
    study="hebbax.reproduction.najarro_saturate",
)

NUMBERS = kept_shape(RECOVERY)


def measure(run: StoredRun) -> dict[str, Any]:
    """Return what `hebbax experiment` finds by `saturate`."""
    return kept(run_experiment("saturate", context_of(run)))


def draw(runs: Mapping[str, StoredRun], numbers: Mapping[str, Any], folder: Path) -> list[Path]:
    """Draw reward rate, distance of the weights, and recoveries."""
    return draw_kept("saturate", numbers, folder)


def section(numbers: Mapping[str, Any], folder: Path) -> str:
    """Return how long each controller takes, beside the published number."""
    explained = (
        "All outputs are 1 for a tenth of the life, in a whole life from tick 300 to 400; ticks count from its end. "
        "Where weights change, a control holds them as they are meanwhile."
    )
    return recovery_section("saturate", "After saturated actuators", PUBLISHED, numbers, folder, explained)
