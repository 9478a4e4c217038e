"""What every engine needs of a policy, whoever wrote it, and what changes in one during a life."""

from __future__ import annotations

from typing import NamedTuple, Protocol

from hebbax.lazy_jax import jax
from hebbax.types import Array

WEIGHT_BOUND = 1e8
"""A life whose weights pass this has diverged: float32 keeps one digit beside it of activations of order one."""


class Carry(NamedTuple):
    """All that changes in a policy during a life, float32."""

    weights: tuple[Array, ...]  # one matrix per plastic connection, [presynaptic, postsynaptic]
    states: tuple[Array, ...]  # of their synapses, [states of the rule, presynaptic, postsynaptic]
    units: Array  # [unit_count], the activations of the last pass
    history: Array  # [rows of the averagings, unit_count]
    tick: Array  # number of passes so far, int32
    fixed: tuple[Array, ...] = ()  # one matrix per connection that is drawn at birth and then stays
    tones: tuple[Array, ...] = ()  # [TONE_SIZE] of every plasticity, what its modulation keeps


class AnyPolicy(Protocol):
    """What an engine needs of a policy; `Policy` is one, and users may bring their own to the lockstep engine."""

    @property
    def name(self) -> str:
        """What the policy is called."""
        ...

    @property
    def genome_size(self) -> int:
        """Number of evolved numbers."""
        ...

    @property
    def weight_count(self) -> int:
        """Number of weights that change during a life."""
        ...

    def birth(self, key: jax.Array) -> Carry:
        """Return the carry of a newborn."""
        ...

    def act(self, genome: Array, carry: Carry, observation: Array) -> tuple[Array, Carry]:
        """Return the action [actuators] for an observation [observations], and the carry."""
        ...

    def adapt(self, genome: Array, carry: Carry) -> Carry:
        """Return the carry after the plasticity that follows the pass just run.

        A policy with an attribute `reads_signal` that is true gets a signal [signals] as a third argument: the reward
        of the tick, then its terms where the task has several.
        """
        ...
