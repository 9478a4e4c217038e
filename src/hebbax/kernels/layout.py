"""How a network's flat buffers are laid out: one int64 array that every compiled function of a step reads.

Head, then WIDTH numbers per connection, then GENE_WIDTH numbers per evolved array of each, then the entries of tables.
GENES_AT and ENTRIES_AT are places in the layout itself; ENTRIES_AT is 0 where there is no table.

Plastic carry: [weights | states of the synapses | scale of each connection | history, rows × units | units | means,
units | scratch]. Static carry: [units].
"""

from __future__ import annotations

import numpy as np

from hebbax.compiling.compiler import kernel
from hebbax.plasticity.rules import RULES
from hebbax.policies.policy import Policy

CONNECTIONS, UNITS, WEIGHTS, STATES, ROWS, WINDOW, INTERVAL, OBSERVATIONS, HIDDEN, ACTIONS, HEAD = range(11)
WEIGHTS_AT, GENES_AT, PRE_AT, PRE_SIZE, POST_AT, POST_SIZE, BIAS, TRANSPOSED, WIDTH = range(9)  # WIDTH is their number
GENE_AT, ROW_STRIDE, COLUMN_STRIDE, ENTRIES_AT, GENE_WIDTH = range(5)

# The weights, coefficients and states of a connection stand row by row, and a row is what vector instructions run
# along. A row holds what one presynaptic unit sends, as a pass reads it; but of a connection that is *transposed*, what
# one postsynaptic unit gets, because its rows would be short. Genomes are never transposed, so static weights are not.


def layout_of(policy: Policy) -> np.ndarray:
    """Return a policy's layout, int64."""
    network, plasticity = policy.network, policy.plasticity
    state_count = len(RULES.get(plasticity.rule).state) if plasticity else 0
    rows, window, interval = (
        (plasticity.history_rows, plasticity.window, plasticity.interval) if plasticity else (0, 0, 0)
    )
    sizes = network.sizes
    count = len(network.connections)
    head = [count, network.unit_count, network.weight_count, state_count, rows, window, interval]
    layout = [*head, sizes[0], sum(sizes[1:-1]), sizes[-1]]
    weights_at, genes_at = 0, HEAD + WIDTH * count
    for connection, genes in zip(network.connections, policy.placed, strict=True):
        layout += [weights_at, genes_at, connection.pre_at, connection.pre_size, connection.post_at]
        transposed = plasticity is not None and 2 * connection.post_size <= connection.pre_size
        layout += [connection.post_size, int(connection.bias), int(transposed)]
        weights_at += connection.size
        genes_at += GENE_WIDTH * len(genes)
    entries: list[np.ndarray] = []
    entries_at = genes_at
    for index, genes in enumerate(policy.placed):
        tables = any(gene.scope == "table" for gene in genes)
        for gene in genes:
            layout += [gene.at, gene.row, gene.column, entries_at if gene.scope == "table" else 0]
        if tables:
            entries.append(policy.table_entries(index).ravel())
            entries_at += entries[-1].size
    return np.concatenate([np.array(layout, np.int64), *entries])


@kernel
def locate_coefficient(layout, index, gene, i, j):
    """Return where in the genome a connection's gene has the coefficient of the synapse from unit i to unit j."""
    entry_at = of_connection(layout, index, GENES_AT) + GENE_WIDTH * gene
    at, entries_at = layout[entry_at + GENE_AT], layout[entry_at + ENTRIES_AT]
    if entries_at > 0:
        return at + layout[entries_at + i * of_connection(layout, index, POST_SIZE) + j]
    return at + i * layout[entry_at + ROW_STRIDE] + j * layout[entry_at + COLUMN_STRIDE]


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
def locate_scales(layout):
    """Return where the connections' scales begin in a plastic carry."""
    return layout[WEIGHTS] * (layout[STATES] + 1)


@kernel
def locate_history(layout):
    """Return where the history begins in a plastic carry."""
    return locate_scales(layout) + layout[CONNECTIONS]


@kernel
def locate_units(layout):
    """Return where the units begin in a plastic carry; their means and the scratch follow."""
    # No other kernel is called, so that Python can call this one uncompiled.
    return layout[WEIGHTS] * (layout[STATES] + 1) + layout[CONNECTIONS] + layout[ROWS] * layout[UNITS]


@kernel
def set_bias_units(layout, carry, units_at):
    """Set the units that are always 1, of those that begin at `units_at` in the carry."""
    for index in range(layout[CONNECTIONS]):
        if of_connection(layout, index, BIAS) == 1:
            bias_at = of_connection(layout, index, PRE_AT) + of_connection(layout, index, PRE_SIZE) - 1
            carry[units_at + bias_at] = np.float32(1.0)
