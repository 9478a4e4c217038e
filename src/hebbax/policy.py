"""A policy: a network and, if it is plastic, its plasticity. Birth, act and adapt over an explicit carry, in JAX."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, Protocol

import jax
import jax.numpy as jnp

from hebbax.errors import HebbaxError
from hebbax.networks.mlp import Mlp
from hebbax.plasticity.averaging import average, remember, window_of
from hebbax.plasticity.normalisation import get_normalisation
from hebbax.plasticity.rules import get_rule
from hebbax.types import Array


class Carry(NamedTuple):
    """All that changes in a policy during a life."""

    weights: tuple[Array, ...]  # one matrix a layer, [presynaptic, postsynaptic], float32; () for a static policy
    history: Array  # [window, units], the activations of the last ticks; [0, 0] for a static policy
    tick: Array  # number of passes so far, int32


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
        """Return the carry after the plasticity that follows the pass just run."""
        ...


@dataclass(frozen=True)
class Plasticity:
    """Rule, normalisation, averaging and update interval.

    Raises HebbaxError for an unknown name, a window or interval below 1, or a rate for a rule that has none.
    """

    rule: str = "eta-abcd"
    normalisation: str = "max"
    averaging: str = "direct"
    window: int = 1  # ticks; only `moving-average` reads it
    interval: int = 1  # control ticks from one update to the next
    rate: float | None = None  # the rule's shared learning rate; None for its default

    def __post_init__(self) -> None:
        rule = get_rule(self.rule)
        get_normalisation(self.normalisation)
        window_of(self.averaging, self.window)
        if self.interval < 1:
            raise HebbaxError(f"interval={self.interval} ticks: expected at least 1; nearest valid: 1")
        if self.rate is not None and rule.rate is None:
            raise HebbaxError(f"rate={self.rate}: the rule {self.rule!r} evolves its rates; leave rate out")

    @property
    def averaged_ticks(self) -> int:
        """Number of ticks that an update averages over."""
        return window_of(self.averaging, self.window)

    @property
    def effective_rate(self) -> float:
        """The shared learning rate in force (1 where the rule has none)."""
        default = get_rule(self.rule).rate
        return 1.0 if default is None else default if self.rate is None else self.rate


@dataclass(frozen=True)
class Policy:
    """A network whose weights are the genome (static), or follow rules whose coefficients are the genome (plastic).

    The genome is float32 [genome_size]. Static: the weights, layer after layer, each [presynaptic, postsynaptic] row by
    row. Plastic: layer after layer [coefficient, presynaptic, postsynaptic], coefficients in the order of the rule.
    """

    name: str
    network: Mlp
    plasticity: Plasticity | None
    initial_low: float = -0.1
    initial_high: float = 0.1

    def __post_init__(self) -> None:
        if not self.initial_low < self.initial_high:
            raise HebbaxError(
                f"initial weights from {self.initial_low} to {self.initial_high}: the first must be below the second"
            )

    @property
    def genome_size(self) -> int:
        """Number of evolved numbers."""
        coefficients = len(get_rule(self.plasticity.rule).coefficients) if self.plasticity else 1
        return coefficients * self.network.weight_count

    @property
    def weight_count(self) -> int:
        """Number of weights that change during a life."""
        return self.network.weight_count if self.plasticity else 0

    def unpack(self, genome: Array) -> tuple[Array, ...]:
        """Return one array a layer from a genome [genome_size].

        Static: [presynaptic, postsynaptic]; plastic: [coefficient, presynaptic, postsynaptic].
        """
        leading = (len(get_rule(self.plasticity.rule).coefficients),) if self.plasticity else ()
        layers, start = [], 0
        for pre, post in self.network.layer_shapes:
            size = (leading[0] if leading else 1) * pre * post
            layers.append(genome[start : start + size].reshape(*leading, pre, post))
            start += size
        return tuple(layers)

    def pack(self, layers: tuple[Array, ...]) -> Array:
        """Return the genome [genome_size] of which `unpack` makes these layers."""
        return jnp.concatenate([jnp.ravel(layer) for layer in layers])

    def birth(self, key: jax.Array) -> Carry:
        """Return the carry of a newborn: fresh uniform weights (drawn from the key as one flat vector), no history."""
        if self.plasticity is None:
            return Carry((), jnp.zeros((0, 0), jnp.float32), jnp.int32(0))
        flat = jax.random.uniform(
            key, (self.network.weight_count,), jnp.float32, minval=self.initial_low, maxval=self.initial_high
        )
        weights, start = [], 0
        for pre, post in self.network.layer_shapes:
            weights.append(flat[start : start + pre * post].reshape(pre, post))
            start += pre * post
        history = jnp.zeros((self.plasticity.averaged_ticks, self.network.unit_count), jnp.float32)
        return Carry(tuple(weights), history, jnp.int32(0))

    def act(self, genome: Array, carry: Carry, observation: Array) -> tuple[Array, Carry]:
        """Run one pass: return the action [actuators] and the carry with this pass's activations in its history."""
        weights = carry.weights if self.plasticity else self.unpack(genome)
        units = self.network.forward(weights, observation)
        history = remember(carry.history, units, carry.tick) if self.plasticity else carry.history
        return units[-self.network.sizes[-1] :], Carry(carry.weights, history, carry.tick + 1)

    def adapt(self, genome: Array, carry: Carry) -> Carry:
        """Return the carry after the plasticity of the pass just run, if its interval says so.

        W <- N(W + ΔW(mean pre, mean post)), every layer from the same pass; the first update follows the first pass.
        """
        plasticity = self.plasticity
        if plasticity is None:
            return carry
        tick = carry.tick - 1
        rule, normalise = get_rule(plasticity.rule), get_normalisation(plasticity.normalisation)

        def update(weights: tuple[Array, ...]) -> tuple[Array, ...]:
            pairs = self.network.split(average(carry.history, tick))
            changed = []
            for layer, coefficients, (pre, post) in zip(weights, self.unpack(genome), pairs, strict=True):
                prepared = rule.prepare(jnp.float32(plasticity.effective_rate), *coefficients)
                change = rule.change(pre[:, None], post[None, :], layer, *prepared)
                changed.append(normalise(layer + change))
            return tuple(changed)

        due = tick % plasticity.interval == 0
        weights = jax.lax.cond(due, update, lambda weights: weights, carry.weights)
        return carry._replace(weights=weights)
