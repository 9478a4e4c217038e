"""Running mean and variance of the observations of a whole population, and the controllers that expect them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hebbax.types import Lives, Normaliser

# Below this variance an observation counts as constant and is only centred (scale 1e3 at most).
_SMALLEST_VARIANCE = 1e-6


@dataclass(frozen=True)
class ObservationStatistics:
    """Count, mean and summed squared deviations of all observations so far.

    >>> ObservationStatistics.empty(3).count
    0.0
    """

    count: float
    mean: np.ndarray  # [observations], float64
    m2: np.ndarray  # [observations], float64

    @classmethod
    def empty(cls, observation_size: int) -> ObservationStatistics:
        """Return the statistics of no observation."""
        return cls(0.0, np.zeros(observation_size), np.zeros(observation_size))

    def merge(self, lives: Lives) -> ObservationStatistics:
        """Return the statistics with those of the lives added, in the order of the lives.

        A life that diverged is left out whole: its last observations may be anything. Chan et al. (1979).
        """
        counts = np.where(lives.diverged, 0.0, lives.observation_count)
        count = float(counts.sum())
        if count == 0.0:
            return self
        valid = counts > 0
        parts, means, m2s = counts[valid, None], lives.observation_mean[valid], lives.observation_m2[valid]
        mean = (parts * means).sum(axis=0) / count
        m2 = m2s.sum(axis=0) + (parts * (means - mean) ** 2).sum(axis=0)
        total = self.count + count
        shift = mean - self.mean
        return ObservationStatistics(
            total,
            self.mean + shift * (count / total),
            self.m2 + m2 + shift**2 * (self.count * count / total),
        )

    def normaliser(self) -> Normaliser:
        """Return what maps observations to mean 0 and variance 1; the identity while nothing has been seen."""
        if self.count == 0:
            return Normaliser.identity(len(self.mean))
        variance = np.maximum(self.m2 / self.count, _SMALLEST_VARIANCE)
        return Normaliser(self.mean, 1.0 / np.sqrt(variance))


@dataclass(frozen=True)
class Controller:
    """A genome with the observation statistics that it expects."""

    genome: np.ndarray  # [genome_size], float32
    statistics: ObservationStatistics


@dataclass(frozen=True)
class Best:
    """The mean genome of the generation with the highest evaluation so far: never the luckiest sample."""

    controller: Controller
    generation: int  # generations finished when it was the mean
    return_mean: float  # over the lives of its evaluation
