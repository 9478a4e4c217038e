"""`continual`: one long life over a damage, its repair, another damage and its repair: what speed is regained.

The weights live on through all of it, and where the body falls it is put up again while they stay as they are. Each
life locks two other joints in turn, so no joint is chosen by hand. Beside the controller stands the same one whose
updates stop at the first damage, and a second controller where one is given, such as its static or recurrent twin.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from hebbax.damage.events import Event
from hebbax.expected import TEXT, Fields, ListOf
from hebbax.experiments.context import Context, Life
from hebbax.experiments.lock_freeze import joint_names, way_between_births
from hebbax.experiments.measures import summary
from hebbax.experiments.panels import draw_lives, figure_of
from hebbax.experiments.result import Result
from hebbax.experiments.shapes import SUMMARY, TICK
from hebbax.experiments.words import with_interval
from hebbax.report.style import BLUE, INK, MUTED, ORANGE

PHASES = ("whole", "damaged", "repaired", "damaged elsewhere", "repaired again")
"""What the body is in each part of a life, all of the same length."""

OWN, FROZEN, OTHER = "own", "frozen", "other"
"""The controller, the same with updates that stop at the first damage, and the second controller."""

_COLOURS = {OWN: BLUE, FROZEN: ORANGE, OTHER: INK}
_LEAST = 0.1  # of the fastest life: a slower one has no speed to regain

_CONDITION = Fields({"speed": SUMMARY, "at_once": ListOf(SUMMARY, 4), "regained": ListOf(SUMMARY, 4)})
VALUES = Fields(
    {"phase": TICK, "joints": ListOf(TEXT), OWN: _CONDITION},
    {FROZEN: _CONDITION, OTHER: _CONDITION},
)


def run(context: Context) -> Result:
    """Measure the speed of both halves of each part of life, as shares of that of the whole body."""
    joints, phase = joint_names(context.task), context.ticks // 2
    values: dict[str, Any] = {"phase": phase, "joints": joints}
    context.tell("its own long lives")
    values[OWN] = _measure(context, joints, phase, frozen=False)
    if context.policy.plastic:
        context.tell("long lives whose updates stop at the first damage")
        values[FROZEN] = _measure(context, joints, phase, frozen=True)
    if context.other is not None:
        context.tell("long lives of the other controller")
        values[OTHER] = _measure(context.other, joints, phase, frozen=False)
    return Result.of("continual", context, _sentence(values, context), values)


def schedule(life: int, joints: Sequence[str], phase: int, *, frozen: bool) -> tuple[Event, ...]:
    """Return what happens in a life: two joints of its own lock, each for a part of it, and perhaps updates stop."""
    first, second = joints[life % len(joints)], joints[(life + (len(joints) + 1) // 2) % len(joints)]
    locks = (Event("lock-joint", phase, phase, first), Event("lock-joint", 3 * phase, phase, second))
    return (*locks, Event("freeze-plasticity", phase, 4 * phase)) if frozen else locks


def _measure(context: Context, joints: Sequence[str], phase: int, *, frozen: bool) -> dict[str, Any]:
    """Return the speed of the whole body, and the share of it in the halves of each later part, over lives with one."""
    body = context.task.world.body()
    assert body is not None
    assert body.forward is not None
    forward, half, period = body.forward, phase // 2, context.task.control_period
    long = replace(context, ticks=len(PHASES) * phase, termination="restart")

    def speeds(life: Life) -> np.ndarray:
        """Return the speed in both halves of every part, m/s [parts, 2]."""
        found = np.full((len(PHASES), 2), np.nan)
        if life.diverged:
            return found
        for part in range(len(PHASES)):
            for side in range(2):
                begin = part * phase + side * half
                way = way_between_births(life.record, forward, slice(begin, begin + half))
                found[part, side] = way / ((half - 1) * period)
        return found

    found = np.array(long.record_each(speeds, lambda life: schedule(life, joints, phase, frozen=frozen)))
    whole = found[:, 0, 1]
    fastest = np.nanmax(whole) if np.isfinite(whole).any() else 0.0
    counts = whole > max(_LEAST * fastest, 0.0)  # a comparison with NaN is false
    shares = np.where(counts[:, None, None], found / np.where(counts, whole, 1.0)[:, None, None], np.nan)
    at_once, regained = (
        [summary(shares[:, part, side], context.seed) for part in range(1, len(PHASES))] for side in range(2)
    )
    return {"speed": summary(whole, context.seed), "at_once": at_once, "regained": regained}


def _sentence(values: Mapping[str, Any], context: Context) -> str:
    other = "" if context.other is None else context.other.policy.name
    names = {OWN: "it keeps", FROZEN: "with updates stopped", OTHER: f"{other} keeps"}
    parts = []
    for key, name in names.items():
        if key in values:
            told = [
                f"{with_interval(share)} {phase}"
                for phase, share in zip(PHASES[1:], values[key]["regained"], strict=True)
            ]
            parts.append(f"{name} {', '.join(told)}")
    own = values[OWN]["speed"]
    return (
        f"In the second half of each part of a long life, of the whole body's speed "
        f"({with_interval(own, unit='m/s')}): {'; '.join(parts)} (medians)."
    )


def draw(result: Result) -> Figure:
    """Draw the share of the speed in the first and second half of each part of life."""
    conditions = [key for key in (OWN, FROZEN, OTHER) if key in result.values]
    other = result.setting["other"]
    names = {OWN: result.setting["policy"], FROZEN: "updates stopped", OTHER: "" if other is None else other["policy"]}

    def fill(panels: Sequence[Axes]) -> None:
        for ax, (key, title) in zip(
            panels, (("at_once", "first half of each part"), ("regained", "second half")), strict=True
        ):
            ax.axhline(1.0, color=MUTED, linewidth=0.8)
            ax.axhline(0.0, color=MUTED, linewidth=0.8)
            width = 0.7 / len(conditions)
            for number, name in enumerate(conditions):
                shift = width * (number - (len(conditions) - 1) / 2)
                for place, share in enumerate(result.values[name][key]):
                    draw_lives(ax, place + shift, share, _COLOURS[name], 0.7 * width)
                ax.plot([], [], "o", color=_COLOURS[name], markersize=3, label=names[name])
            ax.set_xticks(range(4), [phase.replace(" ", "\n") for phase in PHASES[1:]])
            ax.set(title=title, ylabel="speed / that of the whole body")
            ax.grid(axis="x", visible=False)
        panels[0].legend(loc="best")

    return figure_of(result, 2, 9.0, 3.8, fill, "What speed is regained after damage, repair and other damage?")
