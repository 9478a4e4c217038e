"""Shared rules, and the mass that a neuron preserves, synapse by synapse in NumPy; nothing here is of hebbax.

Sources: NcHL of Ferigo, Cunegatti & Iacca (2024), decomposed rules of Wang et al. (2022), synaptic scaling of
Turrigiano (2008).
"""

from __future__ import annotations

import itertools

import numpy as np


def nchl(neurons, layer, i, j, x, y):
    """Return Δw from neuron i of a layer to neuron j of the next.

    `neurons` has for each layer of neurons its a, b, c, d and e, each [neurons]; inputs have no b and outputs no a.
    """
    pre, post = neurons[layer], neurons[layer + 1]
    eta = (pre["e"][i] + post["e"][j]) / 2
    return eta * (pre["a"][i] * x + post["b"][j] * y + pre["c"][i] * post["c"][j] * x * y + pre["d"][i] * post["d"][j])


def rank_one(factors, layer, i, j, x, y):
    """Return Δw whose four coefficients are products of a factor of either neuron, `factors` by layer and letter."""
    a, b, c, d = (factors[layer][letter][0][i] * factors[layer][letter][1][j] for letter in "ABCD")
    return a * x * y + b * x + c * y + d


def life(change_of, weights, observations, preserved=False):
    """Return the actions [ticks, actions] of a tanh network and its weights after the last tick.

    Args:
        change_of: of layer, i, j and the activations of both neurons.
        weights: first ones, a matrix [pre, post] a layer.
        observations: [ticks, observations].
        preserved: whether each neuron's incoming |w| is scaled to what it was at first.
    """
    weights, actions = [np.array(one, float) for one in weights], []
    masses = [[sum(abs(w) for w in one[:, j]) for j in range(one.shape[1])] for one in weights]
    for observation in observations:
        units = [observation]
        for one in weights:
            units.append(np.tanh(units[-1] @ one))
        actions.append(units[-1])
        for layer, (pre, post) in enumerate(itertools.pairwise(units)):
            one = weights[layer]
            for i, j in itertools.product(range(len(pre)), range(len(post))):
                one[i, j] += change_of(layer, i, j, pre[i], post[j])
            for j in range(len(post)) if preserved else ():
                one[:, j] *= masses[layer][j] / sum(abs(w) for w in one[:, j])
    return np.array(actions), weights
