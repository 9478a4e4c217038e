"""Timing sides against each other, and what can be said of the median of few measurements."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any, TypeVar

import numpy as np

from hebbax.analysis.statistics import median_interval

Side = TypeVar("Side", bound=Hashable)


def alternate(
    sides: Mapping[Side, Callable[[], object]], repeats: int, tidy: Callable[[], object] = lambda: None
) -> dict[Side, list[float]]:
    """Return the seconds that each side took in each round.

    Every round runs all sides, in turn forwards and backwards, so that a machine that slows down or warms up treats
    them alike, and sides are compared round by round. Before each of them `tidy` runs, in nobody's time.
    """
    seconds: dict[Side, list[float]] = {side: [] for side in sides}
    for turn in range(repeats):
        order = list(sides)[:: 1 if turn % 2 == 0 else -1]
        for side in order:
            tidy()
            start = time.perf_counter()
            sides[side]()
            seconds[side].append(time.perf_counter() - start)
    return seconds


def children_cpu_seconds() -> float:
    """Return the processor time of all processes that this one has started and waited for."""
    times = os.times()
    return times.children_user + times.children_system


def rates(seconds: Sequence[float], amount: float) -> list[float]:
    """Return how much was done per second in each measurement."""
    return [amount / value for value in seconds]


def ratios(above: Sequence[float], below: Sequence[float]) -> list[float]:
    """Return the ratio of each pair."""
    return [one / other for one, other in zip(above, below, strict=True)]


def summary(values: Sequence[float]) -> dict[str, Any]:
    """Return every value, their median, and an interval for it with its coverage; see `median_interval`."""
    low, high, coverage = median_interval(values)
    return {
        "median": float(np.median(values)),
        "interval": [low, high],
        "coverage": coverage,
        "values": list(values),
    }
