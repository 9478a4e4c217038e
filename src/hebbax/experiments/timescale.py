"""`timescale`: where fixed points turn into cycles, over averaging window and update interval; one controller."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from hebbax.attractors.verdict import FEWEST_UPDATES
from hebbax.expected import Fields, ListOf
from hebbax.expected import number as number_from
from hebbax.experiments.context import Context, Life
from hebbax.experiments.measures import UNJUDGED, count_labels, judge_life, most_common, summary
from hebbax.experiments.panels import figure_of
from hebbax.experiments.result import Result, floats
from hebbax.experiments.shapes import SUMMARY, TICK, VERDICT
from hebbax.experiments.words import diverged_sentence, number
from hebbax.plasticity.plasticity import Plasticity
from hebbax.policies.policy import Policy
from hebbax.report.plots.phase_diagram import plot_phase_diagram
from hebbax.report.style import DARK_LETTERS, INK, LIGHT_LETTERS, SEQUENTIAL_COLOURS

WINDOWS, QUICK_WINDOWS = (1, 2, 5, 10, 20, 50), (1, 10, 50)
INTERVALS, QUICK_INTERVALS = (1, 2, 4, 8, 16), (1, 4, 16)
"""Ticks. Longer intervals than a life has verdicts for are left out."""

_TIMESCALE = {"window": TICK, "interval": TICK}
_CELL = Fields({**_TIMESCALE, "return": SUMMARY, "verdict": VERDICT, "share": number_from(0.0, 1.0)})


def _disagreement(values: Mapping[str, Any]) -> str | None:
    """Return where cells are not those of the windows and intervals, or None."""
    grid = [(interval, window) for interval in values["intervals"] for window in values["windows"]]
    if len(set(grid)) < len(grid) or [(cell["interval"], cell["window"]) for cell in values["cells"]] != grid:
        return "cells: expected one for each interval and window, in order"
    if (values["own"]["interval"], values["own"]["window"]) not in grid:
        return "own: expected one of the intervals and windows"
    return None


VALUES = Fields(
    {
        **dict.fromkeys(("windows", "intervals"), ListOf(TICK)),
        "own": Fields(_TIMESCALE),
        "cells": ListOf(_CELL),
    },
    agree=_disagreement,
)


def run(context: Context) -> Result:
    """Classify the weights, and measure the return, of one genome at every averaging window and update interval."""
    plasticity = context.policy.plasticity
    assert plasticity is not None  # see `why_not_one`
    windows = sorted({*(QUICK_WINDOWS if context.quick else WINDOWS), plasticity.averaged_ticks})
    intervals = sorted({*(QUICK_INTERVALS if context.quick else INTERVALS), plasticity.interval})
    intervals = [interval for interval in intervals if context.ticks >= FEWEST_UPDATES * interval]
    cells = []
    for interval in intervals:
        for window in windows:
            context.tell(f"window {window}, interval {interval}: {len(cells) + 1} of {len(windows) * len(intervals)}")
            cells.append(_measure(context, at_timescale(plasticity, window, interval)))
    values = {
        "windows": windows,
        "intervals": intervals,
        "own": {"window": plasticity.averaged_ticks, "interval": plasticity.interval},
        "averaging": at_timescale(plasticity, 1, 1).averaging,
        "cells": cells,
    }
    return Result.of("timescale", context, _sentence(values), values)


def why_not_one(policy: Policy) -> str | None:
    """Return why a policy has no one window and interval to be changed, in one line, or None if it has."""
    if policy.by_connection or policy.plasticity is None:
        return f"connections of policy {policy.name!r} differ in what changes them"
    return None


def at_timescale(plasticity: Plasticity, window: int, interval: int) -> Plasticity:
    """Return a plasticity with another window and interval, in ticks.

    Without averaging of its own it gets the moving average, of which a window of one tick is the same thing. So all
    are one compiled life: window and interval are numbers in its layout.
    """
    averaging = "moving-average" if plasticity.averaging == "direct" else plasticity.averaging
    return replace(plasticity, averaging=averaging, window=window, interval=interval)


def _measure(context: Context, plasticity: Plasticity) -> dict[str, Any]:
    one = context.with_policy(replace(context.policy, plasticity=plasticity))

    def keep(life: Life) -> tuple[bool, float, str]:
        return life.diverged, np.nan if life.diverged else life.total, judge_life(one, life)

    lives = one.record_each(keep)
    counts = count_labels(life[2] for life in lives)
    return {
        "window": plasticity.window,
        "interval": plasticity.interval,
        "diverged": sum(life[0] for life in lives),
        "return": summary([life[1] for life in lives], context.seed),
        "verdicts": counts,
        "verdict": most_common(counts),
        "share": max(counts.values()) / len(lives),
    }


def _sentence(values: Mapping[str, Any]) -> str:
    cells = values["cells"]
    own = next(cell for cell in cells if all(cell[key] == values["own"][key] for key in ("window", "interval")))
    kinds = count_labels(cell["verdict"] for cell in cells)
    best = max(cells, key=lambda cell: -np.inf if cell["return"]["median"] is None else cell["return"]["median"])
    verdicts = ", ".join(f"{label} in {count}" for label, count in kinds.items())
    return (
        f"Of {len(cells)} timescales, most lives end as: {verdicts}. At its own (window {own['window']}, interval "
        f"{own['interval']}) that is {own['verdict']} with a median return of {number(own['return']['median'])}; the "
        f"highest is {number(best['return']['median'])} at window {best['window']}, interval {best['interval']}."
        f"{diverged_sentence(sum(cell['diverged'] for cell in cells))}"
    )


def _grid(values: Mapping[str, Any], of: Any) -> np.ndarray:
    """Return one entry per cell as [intervals, windows]."""
    entries = np.array([of(cell) for cell in values["cells"]])
    return entries.reshape(len(values["intervals"]), len(values["windows"]))


def draw(result: Result) -> Figure:
    """Draw the phase diagram: the verdict of most lives, and the median return, over both timescales."""
    values = result.values
    rows, columns = [[str(ticks) for ticks in values[key]] for key in ("intervals", "windows")]
    names = {"rows": "update interval (ticks)", "columns": "averaging window (ticks)"}

    def fill(panels: Sequence[Axes]) -> None:
        labels = _grid(values, lambda cell: "" if cell["verdict"] == UNJUDGED else cell["verdict"])
        shares = _grid(values, lambda cell: 100 * cell["share"])
        plot_phase_diagram(
            labels, shares, rows, columns, panels[0], number="{:.0f} %", title="verdict of most lives", **names
        )
        _draw_returns(panels[1], values, rows, columns)
        for ax in panels:
            _mark_own(ax, values)

    return figure_of(result, 2, 11.0, 4.4, fill, "Where do fixed points turn into cycles? One controller, re-evaluated")


def _draw_returns(ax: Axes, values: Mapping[str, Any], rows: Sequence[str], columns: Sequence[str]) -> None:
    medians = floats(_grid(values, lambda cell: cell["return"]["median"]).tolist())
    edges = [np.arange(length + 1) - 0.5 for length in reversed(medians.shape)]
    mesh = ax.pcolormesh(*edges, medians, cmap=SEQUENTIAL_COLOURS, edgecolors="white", linewidth=2)
    middle = (np.nanmin(medians) + np.nanmax(medians)) / 2 if np.isfinite(medians).any() else 0.0
    for (row, column), value in np.ndenumerate(medians):
        colour = LIGHT_LETTERS if value < middle else DARK_LETTERS
        ax.text(column, row, number(None if np.isnan(value) else value), ha="center", va="center", color=colour)
    ax.set_xticks(range(len(columns)), list(columns))
    ax.set_yticks(range(len(rows)), list(rows))
    ax.set(xlabel="averaging window (ticks)", ylabel="update interval (ticks)", title="median return")
    ax.grid(False)
    ax.spines[:].set_visible(False)
    ax.tick_params(length=0)
    figure = ax.get_figure(root=True)
    assert figure is not None
    bar = figure.colorbar(mesh, ax=ax, shrink=0.85)
    bar.set_label("median return of a life")
    bar.outline.set_visible(False)  # pyright: ignore[reportCallIssue]


def _mark_own(ax: Axes, values: Mapping[str, Any]) -> None:
    """Frame the cell of the controller's own timescales."""
    from matplotlib.patches import Rectangle

    column, row = values["windows"].index(values["own"]["window"]), values["intervals"].index(values["own"]["interval"])
    ax.add_patch(Rectangle((column - 0.48, row - 0.48), 0.96, 0.96, fill=False, edgecolor=INK, linewidth=2.0))
