"""The forward passes of all networks, compiled: `forward(layout, weights, carry, scales, units)`.

It fills the units of one pass, which begin at `units` in the carry. The inputs stand at their start; the rest still
holds the pass before, from which recurrent networks read their past. `weights` is a flat array that begins with all
weights. From `scales` on, the carry has one number a connection by which its stored weights are multiplied, where
weights are normalised.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np

from hebbax.kernels.activations import COMPILED_ACTIVATIONS, sigmoid
from hebbax.kernels.compiler import kernel
from hebbax.kernels.layout import (
    CONNECTIONS,
    HIDDEN,
    OBSERVATIONS,
    POST_AT,
    POST_SIZE,
    PRE_AT,
    PRE_SIZE,
    TRANSPOSED,
    WEIGHT_AT,
    of_connection,
)
from hebbax.kernels.regions import read_unit, read_weight, write_unit
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


@kernel
def _clear(carry, at, size):
    for j in range(size):
        write_unit(carry, at + j, _ZERO)


@kernel
def _move(carry, source, target, size):
    for j in range(size):
        write_unit(carry, target + j, read_unit(carry, source + j))


@kernel
def _squash(carry, at, size):
    for j in range(size):
        write_unit(carry, at + j, sigmoid(read_unit(carry, at + j)))


@cache
def _apply(name: str) -> Any:
    activation = COMPILED_ACTIVATIONS[name]

    @kernel
    def apply(carry, at, size):
        for j in range(size):
            write_unit(carry, at + j, activation(read_unit(carry, at + j)))

    return apply


@kernel
def _add_product(layout, weights, carry, index, pre, post, scale):
    """Add to the units at `post` what a connection carries from those at `pre`."""
    rows, columns = of_connection(layout, index, PRE_SIZE), of_connection(layout, index, POST_SIZE)
    at = of_connection(layout, index, WEIGHT_AT)
    if of_connection(layout, index, TRANSPOSED) == 1:
        for j in range(columns):
            row, total = at + j * rows, _ZERO
            for i in range(rows):
                total += read_unit(carry, pre + i) * read_weight(weights, row + i)
            carry[post + j] += total * scale
    else:
        for i in range(rows):
            row, activation = at + i * columns, carry[pre + i] * scale
            for j in range(columns):
                before = read_unit(carry, post + j)
                write_unit(carry, post + j, before + activation * read_weight(weights, row + j))


@cache
def _collect(scaled: bool) -> Any:
    @kernel
    def collect(layout, weights, carry, scales, units, first, end):
        """Set the postsynaptic units that connections `first` to `end` share to all that these carry.

        Returns where these units begin in the carry, and their number.
        """
        post, size = units + of_connection(layout, first, POST_AT), of_connection(layout, first, POST_SIZE)
        _clear(carry, post, size)
        for index in range(first, end):
            pre = units + of_connection(layout, index, PRE_AT)
            _add_product(layout, weights, carry, index, pre, post, carry[scales + index] if scaled else _ONE)
        return post, size

    return collect


@cache
def _mlp(hidden: str, output: str, scaled: bool) -> Any:
    collect, activate, activate_output = _collect(scaled), _apply(hidden), _apply(output)

    @kernel
    def forward(layout, weights, carry, scales, units):
        last = layout[CONNECTIONS] - 1
        for index in range(last):
            at, size = collect(layout, weights, carry, scales, units, index, index + 1)
            activate(carry, at, size)
        at, size = collect(layout, weights, carry, scales, units, last, last + 1)
        activate_output(carry, at, size)

    return forward


@cache
def _elman(hidden: str, output: str, scaled: bool) -> Any:
    collect, activate, activate_output = _collect(scaled), _apply(hidden), _apply(output)

    @kernel
    def forward(layout, weights, carry, scales, units):
        past, now = units + of_connection(layout, 1, PRE_AT), units + of_connection(layout, 0, POST_AT)
        _move(carry, now, past, of_connection(layout, 0, POST_SIZE))
        at, size = collect(layout, weights, carry, scales, units, 0, 2)
        activate(carry, at, size)
        at, size = collect(layout, weights, carry, scales, units, 2, 3)
        activate_output(carry, at, size)

    return forward


@cache
def _fcrnn(hidden: str, output: str, scaled: bool) -> Any:
    activate, activate_output = _apply(hidden), _apply(output)

    @kernel
    def forward(layout, weights, carry, scales, units):
        past, past_size = units + of_connection(layout, 0, PRE_AT), of_connection(layout, 0, PRE_SIZE)
        now, neurons = units + of_connection(layout, 0, POST_AT), of_connection(layout, 0, POST_SIZE)
        observations = layout[OBSERVATIONS]
        _move(carry, now, past, neurons)
        for j in range(observations):
            write_unit(carry, units + j, read_unit(carry, units + j) + read_unit(carry, past + j))
        # Up to the bias unit, which is 1 in both.
        _move(carry, past + observations, units + observations, past_size - observations)
        _clear(carry, now, neurons)
        _add_product(layout, weights, carry, 0, units, now, carry[scales] if scaled else _ONE)
        inner = observations + layout[HIDDEN]
        activate(carry, now, inner)
        activate_output(carry, now + inner, neurons - inner)

    return forward


@cache
def _gru(hidden: str, output: str, scaled: bool) -> Any:
    collect, activate, activate_output = _collect(scaled), _apply(hidden), _apply(output)

    @kernel
    def forward(layout, weights, carry, scales, units):
        past, past_size = units + of_connection(layout, 1, PRE_AT), of_connection(layout, 1, PRE_SIZE)
        now = units + of_connection(layout, 6, PRE_AT)
        _move(carry, now, past, past_size)
        z, size = collect(layout, weights, carry, scales, units, 0, 2)
        r, _ = collect(layout, weights, carry, scales, units, 2, 4)
        _squash(carry, z, size)
        _squash(carry, r, size)
        reset = past + past_size
        for j in range(size):
            write_unit(carry, reset + j, read_unit(carry, r + j) * read_unit(carry, past + j))
        c, _ = collect(layout, weights, carry, scales, units, 4, 5)
        _add_product(layout, weights, carry, 5, reset, c, carry[scales + 5] if scaled else _ONE)
        activate(carry, c, size)
        for j in range(size):
            gate = read_unit(carry, z + j)
            mixed = (_ONE - gate) * read_unit(carry, past + j) + gate * read_unit(carry, c + j)
            write_unit(carry, now + j, mixed)
        at, outputs = collect(layout, weights, carry, scales, units, 6, 7)
        activate_output(carry, at, outputs)

    return forward


@cache
def _lstm(hidden: str, output: str, scaled: bool) -> Any:
    collect, activate, activate_output = _collect(scaled), _apply(hidden), _apply(output)

    @kernel
    def forward(layout, weights, carry, scales, units):
        past, past_size = units + of_connection(layout, 1, PRE_AT), of_connection(layout, 1, PRE_SIZE)
        now = units + of_connection(layout, 8, PRE_AT)
        _move(carry, now, past, past_size)
        i, size = collect(layout, weights, carry, scales, units, 0, 2)
        f, _ = collect(layout, weights, carry, scales, units, 2, 4)
        g, _ = collect(layout, weights, carry, scales, units, 4, 6)
        o, _ = collect(layout, weights, carry, scales, units, 6, 8)
        _squash(carry, i, size)
        _squash(carry, f, size)
        activate(carry, g, size)
        _squash(carry, o, size)
        memory = now - past_size
        for j in range(size):
            kept = read_unit(carry, f + j) * read_unit(carry, memory + j)
            kept += read_unit(carry, i + j) * read_unit(carry, g + j)
            write_unit(carry, memory + j, kept)
            write_unit(carry, now + j, kept)
        activate(carry, now, size)
        for j in range(size):
            write_unit(carry, now + j, read_unit(carry, now + j) * read_unit(carry, o + j))
        at, outputs = collect(layout, weights, carry, scales, units, 8, 9)
        activate_output(carry, at, outputs)

    return forward


_FORWARDS: dict[type[Network], Callable[[str, str, bool], Any]] = {
    Mlp: _mlp,
    Elman: _elman,
    Fcrnn: _fcrnn,
    Gru: _gru,
    Lstm: _lstm,
}
