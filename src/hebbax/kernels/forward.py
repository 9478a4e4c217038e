"""The forward passes of all networks, compiled: `forward(layout, weights, scales, units)` fills the units of one pass.

The inputs stand at the start of `units`; the rest still holds the pass before, from which recurrent networks read their
past. `scales` has one number a connection by which its stored weights are multiplied, where weights are normalised.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np

from hebbax.kernels.activations import COMPILED_ACTIVATIONS, sigmoid
from hebbax.kernels.compiler import compiled, copy
from hebbax.kernels.layout import (
    CONNECTIONS,
    HIDDEN,
    OBSERVATIONS,
    POST_AT,
    POST_SIZE,
    PRE_AT,
    PRE_SIZE,
    matrix_of,
    of_connection,
)
from hebbax.networks.elman import Elman
from hebbax.networks.fcrnn import Fcrnn
from hebbax.networks.gru import Gru
from hebbax.networks.lstm import Lstm
from hebbax.networks.mlp import Mlp
from hebbax.networks.network import Network

_ONE, _ZERO = np.float32(1.0), np.float32(0.0)


def compile_forward(network: Network, *, scaled: bool) -> Any:
    """Return the compiled forward pass of a network; `scaled` says whether it reads `scales`."""
    make = _FORWARDS[type(network)]
    return make(network.activation, network.output_activation, scaled)


def has_forward(network: Network) -> bool:
    """Whether this file compiles a network's pass."""
    return type(network) in _FORWARDS and {network.activation, network.output_activation} <= COMPILED_ACTIVATIONS.keys()


@compiled
def _add_product(matrix, pre, post, scale):
    for i in range(matrix.shape[0]):
        activation = pre[i] * scale
        for j in range(matrix.shape[1]):
            post[j] += activation * matrix[i, j]


@compiled
def _pre_of(layout, units, index):
    at = of_connection(layout, index, PRE_AT)
    return units[at : at + of_connection(layout, index, PRE_SIZE)]


@compiled
def _post_of(layout, units, index):
    at = of_connection(layout, index, POST_AT)
    return units[at : at + of_connection(layout, index, POST_SIZE)]


@compiled
def _clear(values):
    for j in range(values.shape[0]):
        values[j] = _ZERO


@compiled
def _squash(values):
    for j in range(values.shape[0]):
        values[j] = sigmoid(values[j])


@cache
def _collect(scaled: bool) -> Any:
    @compiled
    def collect(layout, weights, scales, units, first, end):
        """Set the postsynaptic units that connections `first` to `end` share to all that these carry; return them."""
        post = _post_of(layout, units, first)
        _clear(post)
        for index in range(first, end):
            matrix = matrix_of(layout, weights, index)
            _add_product(matrix, _pre_of(layout, units, index), post, scales[index] if scaled else _ONE)
        return post

    return collect


@cache
def _apply(name: str) -> Any:
    activation = COMPILED_ACTIVATIONS[name]

    @compiled
    def apply(values):
        for j in range(values.shape[0]):
            values[j] = activation(values[j])

    return apply


@cache
def _mlp(hidden: str, output: str, scaled: bool) -> Any:
    collect, activate, activate_output = _collect(scaled), _apply(hidden), _apply(output)

    @compiled
    def forward(layout, weights, scales, units):
        last = layout[CONNECTIONS] - 1
        for index in range(last):
            activate(collect(layout, weights, scales, units, index, index + 1))
        activate_output(collect(layout, weights, scales, units, last, last + 1))

    return forward


@cache
def _elman(hidden: str, output: str, scaled: bool) -> Any:
    collect, activate, activate_output = _collect(scaled), _apply(hidden), _apply(output)

    @compiled
    def forward(layout, weights, scales, units):
        copy(_post_of(layout, units, 0), _pre_of(layout, units, 1))
        activate(collect(layout, weights, scales, units, 0, 2))
        activate_output(collect(layout, weights, scales, units, 2, 3))

    return forward


@cache
def _fcrnn(hidden: str, output: str, scaled: bool) -> Any:
    activate, activate_output = _apply(hidden), _apply(output)

    @compiled
    def forward(layout, weights, scales, units):
        past, now = _pre_of(layout, units, 0), _post_of(layout, units, 0)
        neurons, observations = now.shape[0], layout[OBSERVATIONS]
        copy(now, past[:neurons])
        s = units[: past.shape[0]]
        for j in range(observations):
            s[j] += past[j]
        for j in range(observations, past.shape[0]):  # up to the bias unit, which is 1 in both
            s[j] = past[j]
        _clear(now)
        _add_product(matrix_of(layout, weights, 0), s, now, scales[0] if scaled else _ONE)
        inner = observations + layout[HIDDEN]
        activate(now[:inner])
        activate_output(now[inner:])

    return forward


@cache
def _gru(hidden: str, output: str, scaled: bool) -> Any:
    collect, activate, activate_output = _collect(scaled), _apply(hidden), _apply(output)

    @compiled
    def forward(layout, weights, scales, units):
        past, now = _pre_of(layout, units, 1), _pre_of(layout, units, 6)
        size = past.shape[0]
        copy(now[:size], past)
        z = collect(layout, weights, scales, units, 0, 2)
        r = collect(layout, weights, scales, units, 2, 4)
        _squash(z)
        _squash(r)
        at = of_connection(layout, 1, PRE_AT) + size
        reset = units[at : at + size]
        for j in range(size):
            reset[j] = r[j] * past[j]
        c = collect(layout, weights, scales, units, 4, 5)
        _add_product(matrix_of(layout, weights, 5), reset, c, scales[5] if scaled else _ONE)
        activate(c)
        for j in range(size):
            now[j] = (_ONE - z[j]) * past[j] + z[j] * c[j]
        activate_output(collect(layout, weights, scales, units, 6, 7))

    return forward


@cache
def _lstm(hidden: str, output: str, scaled: bool) -> Any:
    collect, activate, activate_output = _collect(scaled), _apply(hidden), _apply(output)

    @compiled
    def forward(layout, weights, scales, units):
        past, now = _pre_of(layout, units, 1), _pre_of(layout, units, 8)
        size = past.shape[0]
        copy(now[:size], past)
        i = collect(layout, weights, scales, units, 0, 2)
        f = collect(layout, weights, scales, units, 2, 4)
        g = collect(layout, weights, scales, units, 4, 6)
        o = collect(layout, weights, scales, units, 6, 8)
        _squash(i)
        _squash(f)
        activate(g)
        _squash(o)
        at = of_connection(layout, 8, PRE_AT) - size
        memory = units[at : at + size]
        for j in range(size):
            memory[j] = f[j] * memory[j] + i[j] * g[j]
            now[j] = memory[j]
        activate(now[:size])
        for j in range(size):
            now[j] *= o[j]
        activate_output(collect(layout, weights, scales, units, 8, 9))

    return forward


_FORWARDS: dict[type[Network], Callable[[str, str, bool], Any]] = {
    Mlp: _mlp,
    Elman: _elman,
    Fcrnn: _fcrnn,
    Gru: _gru,
    Lstm: _lstm,
}
