"""A policy: a network, and what becomes of each connection's weights. Birth, act and adapt over a carry, in JAX."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from hebbax.errors import HebbaxError, unknown_name
from hebbax.keys import fold_in
from hebbax.lazy_jax import jax, jnp
from hebbax.networks.initial import InitialWeights
from hebbax.networks.network import Connection, Network
from hebbax.plasticity.averaging import remember
from hebbax.plasticity.gene import PlacedGene, table_entries
from hebbax.plasticity.modulation import GATE_EXTRAS, MODULATIONS, TONE_SIZE
from hebbax.plasticity.plasticity import Plasticity
from hebbax.plasticity.rules import RULES
from hebbax.policies.any_policy import Carry
from hebbax.policies.assignment import entries_of_text
from hebbax.policies.drawing import draw_weights
from hebbax.policies.modulating import hear, settle
from hebbax.policies.placing import place_genes
from hebbax.policies.synapses import FIRST_WEIGHTS, Synapses
from hebbax.policies.update import make_update, parts_of
from hebbax.settings import pinned
from hebbax.types import Array


@dataclass(frozen=True)
class Policy:
    """A network, and of each connection how its weights begin and what changes them.

    The genome is float32 [genome_size], connection after connection: the weights of a static one, every array that
    `Rule.genes` names of a plastic one, row by row. Raises HebbaxError for a rule that needs biases on a network
    without, a plastic network that can only be static, a connection that the network does not have, and where nothing
    evolves.
    """

    name: str
    network: Network
    plasticity: Plasticity | None  # of the connections for which nothing else is said; None for static weights
    initial: InitialWeights = field(default_factory=InitialWeights)
    signals: tuple[str, ...] = ("reward",)  # names of what `adapt` gets of the tick just lived
    birth_kind: str | None = None  # one of BIRTHS, as in `Synapses`
    by_connection: Mapping[str, Synapses] | tuple[tuple[str, Synapses], ...] = ()  # where a connection is another
    assignment: str = ""  # of synapses to entries of tables, as `assignment.py` writes it; drawn if empty

    def __post_init__(self) -> None:
        names = self.network.layer_names
        given = dict(self.by_connection)
        for name in given:
            if name not in names:
                raise unknown_name("connection", name, names)
        object.__setattr__(self, "by_connection", tuple((name, given[name]) for name in names if name in given))
        for plasticity, _ in self.groups:
            self._check_rule(plasticity)
        for connection in self.plastic_connections:
            if connection.shared:
                raise HebbaxError(
                    f"connection {connection.name!r} cannot be plastic, because many places share its weights: "
                    "expected plastic=false",
                    field="connections",
                )
        if self.assignment:
            _ = self._assigned  # which says what is wrong with it
        if self.genome_size == 0:
            raise HebbaxError(
                f"policy {self.name!r}: no connection is plastic or evolved, so that evolution would have nothing to "
                "change",
                field="plastic",
            )

    def _check_rule(self, plasticity: Plasticity) -> None:
        rule = RULES.get(plasticity.rule)
        for name in (*rule.signal, *(["reward"] if MODULATIONS[plasticity.modulation].hears else [])):
            if name not in self.signals:
                raise unknown_name("signal", name, self.signals)
        if self.network.static_only:
            raise HebbaxError(
                f"network {self.network.kind!r} cannot be plastic: expected plastic=false or network=gru",
                field="network",
            )
        if rule.needs_bias and not self.network.bias:
            raise HebbaxError(f"rule {plasticity.rule!r} needs a network with biases: expected bias=true", field="bias")

    @cached_property
    def synapses(self) -> tuple[Synapses, ...]:
        """How the weights of every connection begin, and what changes them."""
        own = dict(self.by_connection)
        usual = Synapses(self.plasticity, self.birth_kind, self.initial)
        # How weights begin that change is not how those do that stay.
        shared = Synapses(None, None if self.plasticity else self.birth_kind, self.initial)
        return tuple(own.get(one.name, shared if one.shared else usual) for one in self.network.connections)

    @cached_property
    def groups(self) -> tuple[tuple[Plasticity, tuple[int, ...]], ...]:
        """Every plasticity with the indices of its connections, in the order of the network."""
        members: dict[Plasticity, list[int]] = {}
        for index, synapses in enumerate(self.synapses):
            if synapses.plasticity is not None:
                members.setdefault(synapses.plasticity, []).append(index)
        return tuple((plasticity, tuple(indices)) for plasticity, indices in members.items())

    @cached_property
    def histories(self) -> dict[tuple[str, int], int]:
        """Where the rows of an averaging and its window begin in the history; those that keep none are left out."""
        places, at = {}, 0
        for plasticity, _ in self.groups:
            kind = plasticity.averaging, plasticity.window
            if plasticity.history_rows and kind not in places:
                places[kind] = at
                at += plasticity.history_rows
        return places

    @property
    def plastic(self) -> tuple[int, ...]:
        """The indices of the connections whose weights change during a life."""
        return tuple(index for index, synapses in enumerate(self.synapses) if synapses.plasticity is not None)

    @property
    def plastic_connections(self) -> tuple[Connection, ...]:
        """The connections whose weights change during a life: what carries, records and damages hold."""
        connections = self.network.connections
        return tuple(connections[index] for index in self.plastic)

    @property
    def layer_shapes(self) -> tuple[tuple[int, int], ...]:
        """Shape [presynaptic, postsynaptic] of the weights that change, by connection."""
        return tuple(connection.shape for connection in self.plastic_connections)

    @property
    def layer_names(self) -> tuple[str, ...]:
        """Names of the connections whose weights change."""
        return tuple(connection.name for connection in self.plastic_connections)

    @property
    def longest_interval(self) -> int:
        """Control ticks from one update to the next where that takes longest; 1 without plasticity."""
        return max((plasticity.interval for plasticity, _ in self.groups), default=1)

    @property
    def shortest_interval(self) -> int:
        """Control ticks from one update to the next where that is soonest; 1 without plasticity."""
        return min((plasticity.interval for plasticity, _ in self.groups), default=1)

    @property
    def persists(self) -> bool:
        """Whether a life's weights go on in the next life of its slot."""
        return any(self.synapses[index].birth == "persistent" for index in self.plastic)

    @property
    def genes(self) -> tuple[dict[str, tuple[int, ...]], ...]:
        """Shapes of the evolved arrays of every connection, by name, in the order of the genome."""
        return tuple({gene.name: gene.shape for gene in genes} for genes in self.placed)

    @property
    def layout(self) -> tuple[PlacedGene, ...]:
        """Every evolved array with its place, in the order of the genome; one of the whole network stands once."""
        return tuple(g for index, genes in enumerate(self.placed) for g in genes if g.connection == index)

    @cached_property
    def placed(self) -> tuple[tuple[PlacedGene, ...], ...]:
        """The evolved arrays of every connection with their places; one of the whole network is in each."""
        return place_genes(self.network.connections, self.synapses, len(self.hidden_units) + GATE_EXTRAS)

    @cached_property
    def hidden_units(self) -> tuple[int, ...]:
        """The units whose activity the gates of a modulation read: where plastic connections end, actions not."""
        actions_at = self.network.unit_count - self.network.sizes[-1]
        ends = (range(one.post_at, one.post_at + one.post_size) for one in self.plastic_connections)
        return tuple(sorted({unit for units in ends for unit in units if unit < actions_at}))

    def coefficients_of(self, index: int) -> tuple[PlacedGene, ...]:
        """Return the evolved arrays of a connection that its rule reads."""
        plasticity = self.synapses[index].plasticity
        names = {FIRST_WEIGHTS, *(MODULATIONS[plasticity.modulation].genes if plasticity else ())}
        return tuple(gene for gene in self.placed[index] if gene.name not in names)

    @property
    def weight_genes(self) -> tuple[PlacedGene | None, ...]:
        """Where the genome has the weights of each connection, from birth or for good; None where it has none."""
        evolved = (own.birth == "coevolved" for own in self.synapses)
        return tuple(genes[-1] if has else None for genes, has in zip(self.placed, evolved, strict=True))

    def table_entries(self, index: int) -> np.ndarray:
        """Return which entry of its tables each synapse of a connection has, int64 [presynaptic, postsynaptic].

        Without the row of a bias that has coefficients of its own.
        """
        if self.assignment:
            return self._assigned[index]
        (rows, columns), table = self._table_of(index)
        return table_entries(index, rows, columns, table)

    def _table_of(self, index: int) -> tuple[tuple[int, int], int]:
        """Return the shape of the synapses of a plastic connection that have entries, and how many there are."""
        plasticity = self.synapses[index].plasticity
        assert plasticity is not None
        connection = self.network.connections[index]
        rows = connection.pre_size - (connection.bias and RULES.get(plasticity.rule).needs_bias)
        return (rows, connection.post_size), plasticity.table

    @cached_property
    def _assigned(self) -> dict[int, np.ndarray]:
        """The entries of every connection that has tables, as the assignment says."""
        indices = [index for index in self.plastic if any(gene.scope == "table" for gene in self.placed[index])]
        shapes, tables = zip(*(self._table_of(index) for index in indices), strict=True) if indices else ((), ())
        return dict(zip(indices, entries_of_text(self.assignment, shapes, tables), strict=True))

    @property
    def genome_size(self) -> int:
        """Number of evolved numbers."""
        return sum(gene.size for gene in self.layout)

    @property
    def weight_count(self) -> int:
        """Number of weights that change during a life."""
        return sum(connection.size for connection in self.plastic_connections)

    @property
    def state_size(self) -> int:
        """Numbers that a life changes and later passes depend on: weights, synapses' states, hidden and cell states.

        Without the averaging's history, which is a part of the rule's input.
        """
        connections = self.network.connections
        plastic = (
            (1 + plasticity.state_count) * sum(connections[index].size for index in indices)
            for plasticity, indices in self.groups
        )
        return sum(plastic) + self.network.memory_size

    @property
    def signal_at(self) -> tuple[int, ...]:
        """Where among `signals` what any rule or modulation hears stands."""
        heard = {place for plasticity, _ in self.groups for place in self.heard_at(plasticity)}
        if any(MODULATIONS[plasticity.modulation].hears for plasticity, _ in self.groups):
            heard.add(self.signals.index("reward"))
        return tuple(sorted(heard))

    def heard_at(self, plasticity: Plasticity) -> tuple[int, ...]:
        """Return where among `signals` what a rule hears stands, in the order in which it reads it."""
        return tuple(self.signals.index(name) for name in RULES.get(plasticity.rule).signal)

    @property
    def functions(self) -> tuple[Callable[..., object], ...]:
        """The functions of the rules, which compiled code keeps with the values of their globals."""
        rules = [RULES.get(plasticity.rule) for plasticity, _ in self.groups]
        return tuple(f for rule in rules for f in (rule.change, rule.prepare, rule.prepare_bias) if f is not None)

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

    def with_initial(self, initial: InitialWeights) -> Policy:
        """Return the policy with another distribution of the first weights of what is plastic.

        Where these are coevolved they are not drawn at birth, but by an event that draws them anew.
        """

        def other(synapses: Synapses) -> Synapses:
            return replace(synapses, initial=initial) if synapses.plasticity else synapses

        usual = other(Synapses(self.plasticity, self.birth_kind, self.initial))
        own = tuple((name, other(synapses)) for name, synapses in dict(self.by_connection).items())
        return replace(self, initial=usual.initial, by_connection=own)

    @pinned()
    def draw(self, key: jax.Array) -> tuple[Array, ...]:
        """Return fresh weights of every connection of the network, drawn from the key as one flat vector."""
        return draw_weights(self.network.connections, [synapses.initial for synapses in self.synapses], key)

    def fresh(self, key: jax.Array) -> tuple[Array, ...]:
        """Return fresh weights of the plastic connections, drawn whatever their birth."""
        drawn = self.draw(key)
        return tuple(drawn[index] for index in self.plastic)

    @pinned()
    def birth(
        self,
        key: jax.Array,
        genome: Array | None = None,
        slot: jax.Array | None = None,
        inherited: Array | None = None,
    ) -> Carry:
        """Return the carry of a newborn: its first weights, and nothing that it has seen.

        Args:
            key: of what is drawn anew in every life.
            genome: [genome_size]; needed where first weights are coevolved.
            slot: key of what is drawn once for a slot; without it, `key`.
            inherited: [weight_count], what the life before in its slot left; NaN for nothing. Read where weights are
                persistent.

        Raises HebbaxError for coevolved first weights without a genome.
        """
        drawn = self.draw(key)
        of_slot = drawn if slot is None else self.draw(slot)
        first = [mine if own.of_slot else new for own, mine, new in zip(self.synapses, of_slot, drawn, strict=True)]
        for index, synapses in enumerate(self.synapses):
            if synapses.birth == "fixed":
                words = jnp.asarray(fixed_words(synapses.initial.seed))
                first[index] = self.draw(jax.random.wrap_key_data(words, impl="threefry2x32"))[index]
        weights = tuple(self._first_weights(index, first[index], genome, inherited) for index in self.plastic)
        states = tuple(
            jnp.zeros((plasticity.state_count, *self.network.connections[index].shape), jnp.float32)
            for index in self.plastic
            if (plasticity := self.synapses[index].plasticity) is not None
        )
        rows = sum(plasticity.history_rows for plasticity in self.with_history)
        history = jnp.zeros((rows, self.network.unit_count), jnp.float32)
        units = jnp.zeros(self.network.unit_count, jnp.float32)
        fixed = tuple(weights for own, weights in zip(self.synapses, first, strict=True) if own.drawn)
        tones = tuple(jnp.zeros(TONE_SIZE, jnp.float32) for _ in self.groups)
        return Carry(weights, states, units, history, jnp.int32(0), fixed, tones)

    def _first_weights(self, index: int, drawn: Array, genome: Array | None, inherited: Array | None) -> Array:
        birth = self.synapses[index].birth
        if birth == "coevolved":
            if genome is None:
                raise HebbaxError(f"policy {self.name!r}: first weights are in the genome, expected birth(key, genome)")
            return self.unpack(genome)[index][FIRST_WEIGHTS]
        if birth == "persistent" and inherited is not None:
            sizes = [connection.size for connection in self.plastic_connections]
            start = sum(sizes[: self.plastic.index(index)])
            left = inherited[start : start + drawn.size].reshape(drawn.shape)
            return jnp.where(jnp.any(jnp.isnan(inherited)), drawn, left)
        return drawn

    @property
    def with_history(self) -> tuple[Plasticity, ...]:
        """One plasticity for each averaging that keeps a history, in the order of its rows."""
        kinds = {(one.averaging, one.window): one for one, _ in reversed(self.groups)}
        return tuple(kinds[kind] for kind in self.histories)

    @pinned()
    def act(self, genome: Array, carry: Carry, observation: Array) -> tuple[Array, Carry]:
        """Run one pass: return the action [actuators] and the carry with this pass's activations."""
        units = self.network.forward(self._weights(genome, carry), carry.units, observation)
        history = self._remember(carry.history, units, carry.tick)
        action = units[-self.network.sizes[-1] :]
        return action, carry._replace(units=units, history=history, tick=carry.tick + 1)

    def _weights(self, genome: Array, carry: Carry) -> list[Array]:
        """Return the weights of every connection, wherever they are kept."""
        layers, plastic, fixed = self.unpack(genome), iter(carry.weights), iter(carry.fixed)
        return [
            layer["weights"] if own.evolved else next(plastic) if own.plasticity else next(fixed)
            for own, layer in zip(self.synapses, layers, strict=True)
        ]

    def _remember(self, history: Array, units: Array, tick: Array) -> Array:
        parts = []
        for plasticity in self.with_history:
            rows = self.history_of(plasticity, history)
            parts.append(remember(plasticity.averaging, plasticity.window, rows, units, tick))
        return history if not parts else parts[0] if len(parts) == 1 else jnp.concatenate(parts)

    def history_of(self, plasticity: Plasticity, history: Array) -> Array:
        """Return what a plasticity's averaging keeps [rows, unit_count], of a carry's history."""
        at = self.histories.get((plasticity.averaging, plasticity.window), 0)
        return history[at : at + plasticity.history_rows]

    @pinned()
    def adapt(self, genome: Array, carry: Carry, signal: Array | None = None) -> Carry:
        """Return the carry after the plasticity of the pass just run, of the connections whose interval says so.

        W <- N(W + ΔW(mean pre, mean post)), every connection from the same pass; the first update follows the first
        pass. `signal` [signals] is of the tick just lived; only a rule that reads it needs it. Raises HebbaxError
        without one.
        """
        if self.reads_signal and signal is None:
            raise HebbaxError(f"policy {self.name!r}: its rule reads a signal, expected {len(self.signals)} numbers")
        tick = carry.tick - 1
        weights, states, tones = list(carry.weights), list(carry.states), list(carry.tones)
        for number, (plasticity, indices) in enumerate(self.groups):
            due = tick % plasticity.interval == 0
            heard = () if signal is None else tuple(signal[place] for place in self.heard_at(plasticity))
            reward = jnp.float32(0.0)
            if signal is not None and MODULATIONS[plasticity.modulation].hears:
                reward = signal[self.signals.index("reward")]
            tones[number], opened = hear(self, number, genome, carry, reward)
            update, keep = make_update(self, number, parts_of(plasticity))
            of_group = jax.lax.cond(
                due & opened, update, keep, genome, carry._replace(tones=tuple(tones)), tick, heard, reward
            )
            tones[number] = settle(self, number, genome, tones[number], of_group.change, due)
            for index, changed_weights, changed_states in zip(indices, of_group.weights, of_group.states, strict=True):
                place = self.plastic.index(index)
                weights[place], states[place] = changed_weights, changed_states
        return carry._replace(weights=tuple(weights), states=tuple(states), tones=tuple(tones))


def fixed_words(seed: int) -> np.ndarray:
    """Return the words of the key of weights that are the same in all lives, uint32 [2], of their seed."""
    return fold_in(np.array([0, seed], np.uint32), zlib.crc32(b"weights"))
