"""Training curves of the car of Najarro and Risi (2020), Hebbian and static."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hebbax.reproduction.experiment import NAJARRO, Experiment
from hebbax.reproduction.najarro_curves import NUMBERS as NUMBERS
from hebbax.reproduction.najarro_curves import draw_curves, measure_curve, section_of
from hebbax.reproduction.najarro_racing import BUDGETS, PUBLISHED, RUNS, STATIC, kind_of
from hebbax.runs.stored_run import StoredRun

EXPERIMENT = Experiment(
    title="How the cars learned",
    reference=NAJARRO,
    asks="training curves of Hebbian and static cars",
    out="results/najarro-car/curves",
    baseline=STATIC,
    budgets=BUDGETS,
    notes=(
        "The authors draw the mean over the population, and give no number of a curve; the lines beside ours are "
        "their means over 100 tracks.",
    ),
    runs_of=RUNS,
    study="hebbax.reproduction.najarro_car_curves",
)

_PUBLISHED = {name: float(PUBLISHED[name][0]) for name in ("Hebbian", "static")}


def measure(run: StoredRun) -> dict[str, Any]:
    """Return the mean return of each generation, and of the mean genome by the generations finished.

    Raises HebbaxError for a run that has not finished a generation.
    """
    return measure_curve(run, kind_of(run))


def draw(runs: Mapping[str, StoredRun], numbers: Mapping[str, Any], folder: Path) -> list[Path]:
    """Draw the population's mean and the mean genome's return of every run, over generations."""
    return draw_curves(numbers, folder, _PUBLISHED)


def section(numbers: Mapping[str, Any], folder: Path) -> str:
    """Return where the curves end, beside the published means, and the figure."""
    return section_of(numbers, folder, "on tracks that training does not use", _PUBLISHED)
