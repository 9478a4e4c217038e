"""Where every evolved array lies in a policy's genome."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from hebbax.networks.network import Connection
from hebbax.plasticity.gene import PlacedGene, strides_of
from hebbax.plasticity.rules import RULES

if TYPE_CHECKING:
    from hebbax.policies.policy import Plasticity


def place_genes(connections: Sequence[Connection], plasticity: Plasticity | None) -> tuple[tuple[PlacedGene, ...], ...]:
    """Return the evolved arrays of every connection; one of the whole network is in each, and lies in the first."""
    placed: list[tuple[PlacedGene, ...]] = []
    of_network: dict[str, PlacedGene] = {}
    at = 0
    for index, connection in enumerate(connections):
        genes = []
        for name, scope, shape in _genes_of(connection, plasticity):
            gene = of_network.get(name) if scope == "network" else None
            if gene is None:
                gene = PlacedGene(index, name, scope, shape, at, *strides_of(scope, connection.post_size))
                at += gene.size
            if scope == "network":
                of_network[name] = gene
            genes.append(gene)
        placed.append(tuple(genes))
    return tuple(placed)


def _genes_of(connection: Connection, plasticity: Plasticity | None) -> list[tuple[str, str, tuple[int, ...]]]:
    """Return name, scope and shape of a connection's arrays; of a static one the weights."""
    if plasticity is None:
        return [("weights", "synapse", connection.shape)]
    rule, scope, bias = RULES.get(plasticity.rule), plasticity.scope, connection.bias
    shapes = rule.genes(*connection.shape, bias, scope, plasticity.table)
    return [(name, one, shapes[name]) for name, one in rule.scopes_in(scope, bias).items()]
