"""What of a motion is shared by many weights, and what is noise of each weight for itself.

Noise of variance σ² in each of D weights over T ticks has covariance eigenvalues of at most σ² (1 + √(D/T))², the
Marchenko-Pastur edge. A component above it is a motion in which weights move together.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hebbax.attractors.principal_components import principal_components

_COMPONENTS = 24  # two for each of twelve harmonics
_ABOVE_EDGE = 1.2  # the largest of finitely many noise eigenvalues scatters about the edge


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
