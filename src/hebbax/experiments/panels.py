"""What the figures of experiments are made of."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from hebbax.experiments.measures import UNJUDGED
from hebbax.experiments.result import Result, floats
from hebbax.report.style import BLUE, GRID, INK, MUTED, VERDICT_COLOURS, figure_style

COLOURS = {**VERDICT_COLOURS, UNJUDGED: GRID}


def figure_of(
    result: Result, columns: int, width: float, height: float, fill: Callable[[Sequence[Axes]], None], title: str
) -> Figure:
    """Return a figure with panels side by side, and the setting below its title.

    Args:
        result: whose setting it is.
        columns: number of panels.
        width: inches.
        height: inches.
        fill: draws on the panels, which it gets.
        title: first line above them.
    """
    with figure_style():
        figure = Figure(figsize=(width, height), layout="constrained")
        panels = figure.subplots(1, columns, squeeze=False)[0]
        fill(list(panels))
        setting = result.setting
        lives = f"{setting['lifetimes']} lives" + (", a quick look" if setting["quick"] else "")
        other = setting["other"]
        whose = f"{setting['task']}, {setting['policy']}" + ("" if other is None else f" and {other['policy']}")
        figure.suptitle(f"{title}\n{whose}, {lives}", x=0.01, ha="left", fontsize=10)
    return figure


def mean_reward(window: int) -> str:
    """Return what an axis of reward rates says: rewards are of single ticks, rates the means of so many."""
    return f"reward per tick, mean of {window} ticks"


def draw_lives(ax: Axes, place: float, summary: Mapping[str, Any], colour: str = BLUE, width: float = 0.5) -> None:
    """Draw the values of a summary as points, one per life, with their median and its interval.

    Args:
        ax: where to draw.
        place: of the points' middle, on the horizontal axis.
        summary: as `measures.summary` returns it.
        colour: of the points.
        width: of the points together, on the horizontal axis.
    """
    values = floats(summary["values"])
    # Side by side in the order of the lives, so that the same lives give the same picture.
    across = place + width * np.linspace(-0.5, 0.5, len(values))
    ax.plot(across, values, "o", color=colour, markersize=3, alpha=0.45, markeredgewidth=0)
    if summary["median"] is None:
        return
    ax.plot([place - 0.6 * width, place + 0.6 * width], [summary["median"]] * 2, color=INK, linewidth=1.8)
    if summary["median_ci95"] is not None:
        ax.plot([place, place], summary["median_ci95"], color=INK, linewidth=1.0)


def draw_labels(ax: Axes, counts: Sequence[Mapping[str, int]], names: Sequence[str]) -> None:
    """Draw how many lives had each verdict, a bar for each of several groups."""
    labels = [label for label in COLOURS if any(label in count for count in counts)]
    base = np.zeros(len(counts))
    for label in labels:
        heights = np.array([count.get(label, 0) for count in counts], float)
        ax.bar(range(len(counts)), heights, 0.7, bottom=base, color=COLOURS[label], label=label)
        base += heights
    ax.set_xticks(range(len(names)), list(names))
    ax.grid(axis="x", visible=False)
    ax.set(ylabel="lives", ylim=(0, 1.02 * max(base.max(), 1)))
    ax.yaxis.set_major_locator(MaxNLocator(integer=True))
    ax.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0))


def draw_band(ax: Axes, time: np.ndarray, band: Mapping[str, Any], colour: str, label: str, style: str = "-") -> None:
    """Draw the median over lives of a course in time, and the middle half of the lives as a band.

    Args:
        ax: where to draw.
        time: [ticks].
        band: as `band_of` returns it, of as many ticks.
        colour: of line and band.
        label: of the line, in the legend.
        style: of the line.
    """
    low, middle, high = (floats(band[name]) for name in ("quarter", "median", "three_quarters"))
    ax.fill_between(time, low, high, color=colour, alpha=0.18, linewidth=0)
    ax.plot(time, middle, style, color=colour, linewidth=1.4, label=label)


def legend_below(ax: Axes, columns: int = 2) -> None:
    """Put the legend below the axes, where no curve and no band can be."""
    ax.legend(loc="upper center", bbox_to_anchor=(0.5, -0.19), ncols=columns, borderaxespad=0, columnspacing=1.2)


def band_of(courses: Sequence[np.ndarray]) -> dict[str, np.ndarray]:
    """Return median and quartiles over lives of courses in time, each [its ticks], as far as a life lasted.

    Where no life lasted there is NaN; each is [ticks of the longest].
    """
    rows = np.full((len(courses), max(map(len, courses), default=0)), np.nan)
    for row, course in zip(rows, courses, strict=True):
        row[: len(course)] = course
    alive = ~np.all(np.isnan(rows), axis=0)
    quartiles = np.full((3, rows.shape[1]), np.nan)
    quartiles[:, alive] = np.nanquantile(rows[:, alive], [0.25, 0.5, 0.75], axis=0)
    return dict(zip(("quarter", "median", "three_quarters"), quartiles, strict=True))


def shade(ax: Axes, begin: float, end: float, text: str) -> None:
    """Shade a stretch of time and say at its top, above all that is drawn so far, what happens in it."""
    ax.axvspan(begin, end, color=GRID, alpha=0.7, linewidth=0, zorder=0)
    if not text:
        return
    low, high = ax.get_ylim()
    ax.set_ylim(low, high + 0.07 * (high - low))
    foot = ax.get_xaxis_transform()
    ax.text((begin + end) / 2, 0.985, text, transform=foot, ha="center", va="top", fontsize=7, color=MUTED)
