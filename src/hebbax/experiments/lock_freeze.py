"""`lock-freeze`: a joint locks at half of life, updates stop there, both, or neither: what speed is left, 2 × 2.

The protocol of a replication of *Hebbian Attractor Networks* (M. Jardim, hebbian_locomotion, 2026), which locks a hip.
Here each life locks another of the driven joints in turn, so no joint is chosen by hand. The same genome lives with
other averaging windows too, without being evolved for them; the replication evolved each.
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
from hebbax.experiments.measures import summary
from hebbax.experiments.panels import draw_lives, figure_of
from hebbax.experiments.result import Result
from hebbax.experiments.shapes import SUMMARY, TICK
from hebbax.experiments.timescale import at_timescale, why_not_one
from hebbax.experiments.words import with_interval
from hebbax.report.style import BLUE, MUTED, ORANGE, VERMILLION
from hebbax.tasks.external.task import AnyTask
from hebbax.types import Record

WINDOWS, QUICK_WINDOWS = (1, 10, 20, 160), (1, 20)
"""Ticks that activations are averaged over: those of the replication."""

CELLS = ("frozen", "locked", "locked and frozen")
"""What happens from half of life on, beside the twin to which nothing does."""

_COLOURS = dict(zip(CELLS, (BLUE, ORANGE, VERMILLION), strict=True))
_LEAST = 0.1  # of the fastest twin: a life that is slower has no speed to lose

_WINDOW = Fields({"window": TICK, "speed": SUMMARY, **dict.fromkeys(CELLS, SUMMARY)})
VALUES = Fields(
    {"half": TICK, "own": TICK, "joints": ListOf(TEXT), "windows": ListOf(_WINDOW)},
    agree=lambda values: None if values["windows"] else "windows: expected one at least",
)


def why_not_locked(task: AnyTask) -> str | None:
    """Return why no joint of a task's robot can be locked, in one line, or None if one can."""
    body = task.world.body()
    if body is None or not len(body.joints):
        return f"task {task.name!r} has no driven joint that could be locked"
    if not all(joint_names(task)):
        return f"driven joints of task {task.name!r} have no names, by which they could be locked"
    if body.forward is None:
        return f"the robot of task {task.name!r} has no way forward, whose speed could be kept"
    return None


def joint_names(task: AnyTask) -> list[str]:
    """Return the names of the driven joints, empty of one without."""
    body, coordinates = task.world.body(), task.world.coordinates()
    return [] if body is None or coordinates is None else [coordinates.names[int(joint)] for joint in body.joints]


def run(context: Context) -> Result:
    """Measure the speed in the second half of lives under each condition, over averaging windows."""
    joints, half = joint_names(context.task), context.ticks // 2
    windows = []
    for window, one in _at_windows(context):
        context.tell(f"window {window}")
        windows.append({"window": window, **_measure(one, joints, half)})
    values = {"half": half, "own": windows[0]["window"], "joints": joints, "windows": windows}
    return Result.of("lock-freeze", context, _sentence(values), values)


def _at_windows(context: Context) -> list[tuple[int, Context]]:
    """Return the controller at its own window, then at the others where it has one."""
    plasticity = context.policy.plasticity
    own = (0 if plasticity is None else plasticity.averaged_ticks, context)
    if plasticity is None or why_not_one(context.policy) is not None:
        return [own]
    others = [window for window in (QUICK_WINDOWS if context.quick else WINDOWS) if window != own[0]]
    return [
        own,
        *(
            (window, context.with_policy(replace(context.policy, plasticity=_at_window(plasticity, window))))
            for window in others
        ),
    ]


def _at_window(plasticity: Any, window: int) -> Any:
    return at_timescale(plasticity, window, plasticity.interval)


def _measure(context: Context, joints: Sequence[str], half: int) -> dict[str, Any]:
    """Return the twins' speed, and the share of it that each condition leaves, over lives that had one."""
    body = context.task.world.body()
    assert body is not None
    assert body.forward is not None
    forward, lasting = body.forward, context.ticks - half

    def speed(life: Life) -> float:
        if life.diverged or len(life.record.rewards) <= half:
            return float("nan")
        # A life that ends early stands then; the last row is the start of the last tick.
        return way_between_births(life.record, forward, slice(half, None)) / (
            (lasting - 1) * context.task.control_period
        )

    freeze = Event("freeze-plasticity", half, lasting)

    def lock(life: int) -> Event:
        return Event("lock-joint", half, lasting, joints[life % len(joints)])

    plastic = context.policy.plastic
    twin = np.array(context.record_each(speed))
    frozen = np.array(context.record_each(speed, [freeze])) if plastic else twin
    locked = np.array(context.record_each(speed, lambda life: [lock(life)]))
    both = np.array(context.record_each(speed, lambda life: [lock(life), freeze])) if plastic else locked
    fastest = np.nanmax(twin) if np.isfinite(twin).any() else 0.0
    counts = twin > max(_LEAST * fastest, 0.0)  # a comparison with NaN is false
    found = dict(zip(CELLS, (frozen, locked, both), strict=True))
    shares = {name: np.where(counts, of / np.where(counts, twin, 1.0), np.nan) for name, of in found.items()}
    return {
        "speed": summary(twin, context.seed),
        **{name: summary(values, context.seed) for name, values in shares.items()},
    }


def way_between_births(record: Record, forward: int, ticks: slice) -> float:
    """Return how far a body went in some ticks, in m, without the way that a birth puts it back."""
    place, born = record.qpos[ticks, forward], record.terminated[ticks][:-1]
    return float(np.where(born, 0.0, np.diff(place)).sum())


def _sentence(values: Mapping[str, Any]) -> str:
    own = values["windows"][0]
    parts = [f"{with_interval(own[name])} {name}" for name in CELLS]
    return (
        f"From half of life on, a controller keeps of its twin's speed of {with_interval(own['speed'], unit='m/s')}: "
        f"{', '.join(parts)} (medians of {own['frozen']['counted']} lives that had a speed, at its own window of "
        f"{own['window']})."
    )


def draw(result: Result) -> Figure:
    """Draw the share of the speed that is kept in each condition, over the averaging window."""
    windows = sorted(result.values["windows"], key=lambda one: one["window"])

    def fill(panels: Sequence[Axes]) -> None:
        for ax, name in zip(panels, CELLS, strict=True):
            ax.axhline(1.0, color=MUTED, linewidth=0.8)
            ax.axhline(0.0, color=MUTED, linewidth=0.8)
            for place, one in enumerate(windows):
                draw_lives(ax, place, one[name], _COLOURS[name])
            own = [f"{one['window']}{' (own)' if one['window'] == result.values['own'] else ''}" for one in windows]
            ax.set_xticks(range(len(windows)), own)
            ax.set(title=name, xlabel="averaging window (ticks)", xlim=(-0.6, len(windows) - 0.4))
            ax.set_ylabel("speed in the second half / the twin's")
            ax.grid(axis="x", visible=False)

    return figure_of(
        result, len(CELLS), 9.0, 3.6, fill, "What is left of the speed with a joint locked, or updates off?"
    )
