"""Averages of the activations that an update sees: of each neuron on its own, then combined by the rule."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from hebbax.errors import check_whole
from hebbax.lazy_jax import jnp
from hebbax.registry import Registry
from hebbax.types import MOST_TICKS, Array


@dataclass(frozen=True)
class Averaging:
    """How activations [units] of past ticks are kept, and averaged when an update is due, in JAX.

    `remember(window, history, units, tick)` returns the history [rows, units] with one tick's activations added, and
    `average(window, history, units, tick)` the mean [units] of what a life at this tick has seen; `units` are the
    activations of the last pass, and ticks count from 0.
    """

    rows: Callable[[int], int]  # how many vectors of activations are kept, of the window
    remember: Callable[[int, Array, Array, Array], Array]
    average: Callable[[int, Array, Array, Array], Array]
    reads_window: bool = True


def _remember_nothing(window: int, history: Array, units: Array, tick: Array) -> Array:
    return history


def _mean_direct(window: int, history: Array, units: Array, tick: Array) -> Array:
    return units


def _remember_tick(window: int, history: Array, units: Array, tick: Array) -> Array:
    return history.at[tick % window].set(units)


def _mean_of_ticks(window: int, history: Array, units: Array, tick: Array) -> Array:
    # At the start of a life it covers only what has been seen.
    count = jnp.minimum(tick + 1, window)
    mask = (jnp.arange(window) < count)[:, None]
    return jnp.sum(jnp.where(mask, history, 0.0), axis=0) / count.astype(history.dtype)


def _remember_mean(window: int, history: Array, units: Array, tick: Array) -> Array:
    return history + (units - history) * jnp.float32(1.0 / window)


def _exponential_mean(window: int, history: Array, units: Array, tick: Array) -> Array:
    # It begins at zero and is divided by the weight that it has gathered (Kingma & Ba 2015), where the published code
    # leaves it biased.
    if window == 1:
        return history[0]
    total_weight = -jnp.expm1((tick + 1).astype(jnp.float32) * jnp.float32(jnp.log1p(-1.0 / window)))
    return history[0] / total_weight


AVERAGINGS: Registry[Averaging] = Registry(
    "averaging",
    {
        "direct": Averaging(lambda window: 0, _remember_nothing, _mean_direct, reads_window=False),
        "moving-average": Averaging(lambda window: window, _remember_tick, _mean_of_ticks),
        "exponential": Averaging(lambda window: 1, _remember_mean, _exponential_mean),
    },
)
"""The last activations, the mean of the last `window` ticks, or an exponential mean of time constant `window` ticks."""


def register_averaging(name: str, averaging: Averaging) -> None:
    """Add an averaging, or replace one of your own.

    A policy with it runs on the lockstep engine: it has no compiled form. Raises HebbaxError
    for a name that ships or is a plug-in's.
    """
    AVERAGINGS.register(name, averaging)


def history_rows(averaging: str, window: int) -> int:
    """Return how many vectors of activations an averaging keeps.

    Raises HebbaxError for an unknown averaging or a window below 1.
    """
    rows = AVERAGINGS.get(averaging).rows
    return rows(check_whole("window", window, 1, MOST_TICKS, field="window", unit="of ticks "))


def remember(averaging: str, window: int, history: Array, units: Array, tick: Array) -> Array:
    """Return the history with one tick's activations added, [history_rows, units].

    Args:
        averaging: a name in AVERAGINGS.
        window: ticks that are averaged over.
        history: [history_rows, units] before this tick.
        units: [units], the activations of this tick.
        tick: number of this tick, from 0.
    """
    return AVERAGINGS.get(averaging).remember(window, history, units, tick)


def average(averaging: str, window: int, history: Array, units: Array, tick: Array) -> Array:
    """Return the mean [units] of the activations seen so far.

    Args:
        averaging: a name in AVERAGINGS.
        window: ticks that are averaged over.
        history: [history_rows, units], with this tick's activations.
        units: [units], the activations of this tick.
        tick: number of this tick, from 0.
    """
    return AVERAGINGS.get(averaging).average(window, history, units, tick)
