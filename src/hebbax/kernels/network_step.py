"""The compiled step of static and plastic networks; `layout.py` says what stands where in the buffers.

Under `max` normalisation weights are stored before their connection's scale, which the next pass and the next update
multiply in: so it costs no pass over the weights of its own.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from hebbax.kernels.compiler import kernel
from hebbax.kernels.float_bits import float_of_bits
from hebbax.kernels.forward import compile_forward, has_forward
from hebbax.kernels.layout import (
    CONNECTIONS,
    INTERVAL,
    POST_AT,
    POST_SIZE,
    PRE_AT,
    PRE_SIZE,
    STATES,
    TRANSPOSED,
    UNITS,
    WEIGHT_AT,
    WEIGHTS,
    WINDOW,
    history_at,
    layout_of,
    of_connection,
    place,
    scales_at,
    set_bias_units,
    units_at,
)
from hebbax.kernels.normalisation import COMPILED_NORMALISATIONS, layer_normaliser
from hebbax.kernels.policy_step import PolicyStep
from hebbax.kernels.regions import read_unit, write_unit
from hebbax.kernels.rules import prepare_layer, update_layer
from hebbax.kernels.weights import draw_weights, put_weights
from hebbax.plasticity.rule import Rule
from hebbax.plasticity.rules import RULES
from hebbax.policies.policy import WEIGHT_BOUND, Plasticity, Policy

_ONE, _ZERO = np.float32(1.0), np.float32(0.0)
_SMALLEST = np.finfo(np.float32).tiny
_FINITE_BITS = np.finfo(np.float32).max.view(np.int32)
_BOUND_BITS = np.float32(WEIGHT_BOUND).view(np.int32)

_RATE, _TIME_CONSTANT, _INITIAL = range(3)
"""Places in `parameters`; from _INITIAL on (centre, spread) of each connection's initial weights."""


def has_network_step(policy: Policy) -> bool:
    """Whether this file compiles the policy's network, activations, normalisation and averaging."""
    plasticity = policy.plasticity
    return has_forward(policy.network) and (
        plasticity is None
        or (plasticity.normalisation in COMPILED_NORMALISATIONS and plasticity.averaging in _AVERAGINGS)
    )


def compile_network_step(policy: Policy) -> PolicyStep:
    """Return the compiled step of a policy for which `has_network_step`."""
    network, plasticity = policy.network, policy.plasticity
    layout = layout_of(policy)
    if plasticity is None:
        act = _static_act(compile_forward(network, scaled=False))
        functions = (_static_birth, act, _static_adapt, _static_weights)
        return PolicyStep(*functions, layout, np.zeros(0, np.float32), network.unit_count, 0, 0)
    rule = RULES.get(plasticity.rule)
    scaled = plasticity.normalisation == "max"
    functions = (
        _plastic_birth(rule, policy.initial.is_normal),
        _plastic_act(compile_forward(network, scaled=scaled), plasticity.averaging),
        _plastic_adapt(rule, plasticity.normalisation, plasticity.effective_bound, plasticity.averaging),
        _plastic_weights,
    )
    scratch = max(c.post_size for c in network.connections) if plasticity.normalisation == "unit-norm" else 0
    carry_size = int(units_at(layout)) + 2 * network.unit_count + scratch
    prepared_size = len(rule.prepared) * network.weight_count
    return PolicyStep(
        *functions,
        layout,
        _parameters(policy, plasticity),
        carry_size,
        prepared_size,
        policy.weight_count,
        put_weights,
        draw_weights(policy.initial.is_normal, _INITIAL),
    )


def _parameters(policy: Policy, plasticity: Plasticity) -> np.ndarray:
    constants = (*plasticity.constants, 0.0)[:_INITIAL]
    initial = [(policy.initial.centre, policy.initial.spread(*shape)) for shape in policy.network.layer_shapes]
    return np.array([*constants, *np.ravel(initial)], np.float32)


@kernel
def _static_birth(layout, parameters, genome, key0, key1, prepared, carry):
    for j in range(carry.shape[0]):
        carry[j] = _ZERO
    set_bias_units(layout, carry, 0)


@kernel
def _put(inputs, carry, at):
    for j in range(inputs.shape[0]):
        write_unit(carry, at + j, inputs[j])


@kernel
def _get(carry, end, action):
    size = action.shape[0]
    for j in range(size):
        action[j] = read_unit(carry, end - size + j)


@cache
def _static_act(forward: Any) -> Any:
    @kernel
    def act(layout, genome, carry, tick, inputs, action):
        _put(inputs, carry, 0)
        forward(layout, genome, carry, 0, 0)
        _get(carry, layout[UNITS], action)

    return act


@kernel
def _static_adapt(layout, prepared, carry, tick):
    return True


@kernel
def _static_weights(layout, carry, out):
    pass


@kernel
def _prepared_at(layout, prepared, index):
    return prepared.shape[0] // layout[WEIGHTS] * of_connection(layout, index, WEIGHT_AT)


@cache
def _plastic_birth(rule: Rule, is_normal: bool) -> Any:
    prepare, draw = _prepare(rule), draw_weights(is_normal, _INITIAL)

    @kernel
    def birth(layout, parameters, genome, key0, key1, prepared, carry):
        draw(layout, parameters, key0, key1, prepared)  # which has room for them, and is written after
        put_weights(layout, carry, prepared)
        for index in range(layout[CONNECTIONS]):
            prepare(parameters, genome, layout, prepared, index)
        for k in range(layout[WEIGHTS], carry.shape[0]):
            carry[k] = _ZERO
        for index in range(layout[CONNECTIONS]):
            carry[scales_at(layout) + index] = _ONE
        set_bias_units(layout, carry, units_at(layout))

    return birth


