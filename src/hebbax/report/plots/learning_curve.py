"""The return of the population, of its best life and of the mean genome over the generations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from hebbax.errors import HebbaxError
from hebbax.report.style import BLUE, INK, MUTED, ORANGE, VERMILLION, axes_or_new, figure_style, write_across


def plot_learning_curve(
    metrics: Sequence[Mapping[str, Any]],
    ax: Axes | None = None,
    *,
    title: str | None = None,
    termination: str | None = None,
) -> Axes:
    """Draw the return of the population, of its best life and of the mean genome over the generations.

    Each record is one generation and holds `generation`, `return_mean`, `return_max` and `return_std`, and may hold
    `mean_genome_return` and `diverged` (a number of lives). A value that is missing, None or NaN leaves a gap; a
    generation without one life that lasted is marked at the foot. `termination`, where given, is named on the axis of
    returns. Without `ax` it makes a figure: `axes.figure`. Raises HebbaxError if there is no generation.
    """
    if not metrics:
        raise HebbaxError("there is no learning curve to draw: the run has not finished a generation yet")
    generation = _series(metrics, "generation")
    mean = _series(metrics, "return_mean")
    with figure_style():
        ax = axes_or_new(ax, 7.0, 4.0)
        _draw_band(ax, generation, mean, _series(metrics, "return_std"))
        _draw_series(ax, generation, mean, color=BLUE, label="population mean")
        _draw_series(ax, generation, _series(metrics, "return_max"), color=ORANGE, linewidth=1.0, label="best life")
        _draw_mean_genome(ax, generation, _series(metrics, "mean_genome_return"))
        _mark_diverged(ax, generation, mean, _series(metrics, "diverged"))
        ylabel = "return" if termination is None else f"return (termination={termination})"
        ax.set(xlabel="generation", ylabel=ylabel, title=title or "")
        ax.xaxis.set_major_locator(MaxNLocator(integer=True))
        ax.set_xlim(_limits(generation))
        ax.legend(loc="best")
    return ax


def _series(metrics: Sequence[Mapping[str, Any]], key: str) -> np.ndarray:
    """Return one number per generation, float64 [generations], NaN where there is none."""
    values = (record.get(key) for record in metrics)
    return np.array([np.nan if value is None else float(value) for value in values])


def _limits(generation: np.ndarray) -> tuple[float, float]:
    """Return the ends of the axis: all generations with a little room, at least one to either side of a lone one."""
    first, last = float(generation.min()), float(generation.max())
    room = max(0.02 * (last - first), 1.0 if first == last else 0.0)
    return first - room, last + room


def _draw_band(ax: Axes, generation: np.ndarray, mean: np.ndarray, deviation: np.ndarray) -> None:
    """Shade one standard deviation to either side of the mean; its thin edge shows a generation that stands alone."""
    low, high = mean - deviation, mean + deviation
    ax.fill_between(generation, low, high, color=BLUE, alpha=0.2, linewidth=1.0, label="population ± std")


def _draw_series(ax: Axes, generation: np.ndarray, value: np.ndarray, **look: Any) -> None:
    """Draw a line with gaps where there is no value, and a dot on each value that no line would reach."""
    finite = np.concatenate([[False], np.isfinite(value), [False]])
    isolated = finite[1:-1] & ~finite[:-2] & ~finite[2:]
    (line,) = ax.plot(generation, value, **look)
    if isolated.any():
        line.set(marker="o", markersize=4, markevery=isolated.tolist())


def _draw_mean_genome(ax: Axes, generation: np.ndarray, value: np.ndarray) -> None:
    """Draw the evaluations of the mean genome, joined across the generations that have none."""
    finite = np.isfinite(value)
    if finite.any():
        ax.plot(
            generation[finite], value[finite], color=INK, linewidth=1.0, marker="o", markersize=4, label="mean genome"
        )


def _mark_diverged(ax: Axes, generation: np.ndarray, mean: np.ndarray, diverged: np.ndarray) -> None:
    """Mark generations in which every life diverged, and say how many lives diverged in all."""
    gaps = generation[~np.isfinite(mean)]
    if gaps.size:
        foot = ax.get_xaxis_transform()  # x in generations, y in parts of the axes
        ax.plot(
            gaps, np.full(gaps.size, 0.015), "|", color=VERMILLION, markersize=9, transform=foot, label="all diverged"
        )
    if gaps.size == generation.size:
        ax.set_yticks([])
        write_across(ax, "every life diverged in every generation")
    total = int(np.nansum(diverged))
    if total:
        generations = int(np.count_nonzero(np.nan_to_num(diverged)))
        lives = "life" if total == 1 else "lives"
        text = f"{total:,} {lives} diverged in {generations:,} of {len(generation):,} generations"
        ax.text(1.0, 1.02, text, transform=ax.transAxes, ha="right", va="bottom", fontsize=8, color=MUTED)
