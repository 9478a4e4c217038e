"""The learning rules' loops over a layer's synapses, generated from the rule's own scalar functions."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from hebbax.compiling.compiler import from_source, kernel
from hebbax.kernels.float_bits import larger, size_bits
from hebbax.kernels.layout import (
    BIAS,
    POST_SIZE,
    PRE_SIZE,
    locate_coefficient,
    locate_synapse,
    of_connection,
    place_of_gene,
)
from hebbax.kernels.modulation import MODULATING
from hebbax.kernels.normalisation import weight_normaliser
from hebbax.kernels.regions import (
    read_coefficient,
    read_unit,
    read_weight,
    state_access,
    write_coefficient,
    write_unit,
    write_weight,
)
from hebbax.plasticity.modulation import MODULATIONS, NONE
from hebbax.plasticity.rule import Rule

_UPDATE = """
def update(
    carry, weights_at, states_at, folded, coefficients_at, pre_at, post_at, rows, columns, scale, signal, gates_at
):
    {hears}
    {before}
    synapses = rows * columns
    largest = zero
    for {outer}:
        {outer_unit} = read_unit(carry, {outer_unit_at})
        row_at = {row_at}
        for {inner}:
            k = row_at + {inner_index}
            {inner_unit} = read_unit(carry, {inner_unit_at})
            weight = read_weight(carry, weights_at + k) * scale
            {change} = change({reads})
            {modulate}
            weight = normalise(weight + difference)
            write_weight(carry, weights_at + k, weight)
            {writes}
            largest = larger(largest, size_bits(weight))
    {after}
    return largest
"""

_ROW_BY_ROW = {
    "outer": "i in range(rows)",
    "outer_unit": "x",
    "outer_unit_at": "pre_at + i",
    "row_at": "i * columns",
    "inner": "j in range(columns)",
    "inner_index": "j",
    "inner_unit": "y",
    "inner_unit_at": "post_at + j",
}
_TRANSPOSED = {
    "outer": "j in range(columns)",
    "outer_unit": "y",
    "outer_unit_at": "post_at + j",
    "row_at": "j * rows",
    "inner": "i in range(rows)",
    "inner_index": "i",
    "inner_unit": "x",
    "inner_unit_at": "pre_at + i",
}

_FOLD_LAYER = """
def fold_layer({constants}, genome, folded, coefficients_at, layout, index):
    rows, columns = of_connection(layout, index, PRE_SIZE), of_connection(layout, index, POST_SIZE)
    bias = of_connection(layout, index, BIAS)
    size = rows * columns
    rows -= {apart} * bias
    down, across = locate_synapse(layout, index, 1, 0), locate_synapse(layout, index, 0, 1)
    {places}
    for first_row in range(0, rows, TILE):
        for first_column in range(0, columns, TILE):
            for i in range(first_row, min(first_row + TILE, rows)):
                for j in range(first_column, min(first_column + TILE, columns)):
                    coefficient_at = coefficients_at + i * down + j * across
                    {results} = fold({reads})
                    {writes}
    {of_bias}
"""

_TILE = 16
"""Synapses a side: what is read and written of a tile stays in a core's first cache."""

_FOLD_BIAS = """if bias == 1:
        for j in range(columns):
            coefficient_at = coefficients_at + locate_synapse(layout, index, rows, j)
            {results} = fold_bias({reads})
            {writes}
"""


