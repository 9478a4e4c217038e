"""Gates, eligibility and the switch written out synapse by synapse in NumPy float64; nothing here is of hebbax.

Sources: gates as in Wang et al. (2022, TMLR), eligibility as in Gerstner et al. (2018), around any rule's Δw.
"""

from __future__ import annotations

import itertools

import numpy as np


def logistic(number):
    """Return σ."""
    return 1.0 / (1.0 + np.exp(-number))


class Reward:
    """Running means of a reward, unbiased by their start at zero: the usual one, and one 4 times as slow."""

    def __init__(self, raw_rate):
        self.rates = logistic(raw_rate - 4.0) * np.array([1.0, 0.25])
        self.seen = []

    def hear(self, reward):
        """Take in the reward of a tick."""
        self.seen.append(reward)

    def means(self):
        """Return both means, from all rewards so far and their weights."""
        ages = np.arange(len(self.seen))[::-1]
        weights = (1.0 - self.rates[:, None]) ** ages
        return (weights @ self.seen) / weights.sum(axis=1)


def life(kind, evolved, change_of, weights, observations, rewards, normalised=True):
    """Return the actions [ticks, actions] of a tanh network, its weights after the last tick, and whether it was on.

    Args:
        kind: gate, neuron-gates, eligibility, switch or none.
        evolved: what evolves for it: a `rate`, and `gates` (of every layer), `decay`, or `low` and `high`.
        change_of: of a layer's number, pre [n], post [m] and weights [n, m], what the rule changes [n, m].
        weights: first ones, a matrix [pre, post] a layer.
        observations: [ticks, observations].
        rewards: [ticks].
        normalised: whether each layer is divided by its largest |weight| after an update.
    """
    weights, actions, on = [np.array(one, float) for one in weights], [], []
    traces = [np.zeros_like(one) for one in weights]
    reward, calm, off = Reward(evolved.get("rate", 0.0)), 0.0, False
    for observation, now in zip(observations, rewards, strict=True):
        units = [observation]
        for one in weights:
            units.append(np.tanh(units[-1] @ one))
        actions.append(units[-1])
        reward.hear(now)
        mean, slow = reward.means()
        seen = np.concatenate([*units[1:-1], [now, mean, 1.0]])
        if kind == "switch":
            high = logistic(evolved["high"] - 1.0)
            low = high * logistic(evolved["low"] - 1.0)
            change = abs(mean - slow) / (abs(mean) + abs(slow) + 1e-6) + 1.0 - calm
            off = change <= high if off else change < low
        on.append(not off)
        moved = held = 0.0
        for number, (pre, post) in enumerate(itertools.pairwise(units)):
            if off:
                continue
            change = change_of(number, pre, post, weights[number])
            if kind in ("gate", "neuron-gates"):
                change = change * logistic(seen @ evolved["gates"][number])
            if kind == "eligibility":
                traces[number] = logistic(evolved["decay"] + 2.0) * traces[number] + change
                change = (now - mean) * traces[number]
            moved, held = moved + np.abs(change).sum(), held + np.abs(weights[number]).sum()
            weights[number] = weights[number] + change
            if normalised:
                weights[number] /= np.abs(weights[number]).max()
        share = min(moved / held, 1.0) if held else 0.0
        calm += reward.rates[0] * (1.0 - share - calm)
    return np.array(actions), weights, on
