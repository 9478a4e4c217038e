"""The compiled step of static and plastic networks; `layout.py` says what stands where in the buffers.

Under `max` normalisation weights are stored before their connection's scale, which the next pass and the next update
multiply in: so it costs no pass over the weights of its own.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from hebbax.compiling.compiler import kernel
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
    WEIGHTS,
    WEIGHTS_AT,
    WINDOW,
    layout_of,
    locate_history,
    locate_scales,
    locate_synapse,
    locate_units,
    of_connection,
    set_bias_units,
)
from hebbax.kernels.normalisation import COMPILED_NORMALISATIONS, layer_normaliser
from hebbax.kernels.policy_step import PolicyStep
from hebbax.kernels.regions import read_unit, write_unit
from hebbax.kernels.rules import fold_layer, update_layer
from hebbax.kernels.weights import draw_weights, put_weights
from hebbax.plasticity.rule import Rule
from hebbax.plasticity.rules import RULES
from hebbax.policies.policy import WEIGHT_BOUND, Plasticity, Policy

_ONE, _ZERO = np.float32(1.0), np.float32(0.0)
_SMALLEST = np.finfo(np.float32).tiny
_FINITE_BITS = np.finfo(np.float32).max.view(np.int32)
_BOUND_BITS = np.float32(WEIGHT_BOUND).view(np.int32)

_RATE, _TIME_CONSTANT, _INITIAL_AT = range(3)
"""Places in `parameters`; from _INITIAL_AT on (centre, spread) of each connection's initial weights."""


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
        _plastic_adapt(
            rule, plasticity.normalisation, plasticity.effective_bound, plasticity.averaging, policy.signal_at
        ),
        _plastic_weights,
    )
    scratch_size = max(c.post_size for c in network.connections) if plasticity.normalisation == "unit-norm" else 0
    carry_size = int(locate_units.py_func(layout)) + 2 * network.unit_count + scratch_size
    folded_size = len(rule.prepared) * network.weight_count
    return PolicyStep(
        *functions,
        layout,
        _parameters(policy, plasticity),
        carry_size,
        folded_size,
        policy.weight_count,
        put_weights,
        draw_weights(policy.initial.is_normal, _INITIAL_AT),
        policy.reads_signal,
    )


def _parameters(policy: Policy, plasticity: Plasticity) -> np.ndarray:
    constants = (*plasticity.constants, 0.0)[:_INITIAL_AT]
    initial = [(policy.initial.centre, policy.initial.spread(*shape)) for shape in policy.network.layer_shapes]
    return np.array([*constants, *np.ravel(initial)], np.float32)


@kernel
def _static_birth(layout, parameters, genome, key0, key1, folded, carry):
    for j in range(carry.shape[0]):
        carry[j] = _ZERO
    set_bias_units(layout, carry, 0)


@kernel
def _write_inputs(inputs, carry, units_at):
    for j in range(inputs.shape[0]):
        write_unit(carry, units_at + j, inputs[j])


@kernel
def _read_action(carry, units_end, action):
    size = action.shape[0]
    for j in range(size):
        action[j] = read_unit(carry, units_end - size + j)


@cache
def _static_act(forward: Any) -> Any:
    @kernel
    def act(layout, genome, carry, tick, inputs, action):
        _write_inputs(inputs, carry, 0)
        forward(layout, genome, carry, 0, 0)
        _read_action(carry, layout[UNITS], action)

    return act


@kernel
def _static_adapt(layout, folded, carry, tick, signal):
    return True


@kernel
def _static_weights(layout, carry, out):
    pass


@kernel
def _locate_coefficients(layout, folded, index):
    return folded.shape[0] // layout[WEIGHTS] * of_connection(layout, index, WEIGHTS_AT)


@cache
def _plastic_birth(rule: Rule, is_normal: bool) -> Any:
    fold, draw = _fold(rule), draw_weights(is_normal, _INITIAL_AT)

    @kernel
    def birth(layout, parameters, genome, key0, key1, folded, carry):
        draw(layout, parameters, key0, key1, folded)  # which has room for them, and is written after
        put_weights(layout, carry, folded)
        for index in range(layout[CONNECTIONS]):
            fold(parameters, genome, layout, folded, index)
        for k in range(layout[WEIGHTS], carry.shape[0]):
            carry[k] = _ZERO
        for index in range(layout[CONNECTIONS]):
            carry[locate_scales(layout) + index] = _ONE
        set_bias_units(layout, carry, locate_units(layout))

    return birth


def _fold(rule: Rule) -> Any:
    fold_connection = fold_layer(rule)

    if rule.time_constant is None:

        @kernel
        def fold(parameters, genome, layout, folded, index):
            coefficients_at = _locate_coefficients(layout, folded, index)
            fold_connection(parameters[_RATE], genome, folded, coefficients_at, layout, index)

    else:

        @kernel
        def fold(parameters, genome, layout, folded, index):
            rate, time_constant = parameters[_RATE], parameters[_TIME_CONSTANT]
            coefficients_at = _locate_coefficients(layout, folded, index)
            fold_connection(rate, time_constant, genome, folded, coefficients_at, layout, index)

    return fold


