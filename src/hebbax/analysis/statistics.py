"""Statistics over seeds, lives and timings that hold for few of them.

R. Agarwal, M. Schwarzer, P. S. Castro, A. Courville, M. G. Bellemare: *Deep Reinforcement Learning at the Edge of the
Statistical Precipice*. NeurIPS 2021, arXiv:2108.13264.

Few lives or runs are said to be few, in words.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import jax
import numpy as np

from hebbax.errors import HebbaxError
from hebbax.keys import stream
from hebbax.settings import pinned

REPETITIONS = 10_000
"""Resamplings behind every interval."""

_LEVEL = 0.95

ENOUGH_LIVES = 20
"""Lives that an interval should rest on."""


def mean(values: np.ndarray) -> np.ndarray:
    """Return the mean over the last axis: values [..., runs] to [...]."""
    return np.mean(values, axis=-1)


def median(values: np.ndarray) -> np.ndarray:
    """Return the median over the last axis: values [..., runs] to [...]."""
    return np.median(values, axis=-1)


def interquartile_mean(values: np.ndarray) -> np.ndarray:
    """Return the mean of the middle half over the last axis: values [..., runs] to [...].

    A quarter of the runs, rounded down, is left out at either end (Agarwal et al. 2021, 4.3).
    """
    ascending = np.sort(values, axis=-1)
    runs = ascending.shape[-1]
    trim = runs // 4
    return np.mean(ascending[..., trim : runs - trim], axis=-1)


def probability_of_improvement(better: np.ndarray, worse: np.ndarray) -> np.ndarray:
    """Return how often a run of the first group beats one of the second: [..., m] and [..., n] to [...], 0 to 1.

    Over all pairs of runs, a tie counting half: the Mann-Whitney U statistic over m × n (Agarwal et al. 2021, 4.3).
    """
    first, second = better[..., :, None], worse[..., None, :]
    return np.mean((first > second) + 0.5 * (first == second), axis=(-2, -1))


@pinned()
def bootstrap_interval(
    statistic: Callable[..., np.ndarray], *groups: np.ndarray, key: Any, repetitions: int = REPETITIONS
) -> tuple[float, float]:
    """Return the 95 % interval of a statistic by the stratified percentile bootstrap (Agarwal et al. 2021, 4.1).

    Args:
        statistic: from one array [repetitions, runs] per group to [repetitions].
        groups: the values of each group [runs]; each is resampled for itself, with replacement.
        key: of the resampling; the same key gives the same interval.
        repetitions: how many resamplings.

    Raises HebbaxError for a group without a run.
    """
    samples = []
    for number, values in enumerate(groups):
        if not len(values):
            raise HebbaxError("cannot resample a group without a run: give at least one")
        shape = (repetitions, len(values))
        indices = jax.random.randint(stream(key, "bootstrap", number), shape, 0, len(values))
        samples.append(np.asarray(values, np.float64)[np.asarray(indices)])
    tail = (1 - _LEVEL) / 2
    low, high = np.quantile(statistic(*samples), [tail, 1 - tail])
    return float(low), float(high)


def median_interval(values: Sequence[float]) -> tuple[float, float, float]:
    """Return an interval for the median of values [n], lowest and highest, and how likely it covers the true one.

    It joins two order statistics, and assumes nothing of the distribution: the narrowest that covers the true median in
    at least 95 % of cases, or lowest and highest where there are too few values. Raises HebbaxError for no value.
    """
    if not len(values):
        raise HebbaxError("cannot tell the median of no values: give at least one")
    ascending, count, rank = sorted(values), len(values), 0
    while 2 * (rank + 1) < count and 1.0 - 2.0 * _below(rank + 1, count) >= _LEVEL:
        rank += 1
    return ascending[rank], ascending[-1 - rank], 1.0 - 2.0 * _below(rank, count)


def _below(rank: int, count: int) -> float:
    """Return how likely it is that at most `rank` of so many values lie below the true median."""
    return sum(math.comb(count, k) for k in range(rank + 1)) / 2**count


def resting_on(fewest: int, most: int | None = None) -> str:
    """Return a sentence on how many lives 95 % intervals rest on, from `fewest` to `most` if these differ."""
    count = f"{fewest:,}" if most in (None, fewest) else f"{fewest:,} to {most:,}"
    lives = "life" if count == "1" else "lives"
    few = f"; from fewer than {ENOUGH_LIVES} they are rough" if fewest < ENOUGH_LIVES else ""
    return f"95 % intervals rest on {count} {lives}{few}."
