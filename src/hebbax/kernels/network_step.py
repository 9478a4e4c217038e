"""The compiled step of static and plastic networks; `layout.py` says what stands where in the buffers.

Under `max` normalisation weights are stored before their connection's scale, which the next pass and the next update
multiply in: so it costs no pass over the weights of its own.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from hebbax.compiling.compiler import kernel
from hebbax.kernels.averaging import COMPILED_AVERAGINGS
from hebbax.kernels.float_bits import float_of_bits
from hebbax.kernels.forward import compile_forward, has_forward
from hebbax.kernels.layout import (
    BIRTH,
    CONNECTIONS,
    FOLDED_AT,
    GENES,
    GROUP,
    GROUP_INTERVAL,
    INHERITED,
    OF_GENOME,
    OF_SLOT,
    POST_AT,
    POST_SIZE,
    PRE_AT,
    PRE_SIZE,
    SCALES_AT,
    STATES_AT,
    STATIC,
    TRANSPOSED,
    UNITS,
    UNITS_AT,
    WEIGHTS,
    WEIGHTS_AT,
    carry_size_of,
    folded_size_of,
    layout_of,
    locate_coefficient,
    locate_synapse,
    of_connection,
    of_group,
    reads_genome,
    set_bias_units,
)
from hebbax.kernels.normalisation import COMPILED_NORMALISATIONS, layer_normaliser
from hebbax.kernels.policy_step import PolicyStep
from hebbax.kernels.regions import read_unit, write_unit
from hebbax.kernels.rules import fold_layer, update_layer
from hebbax.kernels.weights import (
    PARAMETERS,
    RATE,
    TIME_CONSTANT,
    draw_connection,
    draw_weights,
    inherit_weights,
    put_weights,
)
from hebbax.plasticity.rule import Rule
from hebbax.plasticity.rules import RULES
from hebbax.policies.policy import WEIGHT_BOUND, Policy

_ONE, _ZERO = np.float32(1.0), np.float32(0.0)
_SMALLEST = np.finfo(np.float32).tiny
_FINITE_BITS = np.finfo(np.float32).max.view(np.int32)
_BOUND_BITS = np.float32(WEIGHT_BOUND).view(np.int32)


def has_network_step(policy: Policy) -> bool:
    """Whether this file compiles the policy's network, activations, normalisations and averagings."""
    return has_forward(policy.network) and all(
        plasticity.normalisation in COMPILED_NORMALISATIONS and plasticity.averaging in COMPILED_AVERAGINGS
        for plasticity, _ in policy.groups
    )


def compile_network_step(policy: Policy) -> PolicyStep:
    """Return the compiled step of a policy for which `has_network_step`."""
    network = policy.network
    layout = layout_of(policy)
    if reads_genome(policy):
        act = _static_act(compile_forward(network, scaled=False))
        functions = (_static_birth, act, _static_adapt, _static_weights)
        return PolicyStep(*functions, layout, np.zeros(0, np.float32), network.unit_count, 0, 0)
    plasticities = [plasticity for plasticity, _ in policy.groups]
    scaled = any(plasticity.normalisation == "max" for plasticity in plasticities)
    functions = (
        _birth(tuple(_fold(RULES.get(one.rule), number) for number, one in enumerate(plasticities))),
        _act(compile_forward(network, scaled=scaled), _averagings(policy)),
        _adapt(
            tuple(
                _adapt_group(
                    number,
                    RULES.get(one.rule),
                    one.normalisation,
                    one.effective_bound,
                    one.averaging,
                    policy.heard_at(one),
                )
                for number, one in enumerate(plasticities)
            )
        ),
        _weights,
    )
    return PolicyStep(
        *functions,
        layout,
        _parameters(policy),
        carry_size_of(policy),
        folded_size_of(policy),
        policy.weight_count,
        put_weights,
        draw_weights,
        policy.reads_signal,
        inherit_weights if policy.persists else None,
    )


def _averagings(policy: Policy) -> tuple[tuple[str, int], ...]:
    """Return the averagings that keep something, each with the number of a plasticity that reads it."""
    plasticities = [plasticity for plasticity, _ in policy.groups]
    return tuple((one.averaging, plasticities.index(one)) for one in policy.with_history)


def _parameters(policy: Policy) -> np.ndarray:
    """Return PARAMETERS numbers per connection, float32: of the first weights, and the rule's constants."""
    rows = []
    for connection, own in zip(policy.network.connections, policy.synapses, strict=True):
        constants = (*(own.plasticity.constants if own.plasticity else ()), 0.0, 0.0)[:2]
        rows += [own.initial.centre, own.initial.spread(*connection.shape), *constants]
    return np.array(rows, np.float32)


@kernel
def _static_birth(layout, parameters, genome, key0, key1, slot0, slot1, folded, carry):
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
def _put_first_weights(layout, parameters, genome, index, key0, key1, slot0, slot1, buffer, carry):
    """Write a connection's first weights into the carry; `buffer` [weights that change] may be written over."""
    weights_at, birth = of_connection(layout, index, WEIGHTS_AT), of_connection(layout, index, BIRTH)
    rows, columns = of_connection(layout, index, PRE_SIZE), of_connection(layout, index, POST_SIZE)
    if birth == OF_GENOME:
        gene = of_connection(layout, index, GENES) - 1
        for i in range(rows):
            for j in range(columns):
                carry[weights_at + locate_synapse(layout, index, i, j)] = genome[
                    locate_coefficient(layout, index, gene, i, j)
                ]
        return
    if birth in (OF_SLOT, INHERITED):
        key0, key1 = slot0, slot1
    if of_connection(layout, index, GROUP) == STATIC:
        draw_connection(layout, parameters, index, key0, key1, carry, weights_at)
        return
    draw_connection(layout, parameters, index, key0, key1, buffer, weights_at)
    for i in range(rows):
        for j in range(columns):
            carry[weights_at + locate_synapse(layout, index, i, j)] = buffer[weights_at + i * columns + j]