@cache
def update_layer(
    rule: Rule,
    normalisation: str,
    bound: float,
    signal_at: tuple[int, ...] = (),
    modulation: str = NONE,
    *,
    transposed: bool,
) -> Any:
    """Return the compiled update of a connection, `transposed` or not (see `layout.py`).

    `update(carry, weights_at, states_at, folded, coefficients_at, pre_at, post_at, rows, columns, scale, signal,
    gates_at) -> bits`: each weight becomes n(w + Δw) with w = weight * scale and n the part of the normalisation that
    looks at single weights; returns the size of the largest, as `float_bits` orders them. Weights [rows, columns],
    states [states, rows, columns], pre [rows] and post [columns] begin in the carry at `weights_at`, `states_at`,
    `pre_at` and `post_at`; folded coefficients [coefficients, rows, columns] begin in `folded` at `coefficients_at`.
    What the rule reads of `signal` stands there at `signal_at`, and what the modulation has made ready in the carry at
    `gates_at`.
    """
    count, modulating = len(rule.state), MODULATING[modulation]
    coefficients = [
        f"read_coefficient(folded, coefficients_at + {n} * synapses + k)" for n in range(len(rule.prepared))
    ]
    states = [f"read_state{n}(carry, states_at + {n} * synapses + k)" for n in range(count)]
    writes = [f"write_state{n}(carry, states_at + {n} * synapses + k, s{n})" for n in range(count)]
    source = _UPDATE.format(
        change=", ".join(["difference", *(f"s{n}" for n in range(count))]),
        hears="; ".join(f"h{n} = signal[{place}]" for n, place in enumerate(signal_at)) or "pass",
        reads=", ".join(["x", "y", "weight", *coefficients, *states, *(f"h{n}" for n in range(len(signal_at)))]),
        writes="; ".join(writes) or "pass",
        before=modulating.before,
        modulate=modulating.each.format(post="j", trace=count),
        after=modulating.after,
        **(_TRANSPOSED if transposed else _ROW_BY_ROW),
    )
    names = {
        "change": kernel(rule.change),
        "normalise": weight_normaliser(normalisation, bound),
        "size_bits": size_bits,
        "larger": larger,
        "zero": np.int32(0),
        "read_weight": read_weight,
        "write_weight": write_weight,
        "read_unit": read_unit,
        "write_unit": write_unit,
        "float_zero": np.float32(0),
        "read_coefficient": read_coefficient,
    }
    for n in range(count + MODULATIONS[modulation].traces):
        names[f"read_state{n}"], names[f"write_state{n}"] = state_access(n)
    return kernel(from_source(source, "update", names))


def _read_gene(gene: int, row: str) -> str:
    return f"read_weight(genome, locate_coefficient(layout, index, {gene}, {row}, j))"


def _place_gene(gene: int) -> str:
    return f"at{gene}, row{gene}, column{gene} = place_of_gene(layout, index, {gene})"


@cache
def fold_layer(rule: Rule, tables: bool = True) -> Any:
    """Return the compiled folding of a connection's coefficients: `Rule.prepare` of every synapse.

    Without `tables`, where a coefficient stands is looked up once and not for every synapse. Synapses go tile by tile,
    because of a transposed connection either the rows that are read or those that are written are far apart.

    `fold_layer(*constants, genome, folded, coefficients_at, layout, index)` writes what the update reads
    [coefficients, rows, columns] into `folded`, from `coefficients_at` on.
    """
    constants = ["rate"] if rule.time_constant is None else ["rate", "time_constant"]
    own, neurons = len(rule.coefficients), len(rule.neuron_coefficients)
    genes = range(own + neurons)
    reads = [
        _read_gene(n, "i") if tables else f"read_weight(genome, at{n} + i * row{n} + j * column{n})" for n in genes
    ]
    results = [f"p{n}" for n in range(len(rule.prepared))]
    writes = "; ".join(f"write_coefficient(folded, coefficient_at + {n} * size, p{n})" for n in range(len(results)))
    targets = ", ".join(results) + ("," if len(results) == 1 else "")
    names = {
        "fold": kernel(rule.prepare),
        "read_weight": read_weight,
        "place_of_gene": place_of_gene,
        "TILE": _TILE,
        "write_coefficient": write_coefficient,
        "of_connection": of_connection,
        "locate_synapse": locate_synapse,
        "PRE_SIZE": PRE_SIZE,
        "POST_SIZE": POST_SIZE,
        "locate_coefficient": locate_coefficient,
        "BIAS": BIAS,
    }
    of_bias = "pass"
    if rule.prepare_bias is not None:
        names["fold_bias"] = kernel(rule.prepare_bias)
        bias_reads = [_read_gene(own + neurons + n, "0") for n in range(len(rule.bias_coefficients))]
        of_bias = _FOLD_BIAS.format(results=targets, reads=", ".join(["rate", *bias_reads]), writes=writes)
    source = _FOLD_LAYER.format(
        constants=", ".join(constants),
        apart=int(rule.needs_bias),
        results=targets,
        places="pass" if tables else "; ".join(map(_place_gene, genes)),
        reads=", ".join([*constants, *reads]),
        writes=writes,
        of_bias=of_bias,
    )
    return kernel(from_source(source, "fold_layer", names))
