"""Whether weights have arrived where they go, or are still on their way when the record ends."""

from __future__ import annotations

import math

import numpy as np

from hebbax.attractors.drift import BLOCKS, TRANSIENT_BLOCKS, Drift
from hebbax.attractors.principal_components import Structure
from hebbax.attractors.thresholds import Thresholds


def settling_margin(drift: Drift, whole: Structure, limits: Thresholds, bounded: bool) -> float:
    """Return by how much the weights are still on their way at the end of the record, in margins.

    They go one way, and more slowly with time (or are bounded, so that they must), or their swings die out; and what
    happens in the last third is more than the ripple of weights at rest.
    """
    still = limits.still * whole.scale
    straight = margin_above(drift.straightness, limits.straight, 0.2) if bounded else -1
    going = min(
        margin_above(drift.surprise, limits.surprise, 1.0),
        margin_above(drift.shift, 0.5 * limits.still * whole.scale, 0.25 * limits.still * whole.scale),
        margin_above(drift.shift, limits.drifts * drift.swing, max(limits.drifts * drift.swing, 1e-300)),
        margin_above(drift.straightness, 0.5 * limits.straight, 0.2),
        max(margin_above(limits.steady, drift.pace, 0.4), straight),
    )
    return max(going, min(_fading_margin(drift, limits), margin_above(drift.swing, still, still)))


def rest_margin(drift: Drift, limits: Thresholds) -> float:
    """Return by how much the weights have come to rest within the record, in margins."""
    slowing = min(
        margin_above(drift.straightness, limits.straight, 0.2),
        margin_above(limits.steady, drift.pace, 0.4),
        margin_above(drift.distance, 2 * drift.swing, max(drift.swing, 1e-300)),
    )
    return max(slowing, _fading_margin(drift, limits))


def _fading_margin(drift: Drift, limits: Thresholds) -> float:
    return min(margin_above(-drift.trend, limits.trend, 0.3), margin_above(limits.fades, drift.swelling, 0.2))


def steadiness_margin(drift: Drift, whole: Structure, limits: Thresholds) -> float:
    """Return by how much the last third of a record is like the one before, in margins.

    Differences that are smaller than the ripple of weights at rest, or than a part of the swings, do not count.
    """
    rest = 0.5 * limits.still * whole.scale
    small = max(
        margin_above(rest, drift.shift, 0.5 * rest),
        margin_above(limits.drifts * drift.swing, drift.shift, 0.5 * max(limits.drifts * drift.swing, 1e-300)),
    )
    place = max(small, margin_above(limits.surprise, drift.surprise, 1.2))
    swings = 1.0 if drift.swing < rest else 2 * (1 - abs(np.log(max(drift.swelling, 1e-9))) / np.log(limits.growth))
    return min(place, float(swings))


def rows_needed(drift: Drift, rows: int, scale: float, limits: Thresholds) -> int:
    """Return how many rows a record of weights that are still settling should have for a verdict.

    What is left to go is extrapolated: it shrinks by the same factor per row as the pace of the means, or the swings,
    do within the record. The second half of a record is taken for the attractor, so the time is doubled. It is 2 to 20
    times the record, rounded up to two digits.
    """
    enough = 0.5 * limits.still * scale
    third = rows * (BLOCKS - TRANSIENT_BLOCKS) / BLOCKS * 2 / 3
    times = [0.0]
    if 0 < drift.pace < 1 and drift.shift > enough:
        times.append(third / -np.log(drift.pace) * np.log(drift.shift / enough))
    if 0 < drift.growth < 1 and drift.swing > enough:
        times.append(rows / 4 / -np.log(drift.growth) * np.log(drift.swing / enough))
    longer = float(np.clip(2 * (rows + max(times)), 2 * rows, 20 * rows))
    digits = 10 ** max(math.floor(math.log10(longer)) - 1, 0)
    return math.ceil(longer / digits) * digits


def margin_above(value: float, threshold: float, margin: float) -> float:
    """Return how far a value is above its threshold, over the margin within which the verdict is unsure."""
    return (value - threshold) / margin
