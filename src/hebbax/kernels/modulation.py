"""What scales updates (`plasticity/modulation.py`), compiled.

A plasticity's own numbers in `folded`, from GROUP_FOLDED_AT on: [rate of the mean, decay of traces, the lower and the
higher threshold | gate weights, those of all or those of each connection in turn]. In the carry, from GROUP_TONE_AT on,
what `Tone` has, in its order. The scratch of all from GATES_AT on: [what gates read | gates of a connection's
postsynaptic neurons, or the one of all], where a switch sums up |Δw| and |w|.
"""

from __future__ import annotations

from functools import cache
from typing import Any, NamedTuple

import numpy as np

from hebbax.compiling.compiler import kernel
from hebbax.kernels.activations import sigmoid
from hebbax.kernels.layout import (
    BIRTH,
    CONNECTIONS,
    GATES_AT,
    GENE_AT,
    GENE_WIDTH,
    GENES,
    GENES_AT,
    GROUP,
    GROUP_FOLDED_AT,
    GROUP_TONE_AT,
    HIDDEN,
    HIDDEN_AT,
    MODULATION_HEAD,
    OF_GENOME,
    POST_SIZE,
    of_connection,
    of_group,
)
from hebbax.kernels.regions import read_coefficient, read_unit, write_unit
from hebbax.plasticity.modulation import (
    ELIGIBILITY,
    GATE,
    GATE_EXTRAS,
    GATE_WEIGHTS,
    LEAST,
    MEAN_RATE,
    MODULATIONS,
    NEURON_GATES,
    NONE,
    OFFSETS,
    SLOWER,
    SWITCH,
    SWITCH_HIGH,
    SWITCH_LOW,
    TRACE_DECAY,
)

RATE, DECAY, LOW, HIGH = range(MODULATION_HEAD)
MEAN, GATHERED, SLOW, SLOW_GATHERED, CALM, CLOSED = range(6)

_ONE, _ZERO, _LEAST = np.float32(1.0), np.float32(0.0), np.float32(LEAST)
_SLOWER, _TINY = np.float32(1 / SLOWER), np.finfo(np.float32).tiny
_PLACES = {MEAN_RATE: RATE, TRACE_DECAY: DECAY, SWITCH_LOW: LOW, SWITCH_HIGH: HIGH}


class CompiledModulation(NamedTuple):
    """The functions of a group's modulation.

    - `fold(genome, layout, folded)` copies what it evolves into `folded`.
    - `hear(layout, folded, carry, signal) -> bool` takes in the reward of a tick; false where weights stand still.
    - `prepare(layout, folded, carry, means_at, signal)` readies the scratch for an update of all connections.
    - `gates(layout, folded, carry, index)` does so for one connection.
    - `settle(layout, folded, carry)` ends a tick at which an update was due.
    """

    fold: Any
    hear: Any
    prepare: Any
    gates: Any
    settle: Any


@kernel
def _fold_nothing(genome, layout, folded):
    pass


@kernel
def _hear_nothing(layout, folded, carry, signal):
    return True


@kernel
def _prepare_nothing(layout, folded, carry, means_at, signal):
    pass


@kernel
def _no_gates(layout, folded, carry, index):
    pass


@kernel
def _settle_nothing(layout, folded, carry):
    pass


@cache
def compile_modulation(name: str, group: int, reward_at: int) -> CompiledModulation:
    """Return the functions of a modulation for the plasticity of a number; the reward stands in a signal there."""
    if name == NONE:
        return CompiledModulation(_fold_nothing, _hear_nothing, _prepare_nothing, _no_gates, _settle_nothing)
    hear, surprise = _hear(group, reward_at), _prepare_surprise(group, reward_at)
    fold = _fold(name, group)
    if name == ELIGIBILITY:
        return CompiledModulation(fold, hear, surprise, _no_gates, _settle_nothing)
    if name == SWITCH:
        return CompiledModulation(fold, _look(hear, group), _prepare_sums, _no_gates, _settle(group))
    gather = _gather(group, reward_at)
    if name == GATE:
        return CompiledModulation(fold, hear, _prepare_gate(gather, group), _no_gates, _settle_nothing)
    return CompiledModulation(fold, hear, gather, _neuron_gates(group), _settle_nothing)


