"""The forward passes of all networks, compiled: `forward(layout, weights, carry, scales_at, units_at)`.

It fills the units of one pass, which begin at `units_at` in the carry. The inputs stand at their start; the rest still
holds the pass before, from which recurrent networks read their past. `weights` is a flat array that begins with all
weights. From `scales_at` on, the carry has one number per connection, by which its stored weights are multiplied, where
weights are normalised.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np

from hebbax.compiling.compiler import kernel
from hebbax.kernels.activations import COMPILED_ACTIVATIONS
from hebbax.kernels.layout import (
    CONNECTIONS,
    HIDDEN,
    OBSERVATIONS,
    POST_AT,
    POST_SIZE,
    PRE_AT,
    PRE_SIZE,
    TRANSPOSED,
    WEIGHTS_AT,
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
    """Return the compiled forward pass of a network; `scaled` says whether it reads scales."""
    make = _FORWARDS[type(network)]
    return make(network.activation, network.output_activation, scaled)


def has_forward(network: Network) -> bool:
    """Whether this file compiles a network's pass."""
    return type(network) in _FORWARDS and {network.activation, network.output_activation} <= COMPILED_ACTIVATIONS.keys()


@kernel
def _set_to_zero(carry, at, size):
    for j in range(size):
        write_unit(carry, at + j, _ZERO)


@kernel
def _copy(carry, source_at, target_at, size):
    for j in range(size):
        write_unit(carry, target_at + j, read_unit(carry, source_at + j))


@cache
def _apply(name: str) -> Any:
    activation = COMPILED_ACTIVATIONS[name]

    @kernel
    def apply(carry, at, size):
        for j in range(size):
            write_unit(carry, at + j, activation(read_unit(carry, at + j)))

    return apply


@kernel
def _add_product(layout, weights, carry, index, pre_at, post_at, scale):
    """Add to the units at `post_at` what a connection carries from those at `pre_at`."""
    rows, columns = of_connection(layout, index, PRE_SIZE), of_connection(layout, index, POST_SIZE)
    weights_at = of_connection(layout, index, WEIGHTS_AT)
    if of_connection(layout, index, TRANSPOSED) == 1:
        for j in range(columns):
            row_at, total = weights_at + j * rows, _ZERO
            for i in range(rows):
                total += read_unit(carry, pre_at + i) * read_weight(weights, row_at + i)
            carry[post_at + j] += total * scale
    else:
        for i in range(rows):
            row_at, activation = weights_at + i * columns, carry[pre_at + i] * scale
            for j in range(columns):
                total = read_unit(carry, post_at + j)
                write_unit(carry, post_at + j, total + activation * read_weight(weights, row_at + j))


@cache
def _sum_products(scaled: bool) -> Any:
    @kernel
    def sum_products(layout, weights, carry, scales_at, units_at, first, end):
        """Set the postsynaptic units that connections `first` to `end` share to the sum of what these carry.

        Returns where these units begin in the carry, and their number.
        """
        post_at, size = units_at + of_connection(layout, first, POST_AT), of_connection(layout, first, POST_SIZE)
        _set_to_zero(carry, post_at, size)
        for index in range(first, end):
            pre_at = units_at + of_connection(layout, index, PRE_AT)
            _add_product(layout, weights, carry, index, pre_at, post_at, carry[scales_at + index] if scaled else _ONE)
        return post_at, size

    return sum_products


@cache
def _mlp(hidden: str, output: str, scaled: bool) -> Any:
    sum_products, activate, activate_output = _sum_products(scaled), _apply(hidden), _apply(output)

    @kernel
    def forward(layout, weights, carry, scales_at, units_at):
        last = layout[CONNECTIONS] - 1
        for index in range(last):
            post_at, size = sum_products(layout, weights, carry, scales_at, units_at, index, index + 1)
            activate(carry, post_at, size)
        post_at, size = sum_products(layout, weights, carry, scales_at, units_at, last, last + 1)
        activate_output(carry, post_at, size)

    return forward


@cache
def _elman(hidden: str, output: str, scaled: bool) -> Any:
    sum_products, activate, activate_output = _sum_products(scaled), _apply(hidden), _apply(output)

    @kernel
    def forward(layout, weights, carry, scales_at, units_at):
        past_at, now_at = units_at + of_connection(layout, 1, PRE_AT), units_at + of_connection(layout, 0, POST_AT)
        _copy(carry, now_at, past_at, of_connection(layout, 0, POST_SIZE))
        post_at, size = sum_products(layout, weights, carry, scales_at, units_at, 0, 2)
        activate(carry, post_at, size)
        post_at, size = sum_products(layout, weights, carry, scales_at, units_at, 2, 3)
        activate_output(carry, post_at, size)

    return forward


