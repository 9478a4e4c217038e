"""A policy: a network and, if it is plastic, its plasticity. Birth, act and adapt over an explicit carry, in JAX."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple, Protocol

import numpy as np

from hebbax.errors import HebbaxError, unknown_name
from hebbax.lazy_jax import jax, jnp
from hebbax.networks.initial import InitialWeights
from hebbax.networks.network import Network
from hebbax.plasticity.averaging import AVERAGINGS, history_rows, remember
from hebbax.plasticity.gene import PlacedGene, check_scope, table_entries
from hebbax.plasticity.normalisation import NORMALISATIONS, check_bound
from hebbax.plasticity.rules import RULES
from hebbax.policies.placing import place_genes
from hebbax.policies.update import make_update, no_update
from hebbax.settings import pinned
from hebbax.types import Array

WEIGHT_BOUND = 1e8
"""A life whose weights pass this has diverged: float32 keeps one digit beside it of activations of order one."""


class Carry(NamedTuple):
    """All that changes in a policy during a life, float32."""

    weights: tuple[Array, ...]  # one matrix per connection, [presynaptic, postsynaptic]; () for a static policy
    states: tuple[Array, ...]  # of the synapses, [states of the rule, presynaptic, postsynaptic]; () as for weights
    units: Array  # [unit_count], the activations of the last pass
    history: Array  # [rows of the averaging, unit_count]
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
        """Return the carry after the plasticity that follows the pass just run.

        A policy with an attribute `reads_signal` that is true gets a signal [signals] as a third argument: the reward
        of the tick, then its terms where the task has several.
        """
        ...


@dataclass(frozen=True)
class Plasticity:
    """Rule, normalisation, averaging and update interval.

    Raises HebbaxError for an unknown name, a number out of range, or one that the rule or normalisation does not read.

    >>> Plasticity(rule="oja-abcd", averaging="moving-average", window=5, interval=4).normalisation
    'max'
    """

    rule: str = "eta-abcd"
    normalisation: str = "max"
    averaging: str = "direct"
    window: int = 1  # ticks; `direct` does not read it
    interval: int = 1  # control ticks from one update to the next
    rate: float | None = None  # the rule's shared learning rate; None for its default
    time_constant: float | None = None  # of the rule's state, in updates; None for its default
    bound: float | None = None  # of `clip`; None for 1
    scope: str = "synapse"  # what shares a coefficient, one of SCOPES, unless the rule says otherwise
    table: int = 16  # entries of the scope `table`

    def __post_init__(self) -> None:
        rule = RULES.get(self.rule)
        check_scope(self.scope, self.table)
        NORMALISATIONS.get(self.normalisation)
        check_bound(self.normalisation, self.bound)
        history_rows(self.averaging, self.window)
        if self.interval < 1:
            raise HebbaxError(
                f"interval={self.interval} ticks: expected at least 1; nearest valid: 1", field="interval"
            )
        if self.rate is not None:
            setting = f"rate={self.rate}"
            if rule.rate is None:
                raise HebbaxError(f"{setting}: the rule {self.rule!r} evolves its rates; leave it out", field="rate")
            if not 0 <= self.rate < float("inf"):
                nearest = 0 if self.rate < 0 else rule.rate
                raise HebbaxError(
                    f"{setting}: expected a finite number of at least 0; nearest valid: {nearest}", field="rate"
                )
        if self.time_constant is not None:
            setting = f"time_constant={self.time_constant}"
            if rule.time_constant is None:
                raise HebbaxError(f"{setting}: the rule {self.rule!r} has none; leave it out", field="time_constant")
            if not 1 <= self.time_constant < float("inf"):
                nearest = 1 if self.time_constant < 1 else rule.time_constant
                raise HebbaxError(
                    f"{setting}: expected a finite number of updates of at least 1; nearest valid: {nearest}",
                    field="time_constant",
                )

    @property
    def history_rows(self) -> int:
        """Number of vectors of activations that the averaging keeps."""
        return history_rows(self.averaging, self.window)

    @property
    def averaged_ticks(self) -> int:
        """Number of ticks that an update averages over: 1 for `direct`."""
        return self.window if AVERAGINGS.get(self.averaging).reads_window else 1

    @property
    def effective_rate(self) -> float:
        """The shared learning rate in force (1 where the rule has none)."""
        default = RULES.get(self.rule).rate
        return 1.0 if default is None else default if self.rate is None else self.rate

    @property
    def constants(self) -> tuple[float, ...]:
        """What the rule's `prepare` gets before the coefficients: the rate, then the time constant if it has one."""
        default = RULES.get(self.rule).time_constant
        time_constant = () if default is None else (default if self.time_constant is None else self.time_constant,)
        return (self.effective_rate, *time_constant)

    @property
    def effective_bound(self) -> float:
        """The bound of `clip` in force."""
        return check_bound(self.normalisation, self.bound)