@cache
def _birth(folds: tuple[Any, ...]) -> Any:
    fold = _fold_all(folds)

    @kernel
    def birth(layout, parameters, genome, key0, key1, slot0, slot1, folded, carry):
        for k in range(layout[WEIGHTS], carry.shape[0]):
            carry[k] = _ZERO
        for index in range(layout[CONNECTIONS]):
            # `folded` has room for the weights, and is written after.
            _put_first_weights(layout, parameters, genome, index, key0, key1, slot0, slot1, folded, carry)
            carry[layout[SCALES_AT] + index] = _ONE
        fold(parameters, genome, layout, folded)
        set_bias_units(layout, carry, layout[UNITS_AT])

    return birth


@kernel
def _fold_nothing(parameters, genome, layout, folded):
    pass


def _fold_all(folds: tuple[Any, ...]) -> Any:
    if not folds:
        return _fold_nothing
    if len(folds) == 1:
        return folds[0]
    first, others = folds[0], _fold_all(folds[1:])

    @kernel
    def fold(parameters, genome, layout, folded):
        first(parameters, genome, layout, folded)
        others(parameters, genome, layout, folded)

    return fold


@cache
def _fold(rule: Rule, group: int) -> Any:
    fold_one = _fold_connection(rule)

    @kernel
    def fold(parameters, genome, layout, folded):
        for index in range(layout[CONNECTIONS]):
            if of_connection(layout, index, GROUP) == group:
                fold_one(parameters, genome, layout, folded, index)

    return fold


def _fold_connection(rule: Rule) -> Any:
    fold_layer_of = fold_layer(rule)

    if rule.time_constant is None:

        @kernel
        def fold(parameters, genome, layout, folded, index):
            rate = parameters[PARAMETERS * index + RATE]
            fold_layer_of(rate, genome, folded, of_connection(layout, index, FOLDED_AT), layout, index)

    else:

        @kernel
        def fold(parameters, genome, layout, folded, index):
            rate, time_constant = parameters[PARAMETERS * index + RATE], parameters[PARAMETERS * index + TIME_CONSTANT]
            fold_layer_of(rate, time_constant, genome, folded, of_connection(layout, index, FOLDED_AT), layout, index)

    return fold


@cache
def _act(forward: Any, averagings: tuple[tuple[str, int], ...]) -> Any:
    remember = _remember_all(averagings)

    @kernel
    def act(layout, genome, carry, tick, inputs, action):
        units_at = layout[UNITS_AT]
        _write_inputs(inputs, carry, units_at)
        forward(layout, carry, carry, layout[SCALES_AT], units_at)
        _read_action(carry, units_at + layout[UNITS], action)
        remember(layout, carry, tick, units_at)

    return act


@kernel
def _remember_nothing(layout, carry, tick, units_at):
    pass


def _remember_all(averagings: tuple[tuple[str, int], ...]) -> Any:
    if not averagings:
        return _remember_nothing
    (name, group), others = averagings[0], _remember_all(averagings[1:])
    first, _ = COMPILED_AVERAGINGS[name]

    @kernel
    def remember(layout, carry, tick, units_at):
        first(layout, carry, tick, units_at, group)
        others(layout, carry, tick, units_at)

    return remember


@cache
def _adapt(adapts: tuple[Any, ...]) -> Any:
    if not adapts:
        return _static_adapt
    if len(adapts) == 1:
        return adapts[0]
    first, others = adapts[0], _adapt(adapts[1:])

    @kernel
    def adapt(layout, folded, carry, tick, signal):
        return first(layout, folded, carry, tick, signal) and others(layout, folded, carry, tick, signal)

    return adapt


@cache
def _adapt_group(
    group: int, rule: Rule, normalisation: str, bound: float, averaging: str, signal_at: tuple[int, ...]
) -> Any:
    update = update_layer(rule, normalisation, bound, signal_at, transposed=False)
    update_transposed = update_layer(rule, normalisation, bound, signal_at, transposed=True)
    normalise = layer_normaliser(normalisation)
    _, mean = COMPILED_AVERAGINGS[averaging]
    scaled = normalisation == "max"
    # Weights that are about to be normalised only have to be finite.
    limit = _BOUND_BITS if normalisation == "none" else _FINITE_BITS

    @kernel
    def adapt(layout, folded, carry, tick, signal):
        if tick % of_group(layout, group, GROUP_INTERVAL) != 0:
            return True
        means_at, scales_at = mean(layout, carry, tick, group), layout[SCALES_AT]
        scratch_at = layout[UNITS_AT] + 2 * layout[UNITS]
        for index in range(layout[CONNECTIONS]):
            if of_connection(layout, index, GROUP) != group:
                continue
            rows, columns = of_connection(layout, index, PRE_SIZE), of_connection(layout, index, POST_SIZE)
            weights_at, states_at = of_connection(layout, index, WEIGHTS_AT), of_connection(layout, index, STATES_AT)
            coefficients_at = of_connection(layout, index, FOLDED_AT)
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
def _weights(layout, carry, out):
    for index in range(layout[CONNECTIONS]):
        if of_connection(layout, index, GROUP) == STATIC:
            continue
        weights_at, columns = of_connection(layout, index, WEIGHTS_AT), of_connection(layout, index, POST_SIZE)
        scale = carry[layout[SCALES_AT] + index]
        for i in range(of_connection(layout, index, PRE_SIZE)):
            for j in range(columns):
                out[weights_at + i * columns + j] = carry[weights_at + locate_synapse(layout, index, i, j)] * scale
