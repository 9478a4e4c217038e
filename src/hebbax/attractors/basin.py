"""Whether weights that begin elsewhere come back to the same attractor, how fast and how often.

Elsewhere are lives of the same body that begin, or go on, with other weights: `STARTS`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from hebbax.attractors.principal_components import find_structure
from hebbax.attractors.thresholds import DEFAULT_THRESHOLDS
from hebbax.attractors.trajectory import check_trajectory, finite_rows
from hebbax.attractors.transient import nearest_distances, spacing, subsample, window_rows
from hebbax.errors import HebbaxError

ALIKE = 0.1
"""Part of the attractor's size, which is at least a twentieth of the weights' norm, below which distances are none."""

_SHORTEST = 40
_LAST = 4  # the last quarter of a life is what it ends on
_MARGIN = 1.5  # over the distances that points of the attractor have from each other
_MOST_OFF = 0.1  # part of the ticks that may be off an attractor that a life is on

NORMAL = "normal"
STARTS = {
    "redrawn": "other initial weights from the same distribution",
    NORMAL: "initial weights from N(0, 0.1²)",
    "zeroed": "a third of the weights set to 0 at half of the life",
}
"""The other starts, and what they are."""

ZEROED_SHARE = 1 / 3
"""Share of the weights that are set to 0."""

FEWEST_TICKS = 160
"""Ticks of a life below which no attractor is looked for in its second half."""


@dataclass(frozen=True, eq=False)
class Return:
    """How one life that began elsewhere relates to an attractor."""

    came_back: bool  # it ends on the attractor, and visits all of it
    ticks: int | None  # until it was there to stay
    off: float  # part of its last quarter that is off the attractor
    missed: float  # part of the attractor that its last quarter does not visit
    distances: np.ndarray  # float64 [finite ticks], from the nearest point of the attractor


@dataclass(frozen=True, eq=False)
class Basin:
    """How lives that began elsewhere relate to one attractor."""

    returns: tuple[Return, ...]  # one per life, in the order given

    @property
    def share(self) -> float:
        """Which part of the lives came back."""
        return float(np.mean([life.came_back for life in self.returns]))

    @property
    def ticks(self) -> np.ndarray:
        """How many ticks those that came back took, float64 [lives that came back]."""
        return np.array([life.ticks for life in self.returns if life.ticks is not None], np.float64)


def measure_basin(attractor: np.ndarray, others: Sequence[np.ndarray], *, alike: float = 0.0) -> Basin:
    """Compare lives that began elsewhere with an attractor.

    Args:
        attractor: weights on it, [ticks, weights], after the transient and best over several of its periods.
        others: trajectories [ticks, weights], each from where it began.
        alike: distance below which two places are the same to the caller, such as the ripple of a fixed point.

    Two sets of points are compared, not two courses in time, so a cycle that is met at another phase is the same. A
    tick is off the attractor if its nearest point there is farther than one and a half times the spacing of those
    points, and farther than a tenth of the attractor's size (or a two-hundredth of the weights' norm, where that is
    more). A life comes back if at most a tenth of its last quarter is off, and at most a tenth of the attractor is as
    far from all of that quarter: a fixed point on a cycle is not the cycle. Distances are taken in the components in
    which attractor and life together stand above the noise of single weights.

    Raises HebbaxError for fewer than 40 ticks, another number of weights or no life.
    """
    reference = check_trajectory(attractor, ticks=_SHORTEST)
    if not others:
        raise HebbaxError("no life to compare with the attractor: expected at least one")
    return Basin(tuple(_compare(reference, check_trajectory(other, ticks=_SHORTEST), alike) for other in others))


def _compare(attractor: np.ndarray, other: np.ndarray, alike: float) -> Return:
    if attractor.shape[1] != other.shape[1]:
        raise HebbaxError(f"a life has {other.shape[1]} weights: expected {attractor.shape[1]}, as the attractor has")
    finite = finite_rows(other)
    if finite < len(other):
        return Return(False, None, 1.0, 1.0, np.zeros(0))
    structure = find_structure(np.concatenate([attractor, other]))
    there, here = structure.scores[: len(attractor)], structure.scores[len(attractor) :]
    there = subsample(there)
    size = float(np.sqrt(np.sum(np.var(there, axis=0))))
    norm = float(np.sqrt(np.mean(np.sum(np.square(attractor, dtype=np.float64), axis=1))))
    limit = max(_MARGIN * spacing(there), ALIKE * max(size, 0.05 * norm), alike)
    distances = nearest_distances(here, there)
    last = here[-(len(here) // _LAST) :]
    off = float(np.mean(distances[-len(last) :] > limit))
    missed = float(np.mean(nearest_distances(there, last) > max(limit, _MARGIN * spacing(last))))
    came_back = off <= _MOST_OFF and missed <= _MOST_OFF
    return Return(came_back, _arrival_tick(distances > limit) if came_back else None, off, missed, distances)


def _arrival_tick(off: np.ndarray) -> int:
    """Return the first tick on the attractor from which on no window of the life is off it for half of its ticks."""
    arrival = int(np.argmin(off))  # no window sees an absence at birth that is shorter than half of it
    window = window_rows(len(off))
    shares = np.convolve(off, np.ones(window), "valid") / window
    late = np.flatnonzero(shares >= 0.5)
    if not len(late):
        return arrival
    return max(arrival, int(late[-1]) + int(np.flatnonzero(off[late[-1] : late[-1] + window])[-1]) + 1)


def compare_starts(life: np.ndarray, others: Mapping[str, np.ndarray], *, at_rest: bool) -> dict[str, Return]:
    """Return of each other trajectory [ticks, weights] whether it ends on the attractor of a life [ticks, weights].

    The attractor is the life's second half. If it is a point, which a ripple of up to a tenth of the weights' norm does
    not keep it from being, places within that ripple are the same. Lives, or others, that are too short are left out.
    """
    if len(life) < FEWEST_TICKS:
        return {}
    attractor = life[len(life) // 2 :]
    norm = float(np.sqrt(np.mean(np.sum(np.square(attractor, dtype=np.float64), axis=1))))
    alike = DEFAULT_THRESHOLDS.still * norm if at_rest else 0.0
    long_enough = {name: rows for name, rows in others.items() if len(rows) >= FEWEST_TICKS // 4}
    return {name: measure_basin(attractor, [rows], alike=alike).returns[0] for name, rows in long_enough.items()}


def return_values(life: Return) -> dict[str, Any]:
    """Return the numbers of a return as plain values."""
    return {"came_back": life.came_back, "ticks": life.ticks, "off": life.off, "missed": life.missed}


def basin_values(returns: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return how often lives came back, and how fast at the median, from their `return_values`."""
    ticks = [life["ticks"] for life in returns if life["came_back"]]
    return {
        "lives": len(returns),
        "came_back": len(ticks),
        "share": len(ticks) / len(returns) if returns else None,
        "ticks_median": float(np.median(ticks)) if ticks else None,
    }
