"""The Lyapunov exponent of one life, from twins that were given other weights at some ticks of it, by very little.

For bodies whose state is another package's, so that no twin can be put back to its first distance (`engines.twins`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from hebbax.attractors.lyapunov import Lyapunov, lyapunov_of_pairs
from hebbax.errors import HebbaxError

NUDGE = 2e-4
"""Length of the difference over that of the weights: as far above float32's rounding as below what folds back."""

FEWEST_TICKS = 160
"""Ticks of a life below which no twin is looked at."""

_ONSETS = (4, 5, 6)  # eighths of the life
_TURNING = 20  # ticks in which a difference turns to the direction that grows fastest
_ENOUGH = 10  # ticks a pair that have to be left after them


@dataclass(frozen=True, eq=False)
class Pairs:
    """A life and its twins, each over the quarter of the life that begins with the twin's difference."""

    first: np.ndarray  # float32 [twins, ticks, weights], the life
    second: np.ndarray  # float32 [twins, ticks, weights], the twins


def onsets(ticks: int) -> list[int]:
    """Return the ticks at which twins of a life get their difference: in its second half, after the transient."""
    return [ticks * eighths // 8 for eighths in _ONSETS] if ticks >= FEWEST_TICKS else []


def pairs_of(life: np.ndarray, twins: Sequence[np.ndarray]) -> Pairs | None:
    """Return the pairs of a life [ticks, weights] and the twins of all its onsets, or None for a life too short.

    A twin that ended before its quarter did is left out.
    """
    window = len(life) // 4
    kept = [
        (life[onset : onset + window], twin[onset : onset + window])
        for onset, twin in zip(onsets(len(life)), twins, strict=True)
        if len(twin) >= onset + window
    ]
    return Pairs(np.stack([first for first, _ in kept]), np.stack([second for _, second in kept])) if kept else None


def exponent_of(pairs: Pairs) -> Lyapunov:
    """Return the exponent of a life, measured after the difference has had 20 ticks to turn.

    A difference that is soon gone is measured from its start. Raises HebbaxError, which says why, where nothing can be
    measured: above all where a difference has grown out of its linear range before it has turned.
    """
    try:
        turned = lyapunov_of_pairs(pairs.first, pairs.second, skip=_TURNING)
        if turned.ticks >= _ENOUGH * len(pairs.first):
            return turned
    except HebbaxError:
        pass  # all have left the range: downwards, or nothing can be said
    unturned = lyapunov_of_pairs(pairs.first, pairs.second)
    if unturned.exponent >= 0:
        raise HebbaxError(
            f"neighbours leave the linear range within {_TURNING + _ENOUGH} ticks, before they have turned"
        )
    return unturned


def pooled(found: Sequence[Lyapunov]) -> Lyapunov | None:
    """Return the exponent over several lives: the mean weighted by ticks, with the standard error among them.

    It is at least that of the lives' own standard errors.
    """
    if not found:
        return None
    exponents = np.array([one.exponent for one in found])
    weights = np.array([one.ticks for one in found], np.float64)
    weights /= weights.sum()
    mean = float(weights @ exponents)
    scatter = float(np.sum(weights**2 * (exponents - mean) ** 2))
    error = np.sqrt(scatter * len(found) / (len(found) - 1)) if len(found) > 1 else 0.0
    # A few lives may agree by chance: no interval is narrower than those of the lives themselves make it.
    within = np.sqrt(np.sum((weights * [one.standard_error for one in found]) ** 2))
    error = within if len(found) == 1 else np.fmax(error, within)
    return Lyapunov(mean, float(error), sum(one.ticks for one in found))
