"""The rule of the paper on Hebbian Attractor Networks for telling a fixed point from a limit cycle."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from hebbax.attractors.trajectory import check_trajectory, weight_speed

EARLY = 0.05
"""Part of a life that the rule takes for its beginning."""

LIMIT = 0.40


@dataclass(frozen=True)
class PublishedRatio:
    """What the rule says of one life."""

    label: str  # fixed-point or limit-cycle: it knows no other
    ratio: float  # mean speed after the beginning over the mean speed within it; infinite if nothing moved there


def published_ratio(trajectory: np.ndarray, layer_shapes: Sequence[tuple[int, int]] | None = None) -> PublishedRatio:
    """Classify weights [ticks, weights] by how much slower they get after the first twentieth of a life.

    The speed is Σ over layers of ‖W_{t+1} − W_t‖; below 0.40 of the beginning's mean the life counts as a fixed point,
    else as a limit cycle (Dittrich, van Diggelen, Floreano, ICRA 2026, arXiv 2603.22512: gait evaluation). A speed that
    is not finite gives a ratio that is not, and a limit cycle. Raises HebbaxError for fewer than 40 ticks.
    """
    rows = check_trajectory(trajectory, ticks=40)
    speed = weight_speed(rows, layer_shapes).summed
    early = int(len(speed) * EARLY)
    before, after = float(np.mean(speed[:early])), float(np.mean(speed[early:]))
    ratio = after / before if before > 0 else (float("inf") if after > 0 else 0.0)
    return PublishedRatio("fixed-point" if ratio < LIMIT else "limit-cycle", ratio)
