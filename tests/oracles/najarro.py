"""Najarro & Risi (2020) written out number by number in NumPy, from its equations and the layout of its files.

Weights are [postsynaptic, presynaptic], as in PyTorch; nothing here is of hebbax.
"""

from __future__ import annotations

import numpy as np

# Columns of a row of coefficients, by rule; "lr" is the learning rate η of the synapse.
COLUMNS = {
    "A": ("A",),
    "AD": ("A", "D"),
    "AD_lr": ("A", "D", "lr"),
    "ABC": ("A", "B", "C"),
    "ABC_lr": ("A", "B", "C", "lr"),
    "ABCD": ("A", "B", "C", "D"),
    "ABCD_lr": ("A", "B", "C", "lr", "D"),
    "ABCD_lr_D_out": ("A", "B", "C", "lr", "D"),
    "ABCD_lr_D_in_and_out": ("A", "B", "C", "lr", "D", "D_out"),
}


def change_of(rule, row, pre, post):
    """Return Δw of one synapse for its row of coefficients."""
    h = {"B": 0.0, "C": 0.0, "D": 0.0, "lr": 1.0, "D_out": 0.0} | dict(zip(COLUMNS[rule], row, strict=True))
    inner = h["A"] * pre * post + h["B"] * pre + h["C"] * post
    if rule == "ABCD_lr_D_out":
        return h["lr"] * inner + h["D"]
    return h["lr"] * (inner + h["D"]) + h["D_out"]


def life(rule, coefficients, weights, observations, normalised, output=np.tanh):
    """Return the actions [ticks, actions] of a life, and its weights after the last update.

    Args:
        rule: its published name.
        coefficients: [synapses, columns], layer after layer, the postsynaptic index running fastest.
        weights: first ones, a matrix [postsynaptic, presynaptic] a layer.
        observations: [ticks, observations].
        normalised: whether each layer is divided by its largest |weight| after an update.
        output: what becomes of the last layer's sums.
    """
    weights, done = [np.array(one) for one in weights], []
    for observation in observations:
        units = [np.asarray(observation)]
        for number, one in enumerate(weights):
            units.append((output if number == len(weights) - 1 else np.tanh)(one @ units[-1]))
        done.append(units[-1])
        offset = 0
        for one, pre, post in zip(weights, units[:-1], units[1:], strict=True):
            for i in range(len(pre)):
                for j in range(len(post)):
                    one[j, i] += change_of(rule, coefficients[offset + len(post) * i + j], pre[i], post[j])
            offset += one.size
            if normalised:
                one /= np.abs(one).max()
    return np.array(done), weights


def evolution(mean, noises, fitness_of, learning_rate=0.2, sigma=0.1):
    """Yield the mean, the learning rate and σ after each generation.

    Args:
        mean: the first, [numbers].
        noises: of each generation, one for every pair [population / 2, numbers].
        fitness_of: of one genome.
        learning_rate: at first.
        sigma: at first.
    """
    for half in noises:
        noise = [sign * one for one in half for sign in (1.0, -1.0)]
        fitness = []
        for one in noise:
            genome = mean + sigma * one
            fitness.append(fitness_of(genome) - 0.01 * np.mean(genome**2))
        order = np.argsort(fitness)
        ranks = np.empty(len(order))
        for rank, index in enumerate(order):
            ranks[index] = rank
        ranks = ranks / (len(ranks) - 1) - 0.5
        shaped = (ranks - ranks.mean()) / ranks.std()
        step = sum(weight * one for weight, one in zip(shaped, noise, strict=True))
        mean = mean + learning_rate / (len(noise) * sigma) * step
        if learning_rate > 0.001:
            learning_rate *= 0.995
        if sigma > 0.01:
            sigma *= 0.999
        yield mean, learning_rate, sigma
