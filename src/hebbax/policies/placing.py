"""Where every evolved array lies in a policy's genome."""

from __future__ import annotations

from collections.abc import Sequence

from hebbax.errors import HebbaxError
from hebbax.networks.network import Connection
from hebbax.plasticity.gene import PlacedGene, strides_of
from hebbax.plasticity.modulation import modulation_genes
from hebbax.plasticity.rules import RULES
from hebbax.policies.synapses import FIRST_WEIGHTS, Synapses

Genes = list[tuple[str, str, tuple[int, ...]]]
"""Name, scope and shape of a connection's arrays."""


def place_genes(
    connections: Sequence[Connection], synapses: Sequence[Synapses], gate_inputs: int
) -> tuple[tuple[PlacedGene, ...], ...]:
    """Return the evolved arrays of every connection; one of the whole network is in each, and lies in the first.

    It is shared by the connections of one rule: a name means nothing in another. `gate_inputs` is how many numbers the
    gates of a modulation read.
    """
    placed: list[tuple[PlacedGene, ...]] = []
    of_network: dict[tuple[str, str], PlacedGene] = {}
    at = 0
    for index, (connection, own) in enumerate(zip(connections, synapses, strict=True)):
        genes = []
        for name, scope, shape in _genes_of(connection, own, gate_inputs):
            shared = (name, own.plasticity.rule if own.plasticity else "")
            gene = of_network.get(shared) if scope == "network" else None
            if gene is None:
                gene = PlacedGene(index, name, scope, shape, at, *strides_of(scope, connection.post_size))
                at += gene.size
            if scope == "network":
                of_network[shared] = gene
            genes.append(gene)
        placed.append(tuple(genes))
    return tuple(placed)


def _genes_of(connection: Connection, synapses: Synapses, gate_inputs: int) -> Genes:
    """Return a connection's arrays: of a static one the weights, if they evolve."""
    plasticity = synapses.plasticity
    if plasticity is None:
        return [("weights", "synapse", connection.shape)] if synapses.evolved else []
    rule, scope, bias = RULES.get(plasticity.rule), plasticity.scope, connection.bias
    shapes = rule.genes(*connection.shape, bias, scope, plasticity.table)
    genes: Genes = [(name, one, shapes[name]) for name, one in rule.scopes_in(scope, bias).items()]
    modulation = modulation_genes(plasticity.modulation, gate_inputs, connection.post_size)
    genes += [(name, one, shape) for name, (one, shape) in modulation.items()]
    if synapses.birth == "coevolved":
        if FIRST_WEIGHTS in shapes:
            raise HebbaxError(f"rule {rule.name!r} has a coefficient {FIRST_WEIGHTS!r}: birth=coevolved has one too")
        genes.append((FIRST_WEIGHTS, "synapse", connection.shape))
    return genes
