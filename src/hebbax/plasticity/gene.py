"""What of a genome belongs to what: every evolved array has a name, a scope, a shape and its place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from hebbax.compiling.noise import bits
from hebbax.errors import check_whole, unknown_name

SCOPES = {
    "synapse": "one number per synapse",
    "pre": "one per presynaptic neuron",
    "post": "one per postsynaptic neuron",
    "layer": "one per connection",
    "network": "one for all connections",
    "table": "a few per connection, of which every synapse has one, drawn once and for all",
}
"""What shares a coefficient, and how many numbers evolve."""

NEURON, PRE_NEURON, POST_NEURON = "neuron", "pre-neuron", "post-neuron"
GENE_SCOPES = {**SCOPES, NEURON: "one per neuron, the same where it is presynaptic and where it is postsynaptic"}
"""The same of a coefficient for which a rule says it."""


class Gene(NamedTuple):
    """A coefficient of a rule, and what shares it, one of GENE_SCOPES.

    Of a neuron's the rule gets two, called NAME_pre and NAME_post: that of the presynaptic neuron, and the other's.
    """

    name: str
    scope: str = "synapse"


@dataclass(frozen=True)
class PlacedGene:
    """An evolved array and where it lies in the genome; the number of synapse (i, j) is at `at + i·row + j·column`.

    Of a table it is at `at + entries[i, j]`.
    """

    connection: int  # its index; of a gene of the whole network the first
    name: str
    scope: str  # a key of SCOPES, PRE_NEURON or POST_NEURON
    shape: tuple[int, ...]
    at: int
    row: int
    column: int

    @property
    def size(self) -> int:
        """Numbers that evolve."""
        return int(np.prod(self.shape))


def check_scope(scope: str, table: int, scopes: Mapping[str, str] = SCOPES) -> None:
    """Raise HebbaxError for an unknown scope, and a table of no entries."""
    if not isinstance(scope, str) or scope not in scopes:
        raise unknown_name("scope", scope, scopes)
    check_whole("table", table, 1, 2**31 - 1, field="table")


def shape_of(scope: str, rows: int, columns: int, table: int) -> tuple[int, ...]:
    """Return the shape of a coefficient of [rows, columns] synapses."""
    shapes = {"synapse": (rows, columns), "pre": (rows,), "post": (columns,), "table": (table,)}
    shapes |= {PRE_NEURON: (rows,), POST_NEURON: (columns,)}
    return shapes.get(scope, (1,))


def strides_of(scope: str, columns: int) -> tuple[int, int]:
    """Return how far a coefficient is from that of the next row, and of the next column."""
    strides = {"synapse": (columns, 1), "pre": (1, 0), "post": (0, 1), PRE_NEURON: (1, 0), POST_NEURON: (0, 1)}
    return strides.get(scope, (0, 0))


def table_entries(connection: int, rows: int, columns: int, table: int) -> np.ndarray:
    """Return which entry of a table each synapse has, int64 [rows, columns]: drawn, the same in every life and run."""
    drawn = [bits(np.uint32(0), np.uint32(connection), index) for index in range(rows * columns)]
    return (np.array(drawn, np.int64) % table).reshape(rows, columns)