@dataclass(frozen=True)
class Policy:
    """A network whose weights are the genome (static), or follow rules whose coefficients are the genome (plastic).

    The genome is float32 [genome_size], connection after connection. Static: the weights, row by row. Plastic: every
    array that `Rule.genes` names, row by row. Raises HebbaxError for a rule that needs biases on a network without, and
    for a plastic network that can only be static.
    """

    name: str
    network: Network
    plasticity: Plasticity | None
    initial: InitialWeights = field(default_factory=InitialWeights)
    signals: tuple[str, ...] = ("reward",)  # names of what `adapt` gets of the tick just lived

    def __post_init__(self) -> None:
        if self.plasticity is None:
            return
        for name in RULES.get(self.plasticity.rule).signal:
            if name not in self.signals:
                raise unknown_name("signal", name, self.signals)
        if self.network.static_only:
            raise HebbaxError(
                f"network {self.network.kind!r} cannot be plastic: expected plastic=false or network=gru",
                field="network",
            )
        if RULES.get(self.plasticity.rule).needs_bias and not self.network.bias:
            raise HebbaxError(
                f"rule {self.plasticity.rule!r} needs a network with biases: expected bias=true", field="bias"
            )

    @property
    def genes(self) -> tuple[dict[str, tuple[int, ...]], ...]:
        """Shapes of the evolved arrays of every connection, by name, in the order of the genome."""
        if self.plasticity is None:
            return tuple({"weights": connection.shape} for connection in self.network.connections)
        rule, scope, table = RULES.get(self.plasticity.rule), self.plasticity.scope, self.plasticity.table
        return tuple(rule.genes(*c.shape, c.bias, scope, table) for c in self.network.connections)

    @property
    def layout(self) -> tuple[PlacedGene, ...]:
        """Every evolved array with its place, in the order of the genome; one of the whole network stands once."""
        return tuple(g for index, genes in enumerate(self.placed) for g in genes if g.connection == index)

    @cached_property
    def placed(self) -> tuple[tuple[PlacedGene, ...], ...]:
        """The evolved arrays of every connection with their places; one of the whole network is in each."""
        return place_genes(self.network.connections, self.plasticity)

    def table_entries(self, index: int) -> np.ndarray:
        """Return which entry of its tables each synapse of a connection has, int64 [presynaptic, postsynaptic].

        Without the row of a bias that has coefficients of its own.
        """
        assert self.plasticity is not None
        connection = self.network.connections[index]
        rows = connection.pre_size - (connection.bias and RULES.get(self.plasticity.rule).needs_bias)
        return table_entries(index, rows, connection.post_size, self.plasticity.table)

    @property
    def genome_size(self) -> int:
        """Number of evolved numbers."""
        return sum(gene.size for gene in self.layout)

    @property
    def weight_count(self) -> int:
        """Number of weights that change during a life."""
        return self.network.weight_count if self.plasticity else 0

    @property
    def state_size(self) -> int:
        """Numbers that a life changes and later passes depend on: weights, synapses' states, hidden and cell states.

        Without the averaging's history, which is a part of the rule's input.
        """
        states = 0 if self.plasticity is None else len(RULES.get(self.plasticity.rule).state)
        return self.weight_count * (1 + states) + self.network.memory_size

    @property
    def signal_at(self) -> tuple[int, ...]:
        """Where among `signals` what the rule reads stands, in the order in which it reads them."""
        if self.plasticity is None:
            return ()
        return tuple(self.signals.index(name) for name in RULES.get(self.plasticity.rule).signal)

    @property
    def functions(self) -> tuple[Callable[..., object], ...]:
        """The functions of the rule, which compiled code keeps with the values of their globals."""
        if self.plasticity is None:
            return ()
        rule = RULES.get(self.plasticity.rule)
        return tuple(filter(None, (rule.change, rule.prepare, rule.prepare_bias)))

    @property
    def reads_signal(self) -> bool:
        """Whether an update depends on the signal."""
        return bool(self.signal_at)

    def unpack(self, genome: Array) -> tuple[dict[str, Array], ...]:
        """Return the evolved arrays of every connection, by name and in the shapes of `genes`, of a [genome_size]."""
        return tuple(
            {gene.name: genome[gene.at : gene.at + gene.size].reshape(gene.shape) for gene in genes}
            for genes in self.placed
        )

    @pinned()
    def pack(self, layers: tuple[dict[str, Array], ...]) -> Array:
        """Return the genome [genome_size] of which `unpack` makes these arrays."""
        own = [
            values
            for index, (genes, layer) in enumerate(zip(self.placed, layers, strict=True))
            for gene, values in zip(genes, layer.values(), strict=True)
            if gene.connection == index  # what all connections share lies in the first
        ]
        return jnp.concatenate([jnp.ravel(values) for values in own])

    @pinned()
    def draw(self, key: jax.Array) -> tuple[Array, ...]:
        """Return fresh weights, one matrix per connection, drawn from the key as one flat vector."""
        connections = self.network.connections
        centre = jnp.float32(self.initial.centre)
        sizes = np.array([connection.size for connection in connections])
        spreads = np.repeat(np.array([self.initial.spread(*c.shape) for c in connections], np.float32), sizes)
        if self.initial.is_normal:
            flat = centre + spreads * jax.random.normal(key, (int(sizes.sum()),), jnp.float32)
        else:
            low, high = np.float32(self.initial.centre) - spreads, np.float32(self.initial.centre) + spreads
            flat = jax.random.uniform(key, (int(sizes.sum()),), jnp.float32, minval=low, maxval=high)
        ends = np.cumsum(sizes)
        parts = zip(ends - sizes, ends, connections, strict=True)
        return tuple(flat[start:end].reshape(connection.shape) for start, end, connection in parts)

    @pinned()
    def birth(self, key: jax.Array) -> Carry:
        """Return the carry of a newborn: fresh weights, and nothing that it has seen."""
        units = jnp.zeros(self.network.unit_count, jnp.float32)
        if self.plasticity is None:
            return Carry((), (), units, jnp.zeros((0, self.network.unit_count), jnp.float32), jnp.int32(0))
        count = len(RULES.get(self.plasticity.rule).state)
        states = tuple(jnp.zeros((count, *shape), jnp.float32) for shape in self.network.layer_shapes)
        history = jnp.zeros((self.plasticity.history_rows, self.network.unit_count), jnp.float32)
        return Carry(self.draw(key), states, units, history, jnp.int32(0))

    @pinned()
    def act(self, genome: Array, carry: Carry, observation: Array) -> tuple[Array, Carry]:
        """Run one pass: return the action [actuators] and the carry with this pass's activations."""
        weights = carry.weights if self.plasticity else [layer["weights"] for layer in self.unpack(genome)]
        units = self.network.forward(weights, carry.units, observation)
        history = carry.history
        if self.plasticity:
            history = remember(self.plasticity.averaging, self.plasticity.window, history, units, carry.tick)
        action = units[-self.network.sizes[-1] :]
        return action, Carry(carry.weights, carry.states, units, history, carry.tick + 1)

    @pinned()
    def adapt(self, genome: Array, carry: Carry, signal: Array | None = None) -> Carry:
        """Return the carry after the plasticity of the pass just run, if its interval says so.

        W <- N(W + ΔW(mean pre, mean post)), every connection from the same pass; the first update follows the first
        pass. `signal` [signals] is of the tick just lived; only a rule that reads it needs it. Raises HebbaxError
        without one.
        """
        plasticity = self.plasticity
        if plasticity is None:
            return carry
        tick = carry.tick - 1
        due = tick % plasticity.interval == 0
        if self.reads_signal and signal is None:
            raise HebbaxError(f"policy {self.name!r}: its rule reads a signal, expected {len(self.signals)} numbers")
        heard = () if signal is None else tuple(signal[place] for place in self.signal_at)
        update = make_update(self, RULES.get(plasticity.rule))
        weights, states = jax.lax.cond(due, update, no_update, genome, carry, tick, heard)
        return carry._replace(weights=weights, states=states)
