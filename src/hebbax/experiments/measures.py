"""What experiments measure on one life, and how they put many together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np

from hebbax.analysis.life_analysis import motion_between
from hebbax.analysis.statistics import bootstrap_interval, mean, median
from hebbax.attractors.verdict import FEWEST_UPDATES, LABELS, verdict
from hebbax.experiments.context import Context, Life
from hebbax.keys import root_key, stream

REWARD_WINDOW = 20
"""Ticks over which rewards are averaged to a rate: some strides of most robots."""

BAND = 0.1
"""Part of a rate that it may fall short by and still count as it was, unless it wavers by more."""

UNJUDGED = "too short"
"""In place of a verdict, of a life with too few weight updates."""

UNSEEN = "unseen"
"""In place of a motion, of a body that is not seen, or lived too short a time."""


def reward_rate(rewards: np.ndarray, window: int = REWARD_WINDOW) -> np.ndarray:
    """Return the mean reward of each `window` ticks, by the first of them: [ticks] to [ticks - window + 1]."""
    if len(rewards) < window:
        return np.zeros(0)
    sums = np.concatenate([[0.0], np.cumsum(rewards, dtype=np.float64)])
    return (sums[window:] - sums[:-window]) / window


def reward_floor(rewards: np.ndarray, window: int = REWARD_WINDOW) -> float:
    """Return the least reward rate that counts as that of an undisturbed life with these rewards [ticks].

    Its mean rate, less a tenth of its size or two standard deviations of the rate, whichever is more. NaN if the life
    is shorter than a window.
    """
    rates = reward_rate(rewards, window)
    if not len(rates):
        return float("nan")
    middle = float(rates.mean())
    return middle - max(BAND * abs(middle), 2 * float(rates.std()))


def earning(rates: np.ndarray) -> np.ndarray:
    """Return which lives have something to lose: an undisturbed reward rate [lives] of at least half of the median.

    Births from which a controller does not walk would count as never harmed. NaN is of no use; where the median is
    not above 0, all others count.
    """
    known = np.isfinite(rates)
    middle = float(np.median(rates[known])) if known.any() else 0.0
    return known & (rates >= 0.5 * middle) if middle > 0 else known


def recovery_ticks(rewards: np.ndarray, floor: float, window: int = REWARD_WINDOW) -> int | None:
    """Return after how many ticks the reward rate is at the floor and keeps it for two windows in a row.

    `rewards` [ticks] begin where the disturbance ends. The first window is counted by its first tick, so 0 says that
    nothing was lost. None if that never happens.
    """
    rates = reward_rate(rewards, window)
    both = (rates[:-window] >= floor) & (rates[window:] >= floor) if len(rates) > window else np.zeros(0, bool)
    return int(np.argmax(both)) if both.any() else None


def judge_life(context: Context, life: Life, ticks: slice = slice(None)) -> str:
    """Return the verdict on the weights of a life, or of some of its ticks, or UNJUDGED."""
    policy = context.policy
    rows = life.record.weights[ticks]
    if life.diverged:
        return "diverging"
    # Counted here and not by what `verdict` raises, so that any other error is still one.
    if not policy.plastic or len(rows) < 2 or len(rows) // policy.longest_interval < FEWEST_UPDATES:
        return UNJUDGED
    return verdict(rows, context.task.control_period, actions=life.record.actions[ticks]).label


def too_short_to_judge(context: Context) -> str | None:
    """Return why lives have too few weight updates for a verdict, in one line, or None if they have enough."""
    needed = FEWEST_UPDATES * context.policy.longest_interval if context.policy.plastic else 0
    if context.ticks >= needed:
        return None
    return f"ticks={context.ticks}: a verdict on the weights takes {FEWEST_UPDATES} updates; nearest valid: {needed}"


def count_labels(labels: Iterable[str]) -> dict[str, int]:
    """Return how many lives had each verdict, in the order of LABELS."""
    counts = Counter(labels)
    return {label: counts[label] for label in (*LABELS, UNJUDGED) if counts[label]}


def most_common(counts: dict[str, int]) -> str:
    """Return the verdict that most lives had; of equals the first."""
    return max(counts, key=lambda label: counts[label])


def motion(context: Context, life: Life, begin: int, end: int) -> str:
    """Return whether the body has a gait from tick `begin` to `end`, moves without one, or stands; else "unseen"."""
    task = context.task
    body = task.world.body()
    return (body and motion_between(life.record, body, task.control_period, begin, end)) or UNSEEN


def no_gait(motions: Iterable[str]) -> dict[str, dict[str, int]]:
    """Return under `no_gait` what is done by bodies that have no gait; nothing if all have one."""
    counts = Counter(motion for motion in motions if motion != "gait")
    return {"no_gait": dict(sorted(counts.items()))} if counts else {}


def summary(values: Sequence[float | None] | np.ndarray, seed: int) -> dict[str, Any]:
    """Return values [lives] with their mean and median, each with its 95 % bootstrap interval over lives.

    None and NaN say that a life has no such value; it is left out, and `counted` says how many are left.
    """
    every = np.array(values, dtype=np.float64)
    kept = every[np.isfinite(every)]
    found: dict[str, Any] = {"values": every, "counted": len(kept)}
    for name, statistic in (("mean", mean), ("median", median)):
        found[name] = float(statistic(kept)) if len(kept) else None
        found[f"{name}_ci95"] = interval(statistic, kept, seed) if len(kept) > 1 else None
    return found


def interval(statistic: Callable[..., np.ndarray], values: np.ndarray, seed: int) -> tuple[float, float]:
    """Return the 95 % bootstrap interval of a statistic over lives."""
    return bootstrap_interval(statistic, values, key=stream(root_key(seed), "experiment"))


def share(flags: Sequence[bool] | np.ndarray, seed: int) -> dict[str, Any]:
    """Return which part of the lives something holds for, with its 95 % bootstrap interval; None for no life."""
    values = np.array(flags, np.float64)
    return {
        "values": np.array(flags, bool),
        "share": float(values.mean()) if len(values) else None,
        "share_ci95": interval(mean, values, seed) if len(values) else None,
    }
