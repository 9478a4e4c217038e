"""The normalisations, compiled: of each weight within the loop over synapses, or of a whole layer after it.

`max` is neither: the loop finds the layer's largest weight, and the next pass and update multiply its inverse in.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from hebbax.kernels.activations import tanh
from hebbax.kernels.compiler import kernel
from hebbax.kernels.regions import read_unit, read_weight, write_unit, write_weight
from hebbax.plasticity.normalisation import STANDARDISE_EPSILON

_ZERO, _ONE = np.float32(0.0), np.float32(1.0)
_EPSILON = np.float32(STANDARDISE_EPSILON)
_SMALLEST = np.finfo(np.float32).tiny


@kernel
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

    @kernel
    def clip(weight):
        # Written so that NaN goes through, and is found.
        if weight > high:
            weight = high
        if weight < low:
            weight = low
        return weight

    return clip


@kernel
def _nothing(carry, weights, rows, columns, transposed, scratch):
    pass


@kernel
def _standardise(carry, weights, rows, columns, transposed, scratch):
    total, squares = _ZERO, _ZERO
    synapses = rows * columns
    for k in range(synapses):
        total += read_weight(carry, weights + k)
    mean = total / np.float32(synapses)
    for k in range(synapses):
        deviation = read_weight(carry, weights + k) - mean
        squares += deviation * deviation
        write_weight(carry, weights + k, deviation)
    factor = _ONE / np.float32(np.sqrt(squares / np.float32(synapses) + _EPSILON))
    for k in range(synapses):
        write_weight(carry, weights + k, read_weight(carry, weights + k) * factor)


@kernel
def _inverse(squares):
    norm = np.float32(np.sqrt(squares))
    return _ONE / norm if norm >= _SMALLEST else _ONE


@kernel
def _unit_norm(carry, weights, rows, columns, transposed, scratch):
    if transposed:
        _unit_rows(carry, weights, rows, columns)
    else:
        _unit_columns(carry, weights, rows, columns, scratch)


@kernel
def _unit_rows(carry, weights, rows, columns):
    for j in range(columns):
        row, squares = weights + j * rows, _ZERO
        for i in range(rows):
            squares += read_weight(carry, row + i) * read_weight(carry, row + i)
        factor = _inverse(squares)
        for i in range(rows):
            write_weight(carry, row + i, read_weight(carry, row + i) * factor)


@kernel
def _unit_columns(carry, weights, rows, columns, scratch):
    for j in range(columns):
        write_unit(carry, scratch + j, _ZERO)
    for i in range(rows):
        row = weights + i * columns
        for j in range(columns):
            weight = read_weight(carry, row + j)
            write_unit(carry, scratch + j, read_unit(carry, scratch + j) + weight * weight)
    for j in range(columns):
        write_unit(carry, scratch + j, _inverse(read_unit(carry, scratch + j)))
    for i in range(rows):
        row = weights + i * columns
        for j in range(columns):
            write_weight(carry, row + j, read_weight(carry, row + j) * read_unit(carry, scratch + j))


LAYER_NORMALISERS = {"standardise": _standardise, "unit-norm": _unit_norm}

COMPILED_NORMALISATIONS = ("none", "max", "clip", "tanh", *LAYER_NORMALISERS)


def layer_normaliser(name: str) -> Any:
    """Return `normalise(carry, weights, rows, columns, transposed, scratch)`, run on a connection after its update.

    `weights` [rows, columns] ([columns, rows] if `transposed`) and `scratch` [columns] are where these begin in the
    carry.
    """
    return LAYER_NORMALISERS.get(name, _nothing)
