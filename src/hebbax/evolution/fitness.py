"""What lives are worth to a strategy: one finite number per genome."""

from __future__ import annotations

import numpy as np

from hebbax.config.training import MEAN, MINIMUM
from hebbax.types import MOST_RETURN, Lives


def fitness_of(
    lives: Lives, lifetimes: int | np.ndarray, variants: int = 1, over_variants: str | float = MEAN
) -> np.ndarray:
    """Return the mean return of each genome's lives, float64 [population], always finite.

    Under several variants of damage, which lives meet in turn, it is the mean, the minimum, or mean - k std over the
    variants of the mean return under each.

    A life that diverged counts as the worst return of the generation, and so does one whose return is no number, or a
    larger one than any: an infinite or missing fitness would not be comparable, and could be remembered as the best.

    Args:
        lives: those of the first genome, then those of the next.
        lifetimes: lives of every genome, or of each [population], at least 1.
        variants: of damage; `lifetimes` is a multiple.
        over_variants: one of OVER_VARIANTS, or k.
    """
    means = _over_variants(finite_returns(lives), lifetimes, variants, over_variants)
    # A genome with a diverged life ranks below all that have none, never beside the worst of them.
    lost_share = _means(~_counted(lives), lifetimes)
    worst = means.min()
    # Of a return of millions, a part of 1 would be lost in the float32 of strategies.
    return np.where(lost_share > 0, worst - lost_share * max(1.0, abs(worst) / 2**20), means)


def _over_variants(
    returns: np.ndarray, lifetimes: int | np.ndarray, variants: int, over_variants: str | float
) -> np.ndarray:
    if variants < 2 or over_variants == MEAN or not isinstance(lifetimes, int):
        return _means(returns, lifetimes)
    under_each = returns.reshape(-1, lifetimes // variants, variants).mean(axis=1)
    if over_variants == MINIMUM:
        return under_each.min(axis=1)
    return under_each.mean(axis=1) - float(over_variants) * under_each.std(axis=1)


def finite_returns(lives: Lives) -> np.ndarray:
    """Return what each life is worth, float64 [lives]: of one that diverged, the worst return of the others."""
    counted = _counted(lives)
    worst = lives.returns[counted].min() if counted.any() else 0.0
    return np.where(counted, lives.returns, worst)


def _counted(lives: Lives) -> np.ndarray:
    """Return which lives have a return that counts, bool [lives]: an engine or a weight of terms may be anybody's."""
    return ~lives.diverged & (np.abs(lives.returns) <= MOST_RETURN)  # a comparison with NaN is false


def _means(values: np.ndarray, lifetimes: int | np.ndarray) -> np.ndarray:
    """Return the mean over each genome's lives; to the bit the same whether other genomes had as many lives or not."""
    if isinstance(lifetimes, int):
        return values.reshape(-1, lifetimes).mean(axis=1)
    means, of_genome = np.zeros(len(lifetimes)), np.repeat(lifetimes, lifetimes)
    for count in np.unique(lifetimes):
        means[lifetimes == count] = values[of_genome == count].reshape(-1, count).mean(axis=1)
    return means
