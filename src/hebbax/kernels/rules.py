"""The learning rules' loops over a layer's synapses, generated from the rule's own scalar functions."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from hebbax.kernels.compiler import compiled, from_source
from hebbax.kernels.float_bits import larger, size_bits
from hebbax.plasticity.rules import Rule

# Both indices run over ranges from zero: only then does Numba leave out its wraparound of negative indices, which
# would keep the loop from being vectorised.
_UPDATE_LAYER = """
def update_layer(weights, coefficients, pre, post, scale):
    largest = zero
    for i in range(weights.shape[0]):
        x = pre[i]
        for j in range(weights.shape[1]):
            weight = weights[i, j] * scale
            weight += change(x, post[j], weight, {reads})
            weights[i, j] = weight
            largest = larger(largest, size_bits(weight))
    return largest
"""

_PREPARE_LAYER = """
def prepare_layer(rate, genome, at, prepared, to, size):
    for k in range(size):
        {results} = prepare(rate, {reads})
        {writes}
"""


@cache
def update_layer(rule: Rule) -> Any:
    """Return the compiled update of a layer.

    `update_layer(weights [pre, post], coefficients [prepared, pre, post], pre, post, scale) -> bits`: each weight
    becomes w + Δw with w = weight * scale; returns the size of the largest, as `float_bits` orders them.
    """
    reads = ", ".join(f"coefficients[{k}, i, j]" for k in range(len(rule.prepared)))
    names = {"change": compiled(rule.change), "size_bits": size_bits, "larger": larger, "zero": np.int32(0)}
    return from_source(_UPDATE_LAYER.format(reads=reads), "update_layer", names)


@cache
def prepare_layer(rule: Rule) -> Any:
    """Return the compiled `prepare_layer(rate, genome, at, prepared, to, size)` of one layer of `size` synapses."""
    reads = ", ".join(f"genome[at + {k} * size + k]" for k in range(len(rule.coefficients)))
    names = ", ".join(f"p{k}" for k in range(len(rule.prepared))) + ("," if len(rule.prepared) == 1 else "")
    writes = "; ".join(f"prepared[to + {k} * size + k] = p{k}" for k in range(len(rule.prepared)))
    source = _PREPARE_LAYER.format(results=names, reads=reads, writes=writes)
    return from_source(source, "prepare_layer", {"prepare": compiled(rule.prepare)})
