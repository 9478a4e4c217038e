"""How a network's flat buffers are laid out: one int64 array that every compiled function of a step reads.

Head, then WIDTH numbers per connection, GROUP_WIDTH per plasticity (`Policy.groups`), STEP_WIDTH per step of a pass
(`Network.steps`), GENE_WIDTH per evolved array of each connection, the entries of tables, then the units that gates
read. GENES_AT, ENTRIES_AT and HIDDEN_AT are places in the layout itself; ENTRIES_AT is 0 where there is no table.

Carry: [weights that change | states of their synapses | scale of each connection | what modulations keep | history |
units | means, units | scratch | scratch of gates | weights that stay | room of convolutions]. Where all weights are the
genome, and read from it, it is [units | room of convolutions].
"""

from __future__ import annotations

import numpy as np

from hebbax.compiling.compiler import kernel
from hebbax.kernels.room import room_of
from hebbax.networks.initial import SHAPES
from hebbax.networks.network import Connection, Network
from hebbax.networks.picture import Convolve
from hebbax.networks.steps import Activate, Add, Blend, Copy, Product, Step
from hebbax.plasticity.modulation import GATE_EXTRAS, MODULATIONS, TONE_SIZE
from hebbax.plasticity.normalisation import PRESERVED_MASS
from hebbax.plasticity.rules import RULES
from hebbax.policies.policy import Policy, fixed_words
from hebbax.policies.synapses import Synapses

CONNECTIONS, UNITS, WEIGHTS, SCALES_AT, UNITS_AT, GROUPS_AT, STEPS_AT, GATES_AT, HIDDEN_AT, HIDDEN, HEAD = range(11)
(
    WEIGHTS_AT,  # in the carry; of weights that change, among those too
    DRAWS_AT,  # number of the first weight among all of the network, by which it is drawn
    STATES_AT,  # in the carry
    FOLDED_AT,
    GENES_AT,
    GENES,  # their number
    PRE_AT,
    PRE_SIZE,
    POST_AT,
    POST_SIZE,
    BIAS,
    TRANSPOSED,
    GROUP,  # its plasticity, or STATIC
    BIRTH,  # one of those below
    DISTRIBUTION,  # what it is drawn from, by its place in SHAPES
    FIXED_KEY,  # of weights that are the same in all lives, two words; 0 without
    WIDTH,
) = (*range(16), 17)
GENE_AT, ROW_STRIDE, COLUMN_STRIDE, ENTRIES_AT, GENE_WIDTH = range(5)
GROUP_HISTORY_AT, GROUP_WINDOW, GROUP_INTERVAL, GROUP_TONE_AT, GROUP_FOLDED_AT, GROUP_WIDTH = range(6)
MODULATION_HEAD = 4
"""Numbers that every modulation has in `folded`, before its gates."""

STEP_AT, STEP_SIZE, STEP_ONE, STEP_OTHER, STEP_GATE, STEP_WIDTH = range(6)
STEP_CONNECTION, STEP_SOURCE = STEP_ONE, STEP_OTHER  # of a product and a convolution
STEP_ROOM = STEP_GATE  # of a convolution: where in the carry its room begins

STATIC = -1
DRAWN, OF_SLOT, OF_GENOME, INHERITED, FIXED = range(5)
"""Where first weights come from: the life's key, the slot's, the connection's last gene, the slot's last life, or a key
of their own."""

_BIRTHS = {"random": DRAWN, "per-slot": OF_SLOT, "coevolved": OF_GENOME, "persistent": INHERITED, "fixed": FIXED}

# The weights, coefficients and states of a connection stand row by row, and a row is what vector instructions run
# along. A row holds what one presynaptic unit sends, as a pass reads it; but of a connection that is *transposed*, what
# one postsynaptic unit gets, because its rows would be short. Genomes are never transposed, so static weights are not.


def reads_genome(policy: Policy) -> bool:
    """Whether a policy's passes read all weights from the genome: no carry holds any."""
    return all(synapses.evolved for synapses in policy.synapses)


