"""A race among genomes: who lives on, and whose place in the population is certain enough already.

The better part of a population is what its elite would be, or the better half where a strategy has no elite: that is
where weights by rank turn from plus to minus. A genome is in it for certain if its fitness is surely above that of all
for which there is no room, and out of it if it is surely below that of as many as there is room for. Sure is where
intervals do not overlap (Heidrich-Meisner and Igel 2009, doi:10.1145/1553374.1553426). No bounds of returns are known
beforehand, so the intervals are those of a normal mean, in place of Hoeffding's or Bernstein's.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from hebbax.config.strategy import StrategyConfig
from hebbax.config.strategy_table import elites_of

LEAST_ROUNDS = 3
"""Rounds of lives below which there is nothing to stop: two tell how much returns vary."""


@dataclass(frozen=True)
class Race:
    """When the lives of a genome are stopped."""

    confidence: float  # of each genome's interval
    selected: int  # genomes in the better part
    paired: bool = False  # whether the genomes i and i + population / 2 live on together

    def undecided(self, fitness: np.ndarray, rounds: np.ndarray) -> np.ndarray:
        """Return which genomes may be on either side, bool [population].

        Args:
            fitness: of all lives so far, float64 [population].
            rounds: mean return of each genome in each round, float64 [population, rounds]; NaN where it had no life.
                Each had at least two rounds.
        """
        half_width = NormalDist().inv_cdf((1 + self.confidence) / 2) * _standard_errors(rounds)
        lower, upper = fitness - half_width, fitness + half_width
        above = (lower[:, None] > upper[None, :]).sum(axis=1)
        below = (upper[:, None] < lower[None, :]).sum(axis=1)
        undecided = (above < len(fitness) - self.selected) & (below < self.selected)
        return undecided | np.roll(undecided, len(fitness) // 2) if self.paired else undecided


def better_part(strategy: StrategyConfig) -> int:
    """Return how many genomes are in the better part of a population."""
    elite = getattr(strategy.options, "elite", None)
    return strategy.population // 2 if elite is None else elites_of(strategy.population, elite)


def _standard_errors(rounds: np.ndarray) -> np.ndarray:
    """Return the standard error of each genome's mean, [population].

    A deviation of two or three values says little, so it counts as at least the one that all genomes have in common.
    """
    counts = (~np.isnan(rounds)).sum(axis=1)
    variances = np.nanvar(rounds, axis=1, ddof=1)
    common = np.average(variances, weights=counts - 1)
    return np.sqrt(np.maximum(variances, common) / counts)
