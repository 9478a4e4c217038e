"""Averages of the activations that an update sees: of each neuron on its own, then combined by the rule."""

from __future__ import annotations

import jax.numpy as jnp

from hebbax.errors import HebbaxError, unknown_name
from hebbax.types import Array

AVERAGINGS = ("direct", "moving-average")


def window_of(averaging: str, window: int) -> int:
    """Return the number of ticks that an averaging covers: 1 for `direct`.

    Raises HebbaxError for an unknown averaging or a window below 1.
    """
    if averaging not in AVERAGINGS:
        raise unknown_name("averaging", averaging, AVERAGINGS)
    if window < 1:
        raise HebbaxError(f"window={window}: expected a whole number of ticks of at least 1; nearest valid: 1")
    return 1 if averaging == "direct" else window


def remember(history: Array, activations: Array, tick: Array) -> Array:
    """Return the history [window, units] with one tick's activations [units] in place of the oldest."""
    return history.at[tick % history.shape[0]].set(activations)


def average(history: Array, tick: Array) -> Array:
    """Return the mean [units] of the activations seen so far, of the last `window` ticks at most."""
    window = history.shape[0]
    seen = jnp.minimum(tick + 1, window)
    mask = (jnp.arange(window) < seen)[:, None]
    return jnp.sum(jnp.where(mask, history, 0.0), axis=0) / seen.astype(history.dtype)