def _prepare(rule: Rule) -> Any:
    prepare_one = prepare_layer(rule)

    if rule.time_constant is None:

        @kernel
        def prepare(parameters, genome, layout, prepared, index):
            prepare_one(parameters[_RATE], genome, prepared, _prepared_at(layout, prepared, index), layout, index)

    else:

        @kernel
        def prepare(parameters, genome, layout, prepared, index):
            at = _prepared_at(layout, prepared, index)
            prepare_one(parameters[_RATE], parameters[_TIME_CONSTANT], genome, prepared, at, layout, index)

    return prepare


@cache
def _plastic_act(forward: Any, averaging: str) -> Any:
    remember, _ = _AVERAGINGS[averaging]

    @kernel
    def act(layout, genome, carry, tick, inputs, action):
        units = units_at(layout)
        _put(inputs, carry, units)
        forward(layout, carry, carry, scales_at(layout), units)
        _get(carry, units + layout[UNITS], action)
        remember(layout, carry, tick, units)

    return act


@kernel
def _remember_nothing(layout, carry, tick, units):
    pass


@kernel
def _remember_tick(layout, carry, tick, units):
    slot = history_at(layout) + (tick % layout[WINDOW]) * layout[UNITS]
    for j in range(layout[UNITS]):
        write_unit(carry, slot + j, read_unit(carry, units + j))


@kernel
def _remember_mean(layout, carry, tick, units):
    at = history_at(layout)
    part = _ONE / np.float32(layout[WINDOW])
    for j in range(layout[UNITS]):
        mean = read_unit(carry, at + j)
        write_unit(carry, at + j, mean + (read_unit(carry, units + j) - mean) * part)


@kernel
def _mean_direct(layout, carry, tick):
    return units_at(layout)


@kernel
def _mean_of_ticks(layout, carry, tick):
    # The sum is taken anew at each update: a running sum would drift, and an update reads far more than this.
    size, start = layout[UNITS], history_at(layout)
    means = units_at(layout) + size
    for j in range(size):
        write_unit(carry, means + j, _ZERO)
    seen = min(tick + 1, layout[WINDOW])
    for slot in range(seen):
        row = start + slot * size
        for j in range(size):
            write_unit(carry, means + j, read_unit(carry, means + j) + read_unit(carry, row + j))
    part = _ONE / np.float32(seen)
    for j in range(size):
        write_unit(carry, means + j, read_unit(carry, means + j) * part)
    return means


@kernel
def _mean_exponential(layout, carry, tick):
    size, start = layout[UNITS], history_at(layout)
    means = units_at(layout) + size
    gathered = 1.0 - (1.0 - 1.0 / layout[WINDOW]) ** (tick + 1)
    factor = np.float32(1.0 / gathered)
    for j in range(size):
        write_unit(carry, means + j, read_unit(carry, start + j) * factor)
    return means


_AVERAGINGS = {
    "direct": (_remember_nothing, _mean_direct),
    "moving-average": (_remember_tick, _mean_of_ticks),
    "exponential": (_remember_mean, _mean_exponential),
}


@cache
def _plastic_adapt(rule: Rule, normalisation: str, bound: float, averaging: str) -> Any:
    update = update_layer(rule, normalisation, bound, transposed=False)
    update_transposed = update_layer(rule, normalisation, bound, transposed=True)
    normalise = layer_normaliser(normalisation)
    _, mean = _AVERAGINGS[averaging]
    scaled = normalisation == "max"
    # Weights that are about to be normalised only have to be finite.
    limit = _BOUND_BITS if normalisation == "none" else _FINITE_BITS

    @kernel
    def adapt(layout, prepared, carry, tick):
        if tick % layout[INTERVAL] != 0:
            return True
        means, scales = mean(layout, carry, tick), scales_at(layout)
        scratch = units_at(layout) + 2 * layout[UNITS]
        for index in range(layout[CONNECTIONS]):
            rows, columns = of_connection(layout, index, PRE_SIZE), of_connection(layout, index, POST_SIZE)
            weights, coefficients = of_connection(layout, index, WEIGHT_AT), _prepared_at(layout, prepared, index)
            states = layout[WEIGHTS] + layout[STATES] * weights
            pre = means + of_connection(layout, index, PRE_AT)
            post = means + of_connection(layout, index, POST_AT)
            scale, transposed = carry[scales + index], of_connection(layout, index, TRANSPOSED) == 1
            if transposed:
                largest = update_transposed(
                    carry, weights, states, prepared, coefficients, pre, post, rows, columns, scale
                )
            else:
                largest = update(carry, weights, states, prepared, coefficients, pre, post, rows, columns, scale)
            if largest > limit:
                return False
            normalise(carry, weights, rows, columns, transposed, scratch)
            if scaled:
                norm = float_of_bits(largest)  # pyright: ignore[reportCallIssue]  Numba passes the context
                carry[scales + index] = _ONE / norm if norm >= _SMALLEST else _ONE
        return True

    return adapt


@kernel
def _plastic_weights(layout, carry, out):
    for index in range(layout[CONNECTIONS]):
        at, columns = of_connection(layout, index, WEIGHT_AT), of_connection(layout, index, POST_SIZE)
        scale = carry[scales_at(layout) + index]
        for i in range(of_connection(layout, index, PRE_SIZE)):
            for j in range(columns):
                out[at + i * columns + j] = carry[at + place(layout, index, i, j)] * scale
