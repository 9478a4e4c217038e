"""Principal components of a weight trajectory, which may have more weights than ticks.

Why later steps may look at these components instead of all weights: an attractor of a few dimensions lies in a few
directions however many weights there are, distances within it are kept exactly by orthonormal axes, and noise that is
spread over all weights loses all but the part that happens to point along them.

`find_structure` tells what of a motion is shared by many weights from what is noise of each weight for itself. Noise of
variance σ² in each of D weights over T ticks has covariance eigenvalues of at most σ² (1 + √(D/T))², the
Marchenko-Pastur edge. A component above it is a motion in which weights move together.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hebbax.attractors.trajectory import check_trajectory
from hebbax.errors import HebbaxError

_EXACT_BELOW = 500  # the smaller side of a trajectory up to which all its singular values are computed
_EXTRA = 10  # directions more than asked for, and rounds: Halko, Martinsson and Tropp 2011, sections 4.2 to 4.5
_ROUNDS = 6

_COMPONENTS = 24  # two for each of twelve harmonics
_ABOVE_EDGE = 1.2  # the largest of finitely many noise eigenvalues scatters about the edge


@dataclass(frozen=True, eq=False)
class PrincipalComponents:
    """The directions in which a trajectory varies most, from the largest variance down."""

    mean: np.ndarray  # float64 [weights]
    axes: np.ndarray  # float64 [components, weights], orthonormal; each one's largest entry is positive
    variances: np.ndarray  # float64 [components], over ticks
    total_variance: float  # of all weights together
    scores: np.ndarray  # float64 [ticks, components]; the first three are the trajectory as it is drawn

    @property
    def explained(self) -> np.ndarray:
        """Each component's part of the total variance, float64 [components]; 0 where nothing moves."""
        return self.variances / self.total_variance if self.total_variance > 0 else np.zeros_like(self.variances)


def principal_components(trajectory: np.ndarray, count: int = 10) -> PrincipalComponents:
    """Return the leading components of a trajectory [ticks, weights] by singular value decomposition.

    At most `count`, and no more than ticks or weights. With more than 500 of both, the leading ones are found by
    subspace iteration from a fixed random start (Halko, Martinsson, Tropp: *Finding structure with randomness*, SIAM
    Review 2011, algorithm 4.4), whose cost is linear in ticks × weights. Raises HebbaxError for a count below 1.
    """
    rows = check_trajectory(trajectory)
    count = _check_count(count, min(rows.shape))
    mean = rows.mean(axis=0, dtype=np.float64)
    centred = rows - mean.astype(rows.dtype)
    basis = _leading_subspace(centred, count) if min(rows.shape) > _EXACT_BELOW else centred
    axes = _singular_axes(basis, count)
    scores = (centred @ axes.T.astype(rows.dtype)).astype(np.float64)
    total = float(np.einsum("tw,tw->", centred, centred, dtype=np.float64)) / len(rows)
    return PrincipalComponents(mean, axes, np.mean(scores**2, axis=0), total, scores)


def _check_count(count: int, limit: int) -> int:
    if count < 1:
        raise HebbaxError(f"count={count}: expected at least 1 component")
    return min(count, limit)


def _leading_subspace(centred: np.ndarray, count: int) -> np.ndarray:
    """Return rows that span the leading directions: [ticks, weights] to [count + extra, weights]."""
    # The start decides no result, only how fast it is reached, so it is the same for all data.
    start = np.random.default_rng(0).standard_normal((centred.shape[1], count + _EXTRA))
    span = centred @ start.astype(centred.dtype)
    for _ in range(_ROUNDS):
        orthonormal = np.linalg.qr(span)[0]
        span = centred @ (centred.T @ orthonormal)
    return np.linalg.qr(span)[0].T @ centred


def _singular_axes(rows: np.ndarray, count: int) -> np.ndarray:
    """Return the leading right singular vectors of rows [n, weights], float64 [count, weights]."""
    rows = rows.astype(np.float64)
    if rows.shape[0] >= rows.shape[1]:
        axes = np.linalg.eigh(rows.T @ rows)[1][:, ::-1][:, :count]
    else:
        # From the smaller matrix. The decomposition after it makes axes of no variance orthonormal too.
        axes = np.linalg.qr(rows.T @ np.linalg.eigh(rows @ rows.T)[1][:, ::-1][:, :count])[0]
    return _with_signs(axes.T)


def _with_signs(axes: np.ndarray) -> np.ndarray:
    """Turn each axis so that its largest entry is positive: a decomposition leaves the sign open."""
    largest = np.take_along_axis(axes, np.argmax(np.abs(axes), axis=1)[:, None], axis=1)
    return axes * np.where(largest < 0, -1.0, 1.0)


@dataclass(frozen=True, eq=False)
class Structure:
    """A trajectory in the components that stand above the noise of single weights."""

    scores: np.ndarray  # float64 [ticks, components], perhaps none; zero mean
    noise: float  # variance of the noise in each direction; 0 where all directions are components
    total_variance: float  # of all weights together, noise included
    scale: float  # root mean square of the norm of all weights
    weights: int

    @property
    def shared_variance(self) -> float:
        """The variance of the components without the noise that lies along them."""
        return max(float(np.sum(self.scores**2)) / len(self.scores) - self.noise * self.scores.shape[1], 0.0)

    @property
    def own_variance(self) -> float:
        """The variance that is each weight's own."""
        return max(self.total_variance - self.shared_variance, 0.0)


def find_structure(trajectory: np.ndarray) -> Structure:
    """Project a trajectory [ticks, weights] on its components above the Marchenko-Pastur edge, at most 24."""
    ticks, weights = trajectory.shape
    # Few rows have noise in few directions: taken for structure, half of them would leave too little to tell it by.
    parts = principal_components(trajectory, min(_COMPONENTS, max(ticks // 5, 1)))
    count = len(parts.variances)
    noise = 0.0
    # The fewer components are taken for structure, the more of the variance is noise: go on until both agree.
    while count < weights:
        directions = min(weights, ticks - 1) - count
        spread = max(parts.total_variance - float(parts.variances[:count].sum()), 0.0)
        # All of the noise's variance is in the ticks - 1 directions that a record of so many ticks can have.
        noise = spread / (weights - count) if directions > 0 else 0.0
        edge = noise * (1 + np.sqrt(weights / ticks)) ** 2 * _ABOVE_EDGE
        above = int(np.sum(parts.variances[:count] > edge))
        if above == count:
            break
        count = above
    norm = float(np.sqrt(np.sum(parts.mean**2) + parts.total_variance))
    return Structure(parts.scores[:, :count], noise, parts.total_variance, norm, weights)
