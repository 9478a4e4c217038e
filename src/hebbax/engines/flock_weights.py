"""What events do to the weights of many lives that tick together, held as JAX arrays, one a layer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

import jax
import jax.numpy as jnp
import numpy as np

from hebbax.damage.apply import change_weights, event_key, redraws
from hebbax.kernels.weights import go_part_of_the_way
from hebbax.types import Array

Layers: TypeAlias = tuple[Array, ...]
"""Weights of many lives, [lives, presynaptic, postsynaptic] each layer."""


def flat(layers: Sequence[Array]) -> np.ndarray:
    """Return the weights of many lives as [lives, weights], a copy."""
    return np.concatenate([np.asarray(layer).reshape(len(layer), -1) for layer in layers], axis=1)


def changed(layers: Layers, table: np.ndarray, tick: int, keys: np.ndarray, draw: Callable[[Array], Layers]) -> Layers:
    """Return weights after what happens to them before the pass of a tick.

    Args:
        layers: the weights of all lives.
        table: the events.
        tick: of all lives.
        keys: one a life, uint32 [lives, 2].
        draw: returns fresh layers for JAX keys, one a life.
    """
    weights = flat(layers)
    for index in range(len(table)):
        event_keys = np.array([event_key(*key, index) for key in keys], np.uint32)
        drawn = weights
        if redraws(table, tick, index):
            drawn = flat(draw(jax.random.wrap_key_data(jnp.asarray(event_keys))))
        for key, fresh, row in zip(event_keys, drawn, weights, strict=True):
            change_weights(table, tick, index, *key, fresh, row)
    return _as_layers(weights, layers)


def part_of_the_way(before: Layers, after: Layers, left: float) -> tuple[Layers, np.ndarray]:
    """Return before + left (after - before), and whose weights are within WEIGHT_BOUND, bool [lives]."""
    weights = flat(after)
    pairs = zip(flat(before), weights, strict=True)
    within = np.array([go_part_of_the_way(earlier, row, np.float32(left)) for earlier, row in pairs])
    return _as_layers(weights, after), within


def _as_layers(weights: np.ndarray, like: Layers) -> Layers:
    ends = np.cumsum([layer[0].size for layer in like])
    parts = zip(np.split(weights, ends[:-1], axis=1), like, strict=True)
    return tuple(jnp.asarray(part).reshape(layer.shape) for part, layer in parts)
