"""The normalisations, compiled: of each weight within the loop over synapses, or of a whole layer after it.

`max` is neither: the loop finds the layer's largest weight, and the next pass and update multiply its inverse in.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from hebbax.compiling.compiler import kernel
from hebbax.kernels.activations import tanh
from hebbax.kernels.regions import read_unit, read_weight, write_unit, write_weight
from hebbax.plasticity.normalisation import PRESERVED_MASS, STANDARDISE_EPSILON

_ZERO, _ONE = np.float32(0.0), np.float32(1.0)
_EPSILON = np.float32(STANDARDISE_EPSILON)
_SMALLEST = np.finfo(np.float32).tiny


@kernel
def _identity(weight):
    return weight


@cache
def weight_normaliser(name: str, bound: float) -> Any:
    """Return what is done to each weight as it is written."""
    if name == "tanh":
        return tanh
    if name != "clip":
        return _identity
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
def _no_normalisation(carry, weights_at, rows, columns, transposed, scratch_at, masses_at):
    pass


@kernel
def _standardise(carry, weights_at, rows, columns, transposed, scratch_at, masses_at):
    total, squares = _ZERO, _ZERO
    synapses = rows * columns
    for k in range(synapses):
        total += read_weight(carry, weights_at + k)
    mean = total / np.float32(synapses)
    for k in range(synapses):
        deviation = read_weight(carry, weights_at + k) - mean
        squares += deviation * deviation
        write_weight(carry, weights_at + k, deviation)
    factor = _ONE / np.float32(np.sqrt(squares / np.float32(synapses) + _EPSILON))
    for k in range(synapses):
        write_weight(carry, weights_at + k, read_weight(carry, weights_at + k) * factor)


@kernel
def _inverse_norm(squares):
    norm = np.float32(np.sqrt(squares))
    return _ONE / norm if norm >= _SMALLEST else _ONE


@kernel
def _unit_norm(carry, weights_at, rows, columns, transposed, scratch_at, masses_at):
    if transposed:
        _unit_rows(carry, weights_at, rows, columns)
    else:
        _unit_columns(carry, weights_at, rows, columns, scratch_at)


@kernel
def _unit_rows(carry, weights_at, rows, columns):
    for j in range(columns):
        row_at, squares = weights_at + j * rows, _ZERO
        for i in range(rows):
            squares += read_weight(carry, row_at + i) * read_weight(carry, row_at + i)
        factor = _inverse_norm(squares)
        for i in range(rows):
            write_weight(carry, row_at + i, read_weight(carry, row_at + i) * factor)


@kernel
def _unit_columns(carry, weights_at, rows, columns, scratch_at):
    for j in range(columns):
        write_unit(carry, scratch_at + j, _ZERO)
    for i in range(rows):
        row_at = weights_at + i * columns
        for j in range(columns):
            weight = read_weight(carry, row_at + j)
            write_unit(carry, scratch_at + j, read_unit(carry, scratch_at + j) + weight * weight)
    for j in range(columns):
        write_unit(carry, scratch_at + j, _inverse_norm(read_unit(carry, scratch_at + j)))
    for i in range(rows):
        row_at = weights_at + i * columns
        for j in range(columns):
            write_weight(carry, row_at + j, read_weight(carry, row_at + j) * read_unit(carry, scratch_at + j))


@kernel
def weigh(carry, weights_at, rows, columns, transposed, scale, masses_at):
    """Write down each neuron's incoming |w|, where that has not been done yet."""
    for j in range(columns):
        if read_unit(carry, masses_at + j) > _ZERO:
            continue
        first, step = (weights_at + j * rows, 1) if transposed else (weights_at + j, columns)
        mass = _ZERO
        for i in range(rows):
            mass += abs(read_weight(carry, first + i * step))
        write_unit(carry, masses_at + j, mass * scale)


@kernel
def _preserve_mass(carry, weights_at, rows, columns, transposed, scratch_at, masses_at):
    if transposed:
        for j in range(columns):
            row_at, total = weights_at + j * rows, _ZERO
            for i in range(rows):
                total += abs(read_weight(carry, row_at + i))
            factor = read_unit(carry, masses_at + j) / (total if total >= _SMALLEST else _ONE)
            for i in range(rows):
                write_weight(carry, row_at + i, read_weight(carry, row_at + i) * factor)
        return
    for j in range(columns):
        write_unit(carry, scratch_at + j, _ZERO)
    for i in range(rows):
        row_at = weights_at + i * columns
        for j in range(columns):
            write_unit(carry, scratch_at + j, read_unit(carry, scratch_at + j) + abs(read_weight(carry, row_at + j)))
    for j in range(columns):
        total = read_unit(carry, scratch_at + j)
        write_unit(carry, scratch_at + j, read_unit(carry, masses_at + j) / (total if total >= _SMALLEST else _ONE))
    for i in range(rows):
        row_at = weights_at + i * columns
        for j in range(columns):
            write_weight(carry, row_at + j, read_weight(carry, row_at + j) * read_unit(carry, scratch_at + j))


LAYER_NORMALISERS = {"standardise": _standardise, "unit-norm": _unit_norm, PRESERVED_MASS: _preserve_mass}

COMPILED_NORMALISATIONS = ("none", "max", "clip", "tanh", *LAYER_NORMALISERS)


def layer_normaliser(name: str) -> Any:
    """Return what is run on a connection after its update.

    `normalise(carry, weights_at, rows, columns, transposed, scratch_at, masses_at)` changes the weights where they
    stand. Weights [rows, columns] ([columns, rows] if `transposed`) begin in the carry at `weights_at`, room for one
    number per column [columns] at `scratch_at`, and the masses that are to be preserved [columns] at `masses_at`.
    """
    return LAYER_NORMALISERS.get(name, _no_normalisation)
