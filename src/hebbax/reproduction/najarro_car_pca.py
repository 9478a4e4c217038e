"""The paths of the weights of the car of Najarro and Risi (2020), in three principal components."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from hebbax.experiments.context import Context
from hebbax.reproduction.experiment import NAJARRO, Experiment
from hebbax.reproduction.najarro_look import context_of
from hebbax.reproduction.najarro_pca import EVOLVED, RANDOM, draw_paths, measure_paths, paths_of, section_of
from hebbax.reproduction.najarro_racing import FIXED, HEBBIAN, RUNS, some_of_them
from hebbax.runs.stored_run import StoredRun
from hebbax.tasks.car_racing import car_racing

LIVES = 5
"""Of each kind: a record of one has 365 MB of weights."""

EXPERIMENT = Experiment(
    title="The paths of a car's weights",
    reference=NAJARRO,
    asks="three principal components of a car's weights, of evolved and of random rules",
    out="results/najarro-car/pca",
    budgets=some_of_them(FIXED, HEBBIAN),
    notes=(
        "The authors show paths of 1,000 steps: that of the car fills the space, that of random rules has no "
        "structure. They give no number.",
        "No life ends early, because cars with random rules stand still: published lives of them have some 40 ticks.",
        "Random rules are U(−1, 1) for every coefficient.",
    ),
    runs_of=RUNS,
    study="hebbax.reproduction.najarro_car_pca",
)

NUMBERS = paths_of(LIVES)


def measure(run: StoredRun) -> dict[str, Any]:
    """Return of lives of evolved and of random rules what three components hold, and how they swing (Hz).

    Raises HebbaxError for a policy whose weights do not change.
    """
    return measure_paths(_context(run))


def _context(run: StoredRun) -> Context:
    """Return a controller whose lives go on when it stands."""
    return replace(context_of(run, LIVES), task=car_racing(np.inf))


def draw(runs: Mapping[str, StoredRun], numbers: Mapping[str, Any], folder: Path) -> list[Path]:
    """Draw the first life of each controller and of random rules in three components."""
    return draw_paths({name: _context(run) for name, run in runs.items()}, folder)


def section(numbers: Mapping[str, Any], folder: Path) -> str:
    """Return what is seen of the paths, and the figures."""
    about = f"{LIVES} lives of the best genome, each on a track of its own, and of as many random genomes"
    return section_of(numbers, folder, about, {EVOLVED: "fills the space", RANDOM: "no structure"})
