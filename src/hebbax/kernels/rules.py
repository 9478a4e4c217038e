"""The learning rules' loops over a layer's synapses, generated from the rule's own scalar functions."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from hebbax.kernels.compiler import compiled, from_source
from hebbax.kernels.float_bits import larger, size_bits
from hebbax.kernels.normalisation import weight_normaliser
from hebbax.plasticity.rules import Rule

# Both indices run over ranges from zero: only then does Numba leave out its wraparound of negative indices, which
# would keep the loop from being vectorised.
_UPDATE_LAYER = """
def update_layer(weights, states, coefficients, pre, post, scale):
    largest = zero
    for i in range(weights.shape[0]):
        x = pre[i]
        for j in range(weights.shape[1]):
            weight = weights[i, j] * scale
            {change} = change({reads})
            weight = normalise(weight + difference)
            weights[i, j] = weight
            {writes}
            largest = larger(largest, size_bits(weight))
    return largest
"""

_PREPARE_LAYER = """
def prepare_layer({constants}, genes, bias, prepared):
    rows, columns = prepared.shape[1] - {apart} * bias, prepared.shape[2]
    synapses = rows * columns
    for i in range(rows):
        for j in range(columns):
            {results} = prepare({reads})
            {writes}
    {of_bias}
"""

_PREPARE_BIAS = """if bias == 1:
        start, i = {before} * synapses + {neurons} * columns, rows
        for j in range(columns):
            {results} = prepare_bias({reads})
            {writes}
"""


@cache
def update_layer(rule: Rule, normalisation: str, bound: float) -> Any:
    """Return the compiled update of a layer.

    `update_layer(weights [pre, post], states [states, pre, post], coefficients [prepared, pre, post], pre, post, scale)
    -> bits`: each weight becomes n(w + Δw) with w = weight * scale and n the part of the normalisation that looks at
    single weights; returns the size of the largest, as `float_bits` orders them.
    """
    states = [f"states[{k}, i, j]" for k in range(len(rule.state))]
    reads = ["x", "post[j]", "weight", *(f"coefficients[{k}, i, j]" for k in range(len(rule.prepared))), *states]
    following = [f"s{k}" for k in range(len(states))]
    source = _UPDATE_LAYER.format(
        change=", ".join(["difference", *following]),
        reads=", ".join(reads),
        writes="; ".join(f"{state} = {value}" for state, value in zip(states, following, strict=True)) or "pass",
    )
    names = {
        "change": compiled(rule.change),
        "normalise": weight_normaliser(normalisation, bound),
        "size_bits": size_bits,
        "larger": larger,
        "zero": np.int32(0),
    }
    return from_source(source, "update_layer", names)


@cache
def prepare_layer(rule: Rule) -> Any:
    """Return the compiled `prepare_layer(*constants, genes, bias, prepared [prepared, pre, post])` of a connection.

    `genes` is the connection's part of the genome, `bias` whether its last presynaptic unit is a bias unit.
    """
    constants = ["rate"] if rule.time_constant is None else ["rate", "time_constant"]
    own, neurons = len(rule.coefficients), len(rule.neuron_coefficients)
    reads = [f"genes[{k} * synapses + i * columns + j]" for k in range(own)]
    reads += [f"genes[{own} * synapses + {k} * columns + j]" for k in range(neurons)]
    results = [f"p{k}" for k in range(len(rule.prepared))]
    writes = "; ".join(f"prepared[{k}, i, j] = {result}" for k, result in enumerate(results))
    targets = ", ".join(results) + ("," if len(results) == 1 else "")
    names = {"prepare": compiled(rule.prepare)}
    of_bias = "pass"
    if rule.prepare_bias is not None:
        names["prepare_bias"] = compiled(rule.prepare_bias)
        bias_reads = [f"genes[start + {k} * columns + j]" for k in range(len(rule.bias_coefficients))]
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
    return from_source(source, "prepare_layer", names)