def layout_of(policy: Policy) -> np.ndarray:
    """Return a policy's layout, int64."""
    connections = policy.network.connections
    groups_at = HEAD + WIDTH * len(connections)
    steps_at = groups_at + GROUP_WIDTH * len(policy.groups)
    places = _Places(policy)
    steps = [number for step in policy.network.steps for number in _numbers_of(step, policy.network, places.room_at)]
    genes_at = steps_at + len(steps)
    head = [len(connections), policy.network.unit_count, policy.weight_count]
    genes, entries = _genes_and_entries(policy, genes_at + GENE_WIDTH * sum(map(len, policy.placed)))
    hidden = policy.hidden_units if has_gates(policy) else ()
    rest = [*places.rows(genes_at), *places.groups(), *steps, *genes]
    hidden_at = HEAD + len(rest) + sum(map(len, entries))
    head += [places.scales_at, places.units_at, groups_at, steps_at, places.gates_at, hidden_at, len(hidden)]
    return np.concatenate([np.array([*head, *rest], np.int64), *entries, np.array(hidden, np.int64)])


def has_gates(policy: Policy) -> bool:
    """Whether any gate reads the units of a policy."""
    return any(MODULATIONS[plasticity.modulation].has_gates for plasticity, _ in policy.groups)


def _numbers_of(step: Step, network: Network, room_at: int) -> list[int]:
    """Return where a step reads and writes, among the units of a pass: STEP_WIDTH numbers."""
    if isinstance(step, Product):
        connection = network.connections[step.connection]
        source = connection.pre_at if step.source is None else step.source
        return [connection.post_at, connection.post_size, step.connection, source, 0]
    if isinstance(step, Convolve):
        return [step.target.at, step.target.size, step.connection, step.source.at, room_at]
    if isinstance(step, Activate):
        return [step.at, step.size, 0, 0, 0]
    if isinstance(step, Copy | Add):
        return [step.target, step.size, step.source, 0, 0]
    return [step.target, step.size, step.one, step.other, step.gate if isinstance(step, Blend) else 0]


def carry_size_of(policy: Policy) -> int:
    """Return how many numbers a policy's carry has."""
    return _Places(policy).end


def folded_size_of(policy: Policy) -> int:
    """Return how many folded coefficients a policy has."""
    rules = sum(_folded_size(connection, own) for connection, own in _all(policy))
    return rules + sum(_modulation_size(policy, number) for number in range(len(policy.groups)))


class _Places:
    """Where the parts of a policy's carry stand, and those of its connections."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        units, states = policy.network.unit_count, sum(_state_size(*pair) for pair in _all(policy))
        self.scales_at = policy.weight_count + states
        self.tones_at = self.scales_at + len(policy.synapses)
        self.history_at = self.tones_at + TONE_SIZE * len(policy.groups)
        rows = sum(plasticity.history_rows for plasticity in policy.with_history)
        self.units_at = 0 if reads_genome(policy) else self.history_at + rows * units
        norms = any(plasticity.normalisation in ("unit-norm", PRESERVED_MASS) for plasticity, _ in policy.groups)
        scratch = max(connection.post_size for connection in policy.network.connections) if norms else 0
        self.gates_at = self.units_at + 2 * units + scratch
        self._static_at = 0 if reads_genome(policy) else self.gates_at + _gates_size(policy)
        static = sum(connection.size for connection, own in _all(policy) if own.plasticity is None)
        # Convolutions follow each other, so that they share their room.
        self.room_at = units if reads_genome(policy) else self._static_at + static
        rooms = [room_of(step).size for step in policy.network.steps if isinstance(step, Convolve)]
        self.end = self.room_at + max(rooms, default=0)

    def rows(self, genes_at: int) -> list[int]:
        """Return the numbers of every connection."""
        policy = self._policy
        plastic_at, static_at, draws_at, states_at, folded_at = 0, self._static_at, 0, policy.weight_count, 0
        numbers: list[int] = []
        for index, (connection, own) in enumerate(_all(policy)):
            plastic = own.plasticity is not None
            transposed = plastic and 2 * connection.post_size <= connection.pre_size
            group = next((number for number, (_, members) in enumerate(policy.groups) if index in members), STATIC)
            numbers += [plastic_at if plastic else static_at, draws_at, states_at, folded_at]
            numbers += [genes_at, len(policy.placed[index]), connection.pre_at, connection.pre_size, connection.post_at]
            numbers += [connection.post_size, int(connection.bias), int(transposed), group]
            numbers += [_BIRTHS[str(own.birth)], SHAPES.index(own.initial.shape)]
            numbers += map(int, fixed_words(own.initial.seed)) if own.birth == "fixed" else (0, 0)
            plastic_at += connection.size * plastic
            static_at += connection.size * (not plastic)
            draws_at += connection.size
            states_at += _state_size(connection, own)
            folded_at += _folded_size(connection, own)
            genes_at += GENE_WIDTH * len(policy.placed[index])
        return numbers

    def groups(self) -> list[int]:
        """Return the numbers of every plasticity."""
        numbers: list[int] = []
        folded_at = sum(_folded_size(connection, own) for connection, own in _all(self._policy))
        for number, (plasticity, _) in enumerate(self._policy.groups):
            row = self._policy.histories.get((plasticity.averaging, plasticity.window), 0)
            at = self.history_at + row * self._policy.network.unit_count
            numbers += [at, plasticity.window, plasticity.interval, self.tones_at + TONE_SIZE * number, folded_at]
            folded_at += _modulation_size(self._policy, number)
        return numbers


def _all(policy: Policy) -> list[tuple[Connection, Synapses]]:
    return list(zip(policy.network.connections, policy.synapses, strict=True))


def _state_size(connection: Connection, synapses: Synapses) -> int:
    return connection.size * (synapses.plasticity.state_count if synapses.plasticity else 0)


def _folded_size(connection: Connection, synapses: Synapses) -> int:
    return connection.size * (len(RULES.get(synapses.plasticity.rule).prepared) if synapses.plasticity else 0)


def _modulation_size(policy: Policy, number: int) -> int:
    """Return how many numbers a group's modulation has in `folded`."""
    plasticity, indices = policy.groups[number]
    kind, inputs = MODULATIONS[plasticity.modulation], len(policy.hidden_units) + GATE_EXTRAS
    neurons = sum(policy.network.connections[index].post_size for index in indices) if kind.per_neuron else 1
    return (MODULATION_HEAD + inputs * neurons * kind.has_gates) * kind.hears


