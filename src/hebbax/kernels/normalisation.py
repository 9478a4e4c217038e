"""The normalisations, compiled: of each weight within the loop over synapses, or of a whole layer after it.

`max` is neither: the loop finds the layer's largest weight, and the next pass and update multiply its inverse in.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from hebbax.kernels.activations import tanh
from hebbax.kernels.compiler import compiled
from hebbax.plasticity.normalisation import STANDARDISE_EPSILON

_ZERO, _ONE = np.float32(0.0), np.float32(1.0)
_EPSILON = np.float32(STANDARDISE_EPSILON)
_SMALLEST = np.finfo(np.float32).tiny


@compiled
def _as_it_is(weight):
    return weight


@cache
def weight_normaliser(name: str, bound: float) -> Any:
    """Return what is done to each weight as it is written."""
    if name == "tanh":
        return tanh
    if name != "clip":
        return _as_it_is
    high, low = np.float32(bound), np.float32(-bound)

    @compiled
    def clip(weight):
        # Written so that NaN goes through, and is found.
        if weight > high:
            weight = high
        if weight < low:
            weight = low
        return weight

    return clip


@compiled
def _nothing(weights, scratch):
    pass


@compiled
def _standardise(weights, scratch):
    total, squares = _ZERO, _ZERO
    count = np.float32(weights.shape[0] * weights.shape[1])
    for i in range(weights.shape[0]):
        for j in range(weights.shape[1]):
            total += weights[i, j]
    mean = total / count
    for i in range(weights.shape[0]):
        for j in range(weights.shape[1]):
            deviation = weights[i, j] - mean
            squares += deviation * deviation
            weights[i, j] = deviation
    factor = _ONE / np.float32(np.sqrt(squares / count + _EPSILON))
    for i in range(weights.shape[0]):
        for j in range(weights.shape[1]):
            weights[i, j] *= factor


@compiled
def _unit_norm(weights, scratch):
    norms = scratch[: weights.shape[1]]
    for j in range(weights.shape[1]):
        norms[j] = _ZERO
    for i in range(weights.shape[0]):
        for j in range(weights.shape[1]):
            norms[j] += weights[i, j] * weights[i, j]
    for j in range(weights.shape[1]):
        norm = np.float32(np.sqrt(norms[j]))
        norms[j] = _ONE / norm if norm >= _SMALLEST else _ONE
    for i in range(weights.shape[0]):
        for j in range(weights.shape[1]):
            weights[i, j] *= norms[j]


LAYER_NORMALISERS = {"standardise": _standardise, "unit-norm": _unit_norm}

COMPILED_NORMALISATIONS = ("none", "max", "clip", "tanh", *LAYER_NORMALISERS)


def layer_normaliser(name: str) -> Any:
    """Return `normalise(weights [pre, post], scratch [post])`, run on a layer after its update."""
    return LAYER_NORMALISERS.get(name, _nothing)
