"""How fast two nearly equal lives part: the largest Lyapunov exponent.

G. Benettin, L. Galgani, A. Giorgilli, J.-M. Strelcyn: *Lyapunov Characteristic Exponents for Smooth Dynamical Systems
and for Hamiltonian Systems*. Meccanica 15, 1980.

A body whose state is another package's has no twin that can be put back to its first distance (`engines.twins`): there
`Pairs` are a life and twins that were given other weights at some ticks of it, by very little.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import stdtrit

from hebbax.errors import HebbaxError

FLOOR = 30.0
"""Distances below so many roundings of the weights' own size are rounding, not dynamics."""

CEILING = 0.1
"""Distances above this part of the size of the attractor fold back instead of growing."""

_SHORTEST_REGION = 5
_PART = 25  # values to a part of a series, if that makes 5 to 20 parts
_FEWEST_VALUES = 40
_SETTLING = 10  # values after a lost one in which a new difference turns to the direction that grows fastest

NUDGE = 2e-4
"""Length of the difference over that of the weights: as far above float32's rounding as below what folds back."""

FEWEST_TICKS = 160
"""Ticks of a life below which no twin is looked at."""

_ONSETS = (4, 5, 6)  # eighths of the life
_TURNING = 20  # ticks in which a difference turns to the direction that grows fastest
_ENOUGH = 10  # ticks per pair that have to be left after them


