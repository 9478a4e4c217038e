"""A newborn, compiled: first weights, wherever they come from, and the rules' coefficients as updates read them."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from hebbax.compiling.compiler import kernel
from hebbax.kernels.layout import (
    BIRTH,
    CONNECTIONS,
    FIXED,
    FIXED_KEY,
    FOLDED_AT,
    GENES,
    GROUP,
    INHERITED,
    OF_GENOME,
    OF_SLOT,
    POST_SIZE,
    PRE_SIZE,
    SCALES_AT,
    TRANSPOSED,
    UNITS_AT,
    WEIGHTS,
    WEIGHTS_AT,
    locate_coefficient,
    locate_synapse,
    of_connection,
    set_bias_units,
)
from hebbax.kernels.modulation import compile_modulation
from hebbax.kernels.rules import fold_layer
from hebbax.kernels.weights import PARAMETERS, RATE, TIME_CONSTANT, draw_connection
from hebbax.plasticity.modulation import NONE
from hebbax.plasticity.rule import Rule
from hebbax.policies.policy import Policy

_ONE, _ZERO = np.float32(1.0), np.float32(0.0)


def parameters_of(policy: Policy) -> np.ndarray:
    """Return PARAMETERS numbers per connection, float32: of the first weights, and the rule's constants."""
    rows = []
    for connection, own in zip(policy.network.connections, policy.synapses, strict=True):
        constants = (*(own.plasticity.constants if own.plasticity else ()), 0.0, 0.0)[:2]
        rows += [own.initial.centre, own.initial.spread(*connection.shape), *constants]
    return np.array(rows, np.float32)


@kernel
def _put_first_weights(layout, parameters, genome, index, key0, key1, slot0, slot1, carry):
    """Write a connection's first weights into the carry."""
    weights_at, birth = of_connection(layout, index, WEIGHTS_AT), of_connection(layout, index, BIRTH)
    rows, columns = of_connection(layout, index, PRE_SIZE), of_connection(layout, index, POST_SIZE)
    if birth == OF_GENOME:
        gene = of_connection(layout, index, GENES) - 1
        for i in range(rows):
            for j in range(columns):
                carry[weights_at + locate_synapse(layout, index, i, j)] = genome[
                    locate_coefficient(layout, index, gene, i, j)
                ]
        return
    if birth in (OF_SLOT, INHERITED):
        key0, key1 = slot0, slot1
    if birth == FIXED:
        key0 = np.uint32(of_connection(layout, index, FIXED_KEY))
        key1 = np.uint32(of_connection(layout, index, FIXED_KEY + 1))
    transposed = of_connection(layout, index, TRANSPOSED) == 1
    draw_connection(layout, parameters, index, key0, key1, carry, weights_at, transposed)


@cache
def compile_birth(folds: tuple[Any, ...]) -> Any:
    """Return the birth of `PolicyStep`, with the folding of every plasticity."""
    fold = _fold_all(folds)

    @kernel
    def birth(layout, parameters, genome, key0, key1, slot0, slot1, folded, carry):
        for k in range(layout[WEIGHTS], carry.shape[0]):
            carry[k] = _ZERO
        for index in range(layout[CONNECTIONS]):
            _put_first_weights(layout, parameters, genome, index, key0, key1, slot0, slot1, carry)
            carry[layout[SCALES_AT] + index] = _ONE
        fold(parameters, genome, layout, folded)
        set_bias_units(layout, carry, layout[UNITS_AT])

    return birth


@kernel
def _fold_nothing(parameters, genome, layout, folded):
    pass


def _fold_all(folds: tuple[Any, ...]) -> Any:
    if not folds:
        return _fold_nothing
    if len(folds) == 1:
        return folds[0]
    first, others = folds[0], _fold_all(folds[1:])

    @kernel
    def fold(parameters, genome, layout, folded):
        first(parameters, genome, layout, folded)
        others(parameters, genome, layout, folded)

    return fold


@cache
def fold_group(rule: Rule, group: int, tables: bool, modulation: str = NONE) -> Any:
    """Return `fold(parameters, genome, layout, folded)`, which folds what a plasticity's connections evolve.

    `tables` is whether some of it stands in a table, and so in no row.
    """
    fold_one = _fold_connection(rule, tables)
    fold_rest = compile_modulation(modulation, group, 0).fold

    @kernel
    def fold(parameters, genome, layout, folded):
        for index in range(layout[CONNECTIONS]):
            if of_connection(layout, index, GROUP) == group:
                fold_one(parameters, genome, layout, folded, index)
        fold_rest(genome, layout, folded)

    return fold


def _fold_connection(rule: Rule, tables: bool) -> Any:
    fold_layer_of = fold_layer(rule, tables)

    if rule.time_constant is None:

        @kernel
        def fold(parameters, genome, layout, folded, index):
            rate = parameters[PARAMETERS * index + RATE]
            fold_layer_of(rate, genome, folded, of_connection(layout, index, FOLDED_AT), layout, index)

    else:

        @kernel
        def fold(parameters, genome, layout, folded, index):
            rate, time_constant = parameters[PARAMETERS * index + RATE], parameters[PARAMETERS * index + TIME_CONSTANT]
            fold_layer_of(rate, time_constant, genome, folded, of_connection(layout, index, FOLDED_AT), layout, index)

    return fold
