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
from hebbax.kernels.birth import compile_birth, fold_group, parameters_of
from hebbax.kernels.float_bits import float_of_bits
from hebbax.kernels.forward import compile_forward, has_forward
from hebbax.kernels.layout import (
    CONNECTIONS,
    FOLDED_AT,
    GATES_AT,
    GROUP,
    GROUP_INTERVAL,
    HIDDEN,
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
    WEIGHTS_AT,
    carry_size_of,
    folded_size_of,
    layout_of,
    locate_synapse,
    of_connection,
    of_group,
    reads_genome,
    set_bias_units,
)
from hebbax.kernels.modulation import compile_modulation
from hebbax.kernels.normalisation import COMPILED_NORMALISATIONS, layer_normaliser, weigh
from hebbax.kernels.policy_step import PolicyStep
from hebbax.kernels.regions import read_unit, write_unit
from hebbax.kernels.rules import update_layer
from hebbax.kernels.weights import (
    draw_weights,
    inherit_weights,
    put_weights,
)
from hebbax.plasticity.modulation import GATE_EXTRAS, MODULATIONS
from hebbax.plasticity.normalisation import PRESERVED_MASS
from hebbax.plasticity.rule import Rule
from hebbax.plasticity.rules import RULES
from hebbax.policies.any_policy import WEIGHT_BOUND
from hebbax.policies.policy import Policy

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
        sizes = carry_size_of(policy), 0, 0
        return PolicyStep(*functions, layout, np.zeros(0, np.float32), *sizes, write_activity=_write_activity)
    plasticities = [plasticity for plasticity, _ in policy.groups]
    tables = any(gene.scope == "table" for genes in policy.placed for gene in genes)
    scaled = any(plasticity.normalisation == "max" for plasticity in plasticities)
    functions = (
        compile_birth(
            tuple(fold_group(RULES.get(one.rule), at, tables, one.modulation) for at, one in enumerate(plasticities))
        ),
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
                    one.modulation,
                    one.state_count,
                    policy.signals.index("reward") if MODULATIONS[one.modulation].hears else 0,
                )
                for number, one in enumerate(plasticities)
            )
        ),
        _weights,
    )
    return PolicyStep(
        *functions,
        layout,
        parameters_of(policy),
        carry_size_of(policy),
        folded_size_of(policy),
        policy.weight_count,
        put_weights,
        draw_weights,
        policy.reads_signal,
        inherit_weights if policy.persists else None,
        _write_activity,
    )


def _averagings(policy: Policy) -> tuple[tuple[str, int], ...]:
    """Return the averagings that keep something, each with the number of a plasticity that reads it."""
    plasticities = [plasticity for plasticity, _ in policy.groups]
    return tuple((one.averaging, plasticities.index(one)) for one in policy.with_history)


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


@kernel
def _write_activity(layout, carry, inputs, terms):
    seen, total = inputs.shape[0], 0.0
    for j in range(seen, layout[UNITS]):
        total += abs(read_unit(carry, layout[UNITS_AT] + j))
    terms[terms.shape[0] - 1] = total / (layout[UNITS] - seen)


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
    group: int,
    rule: Rule,
    normalisation: str,
    bound: float,
    averaging: str,
    signal_at: tuple[int, ...],
    modulation: str,
    state_count: int,
    reward_at: int,
) -> Any:
    update = update_layer(rule, normalisation, bound, signal_at, modulation, transposed=False)
    update_transposed = update_layer(rule, normalisation, bound, signal_at, modulation, transposed=True)
    _, hear, prepare, gates, settle = compile_modulation(modulation, group, reward_at)
    has_gates = MODULATIONS[modulation].has_gates
    normalise = layer_normaliser(normalisation)
    _, mean = COMPILED_AVERAGINGS[averaging]
    scaled, weighs = normalisation == "max", normalisation == PRESERVED_MASS
    # Weights that are about to be normalised only have to be finite.
    limit = _BOUND_BITS if normalisation == "none" else _FINITE_BITS

    @kernel
    def adapt(layout, folded, carry, tick, signal):
        opened = hear(layout, folded, carry, signal)
        if tick % of_group(layout, group, GROUP_INTERVAL) != 0:
            return True
        if not opened:
            settle(layout, folded, carry)
            return True
        means_at, scales_at = mean(layout, carry, tick, group), layout[SCALES_AT]
        scratch_at, gates_at = layout[UNITS_AT] + 2 * layout[UNITS], layout[GATES_AT]
        if has_gates:
            gates_at += layout[HIDDEN] + GATE_EXTRAS
        prepare(layout, folded, carry, means_at, signal)
        for index in range(layout[CONNECTIONS]):
            if of_connection(layout, index, GROUP) != group:
                continue
            rows, columns = of_connection(layout, index, PRE_SIZE), of_connection(layout, index, POST_SIZE)
            weights_at, states_at = of_connection(layout, index, WEIGHTS_AT), of_connection(layout, index, STATES_AT)
            coefficients_at = of_connection(layout, index, FOLDED_AT)
            pre_at = means_at + of_connection(layout, index, PRE_AT)
            post_at = means_at + of_connection(layout, index, POST_AT)
            gates(layout, folded, carry, index)
            scale, transposed = carry[scales_at + index], of_connection(layout, index, TRANSPOSED) == 1
            masses_at = states_at + (state_count - 1) * rows * columns
            if weighs:
                weigh(carry, weights_at, rows, columns, transposed, scale, masses_at)
            if transposed:
                largest = update_transposed(
                    *(carry, weights_at, states_at, folded, coefficients_at, pre_at, post_at),
                    *(rows, columns, scale, signal, gates_at),
                )
            else:
                largest = update(
                    *(carry, weights_at, states_at, folded, coefficients_at, pre_at, post_at),
                    *(rows, columns, scale, signal, gates_at),
                )
            if largest > limit:
                return False
            normalise(carry, weights_at, rows, columns, transposed, scratch_at, masses_at)
            if scaled:
                norm = float_of_bits(largest)  # pyright: ignore[reportCallIssue]  Numba passes the context
                carry[scales_at + index] = _ONE / norm if norm >= _SMALLEST else _ONE
        settle(layout, folded, carry)
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