@cache
def _fold(name: str, group: int) -> Any:
    genes = MODULATIONS[name].genes
    fold = _fold_end
    for back, gene in enumerate(reversed(genes), start=1):
        copy = _copy_gates(group, name == NEURON_GATES) if gene == GATE_WEIGHTS else _copy_one(group, gene)
        fold = _both(_of_first(group, back, copy), fold)
    return fold


@kernel
def _fold_end(genome, layout, folded):
    pass


def _both(first: Any, then: Any) -> Any:
    @kernel
    def both(genome, layout, folded):
        first(genome, layout, folded)
        then(genome, layout, folded)

    return both


def _of_first(group: int, back: int, copy: Any) -> Any:
    """Return what copies the gene that is so many from the end of the modulation's, of each connection of a group."""

    @kernel
    def fold(genome, layout, folded):
        copied = 0
        for index in range(layout[CONNECTIONS]):
            if of_connection(layout, index, GROUP) == group:
                last = of_connection(layout, index, GENES) - int(of_connection(layout, index, BIRTH) == OF_GENOME)
                entry_at = of_connection(layout, index, GENES_AT) + GENE_WIDTH * (last - back)
                copied += copy(genome, layout, folded, layout[entry_at + GENE_AT], index, copied)

    return fold


def _copy_one(group: int, gene: str) -> Any:
    place, offset = _PLACES[gene], np.float32(OFFSETS[gene])

    @kernel
    def copy(genome, layout, folded, at, index, copied):
        folded[of_group(layout, group, GROUP_FOLDED_AT) + place] = sigmoid(genome[at] + offset)
        return 0

    return copy


def _copy_gates(group: int, per_neuron: bool) -> Any:
    @kernel
    def copy(genome, layout, folded, at, index, copied):
        size = layout[HIDDEN] + GATE_EXTRAS
        if per_neuron:
            size *= of_connection(layout, index, POST_SIZE)
        elif copied > 0:
            return 0
        to_at = of_group(layout, group, GROUP_FOLDED_AT) + MODULATION_HEAD + copied
        for k in range(size):
            folded[to_at + k] = genome[at + k]
        return size

    return copy


@cache
def _hear(group: int, reward_at: int) -> Any:
    @kernel
    def hear(layout, folded, carry, signal):
        tone_at, rate = of_group(layout, group, GROUP_TONE_AT), folded[of_group(layout, group, GROUP_FOLDED_AT) + RATE]
        reward, slower = signal[reward_at], rate * _SLOWER
        carry[tone_at + MEAN] += rate * (reward - carry[tone_at + MEAN])
        carry[tone_at + GATHERED] += rate * (_ONE - carry[tone_at + GATHERED])
        carry[tone_at + SLOW] += slower * (reward - carry[tone_at + SLOW])
        carry[tone_at + SLOW_GATHERED] += slower * (_ONE - carry[tone_at + SLOW_GATHERED])
        return True

    return hear


def _look(hear: Any, group: int) -> Any:
    @kernel
    def look(layout, folded, carry, signal):
        hear(layout, folded, carry, signal)
        tone_at, folded_at = of_group(layout, group, GROUP_TONE_AT), of_group(layout, group, GROUP_FOLDED_AT)
        high, low = folded[folded_at + HIGH], folded[folded_at + LOW]
        fast = carry[tone_at + MEAN] / carry[tone_at + GATHERED]
        slow = carry[tone_at + SLOW] / carry[tone_at + SLOW_GATHERED]
        change = abs(fast - slow) / (abs(fast) + abs(slow) + _LEAST) + (_ONE - carry[tone_at + CALM])
        stays = change <= high if carry[tone_at + CLOSED] > _ZERO else change < low * high
        carry[tone_at + CLOSED] = _ONE if stays else _ZERO
        layout_at = layout[GATES_AT]
        carry[layout_at], carry[layout_at + 1] = _ZERO, _ZERO
        return not stays

    return look


@kernel
def _prepare_sums(layout, folded, carry, means_at, signal):
    # `look` has put them to zero, for a tick whose weights stand still too.
    pass


def _settle(group: int) -> Any:
    @kernel
    def settle(layout, folded, carry):
        tone_at, rate = of_group(layout, group, GROUP_TONE_AT), folded[of_group(layout, group, GROUP_FOLDED_AT) + RATE]
        moved, held = carry[layout[GATES_AT]], carry[layout[GATES_AT] + 1]
        change = min(moved / max(held, _TINY), _ONE)
        carry[tone_at + CALM] += rate * (_ONE - change - carry[tone_at + CALM])

    return settle


