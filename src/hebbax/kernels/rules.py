"""The learning rules' loops over a layer's synapses, generated from the rule's own scalar functions."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from hebbax.kernels.compiler import from_source, kernel
from hebbax.kernels.float_bits import larger, size_bits
from hebbax.kernels.layout import BIAS, GENE_AT, POST_SIZE, PRE_SIZE, of_connection, place
from hebbax.kernels.normalisation import weight_normaliser
from hebbax.kernels.regions import (
    read_coefficient,
    read_unit,
    read_weight,
    state_access,
    write_coefficient,
    write_weight,
)
from hebbax.plasticity.rule import Rule

_UPDATE = """
def update(carry, weights, states, prepared, coefficients, pre, post, rows, columns, scale):
    synapses = rows * columns
    largest = zero
    for {outer}:
        {of_row} = read_unit(carry, {row_at})
        row = {row_start}
        for {inner}:
            k = row + {inner_index}
            {of_synapse} = read_unit(carry, {synapse_at})
            weight = read_weight(carry, weights + k) * scale
            {change} = change({reads})
            weight = normalise(weight + difference)
            write_weight(carry, weights + k, weight)
            {writes}
            largest = larger(largest, size_bits(weight))
    return largest
"""

_ROW_BY_ROW = {
    "outer": "i in range(rows)",
    "of_row": "x",
    "row_at": "pre + i",
    "row_start": "i * columns",
    "inner": "j in range(columns)",
    "inner_index": "j",
    "of_synapse": "y",
    "synapse_at": "post + j",
}
_TRANSPOSED = {
    "outer": "j in range(columns)",
    "of_row": "y",
    "row_at": "post + j",
    "row_start": "j * rows",
    "inner": "i in range(rows)",
    "inner_index": "i",
    "of_synapse": "x",
    "synapse_at": "pre + i",
}

_PREPARE_LAYER = """
def prepare_layer({constants}, genome, prepared, coefficients, layout, index):
    rows, columns = of_connection(layout, index, PRE_SIZE), of_connection(layout, index, POST_SIZE)
    genes, bias = of_connection(layout, index, GENE_AT), of_connection(layout, index, BIAS)
    terms = rows * columns
    rows -= {apart} * bias
    synapses = rows * columns
    for i in range(rows):
        for j in range(columns):
            k, at = i * columns + j, coefficients + place(layout, index, i, j)
            {results} = prepare({reads})
            {writes}
    {of_bias}
"""

_PREPARE_BIAS = """if bias == 1:
        start = genes + {before} * synapses + {neurons} * columns
        for j in range(columns):
            at = coefficients + place(layout, index, rows, j)
            {results} = prepare_bias({reads})
            {writes}
"""


@cache
def update_layer(rule: Rule, normalisation: str, bound: float, *, transposed: bool) -> Any:
    """Return the compiled update of a connection, `transposed` or not (see `layout.py`).

    `update(carry, weights, states, prepared, coefficients, pre, post, rows, columns, scale) -> bits`: each weight
    becomes n(w + Δw) with w = weight * scale and n the part of the normalisation that looks at single weights; returns
    the size of the largest, as `float_bits` orders them. `weights` [rows, columns], `states` [states, rows, columns],
    `pre` [rows] and `post` [columns] are where these begin in the carry, `coefficients` [prepared, rows, columns] where
    they begin in `prepared`.
    """
    count = len(rule.state)
    coefficients = [f"read_coefficient(prepared, coefficients + {n} * synapses + k)" for n in range(len(rule.prepared))]
    states = [f"read_state{n}(carry, states + {n} * synapses + k)" for n in range(count)]
    writes = [f"write_state{n}(carry, states + {n} * synapses + k, s{n})" for n in range(count)]
    source = _UPDATE.format(
        change=", ".join(["difference", *(f"s{n}" for n in range(count))]),
        reads=", ".join(["x", "y", "weight", *coefficients, *states]),
        writes="; ".join(writes) or "pass",
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
        "read_coefficient": read_coefficient,
    }
    for n in range(count):
        names[f"read_state{n}"], names[f"write_state{n}"] = state_access(n)
    return kernel(from_source(source, "update", names))


@cache
def prepare_layer(rule: Rule) -> Any:
    """Return the compiled `prepare_layer(*constants, genome, prepared, coefficients, layout, index)` of a connection.

    `coefficients` [prepared, rows, columns] is where what the update reads begins in `prepared`.
    """
    constants = ["rate"] if rule.time_constant is None else ["rate", "time_constant"]
    own, neurons = len(rule.coefficients), len(rule.neuron_coefficients)
    reads = [f"read_coefficient(genome, genes + {n} * synapses + k)" for n in range(own)]
    reads += [f"read_coefficient(genome, genes + {own} * synapses + {n} * columns + j)" for n in range(neurons)]
    results = [f"p{n}" for n in range(len(rule.prepared))]
    writes = "; ".join(f"write_coefficient(prepared, at + {n} * terms, p{n})" for n in range(len(results)))
    targets = ", ".join(results) + ("," if len(results) == 1 else "")
    names = {
        "prepare": kernel(rule.prepare),
        "read_coefficient": read_coefficient,
        "write_coefficient": write_coefficient,
        "of_connection": of_connection,
        "place": place,
        "PRE_SIZE": PRE_SIZE,
        "POST_SIZE": POST_SIZE,
        "GENE_AT": GENE_AT,
        "BIAS": BIAS,
    }
    of_bias = "pass"
    if rule.prepare_bias is not None:
        names["prepare_bias"] = kernel(rule.prepare_bias)
        bias_reads = [
            f"read_coefficient(genome, start + {n} * columns + j)" for n in range(len(rule.bias_coefficients))
        ]
        of_bias = _PREPARE_BIAS.format(
            before=own, neurons=neurons, results=targets, reads=", ".join(["rate", *bias_reads]), writes=writes
        )
    source = _PREPARE_LAYER.format(
        constants=", ".join(constants),
        apart=int(rule.needs_bias),
        results=targets,
        reads=", ".join([*constants, *reads]),
        writes=writes,
        of_bias=of_bias,
    )
    return kernel(from_source(source, "prepare_layer", names))
