"""The paths of the weights of quadrupeds of Najarro and Risi (2020), in three principal components."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from hebbax.attractors.periodicity import measure_regularity
from hebbax.attractors.principal_components import Structure, principal_components
from hebbax.attractors.spectra import dominant_frequency
from hebbax.attractors.trajectory import finite_rows
from hebbax.attractors.verdict import LABELS
from hebbax.errors import HebbaxError
from hebbax.expected import Fields, ListOf, number, one_of, or_null
from hebbax.experiments.context import Context, Life
from hebbax.experiments.measures import UNJUDGED, count_labels, judge_life
from hebbax.experiments.random_rules import random_genomes
from hebbax.experiments.words import count_list
from hebbax.keys import root_key, stream
from hebbax.report.plots import plot_trajectory
from hebbax.report.style import figure_style
from hebbax.reproduction.experiment import NAJARRO, Experiment
from hebbax.reproduction.najarro_look import LIVES, context_of, figure_name
from hebbax.reproduction.najarro_quadruped import HEBBIAN, NORMED, RUNS, shipped_rules, some_of_them
from hebbax.reproduction.study import figure_line, mean_text, save_both, table
from hebbax.runs.stored_run import StoredRun

EVOLVED, RANDOM = "evolved", "random"
_COMPONENTS = 3
_FEWEST = 128  # ticks of a path that is looked at
_CYCLES = 3.0  # that a rhythm has at least in half of it

EXPERIMENT = Experiment(
    title="The paths of a quadruped's weights",
    reference=NAJARRO,
    asks="three principal components of the weights, of evolved and of random rules: a curve that oscillates?",
    out="results/najarro/pca",
    budgets=some_of_them({HEBBIAN: 1, NORMED: 1}),
    notes=(
        "The authors show paths of 1,000 steps: that of the ant is a curve that oscillates in three dimensions, that "
        "of random rules has no structure. They give no number.",
        "Random rules are U(−1, 1) for every coefficient, as theirs were at first.",
    ),
    runs_of=RUNS,
    also=shipped_rules(),
    study="hebbax.reproduction.najarro_pca",
)

_LIFE = Fields(
    {
        **dict.fromkeys(("explained", "foretold"), or_null(number(0.0, 1.0))),
        "frequency": or_null(number(0.0)),
        "verdict": one_of(*LABELS, UNJUDGED),
    }
)


def paths_of(lives: int) -> Fields:
    """Return what `measure_paths` returns of so many lives."""
    return Fields({EVOLVED: ListOf(_LIFE, lives), RANDOM: ListOf(_LIFE, lives)})


NUMBERS = paths_of(LIVES)


def measure(run: StoredRun) -> dict[str, Any]:
    """Return of lives of evolved and of random rules what three components hold, and how they swing (Hz).

    Raises HebbaxError for a policy whose weights do not change.
    """
    return measure_paths(context_of(run))


def measure_paths(context: Context) -> dict[str, Any]:
    """Return what `measure` does, of a controller and its lives."""
    return {name: one.record_each(lambda life, one=one: _of_life(one, life)) for name, one in _both(context).items()}


def _both(context: Context) -> dict[str, Context]:
    """Return a controller, and random rules of the same network."""
    if not context.policy.plastic:
        raise HebbaxError(f"paths of weights: those of policy {context.policy.name!r} do not change during a life")
    key = stream(root_key(context.seed), "random genomes")
    genomes = random_genomes(context.policy, context.genome, context.lifetimes, key)
    return {EVOLVED: context, RANDOM: context.with_genomes(genomes)}


def _of_life(context: Context, life: Life) -> dict[str, Any]:
    """Return the share of variance of three components, their rhythm in the second half, and the verdict."""
    weights = life.record.weights[: finite_rows(life.record.weights)]
    measures = ("explained", "foretold", "frequency")
    found: dict[str, Any] = {**dict.fromkeys(measures), "verdict": judge_life(context, life)}
    if len(weights) < _FEWEST:
        return found
    parts = principal_components(weights, _COMPONENTS)
    found["explained"] = min(float(parts.explained.sum()), 1.0)
    steps = np.diff(parts.scores[len(weights) // 2 :], axis=0)  # of which a steady drift is the mean alone
    found["foretold"] = foretold(steps)
    peak = dominant_frequency(steps, context.task.control_period)
    found["frequency"] = peak.frequency if peak is not None and peak.significant else None
    return found


def foretold(steps: np.ndarray) -> float | None:
    """Return which part of the last third of signals [ticks, signals] sinusoids fitted to the rest foretell.

    1 of a curve that oscillates, near 0 of one without structure; None where nothing moves.
    """
    centred = steps - steps.mean(axis=0)
    variance = float(np.sum(np.mean(centred**2, axis=0)))
    if not variance > 0:
        return None
    structure = Structure(centred, noise=0.0, total_variance=variance, scale=1.0, weights=centred.shape[1])
    return float(np.clip(measure_regularity(structure, _CYCLES).foretold, 0.0, 1.0))


def draw(runs: Mapping[str, StoredRun], numbers: Mapping[str, Any], folder: Path) -> list[Path]:
    """Draw the first life of each controller and of random rules in three components."""
    return draw_paths({name: context_of(run) for name, run in runs.items()}, folder)


def draw_paths(contexts: Mapping[str, Context], folder: Path) -> list[Path]:
    """Draw what `draw` does, of controllers by their names."""
    paths = []
    for name, controller in contexts.items():
        lives = {kind: _first(context).record.weights for kind, context in _both(controller).items()}
        with figure_style():
            figure = Figure(figsize=(9.6, 4.2), layout="constrained")
            for place, (kind, weights) in enumerate(lives.items(), start=1):
                axes = figure.add_subplot(1, 2, place, projection="3d")
                finite = weights[: finite_rows(weights)]
                if len(finite) >= _FEWEST:
                    parts = principal_components(finite, _COMPONENTS)
                    plot_trajectory(parts, controller.task.control_period, axes, dimensions=_COMPONENTS)
                axes.set_title(f"{kind} rules")
        paths += save_both(figure, folder, figure_name("pca", name))
    return paths


def _first(context: Context) -> Life:
    """Return the first of the lives."""
    return replace(context, lifetimes=2).record_each(lambda life: life)[0]


def section(numbers: Mapping[str, Any], folder: Path) -> str:
    """Return what is seen of the paths, and the figures."""
    about = f"{LIVES} lives of the best genome on the whole body, and of as many random genomes"
    return section_of(numbers, folder, about, {EVOLVED: "a curve that oscillates", RANDOM: "no structure"})


def section_of(numbers: Mapping[str, Any], folder: Path, about: str, said: Mapping[str, str]) -> str:
    """Return what `section` does, of lives that are told in words, beside what the authors say of both."""
    rows = [["published", kind, "–", words, "–", "–"] for kind, words in said.items()]
    for name, entry in numbers.items():
        for kind in (EVOLVED, RANDOM):
            rows.append([name, kind, *_row(entry[kind])])
    head = ["controller", "rules", "variance in three components", "foretold", "strongest rhythm", "verdicts"]
    parts = [
        "## Three components of the weights",
        f"{about}; means with 95 % intervals over lives. *Foretold* is the part of the steps along these paths "
        "that sinusoids foretell: fitted to two thirds of the second half of a life, over the last third. 100 % is a "
        "curve that oscillates, 0 one without structure.",
        table(head, rows),
        *(figure_line(folder, f"{figure_name('pca', name)}.png", f"Three components, {name}") for name in numbers),
    ]
    return "\n\n".join(part for part in parts if part)


def _row(lives: list[Mapping[str, Any]]) -> list[str]:
    explained = [life["explained"] for life in lives if life["explained"] is not None]
    rhythms = [life["frequency"] for life in lives if life["frequency"] is not None]
    often = f"{len(rhythms)} of {len(lives)} lives" + (f", median {np.median(rhythms):.2f} Hz" if rhythms else "")
    share = mean_text([100 * one for one in explained]) + " %" if explained else "–"
    skills = [life["foretold"] for life in lives if life["foretold"] is not None]
    return [
        share,
        mean_text([100 * one for one in skills]) + " %" if skills else "–",
        often,
        count_list(count_labels(life["verdict"] for life in lives)),
    ]