def _gates_size(policy: Policy) -> int:
    """Return the room that modulations need for an update: what gates read, and a gate for each neuron."""
    if not any(MODULATIONS[plasticity.modulation].hears for plasticity, _ in policy.groups):
        return 0
    widest = max(connection.post_size for connection in policy.network.connections)
    return len(policy.hidden_units) + GATE_EXTRAS + widest


def _genes_and_entries(policy: Policy, entries_at: int) -> tuple[list[int], list[np.ndarray]]:
    genes: list[int] = []
    entries: list[np.ndarray] = []
    for index, of_connection in enumerate(policy.placed):
        tables = any(gene.scope == "table" for gene in of_connection)
        for gene in of_connection:
            genes += [gene.at, gene.row, gene.column, entries_at if gene.scope == "table" else 0]
        if tables:
            entries.append(policy.table_entries(index).ravel())
            entries_at += entries[-1].size
    return genes, entries


@kernel
def locate_coefficient(layout, index, gene, i, j):
    """Return where in the genome a connection's gene has the coefficient of the synapse from unit i to unit j."""
    entry_at = of_connection(layout, index, GENES_AT) + GENE_WIDTH * gene
    at, entries_at = layout[entry_at + GENE_AT], layout[entry_at + ENTRIES_AT]
    if entries_at > 0:
        return at + layout[entries_at + i * of_connection(layout, index, POST_SIZE) + j]
    return at + i * layout[entry_at + ROW_STRIDE] + j * layout[entry_at + COLUMN_STRIDE]


@kernel
def place_of_gene(layout, index, gene):
    """Return where in the genome a gene that is no table begins, and how far its rows and its columns are apart."""
    entry_at = of_connection(layout, index, GENES_AT) + GENE_WIDTH * gene
    return layout[entry_at + GENE_AT], layout[entry_at + ROW_STRIDE], layout[entry_at + COLUMN_STRIDE]


@kernel
def of_connection(layout, index, what):
    """Return one number of a connection."""
    return layout[HEAD + WIDTH * index + what]


@kernel
def locate_synapse(layout, index, i, j):
    """Return where the synapse from unit i to unit j stands among its connection's."""
    if of_connection(layout, index, TRANSPOSED) == 1:
        return j * of_connection(layout, index, PRE_SIZE) + i
    return i * of_connection(layout, index, POST_SIZE) + j


@kernel
def of_step(layout, step, what):
    """Return one number of a step."""
    return layout[layout[STEPS_AT] + STEP_WIDTH * step + what]


@kernel
def of_group(layout, group, what):
    """Return one number of a plasticity."""
    return layout[layout[GROUPS_AT] + GROUP_WIDTH * group + what]


@kernel
def set_bias_units(layout, carry, units_at):
    """Set the units that are always 1, of those that begin at `units_at` in the carry."""
    for index in range(layout[CONNECTIONS]):
        if of_connection(layout, index, BIAS) == 1:
            bias_at = of_connection(layout, index, PRE_AT) + of_connection(layout, index, PRE_SIZE) - 1
            carry[units_at + bias_at] = np.float32(1.0)
