"""What is done to weights from outside: on one flat float32 vector of them, and to and from a plastic carry.

Random choices depend on a key and the weights' places alone.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from hebbax.kernels.compiler import compiled
from hebbax.kernels.layout import CONNECTIONS, POST_SIZE, PRE_SIZE, WEIGHT_AT, of_connection, place, scales_at
from hebbax.kernels.noise import normal, uniform
from hebbax.policies.policy import WEIGHT_BOUND

_ZERO, _ONE = np.float32(0.0), np.float32(1.0)


@compiled
def zero_share(weights, share, key0, key1):
    """Set a share of the weights to zero, to the nearest whole number of them, every choice as likely.

    Selection sampling: Knuth, The Art of Computer Programming 2, algorithm 3.4.2 S.
    """
    left = weights.shape[0]
    wanted = int(np.floor(share * left + 0.5))
    for k in range(weights.shape[0]):
        if left * uniform(key0, key1, k, _ZERO, _ONE) < wanted:
            weights[k] = _ZERO
            wanted -= 1
        left -= 1


@compiled
def nudge(weights, size, key0, key1):
    """Add a vector of a random direction, `size` times as long as that of the weights."""
    squares, length = 0.0, 0.0
    for k in range(weights.shape[0]):
        squares += np.float64(weights[k]) ** 2
        length += np.float64(normal(key0, key1, k)) ** 2
    factor = size * np.sqrt(squares / length)
    for k in range(weights.shape[0]):
        weights[k] += np.float32(factor * normal(key0, key1, k))


@compiled
def replace(weights, drawn, factor):
    """Put other weights in their place, multiplied by a factor."""
    for k in range(weights.shape[0]):
        weights[k] = np.float32(factor * drawn[k])


@compiled
def go_part_of_the_way(before, weights, fraction):
    """Put weights to before + fraction (weights - before); return whether they are within WEIGHT_BOUND."""
    within = True
    for k in range(weights.shape[0]):
        weights[k] = before[k] + fraction * (weights[k] - before[k])
        within = within and abs(weights[k]) <= WEIGHT_BOUND  # false for NaN
    return within


@compiled
def put_weights(layout, carry, weights):
    """Write weights [weights] into a plastic carry, as they are and not before a scale."""
    for index in range(layout[CONNECTIONS]):
        at, columns = of_connection(layout, index, WEIGHT_AT), of_connection(layout, index, POST_SIZE)
        for i in range(of_connection(layout, index, PRE_SIZE)):
            for j in range(columns):
                carry[at + place(layout, index, i, j)] = weights[at + i * columns + j]
        carry[scales_at(layout) + index] = _ONE


@compiled
def no_weights(layout, carry, weights):
    """Do what `put_weights` does, for a policy without weights that change."""


@compiled
def draw_nothing(layout, parameters, key0, key1, out):
    """Do what `draw_weights` does, for a policy without weights that change."""


@cache
def draw_weights(is_normal: bool, first: int) -> Any:
    """Return `draw(layout, parameters, key0, key1, out)`, which writes fresh weights [weights].

    From place `first` of `parameters` on stand the centre and the spread of each connection's distribution.
    """

    @compiled
    def draw(layout, parameters, key0, key1, out):
        for index in range(layout[CONNECTIONS]):
            centre, spread = parameters[first + 2 * index], parameters[first + 2 * index + 1]
            at = of_connection(layout, index, WEIGHT_AT)
            for k in range(at, at + of_connection(layout, index, PRE_SIZE) * of_connection(layout, index, POST_SIZE)):
                if is_normal:
                    out[k] = centre + spread * normal(key0, key1, k)
                else:
                    out[k] = uniform(key0, key1, k, centre - spread, centre + spread)

    return draw
