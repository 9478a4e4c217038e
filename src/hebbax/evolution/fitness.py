"""What a genome's lives are worth to the strategy."""

from __future__ import annotations

import numpy as np

from hebbax.types import Lives


def fitness_of(lives: Lives, lifetimes: int) -> np.ndarray:
    """Return the mean return of each genome's lives, float64 [population], always finite.

    A life that diverged counts as the worst return of the generation: an infinite or missing fitness would not be
    comparable, and could be remembered as the best.
    """
    finite = ~lives.diverged
    worst = lives.returns[finite].min() if finite.any() else 0.0
    returns = np.where(finite, lives.returns, worst)
    means = returns.reshape(-1, lifetimes).mean(axis=1)
    # A genome with a diverged life ranks below all that have none, never beside the worst of them.
    lost = lives.diverged.reshape(-1, lifetimes).mean(axis=1)
    return np.where(lost > 0, means.min() - lost, means)
