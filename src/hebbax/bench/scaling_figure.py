"""The figure of `scaling`: four small plots, medians with their intervals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from hebbax.report.style import BLUE, figure_style

_PLOTS = (
    ("population", "lives at a time", "steps_per_second", "steps/s"),
    ("threads", "threads", "steps_per_second", "steps/s"),
    ("width", "units of each of two hidden layers", "steps_per_second", "steps/s"),
    ("synapse", "units of each of two hidden layers", "nanoseconds", "ns per synapse and tick"),
)


def draw_scaling(results: Mapping[str, Sequence[dict[str, Any]]]) -> Figure:
    """Return the figure of the series that `scaling` measures."""
    with figure_style():
        figure = Figure(figsize=(8.0, 5.5), layout="constrained")
        for axes, (name, label, key, unit) in zip(figure.subplots(2, 2).flat, _PLOTS, strict=True):
            _draw(axes, results[name], key)
            axes.set(title=name if name != "synapse" else "cost of a synapse", xlabel=label, ylabel=unit)
    return figure


def _draw(axes: Axes, series: Sequence[dict[str, Any]], key: str) -> None:
    values = [row["value"] for row in series]
    medians = [row[key]["median"] for row in series]
    below = [row[key]["median"] - row[key]["interval"][0] for row in series]
    above = [row[key]["interval"][1] - row[key]["median"] for row in series]
    axes.errorbar(values, medians, [below, above], color=BLUE, marker="o", markersize=4, capsize=3)
    axes.set_xscale("log", base=2)
    axes.set_xticks(values, [str(value) for value in values])
    axes.set_ylim(bottom=0)
