"""How a network's flat buffers are laid out: one int64 array that every compiled function of a step reads.

Head, then WIDTH numbers a connection. Plastic carry: [weights | states of the synapses | scale of each connection |
history, rows × units | units | means, units | scratch]. Static carry: [units].
"""

from __future__ import annotations

import numpy as np

from hebbax.kernels.compiler import compiled
from hebbax.plasticity.rules import get_rule
from hebbax.policy import Policy

CONNECTIONS, UNITS, WEIGHTS, STATES, ROWS, WINDOW, INTERVAL, OBSERVATIONS, HIDDEN, ACTIONS, HEAD = range(11)
WEIGHT_AT, GENE_AT, PRE_AT, PRE_SIZE, POST_AT, POST_SIZE, BIAS, WIDTH = range(8)  # WIDTH is their number


def layout_of(policy: Policy) -> np.ndarray:
    """Return a policy's layout, int64 [HEAD + WIDTH * connections]."""
    network, plasticity = policy.network, policy.plasticity
    state_count = len(get_rule(plasticity.rule).state) if plasticity else 0
    rows, window, interval = (
        (plasticity.history_rows, plasticity.window, plasticity.interval) if plasticity else (0, 0, 0)
    )
    sizes = network.sizes
    count = len(network.connections)
    head = [count, network.unit_count, network.weight_count, state_count, rows, window, interval]
    layout = [*head, sizes[0], sum(sizes[1:-1]), sizes[-1]]
    weight_at = gene_at = 0
    for connection, genes in zip(network.connections, policy.genes, strict=True):
        layout += [weight_at, gene_at, connection.pre_at, connection.pre_size, connection.post_at]
        layout += [connection.post_size, int(connection.bias)]
        weight_at += connection.size
        gene_at += sum(int(np.prod(shape)) for shape in genes.values())
    return np.array(layout, np.int64)


@compiled
def of_connection(layout, index, what):
    """Return one number of a connection."""
    return layout[HEAD + WIDTH * index + what]


@compiled
def matrix_of(layout, weights, index):
    """Return a connection's weights [pre_size, post_size] of a flat array that begins with all weights."""
    at = of_connection(layout, index, WEIGHT_AT)
    pre_size, post_size = of_connection(layout, index, PRE_SIZE), of_connection(layout, index, POST_SIZE)
    return weights[at : at + pre_size * post_size].reshape((pre_size, post_size))


@compiled
def scales_at(layout):
    """Return where the connections' scales begin in a plastic carry."""
    return layout[WEIGHTS] * (layout[STATES] + 1)


@compiled
def history_at(layout):
    """Return where the history begins in a plastic carry."""
    return scales_at(layout) + layout[CONNECTIONS]


@compiled
def units_at(layout):
    """Return where the units begin in a plastic carry; their means and the scratch follow."""
    return history_at(layout) + layout[ROWS] * layout[UNITS]


@compiled
def set_bias_units(layout, units):
    """Set the units that are always 1."""
    for index in range(layout[CONNECTIONS]):
        if of_connection(layout, index, BIAS) == 1:
            units[of_connection(layout, index, PRE_AT) + of_connection(layout, index, PRE_SIZE) - 1] = np.float32(1.0)