@cache
def _fcrnn(hidden: str, output: str, scaled: bool) -> Any:
    activate, activate_output = _apply(hidden), _apply(output)

    @kernel
    def forward(layout, weights, carry, scales_at, units_at):
        past_at, past_size = units_at + of_connection(layout, 0, PRE_AT), of_connection(layout, 0, PRE_SIZE)
        now_at, neurons = units_at + of_connection(layout, 0, POST_AT), of_connection(layout, 0, POST_SIZE)
        observations = layout[OBSERVATIONS]
        _copy(carry, now_at, past_at, neurons)
        for j in range(observations):
            write_unit(carry, units_at + j, read_unit(carry, units_at + j) + read_unit(carry, past_at + j))
        # Up to the bias unit, which is 1 in both.
        _copy(carry, past_at + observations, units_at + observations, past_size - observations)
        _set_to_zero(carry, now_at, neurons)
        _add_product(layout, weights, carry, 0, units_at, now_at, carry[scales_at] if scaled else _ONE)
        inner_size = observations + layout[HIDDEN]
        activate(carry, now_at, inner_size)
        activate_output(carry, now_at + inner_size, neurons - inner_size)

    return forward


@cache
def _gru(hidden: str, output: str, scaled: bool) -> Any:
    sum_products, activate, activate_output = _sum_products(scaled), _apply(hidden), _apply(output)
    apply_sigmoid = _apply("sigmoid")

    @kernel
    def forward(layout, weights, carry, scales_at, units_at):
        past_at, past_size = units_at + of_connection(layout, 1, PRE_AT), of_connection(layout, 1, PRE_SIZE)
        now_at = units_at + of_connection(layout, 6, PRE_AT)
        _copy(carry, now_at, past_at, past_size)
        z_at, size = sum_products(layout, weights, carry, scales_at, units_at, 0, 2)
        r_at, _ = sum_products(layout, weights, carry, scales_at, units_at, 2, 4)
        apply_sigmoid(carry, z_at, size)
        apply_sigmoid(carry, r_at, size)
        reset_at = past_at + past_size
        for j in range(size):
            write_unit(carry, reset_at + j, read_unit(carry, r_at + j) * read_unit(carry, past_at + j))
        c_at, _ = sum_products(layout, weights, carry, scales_at, units_at, 4, 5)
        _add_product(layout, weights, carry, 5, reset_at, c_at, carry[scales_at + 5] if scaled else _ONE)
        activate(carry, c_at, size)
        for j in range(size):
            gate = read_unit(carry, z_at + j)
            state = (_ONE - gate) * read_unit(carry, past_at + j) + gate * read_unit(carry, c_at + j)
            write_unit(carry, now_at + j, state)
        action_at, action_size = sum_products(layout, weights, carry, scales_at, units_at, 6, 7)
        activate_output(carry, action_at, action_size)

    return forward


@cache
def _lstm(hidden: str, output: str, scaled: bool) -> Any:
    sum_products, activate, activate_output = _sum_products(scaled), _apply(hidden), _apply(output)
    apply_sigmoid = _apply("sigmoid")

    @kernel
    def forward(layout, weights, carry, scales_at, units_at):
        past_at, past_size = units_at + of_connection(layout, 1, PRE_AT), of_connection(layout, 1, PRE_SIZE)
        now_at = units_at + of_connection(layout, 8, PRE_AT)
        _copy(carry, now_at, past_at, past_size)
        i_at, size = sum_products(layout, weights, carry, scales_at, units_at, 0, 2)
        f_at, _ = sum_products(layout, weights, carry, scales_at, units_at, 2, 4)
        g_at, _ = sum_products(layout, weights, carry, scales_at, units_at, 4, 6)
        o_at, _ = sum_products(layout, weights, carry, scales_at, units_at, 6, 8)
        apply_sigmoid(carry, i_at, size)
        apply_sigmoid(carry, f_at, size)
        activate(carry, g_at, size)
        apply_sigmoid(carry, o_at, size)
        memory_at = now_at - past_size
        for j in range(size):
            memory = read_unit(carry, f_at + j) * read_unit(carry, memory_at + j)
            memory += read_unit(carry, i_at + j) * read_unit(carry, g_at + j)
            write_unit(carry, memory_at + j, memory)
            write_unit(carry, now_at + j, memory)
        activate(carry, now_at, size)
        for j in range(size):
            write_unit(carry, now_at + j, read_unit(carry, now_at + j) * read_unit(carry, o_at + j))
        action_at, action_size = sum_products(layout, weights, carry, scales_at, units_at, 8, 9)
        activate_output(carry, action_at, action_size)

    return forward


_FORWARDS: dict[type[Network], Callable[[str, str, bool], Any]] = {
    Mlp: _mlp,
    Elman: _elman,
    Fcrnn: _fcrnn,
    Gru: _gru,
    Lstm: _lstm,
}
