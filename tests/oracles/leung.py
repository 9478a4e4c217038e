"""The search and the LSTM of Leung et al. 2025, written out in NumPy; nothing here is of hebbax."""

from __future__ import annotations

import numpy as np


def evolution(mean, noises, fitness_of, learning_rate, rate_factor, least_rate, sigmas):
    """Yield the mean after each generation.

    Args:
        mean: the first, [numbers].
        noises: of each generation, one for every pair [population / 2, numbers].
        fitness_of: of one genome.
        learning_rate: of Adam, at first.
        rate_factor: of the learning rate in each generation.
        least_rate: at which it falls no more.
        sigmas: of each generation.
    """
    first, second = np.zeros_like(mean), np.zeros_like(mean)
    for generation, (half, sigma) in enumerate(zip(noises, sigmas, strict=True), start=1):
        noise = np.concatenate([half, -half])
        fitness = np.array([fitness_of(mean + sigma * one) for one in noise])
        ranks = np.argsort(np.argsort(fitness)) / (len(noise) - 1) - 0.5
        shaped = (ranks - ranks.mean()) / ranks.std()
        gradient = -(shaped @ noise) / (len(noise) * sigma)
        first = 0.99 * first + 0.01 * gradient
        second = 0.999 * second + 0.001 * gradient**2
        step = first / (1 - 0.99**generation) / (np.sqrt(second / (1 - 0.999**generation)) + 1e-8)
        mean = mean - max(learning_rate * rate_factor ** (generation - 1), least_rate) * step
        yield mean


def lstm(gates, output, start, observations):
    """Return the actions [ticks, actions].

    Args:
        gates: of i, f, g and o the weights [observations + hidden + 1, hidden] from x, h and a bias.
        output: from x and h [observations + hidden, actions].
        start: the first h and m [2, hidden].
        observations: [ticks, observations].
    """
    (h, memory), actions = start, []
    for x in observations:
        drives = [np.concatenate((x, h, [1.0])) @ weights for weights in gates]
        i, f, o = (1 / (1 + np.exp(-drives[index])) for index in (0, 1, 3))
        memory = f * memory + i * np.tanh(drives[2])
        h = o * np.tanh(memory)
        actions.append(np.tanh(np.concatenate((x, h)) @ output))
    return np.array(actions)
