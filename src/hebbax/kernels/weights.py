"""What is done to weights from outside: on one flat float32 vector of them, and to and from a plastic carry.

Random choices depend on a key and the weights' places alone.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from hebbax.compiling.compiler import compiled
from hebbax.compiling.noise import normal, uniform
from hebbax.kernels.layout import (
    CONNECTIONS,
    POST_SIZE,
    PRE_SIZE,
    WEIGHTS_AT,
    locate_scales,
    locate_synapse,
    of_connection,
)
from hebbax.policies.policy import WEIGHT_BOUND

_ZERO, _ONE = np.float32(0.0), np.float32(1.0)


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
        weights_at, columns = of_connection(layout, index, WEIGHTS_AT), of_connection(layout, index, POST_SIZE)
        for i in range(of_connection(layout, index, PRE_SIZE)):
            for j in range(columns):
                carry[weights_at + locate_synapse(layout, index, i, j)] = weights[weights_at + i * columns + j]
        carry[locate_scales(layout) + index] = _ONE


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


@cache
def draw_weights(is_normal: bool, initial_at: int) -> Any:
    """Return `draw(layout, parameters, key0, key1, out)`, which writes fresh weights [weights] to `out`.

    `key0` and `key1` are the two words of a key, uint32. From `initial_at` on, `parameters` has the centre and the
    spread of each connection's distribution.
    """

    @compiled
    def draw(layout, parameters, key0, key1, out):
        for index in range(layout[CONNECTIONS]):
            centre, spread = parameters[initial_at + 2 * index], parameters[initial_at + 2 * index + 1]
            weights_at = of_connection(layout, index, WEIGHTS_AT)
            size = of_connection(layout, index, PRE_SIZE) * of_connection(layout, index, POST_SIZE)
            for k in range(weights_at, weights_at + size):
                if is_normal:
                    out[k] = centre + spread * normal(key0, key1, k)
                else:
                    out[k] = uniform(key0, key1, k, centre - spread, centre + spread)

    return draw