@cache
def _plastic_act(forward: Any, averaging: str) -> Any:
    remember, _ = _AVERAGINGS[averaging]

    @kernel
    def act(layout, genome, carry, tick, inputs, action):
        units_at = locate_units(layout)
        _write_inputs(inputs, carry, units_at)
        forward(layout, carry, carry, locate_scales(layout), units_at)
        _read_action(carry, units_at + layout[UNITS], action)
        remember(layout, carry, tick, units_at)

    return act


@kernel
def _remember_nothing(layout, carry, tick, units_at):
    pass


@kernel
def _remember_tick(layout, carry, tick, units_at):
    row_at = locate_history(layout) + (tick % layout[WINDOW]) * layout[UNITS]
    for j in range(layout[UNITS]):
        write_unit(carry, row_at + j, read_unit(carry, units_at + j))


@kernel
def _remember_mean(layout, carry, tick, units_at):
    means_at = locate_history(layout)
    part = _ONE / np.float32(layout[WINDOW])
    for j in range(layout[UNITS]):
        mean = read_unit(carry, means_at + j)
        write_unit(carry, means_at + j, mean + (read_unit(carry, units_at + j) - mean) * part)


@kernel
def _mean_direct(layout, carry, tick):
    return locate_units(layout)


@kernel
def _mean_of_ticks(layout, carry, tick):
    # The sum is taken anew at each update: a running sum would drift, and an update reads far more than this.
    size, history_at = layout[UNITS], locate_history(layout)
    means_at = locate_units(layout) + size
    for j in range(size):
        write_unit(carry, means_at + j, _ZERO)
    count = min(tick + 1, layout[WINDOW])
    for row in range(count):
        row_at = history_at + row * size
        for j in range(size):
            write_unit(carry, means_at + j, read_unit(carry, means_at + j) + read_unit(carry, row_at + j))
    part = _ONE / np.float32(count)
    for j in range(size):
        write_unit(carry, means_at + j, read_unit(carry, means_at + j) * part)
    return means_at


@kernel
def _mean_exponential(layout, carry, tick):
    size, history_at = layout[UNITS], locate_history(layout)
    means_at = locate_units(layout) + size
    total_weight = 1.0 - (1.0 - 1.0 / layout[WINDOW]) ** (tick + 1)
    factor = np.float32(1.0 / total_weight)
    for j in range(size):
        write_unit(carry, means_at + j, read_unit(carry, history_at + j) * factor)
    return means_at


_AVERAGINGS = {
    "direct": (_remember_nothing, _mean_direct),
    "moving-average": (_remember_tick, _mean_of_ticks),
    "exponential": (_remember_mean, _mean_exponential),
}


@cache
def _plastic_adapt(rule: Rule, normalisation: str, bound: float, averaging: str, signal_at: tuple[int, ...]) -> Any:
    update = update_layer(rule, normalisation, bound, signal_at, transposed=False)
    update_transposed = update_layer(rule, normalisation, bound, signal_at, transposed=True)
    normalise = layer_normaliser(normalisation)
    _, mean = _AVERAGINGS[averaging]
    scaled = normalisation == "max"
    # Weights that are about to be normalised only have to be finite.
    limit = _BOUND_BITS if normalisation == "none" else _FINITE_BITS

    @kernel
    def adapt(layout, folded, carry, tick, signal):
        if tick % layout[INTERVAL] != 0:
            return True
        means_at, scales_at = mean(layout, carry, tick), locate_scales(layout)
        scratch_at = locate_units(layout) + 2 * layout[UNITS]
        for index in range(layout[CONNECTIONS]):
            rows, columns = of_connection(layout, index, PRE_SIZE), of_connection(layout, index, POST_SIZE)
            weights_at = of_connection(layout, index, WEIGHTS_AT)
            coefficients_at = _locate_coefficients(layout, folded, index)
            states_at = layout[WEIGHTS] + layout[STATES] * weights_at
            pre_at = means_at + of_connection(layout, index, PRE_AT)
            post_at = means_at + of_connection(layout, index, POST_AT)
            scale, transposed = carry[scales_at + index], of_connection(layout, index, TRANSPOSED) == 1
            if transposed:
                largest = update_transposed(
                    carry, weights_at, states_at, folded, coefficients_at, pre_at, post_at, rows, columns, scale, signal
                )
            else:
                largest = update(
                    carry, weights_at, states_at, folded, coefficients_at, pre_at, post_at, rows, columns, scale, signal
                )
            if largest > limit:
                return False
            normalise(carry, weights_at, rows, columns, transposed, scratch_at)
            if scaled:
                norm = float_of_bits(largest)  # pyright: ignore[reportCallIssue]  Numba passes the context
                carry[scales_at + index] = _ONE / norm if norm >= _SMALLEST else _ONE
        return True

    return adapt


@kernel
def _plastic_weights(layout, carry, out):
    for index in range(layout[CONNECTIONS]):
        weights_at, columns = of_connection(layout, index, WEIGHTS_AT), of_connection(layout, index, POST_SIZE)
        scale = carry[locate_scales(layout) + index]
        for i in range(of_connection(layout, index, PRE_SIZE)):
            for j in range(columns):
                out[weights_at + i * columns + j] = carry[weights_at + locate_synapse(layout, index, i, j)] * scale
