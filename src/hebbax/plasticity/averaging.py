"""Averages of the activations that an update sees: of each neuron on its own, then combined by the rule."""

from __future__ import annotations

import jax.numpy as jnp

from hebbax.errors import HebbaxError, unknown_name
from hebbax.types import Array

AVERAGINGS = ("direct", "moving-average", "exponential")
"""The last activations, the mean of the last `window` ticks, or an exponential mean of time constant `window` ticks."""


def check_averaging(name: str) -> None:
    """Raise HebbaxError, with the nearest names, for an unknown averaging."""
    if name not in AVERAGINGS:
        raise unknown_name("averaging", name, AVERAGINGS)


def history_rows(averaging: str, window: int) -> int:
    """Return how many vectors of activations an averaging keeps.

    Raises HebbaxError for an unknown averaging or a window below 1.
    """
    check_averaging(averaging)
    if window < 1:
        raise HebbaxError(f"policy.window={window}: expected a whole number of ticks of at least 1; nearest valid: 1")
    return {"direct": 0, "moving-average": window, "exponential": 1}[averaging]


def remember(averaging: str, window: int, history: Array, units: Array, tick: Array) -> Array:
    """Return the history [history_rows, units] with one tick's activations [units] added."""
    if averaging == "direct":
        return history
    if averaging == "moving-average":
        return history.at[tick % window].set(units)
    return history + (units - history) * jnp.float32(1.0 / window)


def average(averaging: str, window: int, history: Array, units: Array, tick: Array) -> Array:
    """Return the mean [units] of the activations seen so far, of a life that is at a tick.

    At the start of a life a moving average covers only what it has seen; an exponential mean, which begins at zero, is
    divided by the weight that it has gathered (Kingma & Ba 2015), where the published code leaves it biased.
    """
    if averaging == "direct":
        return units
    if averaging == "moving-average":
        seen = jnp.minimum(tick + 1, window)
        mask = (jnp.arange(window) < seen)[:, None]
        return jnp.sum(jnp.where(mask, history, 0.0), axis=0) / seen.astype(history.dtype)
    if window == 1:
        return history[0]
    gathered = -jnp.expm1((tick + 1).astype(jnp.float32) * jnp.float32(jnp.log1p(-1.0 / window)))
    return history[0] / gathered
