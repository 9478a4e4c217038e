"""Where every evolved array lies in a policy's genome."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from hebbax.errors import HebbaxError
from hebbax.networks.network import Connection
from hebbax.plasticity.gene import POST_NEURON, PRE_NEURON, PlacedGene, strides_of
from hebbax.plasticity.modulation import modulation_genes
from hebbax.plasticity.rules import RULES
from hebbax.policies.synapses import FIRST_WEIGHTS, Synapses

Genes = list[tuple[str, str, tuple[int, ...]]]
"""Name, scope and shape of a connection's arrays."""


def place_genes(
    connections: Sequence[Connection], synapses: Sequence[Synapses], gate_inputs: int
) -> tuple[tuple[PlacedGene, ...], ...]:
    """Return the evolved arrays of every connection; one that connections share is in each, and lies in the first.

    It is shared by the connections of one rule: a name means nothing in another. `gate_inputs` is how many numbers the
    gates of a modulation read.
    """
    placed: list[tuple[PlacedGene, ...]] = []
    shared: dict[tuple[str, str, int], PlacedGene] = {}
    widths = _widths(connections, synapses)
    at = 0
    for index, (connection, own) in enumerate(zip(connections, synapses, strict=True)):
        genes = []
        for name, scope, shape in _genes_of(connection, own, gate_inputs):
            rule = own.plasticity.rule if own.plasticity else ""
            key = _key_of(name, scope, connection, rule)
            gene = None if key is None else shared.get(key)
            if gene is None:
                size = (widths[rule, key[2]],) if key is not None and scope in (PRE_NEURON, POST_NEURON) else shape
                gene = PlacedGene(index, name, scope, size, at, 0, 0)
                at += gene.size
            if key is not None:
                shared[key] = gene
            row, column = strides_of(scope, connection.post_size)
            genes.append(replace(gene, name=name, scope=scope, row=row, column=column))
        placed.append(tuple(genes))
    return tuple(placed)


def _key_of(name: str, scope: str, connection: Connection, rule: str) -> tuple[str, str, int] | None:
    """Return what shares an array: its name, its rule, and where neurons begin; None for a connection's own."""
    if scope == "network":
        return name, rule, -1
    if scope == PRE_NEURON:
        return name.removesuffix("_pre"), rule, connection.pre_at
    if scope == POST_NEURON:
        return name.removesuffix("_post"), rule, connection.post_at
    return None


def _widths(connections: Sequence[Connection], synapses: Sequence[Synapses]) -> dict[tuple[str, int], int]:
    """Return how many neurons begin at a unit, by rule and unit: a bias unit is one more of those that it follows."""
    widths: dict[tuple[str, int], int] = {}
    for connection, own in zip(connections, synapses, strict=True):
        ends = ((connection.pre_at, connection.pre_size), (connection.post_at, connection.post_size))
        for start, size in ends if own.plasticity else ():
            key = own.plasticity.rule if own.plasticity else "", start
            widths[key] = max(widths.get(key, 0), size)
    return widths


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
