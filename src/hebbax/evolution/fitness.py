"""What lives are worth to a strategy: one finite number per genome."""

from __future__ import annotations

import numpy as np

from hebbax.types import Lives


def fitness_of(lives: Lives, lifetimes: int | np.ndarray) -> np.ndarray:
    """Return the mean return of each genome's lives, float64 [population], always finite.

    A life that diverged counts as the worst return of the generation: an infinite or missing fitness would not be
    comparable, and could be remembered as the best.

    Args:
        lives: those of the first genome, then those of the next.
        lifetimes: lives of every genome, or of each [population], at least 1.
    """
    means = _means(finite_returns(lives), lifetimes)
    # A genome with a diverged life ranks below all that have none, never beside the worst of them.
    diverged_share = _means(lives.diverged, lifetimes)
    return np.where(diverged_share > 0, means.min() - diverged_share, means)


def finite_returns(lives: Lives) -> np.ndarray:
    """Return what each life is worth, float64 [lives]: of one that diverged, the worst return of the others."""
    finite = ~lives.diverged
    worst = lives.returns[finite].min() if finite.any() else 0.0
    return np.where(finite, lives.returns, worst)


def _means(values: np.ndarray, lifetimes: int | np.ndarray) -> np.ndarray:
    """Return the mean over each genome's lives; to the bit the same whether other genomes had as many lives or not."""
    if isinstance(lifetimes, int):
        return values.reshape(-1, lifetimes).mean(axis=1)
    means, of_genome = np.zeros(len(lifetimes)), np.repeat(lifetimes, lifetimes)
    for count in np.unique(lifetimes):
        means[lifetimes == count] = values[of_genome == count].reshape(-1, count).mean(axis=1)
    return means
