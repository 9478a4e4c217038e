"""When a life's transient ends: from which tick on its weights stay on what they are on in the second half.

This is a distance to a set of points, not to a place on it, so it does not matter at which phase of a cycle they come.
"""

from __future__ import annotations

import numpy as np

_MARGIN = 1.5  # over the distances that points on the attractor have from each other
_QUANTILE = 0.95
_WINDOWS = 50  # a record has so many windows; a window still belongs to the transient if half of it is off
_SHORTEST, _LONGEST = 5, 20  # rows of a window: longer ones would not see a transient that is over soon
_MOST_POINTS = 1000


def nearest_distances(points: np.ndarray, reference: np.ndarray) -> np.ndarray:
    """Return how far each of points [n, dimensions] is from the nearest of a reference [m, dimensions], float64 [n]."""
    return np.sqrt(squared_distances(points, reference).min(axis=1))


def squared_distances(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Return ‖a − b‖² of every pair of rows: [n, d] and [m, d] to float64 [n, m]."""
    first, second = first.astype(np.float64), second.astype(np.float64)
    # About the mean of one of them, so that little is lost where both are far from 0 and near each other.
    centre = second.mean(axis=0)
    first, second = first - centre, second - centre
    square = np.sum(first**2, axis=1)[:, None] + np.sum(second**2, axis=1) - 2 * first @ second.T
    return square.clip(0)


def spacing(points: np.ndarray) -> float:
    """Return how far points [ticks, dimensions] of the later half of a record are at most from the earlier half.

    The 95 % quantile of the distances to the nearest: what is normal on this attractor with so many points and so much
    noise.
    """
    half = len(points) // 2
    return float(np.quantile(nearest_distances(points[half:], points[:half]), _QUANTILE))


def transient_end(scores: np.ndarray, floor: float) -> int:
    """Return the tick at which the transient of scores [ticks, components] ends, at most half of the record.

    The second half counts as the attractor. A tick is off it if its distance to the nearest point there is above
    one and a half times the spacing of those points, and above `floor`. The transient ends after the last window
    (`window_rows`) half of which is off.
    """
    half = len(scores) // 2
    attractor = subsample(scores[half:])
    limit = max(_MARGIN * spacing(attractor), floor)
    off = nearest_distances(scores[:half], attractor) > limit
    window = min(window_rows(len(scores)), half)
    shares = np.convolve(off, np.ones(window), "valid") / window
    late = np.flatnonzero(shares >= 0.5)
    return min(int(late[-1]) + window, half) if len(late) else 0


def window_rows(rows: int) -> int:
    """Return the length of the window that must be on the attractor: a fiftieth of the record, 5 to 20 rows."""
    return min(max(_SHORTEST, rows // _WINDOWS), _LONGEST)


def subsample(points: np.ndarray) -> np.ndarray:
    """Return at most 1,000 of the points [ticks, dimensions], evenly spaced in time."""
    return points[:: -(-len(points) // _MOST_POINTS)]
