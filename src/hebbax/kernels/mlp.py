"""The compiled step of static and plastic multilayer perceptrons of any depth.

Layout: [layers, window, interval, units, weights, bias, then (presynaptic, postsynaptic) of each layer].
Plastic carry: [weights | scale of each layer | history, window × units | units | averages, units].
Static carry: [units]. Weights are stored before their layer's normalising scale, which the next pass and the next
update multiply in: so max normalisation costs no pass over the weights of its own.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from hebbax.kernels.activations import COMPILED_ACTIVATIONS
from hebbax.kernels.compiler import compiled, copy
from hebbax.kernels.float_bits import float_of_bits
from hebbax.kernels.noise import uniform
from hebbax.kernels.policy_step import PolicyStep
from hebbax.kernels.rules import prepare_layer, update_layer
from hebbax.plasticity.rules import Rule, get_rule
from hebbax.policy import Policy

WEIGHT_BOUND = 1e8
"""A life whose weights pass this has diverged: float32 keeps one digit beside it of activations of order one."""

_LAYERS, _WINDOW, _INTERVAL, _UNITS, _WEIGHTS, _BIAS, _SHAPES = range(7)
_ONE, _ZERO = np.float32(1.0), np.float32(0.0)
_SMALLEST = np.finfo(np.float32).tiny
_FINITE_BITS = np.finfo(np.float32).max.view(np.int32)
_BOUND_BITS = np.float32(WEIGHT_BOUND).view(np.int32)


def has_mlp_step(policy: Policy) -> bool:
    """Whether this file compiles the policy's network, activations and normalisation."""
    network = policy.network
    normalisation = policy.plasticity.normalisation if policy.plasticity else "none"
    names = {network.activation, network.output_activation}
    return names <= COMPILED_ACTIVATIONS.keys() and normalisation in ("none", "max")


def compile_mlp(policy: Policy) -> PolicyStep:
    """Return the compiled step of a policy for which `has_mlp_step`."""
    network, plasticity = policy.network, policy.plasticity
    window = plasticity.averaged_ticks if plasticity else 0
    interval = plasticity.interval if plasticity else 0
    shapes = [n for shape in network.layer_shapes for n in shape]
    head = [len(network.layer_shapes), window, interval, network.unit_count, network.weight_count, int(network.bias)]
    layout = np.array(head + shapes, np.int64)
    forward = _forward(network.activation, network.output_activation, plasticity is not None)
    if plasticity is None:
        functions = _static_functions(forward)
        return PolicyStep(*functions, layout, np.zeros(0, np.float32), network.unit_count, 0, 0)
    rule = get_rule(plasticity.rule)
    functions = _plastic_functions(forward, rule, plasticity.normalisation == "max")
    parameters = np.array([policy.initial_low, policy.initial_high, plasticity.effective_rate], np.float32)
    averages = network.unit_count if window > 1 else 0
    carry_size = network.weight_count + head[0] + window * averages + network.unit_count + averages
    prepared_size = len(rule.prepared) * network.weight_count
    return PolicyStep(*functions, layout, parameters, carry_size, prepared_size, network.weight_count)


@compiled
def _set_bias_units(layout, units):
    end = 0
    for layer in range(layout[_LAYERS]):
        end += layout[_SHAPES + 2 * layer]
        if layout[_BIAS] == 1:
            units[end - 1] = _ONE


@compiled
def _multiply(matrix, pre, post, scale):
    for j in range(post.shape[0]):
        post[j] = _ZERO
    for i in range(matrix.shape[0]):
        activation = pre[i] * scale
        for j in range(matrix.shape[1]):
            post[j] += activation * matrix[i, j]


@cache
def _forward(hidden: str, output: str, scaled: bool) -> Any:
    hidden_activation, output_activation = COMPILED_ACTIVATIONS[hidden], COMPILED_ACTIVATIONS[output]

    @compiled
    def forward(layout, weights, scales, units):
        at, pre_at = 0, 0
        last = layout[_LAYERS] - 1
        for layer in range(last + 1):
            pre_size, post_size = layout[_SHAPES + 2 * layer], layout[_SHAPES + 2 * layer + 1]
            end = pre_at + pre_size
            pre, post = units[pre_at:end], units[end : end + post_size]
            matrix = weights[at : at + pre_size * post_size].reshape((pre_size, post_size))
            _multiply(matrix, pre, post, scales[layer] if scaled else _ONE)
            if layer == last:
                for j in range(post.shape[0]):
                    post[j] = output_activation(post[j])
            else:
                for j in range(post.shape[0]):
                    post[j] = hidden_activation(post[j])
            at += pre_size * post_size
            pre_at = end

    return forward


def _static_functions(forward: Any) -> tuple[Any, Any, Any, Any]:
    return _static_birth, _static_act(forward), _static_adapt, _static_weights


