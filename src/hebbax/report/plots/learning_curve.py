"""The return of the population, of its best life and of the mean genome in the course of a run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import EngFormatter, MaxNLocator

from hebbax.errors import HebbaxError, unknown_name
from hebbax.report.style import BLUE, INK, MUTED, ORANGE, VERMILLION, axes_or_new, figure_style, write_across


def plot_learning_curve(
    metrics: Sequence[Mapping[str, Any]],
    ax: Axes | None = None,
    *,
    title: str | None = None,
    termination: str | None = None,
    ticks: int | None = None,
    across: str | None = None,
) -> Axes:
    """Draw the return of the population, of its best life and of the mean genome over generations or control ticks.

    Each record is one generation and holds `generation`, `return_mean`, `return_max` and `return_std`, and may hold
    `mean_genome_return`, `diverged` (a number of lives), `terminations`, `training_ticks` and `steps`. A value that is
    missing, None or NaN leaves a gap; a generation without one life that lasted is marked at the foot. `termination`,
    where given, is named on the axis of returns, unless no life of the run was terminated. Where lives of training are
    not as long as those of the mean genome, which have so many `ticks`, each curve says of which length it is. `across`
    is "generations" or "steps", the control ticks of the population; unless said otherwise, it is steps where the
    length of lives changes, because then generations cost now more, now less. Without `ax` it makes a figure:
    `axes.figure`. Raises HebbaxError if there is no generation, or for another axis.
    """
    if not metrics:
        raise HebbaxError("there is no learning curve to draw: the run has not finished a generation yet")
    lengths = [record["training_ticks"] for record in metrics if "training_ticks" in record]
    if across is None:
        across = "steps" if len(set(lengths)) > 1 else "generations"
    if across not in ("generations", "steps"):
        raise unknown_name("axis", across, ("generations", "steps"))
    place = _series(metrics, "generation") if across == "generations" else np.cumsum(_series(metrics, "steps"))
    of_training, of_mean = _lengths_in_words(lengths, ticks)
    mean = _series(metrics, "return_mean")
    with figure_style():
        ax = axes_or_new(ax, 7.0, 4.0)
        _draw_band(ax, place, mean, _series(metrics, "return_std"))
        _draw_series(ax, place, mean, color=BLUE, label=f"population mean{of_training}")
        best = _series(metrics, "return_max")
        _draw_series(ax, place, best, color=ORANGE, linewidth=1.0, label=f"best life{of_training}")
        _draw_mean_genome(ax, place, _series(metrics, "mean_genome_return"), f"mean genome{of_mean}")
        _mark_diverged(ax, place, mean, _series(metrics, "diverged"))
        ylabel = f"return (termination={termination})" if termination and _terminated(metrics) else "return"
        ax.set(xlabel="generation" if across == "generations" else "control ticks", ylabel=ylabel, title=title or "")
        ax.xaxis.set_major_locator(MaxNLocator(integer=True))
        if across == "steps":
            ax.xaxis.set_major_formatter(EngFormatter(sep=""))
        ax.set_xlim(_limits(place))
        ax.legend(loc="best")
    return ax


def _lengths_in_words(lengths: Sequence[int], ticks: int | None) -> tuple[str, str]:
    """Return how long lives of training are and those of the mean genome, as an addition to a name; "" if all equal."""
    if not lengths or (set(lengths) == {ticks}) or (ticks is None and len(set(lengths)) == 1):
        return "", ""
    low, high = min(lengths), max(lengths)
    span = f"{low:,}" if low == high else f"{low:,} to {high:,}"
    return f", {span} ticks", "" if ticks is None else f", {ticks:,} ticks"


def _terminated(metrics: Sequence[Mapping[str, Any]]) -> bool:
    """Whether a life of a run was terminated; so it is taken to be where its records do not say."""
    return any(record.get("terminations", 1) for record in metrics)


def _series(metrics: Sequence[Mapping[str, Any]], key: str) -> np.ndarray:
    """Return one number per generation, float64 [generations], NaN where there is none."""
    values = (record.get(key) for record in metrics)
    return np.array([np.nan if value is None else float(value) for value in values])


def _limits(place: np.ndarray) -> tuple[float, float]:
    """Return the ends of the axis: all places with a little room, at least one to either side of a lone one."""
    first, last = float(place.min()), float(place.max())
    room = max(0.02 * (last - first), 1.0 if first == last else 0.0)
    return first - room, last + room


def _draw_band(ax: Axes, place: np.ndarray, mean: np.ndarray, deviation: np.ndarray) -> None:
    """Shade one standard deviation to either side of the mean; its thin edge shows a generation that stands alone."""
    low, high = mean - deviation, mean + deviation
    ax.fill_between(place, low, high, color=BLUE, alpha=0.2, linewidth=1.0, label="population ± std")


def _draw_series(ax: Axes, place: np.ndarray, value: np.ndarray, **look: Any) -> None:
    """Draw a line with gaps where there is no value, and a dot on each value that no line would reach."""
    finite = np.concatenate([[False], np.isfinite(value), [False]])
    isolated = finite[1:-1] & ~finite[:-2] & ~finite[2:]
    (line,) = ax.plot(place, value, **look)
    if isolated.any():
        line.set(marker="o", markersize=4, markevery=isolated.tolist())


def _draw_mean_genome(ax: Axes, place: np.ndarray, value: np.ndarray, label: str) -> None:
    """Draw the evaluations of the mean genome, joined across the generations that have none."""
    finite = np.isfinite(value)
    if finite.any():
        ax.plot(place[finite], value[finite], color=INK, linewidth=1.0, marker="o", markersize=4, label=label)


def _mark_diverged(ax: Axes, place: np.ndarray, mean: np.ndarray, diverged: np.ndarray) -> None:
    """Mark generations in which every life diverged, and say how many lives diverged in all."""
    gaps = place[~np.isfinite(mean)]
    if gaps.size:
        foot = ax.get_xaxis_transform()  # x in places, y in parts of the axes
        ax.plot(
            gaps, np.full(gaps.size, 0.015), "|", color=VERMILLION, markersize=9, transform=foot, label="all diverged"
        )
    if gaps.size == place.size:
        ax.set_yticks([])
        write_across(ax, "every life diverged in every generation")
    total = int(np.nansum(diverged))
    if total:
        generations = int(np.count_nonzero(np.nan_to_num(diverged)))
        lives = "life" if total == 1 else "lives"
        text = f"{total:,} {lives} diverged in {generations:,} of {len(place):,} generations"
        ax.text(1.0, 1.02, text, transform=ax.transAxes, ha="right", va="bottom", fontsize=8, color=MUTED)
