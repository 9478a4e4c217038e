"""OpenAI-ES (Salimans et al. 2017) with Adam (Kingma & Ba 2015) in NumPy, from their equations."""

from __future__ import annotations

import numpy as np


def evolution(mean, noises, fitness_of, learning_rate=0.1, sigma=0.2):
    """Yield the mean after each generation, in float64.

    Args:
        mean: the first, [numbers].
        noises: of each generation, one for every pair [population / 2, numbers].
        fitness_of: of one genome; more is better.
        learning_rate: of Adam.
        sigma: σ.
    """
    first, second = np.zeros(len(mean)), np.zeros(len(mean))
    for step, half in enumerate(noises, start=1):
        noise = np.concatenate([half, -half])
        fitness = np.array([fitness_of(mean + sigma * one) for one in noise])
        ranks = np.array([np.sum(fitness < one) for one in fitness]) / (len(fitness) - 1) - 0.5
        uphill = sum(rank * one for rank, one in zip(ranks, noise, strict=True)) / (len(noise) * sigma)
        first = 0.9 * first + 0.1 * uphill
        second = 0.999 * second + 0.001 * uphill**2
        corrected = np.sqrt(second / (1 - 0.999**step)) + 1e-8
        mean = mean + learning_rate * first / (1 - 0.9**step) / corrected
        yield mean
