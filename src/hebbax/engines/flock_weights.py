"""What events do to the weights of many lives that tick together, held as JAX arrays, one a layer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

import jax
import jax.numpy as jnp
import numpy as np

from hebbax.damage.apply import change_weights, event_key, reads_fresh
from hebbax.damage.event_table import INDEX
from hebbax.kernels.weights import interpolate
from hebbax.types import Array

Layers: TypeAlias = tuple[Array, ...]
"""Weights of many lives, [lives, presynaptic, postsynaptic] each layer."""


def flat(layers: Sequence[Array]) -> np.ndarray:
    """Return the weights of many lives as [lives, weights], a copy."""
    return np.concatenate([np.asarray(layer).reshape(len(layer), -1) for layer in layers], axis=1)


def changed(
    layers: Layers,
    tables: Sequence[np.ndarray],
    states: Sequence[np.ndarray],
    tick: int,
    which: Sequence[int],
    keys: np.ndarray,
    draw: Callable[[Array], Layers],
) -> Layers:
    """Return weights after what happens to them before the pass of a tick.

    Args:
        layers: the weights of all lives.
        tables: what happens, one table per life.
        states: what these remember.
        tick: of all lives.
        which: the lives to which something happens to the weights.
        keys: one per life, uint32 [lives, 2].
        draw: returns fresh layers for JAX keys, one per life.
    """
    weights = flat(layers)
    for life in which:
        table, row = tables[life], weights[life]
        for index in range(len(table)):
            fresh = row
            if reads_fresh(table, tick, index):
                key = np.array([event_key(*keys[life], np.uint32(table[index, INDEX]))], np.uint32)
                fresh = flat(draw(jax.random.wrap_key_data(jnp.asarray(key))))[0]
            change_weights(table, tick, index, states[life], *keys[life], fresh, row)
    return _as_layers(weights, layers)


def interpolated(before: Layers, after: Layers, scales: np.ndarray) -> tuple[Layers, np.ndarray]:
    """Return before + scale (after - before), and whose weights are within WEIGHT_BOUND, bool [lives].

    A scale of 0 or 1 [lives] leaves what is after as it is.
    """
    weights, within = flat(after), np.ones(len(scales), bool)
    for life, earlier in enumerate(flat(before)):
        if scales[life] not in (0.0, 1.0):
            within[life] = interpolate(earlier, weights[life], np.float32(scales[life]))
    return _as_layers(weights, after), within


def _as_layers(weights: np.ndarray, like: Layers) -> Layers:
    ends = np.cumsum([layer[0].size for layer in like])
    parts = zip(np.split(weights, ends[:-1], axis=1), like, strict=True)
    return tuple(jnp.asarray(part).reshape(layer.shape) for part, layer in parts)
