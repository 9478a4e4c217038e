"""The weights' own dynamics: what a life's observations do to weights that differ a little, with no body between.

The recorded observations are given to the policy once more, whatever it does; so two copies of the weights see the
same, and what becomes of their difference is the plasticity's alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from hebbax.analysis.pairs import FEWEST_TICKS, NUDGE, Pairs, onsets, pairs_of
from hebbax.engines.life import WEIGHT_STREAM
from hebbax.keys import root_key
from hebbax.policy import Carry, Policy
from hebbax.types import Normaliser

MOST_TICKS = 4000
"""Ticks of a life, from its start, that are played back: each copy's weights are kept at all of them.

Twins of a longer life get their difference at a half, five eighths and three quarters of these ticks.
"""


class Playback:
    """Plays recorded observations into a policy; compiled once for lives of up to so many ticks."""

    def __init__(self, policy: Policy, genome: np.ndarray, normaliser: Normaliser, ticks: int) -> None:
        self._policy, self._genome, self._normaliser = policy, jnp.asarray(genome), normaliser
        self._ticks = min(ticks, MOST_TICKS)
        inputs = np.zeros((self._ticks, policy.network.sizes[0]), np.float32)
        copies = np.zeros(1 + len(onsets(FEWEST_TICKS)), np.int32)
        self._play = jax.jit(self._weights).lower(root_key(0), inputs, copies).compile()

    def pairs(self, key: jax.Array, observations: np.ndarray) -> Pairs | None:
        """Return a life and its twins, from its key and what it saw, float64 [ticks, observations] as recorded."""
        ticks = min(len(observations), self._ticks)
        at = onsets(ticks)
        if not at:
            return None
        inputs = np.zeros((self._ticks, observations.shape[1]), np.float32)
        inputs[:ticks] = (observations[:ticks] - self._normaliser.mean) * self._normaliser.scale
        # The first copy is nudged at no tick.
        lives = np.asarray(self._play(key, inputs, np.array([-1, *at], np.int32)))[:, :ticks]
        return pairs_of(lives[0], list(lives[1:]))

    def _weights(self, key: jax.Array, inputs: Any, nudged_at: Any) -> Any:
        """Return the weights of every copy, float32 [copies, ticks, weights]."""
        policy = self._policy
        born = policy.birth(jax.random.fold_in(key, WEIGHT_STREAM))
        direction = _direction(jax.random.fold_in(key, MOST_TICKS), born.weights)

        def play(onset: Any) -> Any:
            def tick(carry: Carry, observation: Any) -> tuple[Carry, Any]:
                length = jnp.where(carry.tick == onset, NUDGE * _norm(carry.weights), 0.0)
                moved = tuple(w + length * d for w, d in zip(carry.weights, direction, strict=True))
                carry = carry._replace(weights=moved)
                _, after = policy.act(self._genome, carry, observation)
                return policy.adapt(self._genome, after), _flat(moved)

            return jax.lax.scan(tick, born, inputs)[1]

        return jax.vmap(play)(nudged_at)


def _direction(key: jax.Array, weights: Sequence[Any]) -> tuple[Any, ...]:
    """Return a random direction in the space of all weights: matrices of their shapes, of length 1 together."""
    drawn = [jax.random.normal(jax.random.fold_in(key, n), w.shape, jnp.float32) for n, w in enumerate(weights)]
    return tuple(part / _norm(drawn) for part in drawn)


def _norm(weights: Sequence[Any]) -> Any:
    return jnp.sqrt(sum(jnp.sum(jnp.square(part)) for part in weights))


def _flat(weights: Sequence[Any]) -> Any:
    return jnp.concatenate([jnp.ravel(part) for part in weights])
