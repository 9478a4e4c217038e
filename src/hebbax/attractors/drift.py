"""Whether weights go somewhere for good: in one direction, or in swings that grow or die out.

The record is cut into equal blocks. The path of the blocks' means tells of direction, the spread within them of swings.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np

BLOCKS = 12
TRANSIENT_BLOCKS = 2
"""Blocks at the start that may belong to a transient."""

_THIRD = BLOCKS // 3


@dataclass(frozen=True)
class Drift:
    """How the weights' place and swings change over a record."""

    straightness: float  # net way of the block means over the way along them: 1 straight on, about 0.3 a random walk
    distance: float  # net way, in units of the weights
    pace: float  # speed of the means in the last third over that in the first: 1 steady, below it slowing down
    swing: float  # root mean square distance from the block's mean, in the last block
    growth: float  # swing of the last block over that of the one three blocks before
    trend: float  # Kendall's τ of the swings with time, -1 to 1
    shift: float  # way from the mean of the middle third to that of the last third, in units of the weights
    surprise: float  # that way over the one that the means of blocks, by their scatter within thirds, lead to expect
    swelling: float  # swing in the last third over that in the middle third


def measure_drift(trajectory: np.ndarray, scores: np.ndarray, noise: float) -> Drift:
    """Measure the drift of a trajectory [ticks, weights], of which scores [ticks, components] are the shared motion.

    The direction is measured in all weights: the leading components of a random walk in many dimensions are smooth arcs
    (Antognini and Sohl-Dickstein 2018), which look straight. `noise` is the variance of the noise in each direction.
    """
    size = len(trajectory) // BLOCKS
    begin = len(trajectory) - size * BLOCKS
    blocks = trajectory[begin:].reshape(BLOCKS, size, -1)
    every_mean = blocks.mean(axis=1, dtype=np.float64)
    means = every_mean[TRANSIENT_BLOCKS:]
    steps = _without_noise(np.diff(means, axis=0), 2 * noise * trajectory.shape[1] / size)
    way = float(_without_noise((means[-1] - means[0])[None], 2 * noise * trajectory.shape[1] / size)[0])
    third = len(steps) // 3
    first, last = steps[:third].mean(), steps[-third:].mean()
    parts = scores[begin:].reshape(BLOCKS, size, -1)
    swings = np.sqrt(np.mean(np.sum((parts - parts.mean(axis=1, keepdims=True)) ** 2, axis=2), axis=1))[
        TRANSIENT_BLOCKS:
    ]
    shift, surprise = _shift(every_mean, noise * trajectory.shape[1] / size)
    return Drift(
        straightness=_ratio(way, float(steps.sum())),
        distance=way,
        pace=_ratio(float(last), float(first)),
        swing=float(swings[-1]),
        growth=_ratio(float(swings[-1]), float(swings[-4])),
        trend=float(np.mean([np.sign(later - earlier) for earlier, later in combinations(swings, 2)])),
        shift=shift,
        surprise=surprise,
        swelling=_ratio(float(np.mean(swings[-_THIRD:])), float(np.mean(swings[-2 * _THIRD : -_THIRD]))),
    )


def _shift(means: np.ndarray, noise: float) -> tuple[float, float]:
    """Return how far block means [blocks, weights] go from the middle third to the last, and over what chance gives.

    `noise` is the squared length that noise adds to a block's mean. Straight motion has five times what chance gives, a
    random walk in many dimensions 2.6 times.
    """
    middle, last = means[-2 * _THIRD : -_THIRD], means[-_THIRD:]
    shift = float(_without_noise((last.mean(axis=0) - middle.mean(axis=0))[None], 2 * noise / _THIRD)[0])
    within = np.concatenate([middle - middle.mean(axis=0), last - last.mean(axis=0)])
    scatter = max(float(np.sum(within**2)) / (2 * (_THIRD - 1)) - noise, 0.0)
    return shift, _ratio(shift, float(np.sqrt(2 * scatter / _THIRD)))


def _without_noise(steps: np.ndarray, noise: float) -> np.ndarray:
    """Return the lengths of steps [steps, weights] without what noise of this squared length adds, float64 [steps]."""
    return np.sqrt((np.sum(steps**2, axis=1) - noise).clip(0))


def _ratio(above: float, below: float) -> float:
    return above / below if below > 0 else (1.0 if above == 0 else float("inf"))
