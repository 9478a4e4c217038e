"""How fast two nearly equal lives part: the largest Lyapunov exponent.

G. Benettin, L. Galgani, A. Giorgilli, J.-M. Strelcyn: *Lyapunov Characteristic Exponents for Smooth Dynamical Systems
and for Hamiltonian Systems*. Meccanica 15, 1980.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from hebbax.errors import HebbaxError

FLOOR = 30.0
"""Distances below so many roundings of the weights' own size are rounding, not dynamics."""

CEILING = 0.1
"""Distances above this part of the size of the attractor fold back instead of growing."""

_FEWEST_TICKS = 5


@dataclass(frozen=True)
class Lyapunov:
    """A largest Lyapunov exponent: positive where neighbours part, negative where they meet."""

    exponent: float  # 1 / tick, to base e; -infinity where the pairs have become equal to the last bit
    standard_error: float  # 1 / tick; NaN where there is one value only
    ticks: int  # over which it was measured, all pairs together

    def per_second(self, control_period: float) -> float:
        """Return the exponent in 1 / s."""
        return self.exponent / control_period

    @property
    def chaotic(self) -> bool:
        """Whether it is above 0 by more than twice its standard error."""
        return bool(self.exponent > 2 * self.standard_error)


def lyapunov_of_map(
    step: Callable[[np.ndarray], np.ndarray],
    state: np.ndarray,
    generator: np.random.Generator,
    *,
    ticks: int = 5000,
    distance: float = 1e-8,
    renormalise_every: int = 5,
    discard: int = 500,
) -> Lyapunov:
    """Return the exponent of a system that can be run from any state, by Benettin's two trajectories.

    A second state begins `distance` × (1 + ‖state‖) away in a random direction. Every few ticks the logarithm of how
    far it has gone is taken, and it is put back to that distance along the way it went. Growth in the first `discard`
    ticks, while the pair turns to the direction that grows fastest, is left out. The standard error is that of 10 means
    of consecutive parts.

    Args:
        step: from a state [dimensions] to the next; it must not change its argument.
        state: float64 [dimensions].
        generator: for the direction.
        ticks: how many to measure over.
        distance: relative distance between the two.
        renormalise_every: ticks between corrections.
        discard: ticks before measuring.

    Raises HebbaxError if a state is not finite, or fewer than ten corrections would be measured.
    """
    if ticks < 10 * renormalise_every or renormalise_every < 1:
        raise HebbaxError(f"ticks={ticks}: expected at least 10 corrections, one each {renormalise_every} ticks")
    first = np.asarray(state, np.float64)
    apart = generator.standard_normal(first.shape)
    apart *= distance * (1 + np.linalg.norm(first)) / np.linalg.norm(apart)
    growth: list[float] = []
    for number in range(-(-discard // renormalise_every) + ticks // renormalise_every):
        before = float(np.linalg.norm(apart))
        second = first + apart
        for _ in range(renormalise_every):
            first, second = step(first), step(second)
        apart = second - first
        after = float(np.linalg.norm(apart))
        if not (np.isfinite(first).all() and np.isfinite(after)):
            raise HebbaxError(
                f"the state is not finite after {(number + 1) * renormalise_every} ticks: start elsewhere"
            )
        if after == 0:
            return Lyapunov(-np.inf, np.nan, (number + 1) * renormalise_every)
        growth.append(np.log(after / before))
        apart *= distance * (1 + np.linalg.norm(first)) / after
    measured = np.array(growth[-(ticks // renormalise_every) :]) / renormalise_every
    parts = [part.mean() for part in np.array_split(measured, 10)]
    return Lyapunov(
        float(measured.mean()), float(np.std(parts, ddof=1) / np.sqrt(10)), len(measured) * renormalise_every
    )


def pair_distances(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Return ‖W_t − W'_t‖ of pairs of lives [pairs, ticks, weights]: float64 [pairs, ticks]."""
    apart = np.asarray(second, np.float64) - np.asarray(first, np.float64)
    return np.sqrt(np.einsum("ptw,ptw->pt", apart, apart))


def lyapunov_of_pairs(first: np.ndarray, second: np.ndarray, *, skip: int = 0) -> Lyapunov:
    """Return the exponent from pairs of lives with the same body that begin a tiny distance apart.

    Args:
        first: weights of the lives as they are, float32 or float64 [pairs, ticks, weights]. The ticks begin with the
            small difference, best after the transient.
        second: weights of the lives with the difference, of the same shape and type.
        skip: ticks left out at the start, while the difference turns to the direction that grows fastest.

    Each pair gives the slope of the logarithm of the distance over its linear region: from `skip` to the first tick at
    which the distance is below 30 roundings of the weights, or above a tenth of the attractor's size (the root mean
    square distance of the weights from their mean, or a tenth of their norm where that is more). The exponent is the
    mean over pairs, weighted by the lengths of the regions, so that it is the growth over the time that it took; the
    standard error is that of this mean.

    Raises HebbaxError for arrays of other shapes or unequal ones, or where no pair stays within the region for 5 ticks.
    """
    first, second = np.asarray(first), np.asarray(second)
    if first.ndim != 3 or first.shape != second.shape or first.dtype.kind != "f":
        raise HebbaxError(
            f"pairs have shapes {first.shape} and {second.shape}, type {first.dtype}: "
            "expected floats [pairs, ticks, weights] twice"
        )
    norms = np.sqrt(np.mean(np.sum(np.square(first, dtype=np.float64), axis=2), axis=1))
    spread = np.sqrt(np.sum(np.var(first, axis=1, dtype=np.float64), axis=1))
    floors = FLOOR * np.finfo(first.dtype).eps * norms
    ceilings = CEILING * np.maximum(spread, CEILING * norms)
    slopes, lengths = [], []
    for distance, floor, ceiling in zip(pair_distances(first, second)[:, skip:], floors, ceilings, strict=True):
        region = _linear_region(distance, floor, ceiling)
        if region >= _FEWEST_TICKS:
            slopes.append(_slope(np.log(distance[:region])))
            lengths.append(region)
    if not slopes:
        raise HebbaxError(
            f"no pair of lives stays within the linear range for {_FEWEST_TICKS} ticks: expected distances between "
            f"{floors.max():.1e} and {ceilings.min():.1e} at tick {skip}"
        )
    weights = np.array(lengths) / np.sum(lengths)
    exponent = float(weights @ slopes)
    scatter = float(np.sum(weights**2 * (np.array(slopes) - exponent) ** 2))
    error = float(np.sqrt(scatter * len(slopes) / (len(slopes) - 1))) if len(slopes) > 1 else float("nan")
    return Lyapunov(exponent, error, int(np.sum(lengths)))


def _linear_region(distance: np.ndarray, floor: float, ceiling: float) -> int:
    """Return how many ticks at the start lie between floor and ceiling."""
    outside = np.flatnonzero((distance <= floor) | (distance >= ceiling) | ~np.isfinite(distance))
    return int(outside[0]) if len(outside) else len(distance)


def _slope(values: np.ndarray) -> float:
    """Return the least-squares slope of equally spaced values [n]."""
    times = np.arange(len(values)) - (len(values) - 1) / 2
    return float(times @ values / np.sum(times**2))
