"""How a policy's modulations (`plasticity/modulation.py`) read its genome, its units and the reward, in JAX."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import numpy as np

from hebbax.lazy_jax import jax, jnp
from hebbax.plasticity.modulation import (
    ELIGIBILITY,
    GATE_WEIGHTS,
    MEAN_RATE,
    MODULATIONS,
    SWITCH,
    SWITCH_HIGH,
    SWITCH_LOW,
    TRACE_DECAY,
    Tone,
    listen,
    settled,
    squashed,
    switched,
)
from hebbax.types import Array

if TYPE_CHECKING:
    from hebbax.policies.any_policy import Carry
    from hebbax.policies.policy import Policy

Modulator = Callable[[Mapping[str, Array], Array, Array], tuple[Array, Array]]
"""From a connection's evolved arrays, the rule's change [presynaptic, postsynaptic] and its traces to the same two."""


def hear(policy: Policy, number: int, genome: Array, carry: Carry, reward: Array) -> tuple[Array, Array]:
    """Return the tone [TONE_SIZE] of a group of connections after the reward of a tick, and whether it may change."""
    plasticity, indices = policy.groups[number]
    kind = plasticity.modulation
    if not MODULATIONS[kind].hears:
        return carry.tones[number], jnp.bool_(True)
    tone, genes = Tone(*carry.tones[number]), policy.unpack(genome)[indices[0]]
    tone = listen(tone, reward, _one(genes, MEAN_RATE))
    if kind == SWITCH:
        tone = switched(tone, _one(genes, SWITCH_LOW), _one(genes, SWITCH_HIGH))
    return jnp.stack(tone), tone.closed == 0


def settle(policy: Policy, number: int, genome: Array, tone: Array, change: Array, due: Array) -> Array:
    """Return the tone [TONE_SIZE] of a group after a tick at which an update was due or not."""
    plasticity, indices = policy.groups[number]
    if plasticity.modulation != SWITCH:
        return tone
    genes = policy.unpack(genome)[indices[0]]
    return jnp.where(due, jnp.stack(settled(Tone(*tone), change, _one(genes, MEAN_RATE))), tone)


def modulator(
    policy: Policy, number: int, genes: Mapping[str, Array], tone: Array, units: Array, reward: Array
) -> Modulator:
    """Return what a group's modulation does to the changes of its connections.

    Args:
        policy: whose group it is.
        number: of the group (`Policy.groups`).
        genes: evolved arrays of its first connection.
        tone: [TONE_SIZE].
        units: [unit_count], the mean activations that the update sees.
        reward: of the tick.
    """
    kind = policy.groups[number][0].modulation
    heard = Tone(*tone)
    if kind == ELIGIBILITY:
        surprise, decay = reward - heard.mean / heard.gathered, _one(genes, TRACE_DECAY)

        def trace(layer: Mapping[str, Array], change: Array, traces: Array) -> tuple[Array, Array]:
            traces = decay * traces + change
            return surprise * traces[0], traces

        return trace
    if MODULATIONS[kind].has_gates:
        extras = jnp.stack([reward, heard.mean / heard.gathered, jnp.float32(1.0)])
        seen = jnp.concatenate([units[np.array(policy.hidden_units, int)], extras])

        def gate(layer: Mapping[str, Array], change: Array, traces: Array) -> tuple[Array, Array]:
            return jax.nn.sigmoid(seen @ layer[GATE_WEIGHTS]) * change, traces

        return gate
    return lambda layer, change, traces: (change, traces)


def _one(genes: Mapping[str, Array], name: str) -> Array:
    return squashed(name, genes[name][0])
