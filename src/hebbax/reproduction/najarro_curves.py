"""Training curves of the quadrupeds of Najarro and Risi (2020), Hebbian and static."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from hebbax.comparison.comparison import LEAST_SEEDS
from hebbax.comparison.tables import text_of
from hebbax.errors import HebbaxError
from hebbax.expected import TEXT, Fields, ListOf, number, or_null
from hebbax.report.style import INK, LAYER_COLOURS, figure_style
from hebbax.reproduction.experiment import NAJARRO, Experiment
from hebbax.reproduction.najarro_quadruped import BUDGETS, RUNS, SEEN, STATIC, condition_of
from hebbax.reproduction.najarro_table1 import PUBLISHED
from hebbax.reproduction.study import controllers_text, figure_line, save_both, table
from hebbax.runs.stored_run import StoredRun
from hebbax.types import MOST_RETURN

FIGURE = "training-curves"
_HALF = 0.5

EXPERIMENT = Experiment(
    title="How the quadrupeds learned",
    reference=NAJARRO,
    asks="training curves of Hebbian and static networks",
    out="results/najarro/curves",
    baseline=STATIC,
    budgets=BUDGETS,
    notes=(
        "The authors draw the mean over the population, and give no number of a curve; the lines beside ours are the "
        "means of their best runs on the two bodies that evolution meets.",
        "Lives of training are shorter at first, so the mean over a population starts low; the mean genome is "
        "evaluated on full lives.",
    ),
    runs_of=RUNS,
    study="hebbax.reproduction.najarro_curves",
)

_RETURN = or_null(number(-MOST_RETURN, MOST_RETURN))
NUMBERS = Fields({"condition": TEXT, "population": ListOf(_RETURN), "evaluated": ListOf(ListOf(_RETURN, 2))})


def measure(run: StoredRun) -> dict[str, Any]:
    """Return the mean return of each generation, and of the mean genome by the generations finished.

    Raises HebbaxError for a run that has not finished a generation.
    """
    return measure_curve(run, condition_of(run))


def measure_curve(run: StoredRun, condition: str) -> dict[str, Any]:
    """Return what `measure` does, of a run whose condition is told in words."""
    records = run.folder.read_metrics("return_mean")
    if not records:
        raise HebbaxError(f"{run.folder.path} holds no metrics: expected a run that has finished a generation")
    return {
        "condition": condition,
        "population": [_plain(record["return_mean"]) for record in records],
        "evaluated": [
            [record["generation"] + 1, _plain(record["mean_genome_return"])]
            for record in records
            if record.get("mean_genome_return") is not None
        ],
    }


def _plain(value: float | None) -> float | None:
    return None if value is None or not np.isfinite(value) else float(value)


def _conditions(numbers: Mapping[str, Any]) -> dict[str, list[Mapping[str, Any]]]:
    found: dict[str, list[Mapping[str, Any]]] = {}
    for entry in numbers.values():
        found.setdefault(entry["condition"], []).append(entry)
    return found


def draw(runs: Mapping[str, StoredRun], numbers: Mapping[str, Any], folder: Path) -> list[Path]:
    """Draw the population's mean and the mean genome's return of every run, over generations."""
    return draw_curves(numbers, folder, published_curves())


def draw_curves(numbers: Mapping[str, Any], folder: Path, published: Mapping[str, float]) -> list[Path]:
    """Draw what `draw` does, beside published returns by name."""
    with figure_style():
        figure = Figure(figsize=(8.4, 3.8), layout="constrained")
        panels = figure.subplots(1, 2, sharey=True)
        for place, (condition, entries) in enumerate(_conditions(numbers).items()):
            colour = LAYER_COLOURS[place % len(LAYER_COLOURS)]
            for which, entry in enumerate(entries):
                label = "_" if which else condition  # an underscore keeps it out of the legend
                population = np.array(entry["population"], float)
                panels[0].plot(np.arange(1, len(population) + 1), population, color=colour, linewidth=0.9, label=label)
                points = np.array(entry["evaluated"], float).reshape(-1, 2)
                panels[1].plot(points[:, 0], points[:, 1], ".-", color=colour, linewidth=0.9, markersize=3)
        for (name, value), style in zip(published.items(), (":", "--"), strict=True):
            panels[1].axhline(value, color=INK, linestyle=style, linewidth=1.0, label=f"{name}, published")
        panels[0].set(xlabel="generation", ylabel="return of a life", title="mean over the population")
        panels[1].set(xlabel="generation", title="the mean genome, full lives")
        figure.legend(loc="outside lower center", ncols=3)
    return save_both(figure, folder, FIGURE)


def published_curves() -> dict[str, float]:
    """Return the published return of Hebbian and static networks on the two bodies that evolution meets."""
    return {name: float(np.mean([bodies[body][0] for body in SEEN])) for name, bodies in PUBLISHED.items()}


def section(numbers: Mapping[str, Any], folder: Path) -> str:
    """Return where the curves end, beside the published runs, and the figure."""
    return section_of(numbers, folder, "on the two bodies that evolution meets", published_curves())


def section_of(numbers: Mapping[str, Any], folder: Path, where: str, published: Mapping[str, float]) -> str:
    """Return what `section` does, of lives somewhere, beside published returns by name."""
    rows = [[f"{name}, published", "best", text_of(value), "–"] for name, value in published.items()]
    for condition, entries in _conditions(numbers).items():
        lasts = [[value] for entry in entries if (value := _last(entry)) is not None]
        halves = [place for entry in entries if (place := half_way(entry["evaluated"])) is not None]
        end = controllers_text(lasts) if lasts else "–"
        rows.append([condition, str(len(entries)), end, "; ".join(map(str, halves)) or "–"])
    parts = [
        "## Training curves",
        f"Return of the mean genome on full lives, {where}; with its 95 % interval over runs where "
        f"there are {LEAST_SEEDS} or more. *Half* is the first generation whose evaluation has half of the last one, "
        "run by run.",
        table(["controllers", "runs", "return at the end", "half"], rows),
        figure_line(folder, f"{FIGURE}.png", "Training curves"),
    ]
    return "\n\n".join(part for part in parts if part)


def _last(entry: Mapping[str, Any]) -> float | None:
    known = [value for _, value in entry["evaluated"] if value is not None]
    return known[-1] if known else None


def half_way(evaluated: list[list[Any]]) -> int | None:
    """Return the first generation of pairs [generation, return] with half of the last return.

    None where that is not above 0.

    >>> half_way([[10, 20.0], [20, 60.0], [30, 100.0]])
    20
    """
    known = [(int(at), value) for at, value in evaluated if value is not None]
    if not known or known[-1][1] <= 0:
        return None
    return next(at for at, value in known if value >= _HALF * known[-1][1])
