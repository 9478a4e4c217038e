"""The compiled step of static and plastic networks; `layout.py` says what stands where in the buffers.

Under `max` normalisation weights are stored before their connection's scale, which the next pass and the next update
multiply in: so it costs no pass over the weights of its own.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from hebbax.kernels.compiler import compiled, copy
from hebbax.kernels.float_bits import float_of_bits
from hebbax.kernels.forward import compile_forward, has_forward
from hebbax.kernels.layout import (
    BIAS,
    CONNECTIONS,
    GENE_AT,
    INTERVAL,
    POST_AT,
    POST_SIZE,
    PRE_AT,
    PRE_SIZE,
    STATES,
    UNITS,
    WEIGHT_AT,
    WEIGHTS,
    WINDOW,
    history_at,
    layout_of,
    matrix_of,
    of_connection,
    scales_at,
    set_bias_units,
    units_at,
)
from hebbax.kernels.noise import normal, uniform
from hebbax.kernels.normalisation import COMPILED_NORMALISATIONS, layer_normaliser
from hebbax.kernels.policy_step import PolicyStep
from hebbax.kernels.rules import prepare_layer, update_layer
from hebbax.plasticity.rules import Rule, get_rule
from hebbax.policy import WEIGHT_BOUND, Plasticity, Policy

_ONE, _ZERO = np.float32(1.0), np.float32(0.0)
_SMALLEST = np.finfo(np.float32).tiny
_FINITE_BITS = np.finfo(np.float32).max.view(np.int32)
_BOUND_BITS = np.float32(WEIGHT_BOUND).view(np.int32)

_RATE, _TIME_CONSTANT, _INITIAL = range(3)
"""Places in `parameters`; from _INITIAL on (centre, spread) of each connection's initial weights."""


def has_network_step(policy: Policy) -> bool:
    """Whether this file compiles the policy's network, activations and normalisation."""
    normalisation = policy.plasticity.normalisation if policy.plasticity else "none"
    return has_forward(policy.network) and normalisation in COMPILED_NORMALISATIONS


def compile_network_step(policy: Policy) -> PolicyStep:
    """Return the compiled step of a policy for which `has_network_step`."""
    network, plasticity = policy.network, policy.plasticity
    layout = layout_of(policy)
    if plasticity is None:
        act = _static_act(compile_forward(network, scaled=False))
        functions = (_static_birth, act, _static_adapt, _static_weights)
        return PolicyStep(*functions, layout, np.zeros(0, np.float32), network.unit_count, 0, 0)
    rule = get_rule(plasticity.rule)
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
        *functions, layout, _parameters(policy, plasticity), carry_size, prepared_size, policy.weight_count
    )


def _parameters(policy: Policy, plasticity: Plasticity) -> np.ndarray:
    constants = (*plasticity.constants, 0.0)[:_INITIAL]
    initial = [(policy.initial.centre, policy.initial.spread(*shape)) for shape in policy.network.layer_shapes]
    return np.array([*constants, *np.ravel(initial)], np.float32)


@compiled
def _static_birth(layout, parameters, genome, key0, key1, prepared, carry):
    for j in range(carry.shape[0]):
        carry[j] = _ZERO
    set_bias_units(layout, carry)


@cache
def _static_act(forward: Any) -> Any:
    @compiled
    def act(layout, genome, carry, tick, inputs, action):
        copy(inputs, carry[: inputs.shape[0]])
        forward(layout, genome, carry, carry)
        copy(carry[layout[UNITS] - action.shape[0] :], action)

    return act


@compiled
def _static_adapt(layout, prepared, carry, tick):
    return True


@compiled
def _static_weights(layout, carry, out):
    pass


@compiled
def _prepared_of(layout, prepared, index):
    terms = prepared.shape[0] // layout[WEIGHTS]
    pre_size, post_size = of_connection(layout, index, PRE_SIZE), of_connection(layout, index, POST_SIZE)
    at = terms * of_connection(layout, index, WEIGHT_AT)
    return prepared[at : at + terms * pre_size * post_size].reshape((terms, pre_size, post_size))


@cache
def _plastic_birth(rule: Rule, is_normal: bool) -> Any:
    prepare = _prepare(rule)

    @compiled
    def birth(layout, parameters, genome, key0, key1, prepared, carry):
        for index in range(layout[CONNECTIONS]):
            centre, spread = parameters[_INITIAL + 2 * index], parameters[_INITIAL + 2 * index + 1]
            at = of_connection(layout, index, WEIGHT_AT)
            size = of_connection(layout, index, PRE_SIZE) * of_connection(layout, index, POST_SIZE)
            for k in range(at, at + size):
                if is_normal:
                    carry[k] = centre + spread * normal(key0, key1, k)
                else:
                    carry[k] = uniform(key0, key1, k, centre - spread, centre + spread)
            prepare(parameters, genome[of_connection(layout, index, GENE_AT) :], layout, prepared, index)
        for k in range(layout[WEIGHTS], carry.shape[0]):
            carry[k] = _ZERO
        for index in range(layout[CONNECTIONS]):
            carry[scales_at(layout) + index] = _ONE
        set_bias_units(layout, carry[units_at(layout) :])

    return birth


