"""The pass of a network, compiled from its steps: `forward(layout, weights, carry, scales_at, units_at)`.

It fills the units of one pass, which begin at `units_at` in the carry. The inputs stand at their start; the rest still
holds the pass before, from which recurrent networks read their past. `weights` is a flat array that begins with all
weights. From `scales_at` on, the carry has one number per connection, by which its stored weights are multiplied, where
weights are normalised.

What the steps are is compiled; where they read and write stands in the layout, so that networks of other sizes share
the code. The sizes of a convolution are compiled too.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from hebbax.compiling.compiler import from_source, kernel
from hebbax.kernels.activations import COMPILED_ACTIVATIONS
from hebbax.kernels.convolve import convolution
from hebbax.kernels.layout import (
    POST_AT,
    POST_SIZE,
    PRE_SIZE,
    STEP_AT,
    STEP_CONNECTION,
    STEP_GATE,
    STEP_ONE,
    STEP_OTHER,
    STEP_SIZE,
    STEP_SOURCE,
    TRANSPOSED,
    WEIGHTS_AT,
    of_connection,
    of_step,
)
from hebbax.kernels.regions import read_unit, read_weight, write_unit
from hebbax.kernels.room import Room, room_of
from hebbax.networks.network import Network
from hebbax.networks.picture import Convolve
from hebbax.networks.steps import Activate, Add, Blend, Copy, Multiply, Product, Step

_ONE, _ZERO = np.float32(1.0), np.float32(0.0)


def has_forward(network: Network) -> bool:
    """Whether a network's pass can be compiled: it is its steps, and their activations have a compiled form."""
    names = {step.name for step in network.steps if isinstance(step, Activate)}
    own = type(network).forward is not Network.forward  # which need not be what it has inherited steps for
    return bool(network.steps) and not own and names <= COMPILED_ACTIVATIONS.keys()


def compile_forward(network: Network, *, scaled: bool) -> Any:
    """Return the compiled pass of a network; `scaled` says whether it reads scales."""
    return _compile(tuple(_kind_of(step) for step in network.steps), scaled)


def _kind_of(step: Step) -> tuple[str | Room, bool]:
    """Return what code runs a step: a name or the room of a convolution, and whether it adds to what is there."""
    if isinstance(step, Convolve):
        return room_of(step), False
    if isinstance(step, Activate):
        return step.name, False
    return type(step).__name__, isinstance(step, Product | Multiply) and step.add


@cache
def _compile(kinds: tuple[tuple[str | Room, bool], ...], scaled: bool) -> Any:
    names = {f"step{number}": _code_of(kind, adds, scaled) for number, (kind, adds) in enumerate(kinds)}
    lines = [f"    {name}(layout, weights, carry, scales_at, units_at, {n})\n" for n, name in enumerate(names)]
    source = "def forward(layout, weights, carry, scales_at, units_at):\n" + "".join(lines)
    return kernel(from_source(source, "forward", names))


def _code_of(kind: str | Room, adds: bool, scaled: bool) -> Any:
    if isinstance(kind, Room):
        return convolution(kind)
    if kind == Product.__name__:
        return _product(adds, scaled)
    if kind == Multiply.__name__:
        return _add_multiplied if adds else _multiply
    return _PLAIN[kind] if kind in _PLAIN else _activate(kind)


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
def _product(adds: bool, scaled: bool) -> Any:
    @kernel
    def product(layout, weights, carry, scales_at, units_at, step):
        index = of_step(layout, step, STEP_CONNECTION)
        pre_at = units_at + of_step(layout, step, STEP_SOURCE)
        post_at = units_at + of_connection(layout, index, POST_AT)
        if not adds:
            for j in range(of_connection(layout, index, POST_SIZE)):
                write_unit(carry, post_at + j, _ZERO)
        _add_product(layout, weights, carry, index, pre_at, post_at, carry[scales_at + index] if scaled else _ONE)

    return product


@cache
def _activate(name: str) -> Any:
    activation = COMPILED_ACTIVATIONS[name]

    @kernel
    def activate(layout, weights, carry, scales_at, units_at, step):
        at = units_at + of_step(layout, step, STEP_AT)
        for j in range(of_step(layout, step, STEP_SIZE)):
            write_unit(carry, at + j, activation(read_unit(carry, at + j)))

    return activate


@kernel
def _copy(layout, weights, carry, scales_at, units_at, step):
    source_at, at = units_at + of_step(layout, step, STEP_ONE), units_at + of_step(layout, step, STEP_AT)
    for j in range(of_step(layout, step, STEP_SIZE)):
        write_unit(carry, at + j, read_unit(carry, source_at + j))


@kernel
def _add(layout, weights, carry, scales_at, units_at, step):
    source_at, at = units_at + of_step(layout, step, STEP_ONE), units_at + of_step(layout, step, STEP_AT)
    for j in range(of_step(layout, step, STEP_SIZE)):
        write_unit(carry, at + j, read_unit(carry, at + j) + read_unit(carry, source_at + j))


@kernel
def _multiply(layout, weights, carry, scales_at, units_at, step):
    one_at, other_at = units_at + of_step(layout, step, STEP_ONE), units_at + of_step(layout, step, STEP_OTHER)
    at = units_at + of_step(layout, step, STEP_AT)
    for j in range(of_step(layout, step, STEP_SIZE)):
        write_unit(carry, at + j, read_unit(carry, one_at + j) * read_unit(carry, other_at + j))


@kernel
def _add_multiplied(layout, weights, carry, scales_at, units_at, step):
    one_at, other_at = units_at + of_step(layout, step, STEP_ONE), units_at + of_step(layout, step, STEP_OTHER)
    at = units_at + of_step(layout, step, STEP_AT)
    for j in range(of_step(layout, step, STEP_SIZE)):
        product = read_unit(carry, one_at + j) * read_unit(carry, other_at + j)
        write_unit(carry, at + j, read_unit(carry, at + j) + product)


@kernel
def _blend(layout, weights, carry, scales_at, units_at, step):
    one_at, other_at = units_at + of_step(layout, step, STEP_ONE), units_at + of_step(layout, step, STEP_OTHER)
    gate_at, at = units_at + of_step(layout, step, STEP_GATE), units_at + of_step(layout, step, STEP_AT)
    for j in range(of_step(layout, step, STEP_SIZE)):
        gate = read_unit(carry, gate_at + j)
        write_unit(carry, at + j, (_ONE - gate) * read_unit(carry, one_at + j) + gate * read_unit(carry, other_at + j))


_PLAIN = {Copy.__name__: _copy, Add.__name__: _add, Blend.__name__: _blend}