@dataclass(frozen=True)
class Lyapunov:
    """A largest Lyapunov exponent: positive where neighbours part, negative where they meet."""

    exponent: float  # 1 / tick, to base e; -infinity where the pairs have become equal to the last bit
    standard_error: float  # 1 / tick, half of a 95 % interval's half width; NaN where there is one value only
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
    ticks, while the pair turns to the direction that grows fastest, is left out. The standard error is that of 5 to 20
    means of consecutive parts.

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
    difference = generator.standard_normal(first.shape)
    difference *= distance * (1 + np.linalg.norm(first)) / np.linalg.norm(difference)
    growth: list[float] = []
    for number in range(-(-discard // renormalise_every) + ticks // renormalise_every):
        before = float(np.linalg.norm(difference))
        second = first + difference
        for _ in range(renormalise_every):
            first, second = step(first), step(second)
        difference = second - first
        after = float(np.linalg.norm(difference))
        if not (np.isfinite(first).all() and np.isfinite(after)):
            raise HebbaxError(
                f"the state is not finite after {(number + 1) * renormalise_every} ticks: start elsewhere"
            )
        if after == 0:
            return Lyapunov(-np.inf, np.nan, (number + 1) * renormalise_every)
        growth.append(np.log(after / before))
        difference *= distance * (1 + np.linalg.norm(first)) / after
    rates = np.array(growth[-(ticks // renormalise_every) :]) / renormalise_every
    return _of_series(rates, len(rates) * renormalise_every)


def lyapunov_of_growth(growth: np.ndarray) -> Lyapunov:
    """Return the exponent from the logarithm by which one small difference grows at each tick.

    Args:
        growth: [ticks], to base e, after the difference has turned to the direction that grows fastest. NaN where
            it was lost and another began: that tick and the 10 after it are left out. Minus infinity where none was
            left.

    The standard error is that of 5 to 20 means of consecutive parts of 25 ticks or more, so that what ticks have in
    common with their neighbours makes it no smaller.

    Raises HebbaxError, which says why, where it cannot be measured: the neighbours become equal, or too few ticks are
    left, or fewer than half.
    """
    growth = np.asarray(growth, np.float64)
    if np.any(np.isneginf(growth)):
        raise HebbaxError(f"neighbours become equal to the last bit at tick {int(np.argmax(np.isneginf(growth)))}")
    missing = ~np.isfinite(growth)
    settling = np.convolve(missing, np.ones(1 + _SETTLING))[: len(growth)] > 0
    rates = growth[~settling]
    if len(growth) < _FEWEST_VALUES:
        raise HebbaxError(f"{len(growth)} ticks are too few: expected at least {_FEWEST_VALUES}")
    if len(rates) < max(_FEWEST_VALUES, len(growth) / 2):
        raise HebbaxError(
            f"neighbours leave the linear range within a tick, {missing.sum()} times in {len(growth)} ticks"
        )
    return _of_series(rates, len(rates))


def _of_series(rates: np.ndarray, ticks: int) -> Lyapunov:
    """Return the exponent from consecutive growth rates, 1 / tick."""
    parts = int(np.clip(len(rates) // _PART, 5, 20))
    means = [part.mean() for part in np.array_split(rates, parts)]
    return Lyapunov(float(rates.mean()), float(np.std(means, ddof=1) / np.sqrt(parts) * _widening(parts)), ticks)


def _widening(count: int) -> float:
    """Return the factor on a standard error of `count` values with which twice it is a 95 % interval."""
    return float(stdtrit(count - 1, 0.975)) / 2


def pair_distances(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Return ‖W_t − W'_t‖ of pairs of lives [pairs, ticks, weights]: float64 [pairs, ticks]."""
    difference = np.asarray(second, np.float64) - np.asarray(first, np.float64)
    return np.sqrt(np.einsum("ptw,ptw->pt", difference, difference))


def lyapunov_of_pairs(first: np.ndarray, second: np.ndarray, *, skip: int = 0) -> Lyapunov:
    """Return the exponent from pairs of lives with the same body that begin a tiny distance apart.

    Args:
        first: weights of the lives as they are, float32 or float64 [pairs, ticks, weights]. The ticks begin with the
            small difference, best after the transient.
        second: weights of the lives with the difference, of the same shape and type.
        skip: ticks left out at the start, while the difference turns to the direction that grows fastest.

    Each pair gives its growth over its linear region: from `skip` to the first tick at which the distance is below 30
    roundings of the weights, or above a tenth of the attractor's size (the root mean square distance of the weights
    from their mean, or a tenth of their norm where that is more). Growth is the slope of the logarithm. Only of a
    region that ends above is it taken between its ends, the first tick beyond included: such a region is more likely
    to end with a large step than with a small one, and without that step growth would be too small. The exponent is the
    growth of all pairs over the time that it took, and the standard error is that of this ratio, for as few pairs as
    there are.

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
    limits = zip(pair_distances(first, second)[:, skip:], floors, ceilings, strict=True)
    regions = np.array([_growth(*pair) for pair in limits])  # [pairs, 2]
    if not np.any(long := regions[:, 1] >= _SHORTEST_REGION):
        raise HebbaxError(
            f"no pair of lives stays within the linear range for {_SHORTEST_REGION} ticks: expected distances between "
            f"{floors.max():.1e} and {ceilings.min():.1e} at tick {skip}"
        )
    # Pairs whose regions are short for their strong growth are of the same kind as the rest, and count with them.
    growth, ticks = regions[regions[:, 1] > 0 if long.mean() > 0.5 else long].T
    exponent = float(growth.sum() / ticks.sum())
    scatter = float(np.sum((growth - exponent * ticks) ** 2)) / float(ticks.sum()) ** 2
    count = len(ticks)
    error = float(np.sqrt(scatter * count / (count - 1))) * _widening(count) if count > 1 else float("nan")
    return Lyapunov(exponent, error, int(ticks.sum()))


def _growth(distance: np.ndarray, floor: float, ceiling: float) -> tuple[float, int]:
    """Return by what logarithm a distance grows in its linear region, and in how many ticks."""
    region = _linear_region(distance, floor, ceiling)
    if region == 0:
        return 0.0, 0
    if region == len(distance) or not ceiling <= distance[region] < np.inf:
        return (_slope(np.log(distance[:region])) * (region - 1), region - 1) if region > 1 else (0.0, 0)
    return float(np.log(distance[region] / distance[0])), region


def _linear_region(distance: np.ndarray, floor: float, ceiling: float) -> int:
    """Return how many ticks at the start lie between floor and ceiling."""
    outside = np.flatnonzero((distance <= floor) | (distance >= ceiling) | ~np.isfinite(distance))
    return int(outside[0]) if len(outside) else len(distance)


def _slope(values: np.ndarray) -> float:
    """Return the least-squares slope of equally spaced values [n]."""
    times = np.arange(len(values)) - (len(values) - 1) / 2
    return float(times @ values / np.sum(times**2))


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
    windows = [
        (life[onset : onset + window], twin[onset : onset + window])
        for onset, twin in zip(onsets(len(life)), twins, strict=True)
        if len(twin) >= onset + window
    ]
    return (
        Pairs(np.stack([first for first, _ in windows]), np.stack([second for _, second in windows]))
        if windows
        else None
    )


def exponent_of(pairs: Pairs) -> Lyapunov:
    """Return the exponent of a life, measured after the difference has had 20 ticks to turn.

    A difference that is soon gone is measured from its start. Raises HebbaxError, which says why, where nothing can be
    measured: above all where a difference has grown out of its linear range before it has turned.
    """
    try:
        after_turning = lyapunov_of_pairs(pairs.first, pairs.second, skip=_TURNING)
        if after_turning.ticks >= _ENOUGH * len(pairs.first):
            return after_turning
    except HebbaxError:
        pass  # all have left the range: downwards, or nothing can be said
    from_start = lyapunov_of_pairs(pairs.first, pairs.second)
    if from_start.exponent >= 0:
        raise HebbaxError(
            f"neighbours leave the linear range within {_TURNING + _ENOUGH} ticks, before they have turned"
        )
    return from_start


def pool_exponents(estimates: Sequence[Lyapunov]) -> Lyapunov | None:
    """Return the exponent over several lives: the mean weighted by ticks, with the standard error among them.

    It is at least that of the lives' own standard errors.
    """
    if not estimates:
        return None
    exponents = np.array([one.exponent for one in estimates])
    weights = np.array([one.ticks for one in estimates], np.float64)
    weights /= weights.sum()
    mean = float(weights @ exponents)
    scatter = float(np.sum(weights**2 * (exponents - mean) ** 2))
    error = np.sqrt(scatter * len(estimates) / (len(estimates) - 1)) if len(estimates) > 1 else 0.0
    # A few lives may agree by chance: no interval is narrower than those of the lives themselves make it.
    within = np.sqrt(np.sum((weights * [one.standard_error for one in estimates]) ** 2))
    error = within if len(estimates) == 1 else np.fmax(error, within)
    return Lyapunov(mean, float(error), sum(one.ticks for one in estimates))
