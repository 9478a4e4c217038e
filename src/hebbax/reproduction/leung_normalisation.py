"""Normalisations of the weights of Leung et al. (2025): how far robots go, how large weights are, what diverges."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from hebbax.engines.make_engine import make_engine
from hebbax.errors import HebbaxError
from hebbax.expected import Fields, ListOf, number, or_null, whole
from hebbax.experiments.context import Context, Life
from hebbax.report.style import LAYER_COLOURS, figure_style
from hebbax.reproduction.experiment import LEUNG, Experiment
from hebbax.reproduction.leung_robots import (
    ABOUT,
    LIVES,
    MAX,
    METRES,
    RAW,
    RUNS,
    STANDARDISED,
    about,
    budgets_of,
    by_condition,
    called,
    metres_of,
    robots_in,
    said,
)
from hebbax.reproduction.najarro_look import context_of
from hebbax.reproduction.study import figure_line, mean_text, save_both, table
from hebbax.runs.checkpoint import read_checkpoint
from hebbax.runs.evaluation import evaluate_run
from hebbax.runs.saved_state import controller_of
from hebbax.runs.stored_run import StoredRun

FIGURE = "normalisation"
_STANDARDISE, _NONE = "standardise normalisation", "none normalisation"
_MOST_CHECKPOINTS = 16
_FEW_LIVES = 2  # of each generation that is looked at

EXPERIMENT = Experiment(
    title="Normalisations of plastic weights",
    reference=LEUNG,
    asks="max norm, standardisation and none: the way, the size of weights over generations, lives that diverge",
    out="results/leung/normalisation",
    budgets=budgets_of(MAX, STANDARDISED, RAW),
    notes=(
        "The authors say that max norm, by layer, works better than standardisation, and that some normalisation is "
        "needed against divergence. Their curves are not known here.",
        "The published code standardises with n − 1, `standardise` with n. Its committed configuration standardises.",
        "The size of weights is their root mean square at the end of a life; max norm keeps the largest of a layer at "
        "1.",
    ),
    runs_of=RUNS,
    study="hebbax.reproduction.leung_normalisation",
)

_SIZE = or_null(number(0.0))
_AT = Fields({"generation": whole(), "size": _SIZE, "diverged": whole(0, _FEW_LIVES)})
NUMBERS = Fields(
    {
        **ABOUT,
        "metres": METRES,
        "diverged": whole(0, LIVES),
        "sizes": ListOf(_SIZE, LIVES),
        "largest": ListOf(_SIZE, LIVES),
        "over_generations": ListOf(_AT),
    }
)


def measure(run: StoredRun) -> dict[str, Any]:
    """Return the way of 20 lives, how large their weights are, and that of stored generations.

    Raises HebbaxError for a policy whose weights do not change.
    """
    whose, context = about(run), context_of(run)
    if not context.policy.plastic:
        raise HebbaxError(f"sizes of weights: those of policy {context.policy.name!r} do not change during a life")
    engine = make_engine(run.task, run.policy, run.config.engine)
    lives = evaluate_run(run.under(damage=""), engine, lifetimes=LIVES, seed=1).lives
    sizes = context.record_each(_sizes)
    return {
        **whose,
        "metres": metres_of(run, lives),
        "diverged": int(lives.diverged.sum()),
        "sizes": [end for end, _ in sizes],
        "largest": [largest for _, largest in sizes],
        "over_generations": _over_generations(run, context),
    }


def _sizes(life: Life) -> tuple[float | None, float | None]:
    """Return the root mean square of the weights at the end of a life, and the largest at any time."""
    weights = life.record.weights.astype(np.float64)
    if life.diverged or not len(weights) or not np.isfinite(weights).all():
        return None, None
    return float(np.sqrt(np.mean(weights[-1] ** 2))), float(np.abs(weights).max())


def _over_generations(run: StoredRun, context: Context) -> list[dict[str, Any]]:
    """Return of the mean genome of stored generations, evenly many, how large weights are at the end of two lives."""
    paths = run.folder.checkpoints()
    chosen = sorted({round(place) for place in np.linspace(0, len(paths) - 1, min(len(paths), _MOST_CHECKPOINTS))})
    found = []
    for checkpoint in (read_checkpoint(paths[place]) for place in chosen):
        controller = controller_of(checkpoint, "mean")
        then = replace(
            context,
            genome=controller.genome,
            normaliser=controller.statistics.normaliser(),
            lifetimes=_FEW_LIVES,
        )
        ends = [end for end, _ in then.record_each(_sizes)]
        known = [end for end in ends if end is not None]
        size = float(np.mean(known)) if known else None
        found.append({"generation": checkpoint.generation, "size": size, "diverged": len(ends) - len(known)})
    return found


def draw(runs: Mapping[str, StoredRun], numbers: Mapping[str, Any], folder: Path) -> list[Path]:
    """Draw the way of every life, and the size of the weights over generations."""
    with figure_style():
        figure = Figure(figsize=(9.6, 3.4), layout="constrained")
        ways, sizes = figure.subplots(1, 2)
        for place, (name, entry) in enumerate(numbers.items()):
            colour = LAYER_COLOURS[place % len(LAYER_COLOURS)]
            across = place + np.linspace(-0.25, 0.25, len(entry["metres"]))
            ways.plot(across, entry["metres"], "o", color=colour, markersize=4)
            known = [(at["generation"], at["size"]) for at in entry["over_generations"] if at["size"]]
            if known:
                sizes.semilogy(*zip(*known, strict=True), "o-", color=colour, markersize=4, label=called(name, entry))
        ways.set_xticks(range(len(numbers)), [str(place + 1) for place in range(len(numbers))])
        ways.set(ylabel="metres in 10 s", xlabel="controllers, in the order of the table")
        sizes.set(xlabel="generation", ylabel="root mean square of the weights")
        if sizes.lines:
            sizes.legend(loc="best", fontsize=7)
    return save_both(figure, folder, FIGURE)


def section(numbers: Mapping[str, Any], folder: Path) -> str:
    """Return ways, sizes and lives that diverge, and whether max norm is better than the others."""
    rows = []
    for name, entry in numbers.items():
        first, last = (_at(entry["over_generations"], place) for place in (0, -1))
        rows.append(
            [
                called(name, entry),
                mean_text(entry["metres"]),
                _median(entry["sizes"]),
                _median(entry["largest"]),
                f"{first} to {last}",
                f"{entry['diverged']} of {LIVES}",
            ]
        )
    head = ["controller", "metres in 10 s", "size of weights", "largest weight", "size over generations", "diverged"]
    parts = [
        "## The way, and the size of the weights",
        f"{LIVES} lives of the best genome; metres with 95 % intervals over lives, medians of the sizes. Over "
        "generations: "
        "of the first and of the last that is stored. Lives of the whole population that diverged stand below, beside "
        "the learning curves.",
        table(head, rows),
        *(_sentence(robot, by_condition(numbers, robot)) for robot in robots_in(numbers)),
        figure_line(folder, f"{FIGURE}.png", "Metres of every life, and sizes of weights over generations"),
    ]
    return "\n\n".join(part for part in parts if part)


def _at(generations: Sequence[Mapping[str, Any]], place: int) -> str:
    if not generations:
        return "–"
    size = generations[place]["size"]
    return "diverged" if size is None else f"{size:.3g}"


def _median(values: Sequence[float | None]) -> str:
    known = [value for value in values if value is not None]
    return f"{np.median(known):.3g}" if known else "–"


def _sentence(robot: str, conditions: Mapping[str, Sequence[Mapping[str, Any]]]) -> str:
    """Return whether max norm goes farther than both others, and whether something diverges without any."""
    claim = f"max norm works better than standardisation, and without normalisation weights diverge ({robot})"
    ways = {name: float(np.mean([np.mean(entry["metres"]) for entry in found])) for name, found in conditions.items()}
    diverged = {name: sum(entry["diverged"] for entry in found) for name, found in conditions.items()}
    standardised = next((name for name in ways if _STANDARDISE in name), None)
    bare = next((name for name in ways if _NONE in name), None)
    seen = "; ".join(f"{name} {way:.2f} m, {diverged[name]} lives diverge" for name, way in ways.items())
    if MAX not in ways or standardised is None or bare is None:
        return said(claim, None, f"not all three were looked at: {seen}")
    return said(claim, ways[MAX] > ways[standardised] and diverged[bare] > 0, seen)
