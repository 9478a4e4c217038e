"""Learning curves of compared runs: one panel per task, one colour per group, a band where there are enough seeds."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from textwrap import fill
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import EngFormatter, MaxNLocator

from hebbax.analysis.statistics import bootstrap_interval, mean
from hebbax.comparison.comparison import Group, Table
from hebbax.comparison.curves import Curve
from hebbax.errors import HebbaxError, unknown_name
from hebbax.keys import root_key, stream
from hebbax.report.style import INK, LAYER_COLOURS, figure_style, write_across

ACROSS = ("generations", "steps")
"""What the learning curves are drawn over: generations, or control ticks of the population."""

_COLOURS = (*LAYER_COLOURS, INK)
_DASHES = ("-", "--", ":", "-.")  # of one colour, when there are more groups than colours
_COLUMNS = 3
_BAND_REPETITIONS = 2_000
_PANEL_HEIGHT = 3.6  # inches
_LONGEST_BESIDE = 28  # characters of a name that leave the panels their width with the legend beside them
_MOST_BESIDE = 14  # names beside a row of panels
_CHARACTERS = 11  # of a name or title in an inch
_LINE_HEIGHT = 0.2  # inches, of the legend


def plot_comparison_curves(
    tables: Sequence[Table], *, across: str | None = None, ylabel: str = "return", seed: int = 0
) -> Figure:
    """Draw the learning curves of every group, one panel per table.

    A group with enough finished seeds is its mean with the 95 % bootstrap interval over them; of any other, and of runs
    that are unfinished, each run is a thin line. `across` is one of ACROSS: unless said otherwise generations, but
    steps where lives of training are not all full ones or a race spares some, so that a generation costs now more, now
    less. Raises HebbaxError if there is nothing to draw or `across` is unknown.
    """
    if across is None:
        curves = [curve for table in tables for group in table.groups for curve in group.curves]
        across = "generations" if all(curve.config.training.even for curve in curves) else "steps"
    if across not in ACROSS:
        raise unknown_name("axis", across, ACROSS)
    if not any(map(_has_values, tables)):
        raise HebbaxError("there is no learning curve to draw: no run has finished a generation yet")
    # One look per group name, the same in all panels.
    names = list(dict.fromkeys(group.name for table in tables for group in table.groups))
    looks = {name: _line_style(place) for place, name in enumerate(names)}
    columns = min(len(tables), _COLUMNS)
    lines = -(-len(tables) // columns)
    with figure_style():
        figure = Figure(figsize=(max(5.6, 4.2 * columns), _PANEL_HEIGHT * lines), layout="constrained")
        panels = figure.subplots(lines, columns, squeeze=False).ravel()
        for axes, table in zip(panels, tables, strict=False):
            for group in table.groups:
                _draw_group(axes, group, across, looks[group.name], seed)
            _label_axes(axes, table, across, figure.get_figwidth() / columns)
        for axes in panels[len(tables) :]:
            axes.set_axis_off()
        panels[0].set_ylabel(ylabel)
        legends = [zip(*axes.get_legend_handles_labels(), strict=True) for axes in panels]
        handles = {label: line for legend in legends for line, label in legend}
        _add_legend(figure, {name: handles[name] for name in names if name in handles}, lines)
    return figure


def _add_legend(figure: Figure, handles: dict[str, Any], lines: int) -> None:
    """Add a legend beside the panels, or below them where it would take their room, and make room for it there."""
    if not handles:
        return
    if max(map(len, handles)) <= _LONGEST_BESIDE and len(handles) <= _MOST_BESIDE * lines:
        figure.legend(list(handles.values()), list(handles), loc="outside right upper")
        return
    labels = [_wrap(name, figure.get_figwidth() - 0.8) for name in handles]
    rows = sum(label.count("\n") + 1 for label in labels)
    figure.set_figheight(figure.get_figheight() + _LINE_HEIGHT * (rows + 1))
    figure.legend(list(handles.values()), labels, loc="outside lower left")


def _wrap(text: str, width: float) -> str:
    """Return a text in lines of at most `width` inches."""
    return fill(text, int(_CHARACTERS * width), break_on_hyphens=False)


def _line_style(place: int) -> dict[str, Any]:
    return {
        "color": _COLOURS[place % len(_COLOURS)],
        "linestyle": _DASHES[place // len(_COLOURS) % len(_DASHES)],
    }


def _label_axes(axes: Axes, table: Table, across: str, width: float) -> None:
    title = _wrap(table.name, width - 0.8)
    axes.set(xlabel="generation" if across == "generations" else "control ticks", title=title)
    if across == "generations":
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    else:
        axes.xaxis.set_major_formatter(EngFormatter(sep=""))
    if not axes.get_lines():
        write_across(axes, "no run has a return" if _has_values(table) else "no run has finished a generation")


def _has_values(table: Table) -> bool:
    """Whether any run of a table has been evaluated, if only to have diverged in every life."""
    return any(len(curve.values) for group in table.groups for curve in group.curves)


def _draw_group(axes: Axes, group: Group, across: str, look: dict[str, Any], seed: int) -> None:
    singles: Sequence[Curve] = group.curves
    label = group.name
    if group.enough:
        _draw_band(axes, group, across, look, seed)
        singles, label = [curve for curve in group.curves if curve not in group.valid_curves], ""
    for curve in singles:
        finite = np.isfinite(curve.values)
        if finite.any():
            axes.plot(_places(curve, across)[finite], curve.values[finite], linewidth=0.9, label=label, **look)
            label = ""  # one entry per group in the legend


def _draw_band(axes: Axes, group: Group, across: str, look: dict[str, Any], seed: int) -> None:
    """Draw mean and interval over the seeds at the generations that all of them have a return of."""
    generations = [curve.generations[np.isfinite(curve.values)] for curve in group.valid_curves]
    common = reduce(np.intersect1d, generations)
    pairs = [(curve, np.searchsorted(curve.generations, common)) for curve in group.valid_curves]
    values = np.stack([curve.values[where] for curve, where in pairs])
    places = np.mean([_places(curve, across)[where] for curve, where in pairs], axis=0)
    key = stream(root_key(seed), "band")
    band = np.array([bootstrap_interval(mean, column, key=key, repetitions=_BAND_REPETITIONS) for column in values.T])
    axes.fill_between(places, band[:, 0], band[:, 1], color=look["color"], alpha=0.18, linewidth=0)
    axes.plot(places, values.mean(axis=0), linewidth=1.8, label=group.name, **look)


def _places(curve: Curve, across: str) -> np.ndarray:
    return curve.generations if across == "generations" else curve.steps
