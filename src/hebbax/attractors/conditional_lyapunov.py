"""The weights' own dynamics: what a life's observations do to weights that differ a little, with no body between.

The recorded observations are given to the policy once more, whatever it does: so a small difference of its weights and
averages grows or shrinks by the plasticity's doing alone. The rate is the conditional Lyapunov exponent (L. M. Pecora,
T. L. Carroll: *Synchronization in Chaotic Systems*. Physical Review Letters 64, 1990). The difference is infinitesimal:
a tangent of the policy, which JAX derives, so no rounding and no saturation is in it.
"""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from hebbax.keys import root_key
from hebbax.policies.any_policy import Carry
from hebbax.policies.policy import Policy
from hebbax.settings import pinned
from hebbax.streams import WEIGHT_STREAM
from hebbax.types import Normaliser

_TINY = np.finfo(np.float32).tiny


class Playback:
    """Plays recorded lives into a policy; compiled once, for lives of at most `ticks` ticks."""

    @pinned()
    def __init__(self, policy: Policy, genome: np.ndarray, normaliser: Normaliser, ticks: int) -> None:
        self._policy, self._genome, self._normaliser = policy, jnp.asarray(genome), normaliser
        self._ticks = ticks
        inputs = np.zeros((ticks, policy.network.sizes[0]), np.float32)
        weights = np.zeros((ticks, policy.weight_count), np.float32)
        signal = np.zeros((ticks, len(policy.signals) if policy.reads_signal else 0), np.float32)
        self._play = jax.jit(self._tangents).lower(root_key(0), inputs, weights, signal).compile()

    @property
    def missing(self) -> tuple[str, ...]:
        """What the rule hears and records do not hold: terms of the reward."""
        return tuple(self._policy.signals[place] for place in self._policy.signal_at if place > 0)

    @pinned()
    def growth(self, key: jax.Array, observations: np.ndarray, weights: np.ndarray, rewards: np.ndarray) -> np.ndarray:
        """Return by what logarithm a tangent of the policy's state grows at each tick, float64 [ticks].

        Args:
            key: of the life.
            observations: float64 [ticks, observations], as recorded.
            weights: float32 [ticks, weights], as recorded: the tangent is taken at these.
            rewards: float64 [ticks], as recorded, for a rule that hears them: they stay as they were too.

        It begins in a random direction at the first tick. Minus infinity from where nothing is left of it.
        """
        ticks = len(observations)
        inputs = np.zeros((self._ticks, observations.shape[1]), np.float32)
        inputs[:ticks] = self._normaliser.applied(observations)
        points = np.zeros((self._ticks, weights.shape[1]), np.float32)
        points[:ticks] = weights
        signal = np.zeros((self._ticks, len(self._policy.signals) if self._policy.reads_signal else 0), np.float32)
        signal[:ticks, :1] = rewards[:, None]
        return np.asarray(self._play(key, inputs, points, signal), np.float64)[:ticks]

    def _tangents(self, key: jax.Array, inputs: Any, weights: Any, signal: Any) -> Any:
        policy = self._policy
        first = policy.birth(jax.random.fold_in(key, WEIGHT_STREAM), self._genome)
        directions = [
            jax.random.normal(jax.random.fold_in(key, number), part.shape, jnp.float32)
            for number, part in enumerate(first.weights)
        ]
        zeros = jax.tree.map(jnp.zeros_like, _dynamic_parts(first))
        begin = (tuple(directions), *zeros[1:])

        def tick(state: tuple[Carry, Any], row: tuple[Any, Any, Any]) -> tuple[tuple[Carry, Any], Any]:
            (carry, tangent), (observation, flat_weights, heard) = state, row

            def step(parts: Any) -> tuple[Any, Any]:
                _, after = policy.act(self._genome, _carry(parts, carry), observation)
                after = policy.adapt(self._genome, after, heard)
                return _dynamic_parts(after), after.tick

            point = (_by_layer(flat_weights, carry.weights), *_dynamic_parts(carry)[1:])
            before = _norm(tangent)
            tangent = jax.tree.map(lambda part: part / jnp.maximum(before, _TINY), tangent)
            next_parts, tangent, count = jax.jvp(step, (point,), (tangent,), has_aux=True)
            return (_carry(next_parts, carry._replace(tick=count)), tangent), jnp.log(_norm(tangent))

        return jax.lax.scan(tick, (first, begin), (inputs, weights, signal))[1]


def _dynamic_parts(carry: Carry) -> tuple[Any, ...]:
    """Return what changes during a life and a difference can be in: all but the tick."""
    return carry.weights, carry.states, carry.units, carry.history, carry.tones


def _carry(parts: Any, like: Carry) -> Carry:
    weights, states, units, history, tones = parts
    return like._replace(weights=weights, states=states, units=units, history=history, tones=tones)


def _by_layer(flat: Any, layers: tuple[Any, ...]) -> tuple[Any, ...]:
    ends = np.cumsum([layer.size for layer in layers])
    return tuple(flat[end - layer.size : end].reshape(layer.shape) for end, layer in zip(ends, layers, strict=True))


def _norm(parts: Any) -> Any:
    return jnp.sqrt(sum(jnp.sum(jnp.square(part)) for part in jax.tree.leaves(parts)))