def _prepare(rule: Rule) -> Any:
    prepare_one = prepare_layer(rule)

    if rule.time_constant is None:

        @compiled
        def prepare(parameters, genes, layout, prepared, index):
            bias = of_connection(layout, index, BIAS)
            prepare_one(parameters[_RATE], genes, bias, _prepared_of(layout, prepared, index))

    else:

        @compiled
        def prepare(parameters, genes, layout, prepared, index):
            bias = of_connection(layout, index, BIAS)
            to = _prepared_of(layout, prepared, index)
            prepare_one(parameters[_RATE], parameters[_TIME_CONSTANT], genes, bias, to)

    return prepare


@cache
def _plastic_act(forward: Any, averaging: str) -> Any:
    remember = {"direct": _remember_nothing, "moving-average": _remember_tick, "exponential": _remember_mean}[averaging]

    @compiled
    def act(layout, genome, carry, tick, inputs, action):
        at, size = units_at(layout), layout[UNITS]
        units = carry[at : at + size]
        copy(inputs, units[: inputs.shape[0]])
        forward(layout, carry, carry[scales_at(layout) :], units)
        copy(units[size - action.shape[0] :], action)
        remember(layout, carry, tick, units)

    return act


@compiled
def _remember_nothing(layout, carry, tick, units):
    pass


@compiled
def _remember_tick(layout, carry, tick, units):
    slot = history_at(layout) + (tick % layout[WINDOW]) * layout[UNITS]
    copy(units, carry[slot : slot + layout[UNITS]])


@compiled
def _remember_mean(layout, carry, tick, units):
    at = history_at(layout)
    history = carry[at : at + layout[UNITS]]
    part = _ONE / np.float32(layout[WINDOW])
    for j in range(units.shape[0]):
        history[j] += (units[j] - history[j]) * part


@compiled
def _mean_direct(layout, carry, tick):
    at = units_at(layout)
    return carry[at : at + layout[UNITS]]


@compiled
def _mean_of_ticks(layout, carry, tick):
    # The sum is taken anew at each update: a running sum would drift, and an update reads far more than this.
    at, size = units_at(layout), layout[UNITS]
    means = carry[at + size : at + 2 * size]
    for j in range(size):
        means[j] = _ZERO
    start = history_at(layout)
    seen = min(tick + 1, layout[WINDOW])
    for slot in range(seen):
        for j in range(size):
            means[j] += carry[start + slot * size + j]
    part = _ONE / np.float32(seen)
    for j in range(size):
        means[j] *= part
    return means


@compiled
def _mean_exponential(layout, carry, tick):
    at, size, start = units_at(layout), layout[UNITS], history_at(layout)
    means = carry[at + size : at + 2 * size]
    gathered = 1.0 - (1.0 - 1.0 / layout[WINDOW]) ** (tick + 1)
    factor = np.float32(1.0 / gathered)
    for j in range(size):
        means[j] = carry[start + j] * factor
    return means


@cache
def _plastic_adapt(rule: Rule, normalisation: str, bound: float, averaging: str) -> Any:
    update, normalise = update_layer(rule, normalisation, bound), layer_normaliser(normalisation)
    mean = {"direct": _mean_direct, "moving-average": _mean_of_ticks, "exponential": _mean_exponential}[averaging]
    scaled = normalisation == "max"
    # Weights that are about to be normalised only have to be finite.
    limit = _BOUND_BITS if normalisation == "none" else _FINITE_BITS

    @compiled
    def adapt(layout, prepared, carry, tick):
        if tick % layout[INTERVAL] != 0:
            return True
        means = mean(layout, carry, tick)
        scales = carry[scales_at(layout) : history_at(layout)]
        scratch = carry[units_at(layout) + 2 * layout[UNITS] :]
        for index in range(scales.shape[0]):
            weights = matrix_of(layout, carry, index)
            pre_at, post_at = of_connection(layout, index, PRE_AT), of_connection(layout, index, POST_AT)
            pre, post = means[pre_at : pre_at + weights.shape[0]], means[post_at : post_at + weights.shape[1]]
            coefficients = _prepared_of(layout, prepared, index)
            largest = update(weights, _states_of(layout, carry, index), coefficients, pre, post, scales[index])
            if largest > limit:
                return False
            normalise(weights, scratch)
            if scaled:
                norm = float_of_bits(largest)  # pyright: ignore[reportCallIssue]  Numba passes the context
                scales[index] = _ONE / norm if norm >= _SMALLEST else _ONE
        return True

    return adapt


@compiled
def _states_of(layout, carry, index):
    pre_size, post_size = of_connection(layout, index, PRE_SIZE), of_connection(layout, index, POST_SIZE)
    count = layout[STATES]
    at = layout[WEIGHTS] + count * of_connection(layout, index, WEIGHT_AT)
    return carry[at : at + count * pre_size * post_size].reshape((count, pre_size, post_size))


@compiled
def _plastic_weights(layout, carry, out):
    for index in range(layout[CONNECTIONS]):
        at = of_connection(layout, index, WEIGHT_AT)
        scale = carry[scales_at(layout) + index]
        for k in range(at, at + of_connection(layout, index, PRE_SIZE) * of_connection(layout, index, POST_SIZE)):
            out[k] = carry[k] * scale