def _prepare_surprise(group: int, reward_at: int) -> Any:
    @kernel
    def prepare(layout, folded, carry, means_at, signal):
        tone_at, gates_at = of_group(layout, group, GROUP_TONE_AT), layout[GATES_AT]
        carry[gates_at] = signal[reward_at] - carry[tone_at + MEAN] / carry[tone_at + GATHERED]
        carry[gates_at + 1] = folded[of_group(layout, group, GROUP_FOLDED_AT) + DECAY]

    return prepare


@cache
def _gather(group: int, reward_at: int) -> Any:
    @kernel
    def gather(layout, folded, carry, means_at, signal):
        seen_at = layout[GATES_AT]
        hidden, tone_at = layout[HIDDEN], of_group(layout, group, GROUP_TONE_AT)
        for k in range(hidden):
            carry[seen_at + k] = carry[means_at + layout[layout[HIDDEN_AT] + k]]
        carry[seen_at + hidden] = signal[reward_at]
        carry[seen_at + hidden + 1] = carry[tone_at + MEAN] / carry[tone_at + GATHERED]
        carry[seen_at + hidden + 2] = _ONE

    return gather


def _prepare_gate(gather: Any, group: int) -> Any:
    @kernel
    def prepare(layout, folded, carry, means_at, signal):
        gather(layout, folded, carry, means_at, signal)
        seen_at, size = layout[GATES_AT], layout[HIDDEN] + GATE_EXTRAS
        weights_at = of_group(layout, group, GROUP_FOLDED_AT) + MODULATION_HEAD
        total = _ZERO
        for k in range(size):
            total += read_unit(carry, seen_at + k) * read_coefficient(folded, weights_at + k)
        carry[seen_at + size] = sigmoid(total)

    return prepare


@cache
def _neuron_gates(group: int) -> Any:
    @kernel
    def gates(layout, folded, carry, index):
        seen_at, size = layout[GATES_AT], layout[HIDDEN] + GATE_EXTRAS
        weights_at = of_group(layout, group, GROUP_FOLDED_AT) + MODULATION_HEAD
        for before in range(index):
            if of_connection(layout, before, GROUP) == group:
                weights_at += size * of_connection(layout, before, POST_SIZE)
        columns, gates_at = of_connection(layout, index, POST_SIZE), seen_at + size
        for j in range(columns):
            write_unit(carry, gates_at + j, _ZERO)
        for k in range(size):
            seen, row_at = read_unit(carry, seen_at + k), weights_at + k * columns
            for j in range(columns):
                total = read_unit(carry, gates_at + j) + seen * read_coefficient(folded, row_at + j)
                write_unit(carry, gates_at + j, total)
        for j in range(columns):
            write_unit(carry, gates_at + j, sigmoid(read_unit(carry, gates_at + j)))

    return gates


class Modulating(NamedTuple):
    """What a modulation adds to the update of a layer (`rules.py`), as source in which `{post}` is the neuron's number.

    `gates_at` is where its numbers stand in the carry, and `{trace}` the number of the trace among a synapse's states.
    """

    before: str = "pass"
    each: str = "pass"
    after: str = "pass"


_GATED = "difference = read_unit(carry, gates_at + {at}) * difference"
MODULATING = {
    NONE: Modulating(),
    GATE: Modulating("gate = read_unit(carry, gates_at)", "difference = gate * difference"),
    NEURON_GATES: Modulating(each=_GATED.format(at="{post}")),
    ELIGIBILITY: Modulating(
        "surprise = read_unit(carry, gates_at); decay = read_unit(carry, gates_at + 1)",
        "trace = decay * read_state{trace}(carry, states_at + {trace} * synapses + k) + difference; "
        "write_state{trace}(carry, states_at + {trace} * synapses + k, trace); difference = surprise * trace",
    ),
    SWITCH: Modulating(
        "moved = float_zero; held = float_zero",
        "moved += abs(difference); held += abs(weight)",
        "write_unit(carry, gates_at, read_unit(carry, gates_at) + moved); "
        "write_unit(carry, gates_at + 1, read_unit(carry, gates_at + 1) + held)",
    ),
}
"""By the name of the modulation."""