@compiled
def _static_birth(layout, parameters, genome, key0, key1, prepared, carry):
    _set_bias_units(layout, carry)


@cache
def _static_act(forward: Any) -> Any:
    @compiled
    def act(layout, genome, carry, tick, inputs, action):
        copy(inputs, carry[: inputs.shape[0]])
        forward(layout, genome, carry, carry)
        copy(carry[layout[_UNITS] - action.shape[0] :], action)

    return act


@compiled
def _static_adapt(layout, prepared, carry, tick):
    return True


@compiled
def _static_weights(layout, carry, out):
    pass


@compiled
def _units_at(layout):
    history = layout[_WINDOW] * layout[_UNITS] if layout[_WINDOW] > 1 else 0
    return layout[_WEIGHTS] + layout[_LAYERS] + history


@cache
def _plastic_functions(forward: Any, rule: Rule, normalised: bool) -> tuple[Any, Any, Any, Any]:
    return _plastic_birth(rule), _plastic_act(forward), _plastic_adapt(rule, normalised), _plastic_weights


def _plastic_birth(rule: Rule) -> Any:
    prepare, inputs, outputs = prepare_layer(rule), len(rule.coefficients), len(rule.prepared)

    @compiled
    def birth(layout, parameters, genome, key0, key1, prepared, carry):
        count, low, high = layout[_WEIGHTS], parameters[0], parameters[1]
        for k in range(count):
            carry[k] = uniform(key0, key1, k, low, high)
        for layer in range(layout[_LAYERS]):
            carry[count + layer] = _ONE
        _set_bias_units(layout, carry[_units_at(layout) :])
        at = 0
        for layer in range(layout[_LAYERS]):
            size = layout[_SHAPES + 2 * layer] * layout[_SHAPES + 2 * layer + 1]
            prepare(parameters[2], genome, inputs * at, prepared, outputs * at, size)
            at += size

    return birth


def _plastic_act(forward: Any) -> Any:
    @compiled
    def act(layout, genome, carry, tick, inputs, action):
        count, size, window = layout[_WEIGHTS], layout[_UNITS], layout[_WINDOW]
        at = _units_at(layout)
        units = carry[at : at + size]
        copy(inputs, units[: inputs.shape[0]])
        forward(layout, carry, carry[count:], units)
        copy(units[size - action.shape[0] :], action)
        if window > 1:
            slot = count + layout[_LAYERS] + (tick % window) * size
            copy(units, carry[slot : slot + size])

    return act


@compiled
def _average(layout, carry, tick):
    # The sum is taken anew at each update: a running sum would drift, and an update reads far more than this.
    at, size, window = _units_at(layout), layout[_UNITS], layout[_WINDOW]
    if window == 1:
        return carry[at : at + size]
    averages = carry[at + size : at + 2 * size]
    for j in range(size):
        averages[j] = _ZERO
    start = layout[_WEIGHTS] + layout[_LAYERS]
    seen = min(tick + 1, window)
    for slot in range(seen):
        for j in range(size):
            averages[j] += carry[start + slot * size + j]
    part = _ONE / np.float32(seen)
    for j in range(size):
        averages[j] *= part
    return averages


def _plastic_adapt(rule: Rule, normalised: bool) -> Any:
    update = update_layer(rule)
    # Weights that are about to be normalised only have to be finite.
    bound = _FINITE_BITS if normalised else _BOUND_BITS
    terms = len(rule.prepared)

    @compiled
    def adapt(layout, prepared, carry, tick):
        if tick % layout[_INTERVAL] != 0:
            return True
        averages = _average(layout, carry, tick)
        scales = carry[layout[_WEIGHTS] : layout[_WEIGHTS] + layout[_LAYERS]]
        at, pre_at = 0, 0
        for layer in range(scales.shape[0]):
            pre_size, post_size = layout[_SHAPES + 2 * layer], layout[_SHAPES + 2 * layer + 1]
            size, end = pre_size * post_size, pre_at + pre_size
            weights = carry[at : at + size].reshape((pre_size, post_size))
            coefficients = prepared[terms * at : terms * (at + size)].reshape((terms, pre_size, post_size))
            pre, post = averages[pre_at:end], averages[end : end + post_size]
            largest = update(weights, coefficients, pre, post, scales[layer])
            if largest > bound:
                return False
            if normalised:
                norm = float_of_bits(largest)  # pyright: ignore[reportCallIssue]  Numba passes the context
                scales[layer] = _ONE / norm if norm >= _SMALLEST else _ONE
            at += size
            pre_at = end
        return True

    return adapt


@compiled
def _plastic_weights(layout, carry, out):
    at, count = 0, layout[_WEIGHTS]
    for layer in range(layout[_LAYERS]):
        size = layout[_SHAPES + 2 * layer] * layout[_SHAPES + 2 * layer + 1]
        for k in range(at, at + size):
            out[k] = carry[k] * carry[count + layer]
        at += size
