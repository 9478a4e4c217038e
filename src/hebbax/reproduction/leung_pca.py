"""The weights of plastic robots of Leung et al. (2025) on flat and on uneven ground, in three principal components."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from hebbax.attractors.principal_components import PrincipalComponents, principal_components
from hebbax.attractors.trajectory import finite_rows
from hebbax.errors import HebbaxError
from hebbax.expected import Fields, ListOf, number, or_null
from hebbax.experiments.context import Life
from hebbax.report.style import BLUE, VERMILLION, figure_style
from hebbax.reproduction.experiment import LEUNG, Experiment
from hebbax.reproduction.leung_robots import ABOUT, LIVES, MAX, RUNS, about, budgets_of, called, said
from hebbax.reproduction.najarro_look import context_of, figure_name
from hebbax.reproduction.study import figure_line, mean_text, save_both, table
from hebbax.runs.evaluation import mean_interval
from hebbax.runs.stored_run import StoredRun

UNEVEN = "roughen-ground(0.04)"
_COMPONENTS = 3
_FEWEST = 64  # ticks of a path that is looked at

EXPERIMENT = Experiment(
    title="The weights of a plastic robot on flat and on uneven ground",
    reference=LEUNG,
    asks="three components of the weights: what they explain, and the spread along each on flat and uneven ground",
    out="results/leung/pca",
    budgets=budgets_of(MAX),
    notes=(
        "The authors show weights in three components, a curve that comes back to itself, and say that along one of "
        "them "
        "they spread more on uneven ground. Their percentages are not known here.",
        f"Uneven is `{UNEVEN}`, m. The components are those of both lives of a pair together, without the first "
        "quarter "
        "of each.",
    ),
    runs_of=RUNS,
    study="hebbax.reproduction.leung_pca",
)

_THREE = ListOf(number(0.0), _COMPONENTS)
_PAIR = or_null(Fields({"explained": _THREE, "flat": _THREE, "uneven": _THREE}))
NUMBERS = Fields({**ABOUT, "pairs": ListOf(_PAIR, LIVES)})


def measure(run: StoredRun) -> dict[str, Any]:
    """Return of pairs of lives what components explain, and the standard deviation along each on both grounds.

    Raises HebbaxError for a policy whose weights do not change.
    """
    whose = about(run)
    flat, uneven = (_weights(run, damage) for damage in ("", UNEVEN))
    return {**whose, "pairs": [_of_pair(*pair) for pair in zip(flat, uneven, strict=True)]}


def _weights(run: StoredRun, damage: str, lifetimes: int = LIVES) -> list[np.ndarray]:
    """Return the weights [ticks, weights] of lives, from their first quarter on, while they are finite."""
    context = context_of(run, lifetimes, damage)
    if not context.policy.plastic:
        raise HebbaxError(f"paths of weights: those of policy {context.policy.name!r} do not change during a life")

    def of_life(life: Life) -> np.ndarray:
        weights = life.record.weights
        return weights[context.ticks // 4 : finite_rows(weights)].copy()

    return context.record_each(of_life)


def _parts(flat: np.ndarray, uneven: np.ndarray) -> PrincipalComponents | None:
    """Return the components of both lives, whose rows come after one another; None where one is too short or rests."""
    both = np.concatenate((flat, uneven))
    if min(len(flat), len(uneven)) < _FEWEST or np.count_nonzero(np.ptp(both, axis=0)) < _COMPONENTS:
        return None
    return principal_components(both, _COMPONENTS)


def _of_pair(flat: np.ndarray, uneven: np.ndarray) -> dict[str, Any] | None:
    parts = _parts(flat, uneven)
    if parts is None:
        return None
    on = {"flat": parts.scores[: len(flat)], "uneven": parts.scores[len(flat) :]}
    spread = {name: scores.std(axis=0).tolist() for name, scores in on.items()}
    return {"explained": np.minimum(parts.explained, 1.0).tolist(), **spread}


def draw(runs: Mapping[str, StoredRun], numbers: Mapping[str, Any], folder: Path) -> list[Path]:
    """Draw the first pair of each controller."""
    paths = []
    for name, run in runs.items():
        flat, uneven = (_weights(run, damage, 2)[0] for damage in ("", UNEVEN))
        parts = _parts(flat, uneven)
        with figure_style():
            figure = Figure(figsize=(5.4, 4.6), layout="constrained")
            axes: Any = figure.add_subplot(projection="3d")
            if parts is not None:
                scores = {"flat": parts.scores[: len(flat)], "uneven": parts.scores[len(flat) :]}
                for (ground, path), colour in zip(scores.items(), (BLUE, VERMILLION), strict=True):
                    axes.plot(*path.T, color=colour, linewidth=0.8, label=f"{ground} ground")
                axes.legend(loc="upper left")
            axes.set(xlabel="component 1", ylabel="component 2", zlabel="component 3")
            axes.set_title(called(name, numbers[name]))
        paths += save_both(figure, folder, figure_name("pca", name))
    return paths


def section(numbers: Mapping[str, Any], folder: Path) -> str:
    """Return what is explained, the spreads, and whether one component spreads more on uneven ground."""
    rows, sentences = [], []
    for name, entry in numbers.items():
        pairs = [pair for pair in entry["pairs"] if pair is not None]
        label = called(name, entry)
        for part in range(_COMPONENTS if pairs else 0):
            flat, uneven, explained = ([pair[key][part] for pair in pairs] for key in ("flat", "uneven", "explained"))
            share = mean_text([100 * one for one in explained])
            rows.append(
                [label, str(part + 1), f"{share} %", mean_text(flat), mean_text(uneven), _ratio(pairs, part)[0]]
            )
        wider = [part + 1 for part in range(_COMPONENTS) if _ratio(pairs, part)[1] > 1] if pairs else []
        sentences.append(f"{label}: {', '.join(map(str, wider)) or 'none' if pairs else 'too short or at rest'}")
    claim = "one component of the weights spreads more on uneven ground than on flat ground"
    seen = [
        any(_ratio(_known(entry), part)[1] > 1 for part in range(_COMPONENTS))
        for entry in numbers.values()
        if _known(entry)
    ]
    holds = all(seen) if seen else None
    parts = [
        "## Three components on two grounds",
        f"{LIVES} pairs of lives of the best genome, one on flat and one on uneven ground; means with 95 % intervals "
        "over "
        "pairs. Spread is the standard deviation along a component; the ratio is the geometric mean of uneven over "
        "flat.",
        table(["controller", "component", "variance explained", "spread, flat", "spread, uneven", "ratio"], rows),
        said(claim, holds, f"components whose ratio is above 1 by its interval: {'; '.join(sentences)}"),
        *(figure_line(folder, f"{figure_name('pca', name)}.png", f"Three components, {name}") for name in numbers),
    ]
    return "\n\n".join(part for part in parts if part)


def _known(entry: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [pair for pair in entry["pairs"] if pair is not None]


def _ratio(pairs: list[Mapping[str, Any]], part: int) -> tuple[str, float]:
    """Return the geometric mean of the ratios of spreads with its interval, and the interval's lower end."""
    logs = np.log([max(pair["uneven"][part], 1e-12) / max(pair["flat"][part], 1e-12) for pair in pairs])
    interval = mean_interval(logs)
    mean = f"{np.exp(logs.mean()):.2f}"
    if interval is None:
        return mean, 0.0
    low, high = np.exp(interval)
    return f"{mean} ({low:.2f} to {high:.2f})", float(low)
