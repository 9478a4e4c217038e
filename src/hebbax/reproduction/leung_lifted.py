"""Robots of Leung et al. (2025) in the air: they say that one with plastic weights walks only while its feet touch."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hebbax.expected import Fields
from hebbax.experiments.lifted import VALUES
from hebbax.experiments.registry import run_experiment
from hebbax.reproduction.experiment import LEUNG, Experiment
from hebbax.reproduction.leung_robots import ABOUT, LIVES, MAX, RUNS, STATIC, about, budgets_of, called, said
from hebbax.reproduction.najarro_look import context_of, draw_kept, kept, kept_shape, pictures
from hebbax.reproduction.study import table
from hebbax.runs.stored_run import StoredRun

EXPERIMENT = Experiment(
    title="Robots that are lifted",
    reference=LEUNG,
    asks="does a robot stop when its feet are off the ground, and walk on when it is put down",
    out="results/leung/lifted",
    baseline=STATIC,
    budgets=budgets_of(MAX, STATIC),
    notes=(
        "The authors lift a robot with plastic weights by hand: it stops, and walks once its feet touch the ground. "
        "They "
        "give no number. Here the base is held above the ground from 30 to 70 % of a life: `hebbax experiment lifted`.",
    ),
    runs_of=RUNS,
    study="hebbax.reproduction.leung_lifted",
)

_KEPT = kept_shape(VALUES)
NUMBERS = Fields({**ABOUT, **_KEPT.needed}, _KEPT.known)


def measure(run: StoredRun) -> dict[str, Any]:
    """Return what `hebbax experiment` finds by `lifted`."""
    return {**about(run), **kept(run_experiment("lifted", context_of(run)))}


def draw(runs: Mapping[str, StoredRun], numbers: Mapping[str, Any], folder: Path) -> list[Path]:
    """Draw the actions in the air and on the ground."""
    return draw_kept("lifted", numbers, folder)


def section(numbers: Mapping[str, Any], folder: Path) -> str:
    """Return how many lives stop in the air and walk again, and whether plastic ones do."""
    rows = []
    for name, entry in numbers.items():
        values = entry["values"]
        counts = [
            f"{sum(map(bool, values[key]['values']))} of {len(values[key]['values'])}"
            for key in ("stopped", "walks_again")
        ]
        ratio = values["amplitude_ratio"]["median"]
        rows.append([called(name, entry), counts[0], "–" if ratio is None else f"{ratio:.2f}", counts[1]])
    head = ["controller", "stop in the air", "amplitude left (median)", "walk again"]
    parts = [
        "## Lifted, and put down",
        f"Of {LIVES} lives those that walk on the ground; one stops whose actions keep less than a quarter of their "
        "amplitude.",
        table(head, rows),
        _sentence(numbers),
        *pictures("lifted", numbers, folder, "Actions in the air"),
    ]
    return "\n\n".join(part for part in parts if part)


def _sentence(numbers: Mapping[str, Any]) -> str:
    claim = "a robot with plastic weights walks only while its feet touch the ground: lifted, it stops"
    stopped = [
        bool(value)
        for entry in numbers.values()
        if entry["condition"].startswith(MAX)
        for value in entry["values"]["stopped"]["values"]
    ]
    if not stopped:
        return said(claim, None, "no plastic controller walks on the ground")
    return said(claim, sum(stopped) > len(stopped) / 2, f"{sum(stopped)} of {len(stopped)} lives stop in the air")
