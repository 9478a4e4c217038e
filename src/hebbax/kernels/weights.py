"""What is done to weights from outside: on one flat float32 vector of them, and to and from a plastic carry.

Random choices depend on a key and the weights' places alone.
"""

from __future__ import annotations

import numpy as np

from hebbax.compiling.compiler import compiled, kernel
from hebbax.compiling.noise import normal, sparse, uniform
from hebbax.kernels.layout import (
    BIRTH,
    CONNECTIONS,
    DISTRIBUTION,
    DRAWS_AT,
    GROUP,
    INHERITED,
    POST_SIZE,
    PRE_SIZE,
    SCALES_AT,
    STATIC,
    WEIGHTS_AT,
    locate_synapse,
    of_connection,
)
from hebbax.networks.initial import NORMAL, SHAPES, SPARSE, ZEROS
from hebbax.policies.any_policy import WEIGHT_BOUND

_ONE, _ZEROS, _STRETCH = np.float32(1.0), np.float32(ZEROS), np.float32(1.0 / (1.0 - ZEROS))
_NORMAL, _SPARSE = SHAPES.index(NORMAL), SHAPES.index(SPARSE)


@compiled
def interpolate(before, weights, fraction):
    """Set weights to before + fraction (weights - before); return whether they are within WEIGHT_BOUND."""
    within = True
    for k in range(weights.shape[0]):
        weights[k] = before[k] + fraction * (weights[k] - before[k])
        within = within and abs(weights[k]) <= WEIGHT_BOUND  # false for NaN
    return within


@compiled
def put_weights(layout, carry, weights):
    """Write weights [weights] into a plastic carry, as they are and not before a scale."""
    for index in range(layout[CONNECTIONS]):
        if of_connection(layout, index, GROUP) != STATIC:
            _put(layout, carry, weights, index)


@compiled
def inherit_weights(layout, carry, weights):
    """Write into a newborn's carry what the life before left of weights [weights] that persist; NaN leaves nothing."""
    for k in range(weights.shape[0]):
        if np.isnan(weights[k]):
            return
    for index in range(layout[CONNECTIONS]):
        if of_connection(layout, index, GROUP) != STATIC and of_connection(layout, index, BIRTH) == INHERITED:
            _put(layout, carry, weights, index)


@kernel
def _put(layout, carry, weights, index):
    weights_at, columns = of_connection(layout, index, WEIGHTS_AT), of_connection(layout, index, POST_SIZE)
    for i in range(of_connection(layout, index, PRE_SIZE)):
        for j in range(columns):
            carry[weights_at + locate_synapse(layout, index, i, j)] = weights[weights_at + i * columns + j]
    carry[layout[SCALES_AT] + index] = _ONE


@compiled
def put_no_weights(layout, carry, weights):
    """Do what `put_weights` does, for a policy without weights that change."""


@compiled
def draw_no_weights(layout, parameters, key0, key1, out):
    """Do what `draw_weights` does, for a policy without weights that change.

    Args:
        layout: int64, as in `PolicyStep`.
        parameters: float32, as in `PolicyStep`.
        key0: first word of the key, uint32.
        key1: second word of the key, uint32.
        out: weights [0], which stay as they are.
    """


CENTRE, SPREAD, RATE, TIME_CONSTANT, PARAMETERS = range(5)
"""Places among a connection's `parameters`, PARAMETERS each: of the first weights' distribution, and of the rule."""


@kernel
def draw_connection(layout, parameters, index, key0, key1, out, out_at, transposed):
    """Write fresh weights of a connection to `out` from `out_at` on, row by row or, `transposed`, column by column.

    The number of a weight is that of its place row by row: where it is written changes none. Of indices of 64 bits the
    loops would be no vectors, and six times as slow.
    """
    centre, spread = parameters[PARAMETERS * index + CENTRE], parameters[PARAMETERS * index + SPREAD]
    number, distribution = of_connection(layout, index, DRAWS_AT), of_connection(layout, index, DISTRIBUTION)
    lines, size = of_connection(layout, index, PRE_SIZE), of_connection(layout, index, POST_SIZE)
    apart, step = size, 1
    if transposed:
        lines, size, apart, step = size, lines, 1, size
    for line in range(lines):
        at, first = out_at + line * size, number + line * apart
        if distribution == _NORMAL:
            for k in range(size):
                out[at + k] = centre + spread * normal(key0, key1, np.uint32(first + k * step))
        elif distribution == _SPARSE:
            for k in range(size):
                out[at + k] = centre + spread * sparse(key0, key1, np.uint32(first + k * step), _ZEROS, _STRETCH)
        else:
            for k in range(size):
                out[at + k] = uniform(key0, key1, np.uint32(first + k * step), centre - spread, centre + spread)


@compiled
def draw_weights(layout, parameters, key0, key1, out):
    """Write fresh weights [weights] of the plastic connections to `out`; arguments are as in `draw_no_weights`."""
    for index in range(layout[CONNECTIONS]):
        if of_connection(layout, index, GROUP) != STATIC:
            weights_at = of_connection(layout, index, WEIGHTS_AT)
            draw_connection(layout, parameters, index, key0, key1, out, weights_at, False)
