"""`freeze`: how many updates are needed. Plasticity stops at tick t, for many t; what is a life worth then?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from hebbax.analysis.statistics import median
from hebbax.damage.events import Event
from hebbax.expected import Fields, ListOf, or_null
from hebbax.experiments.context import Context
from hebbax.experiments.measures import interval, summary
from hebbax.experiments.panels import draw_lives, figure_of
from hebbax.experiments.result import Result
from hebbax.experiments.shapes import COUNT, SUMMARY, TICK
from hebbax.experiments.words import diverged_sentence, number
from hebbax.report.style import INK

TICKS = (0, 1, 2, 5, 10, 20, 50, 100, 200, 500)
QUICK_TICKS = (0, 2, 10, 50, 200)
SHARES = {"half": 0.5, "nine_tenths": 0.9}

_POINT = Fields({"tick": or_null(TICK), "updates": COUNT, "diverged": COUNT, "return": SUMMARY})
VALUES = Fields({"points": ListOf(_POINT)})
"""What `run` finds, as far as `draw` reads it; as of all experiments."""


def run(context: Context) -> Result:
    """Measure the return of lives whose updates stop at tick t, and after how many updates most of it is there."""
    return freeze_at(context, QUICK_TICKS if context.quick else TICKS)


def freeze_at(context: Context, stops: Sequence[int]) -> Result:
    """Return the result of an experiment whose updates stop at these ticks, ascending from 0, and never."""
    ticks = [tick for tick in stops if tick < context.ticks]
    points, rows = [], []
    for tick in (*ticks, None):
        context.tell(f"updates {'never stop' if tick is None else f'stop at tick {tick}'}")
        events = [] if tick is None else [Event("freeze-plasticity", tick, context.ticks - tick)]
        lives = context.evaluate(events)
        rows.append(np.where(lives.diverged, np.nan, lives.returns))
        points.append(
            {
                "tick": tick,
                "updates": -(-(context.ticks if tick is None else tick) // context.policy.shortest_interval),
                "diverged": int(lives.diverged.sum()),
                "return": summary(rows[-1], context.seed),
            }
        )
    complete = ~np.isnan(np.array(rows)).any(axis=0)  # a life that diverged somewhere says nothing of the whole curve
    updates = np.array([point["updates"] for point in points], float)
    returns = np.array(rows)[:, complete]
    needs = {name: _updates_with_interval(returns, updates, part, context.seed) for name, part in SHARES.items()}
    values = {"points": points, "updates_needed": needs, "lives_compared": int(complete.sum())}
    return Result.of("freeze", context, _sentence(points, needs), values)


def _updates_with_interval(returns: np.ndarray, updates: np.ndarray, part: float, seed: int) -> dict[str, Any]:
    """Return after how many updates a part of the return that updates bring is there to stay, with its interval.

    Of returns [points, lives]; lives are resampled whole, so each stays with itself at all points.
    """
    lives = returns.shape[1]
    if not lives:
        return {"updates": None, "updates_ci95": None, "counted": 0}
    value = needed_updates(median(returns), updates, part)

    def statistic(indices: np.ndarray) -> np.ndarray:
        return needed_updates(median(returns[:, indices.astype(int)]), updates, part)

    every_life = np.arange(lives, dtype=float)
    ends = interval(statistic, every_life, seed) if lives > 1 else None
    ends = ends if ends is not None and np.isfinite([value, *ends]).all() else None
    return {"updates": float(value) if np.isfinite(value) else None, "updates_ci95": ends, "counted": lives}


def needed_updates(returns: np.ndarray, updates: np.ndarray, part: float) -> np.ndarray:
    """Return the fewest updates from which on a part of the gain is there: [points, ...] and [points] to [...].

    The first point has no update and the last all of them, and the gain is the return over the first's. NaN where all
    updates bring nothing.
    """
    gain = returns[-1] - returns[0]
    enough = returns - returns[0] >= part * gain
    from_here_on = np.flip(np.logical_and.accumulate(np.flip(enough, axis=0), axis=0), axis=0)
    first = np.argmax(from_here_on, axis=0)
    return np.where(gain > 0, updates[first], np.nan)


def _sentence(points: Sequence[Mapping[str, Any]], needs: Mapping[str, Any]) -> str:
    first, last = points[0], points[-1]
    diverged = diverged_sentence(sum(point["diverged"] for point in points))
    ends = f"{number(first['return']['median'])} without any, {number(last['return']['median'])} with all"
    half, most = needs["half"], needs["nine_tenths"]
    if half["updates"] is None:
        return f"Updates bring no return here: {ends} (medians).{diverged}"
    return (
        f"Half of the return that updates bring is there after {_updates(half)}, nine tenths after {_updates(most)}, "
        f"of {last['updates']:,} in a life ({ends}, medians).{diverged}"
    )


def _updates(need: Mapping[str, Any]) -> str:
    count, ends = need["updates"], need["updates_ci95"]
    ends_text = "" if ends is None else f" (95 %: {number(ends[0])} to {number(ends[1])})"
    return f"{number(count)} {'update' if count == 1 else 'updates'}{ends_text}"


def draw(result: Result) -> Figure:
    """Draw the return over the tick at which updates stop."""
    points = result.values["points"]

    def fill(panels: Sequence[Axes]) -> None:
        (ax,) = panels
        for place, point in enumerate(points):
            draw_lives(ax, place, point["return"])
        medians = [np.nan if (value := point["return"]["median"]) is None else value for point in points]
        ax.plot(range(len(points)), medians, color=INK, linewidth=0.8, alpha=0.5)
        names = [f"{'never' if point['tick'] is None else point['tick']}\n{point['updates']}" for point in points]
        ax.set_xticks(range(len(points)), names)
        ax.set(xlabel="tick at which updates stop, and below it the updates until then", ylabel="return of a life")

    return figure_of(result, 1, 7.2, 3.8, fill, "How many updates are needed?")
