"""The update of a policy's weights after a pass, in JAX."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial
from typing import TYPE_CHECKING, NamedTuple, TypeAlias, cast

from hebbax.lazy_jax import jnp
from hebbax.plasticity.averaging import AVERAGINGS, Averaging, average
from hebbax.plasticity.gene import POST_NEURON, PRE_NEURON, PlacedGene
from hebbax.plasticity.modulation import MODULATIONS, SWITCH
from hebbax.plasticity.normalisation import NORMALISATIONS, PRESERVED_MASS
from hebbax.plasticity.plasticity import Plasticity
from hebbax.plasticity.rule import Rule
from hebbax.plasticity.rules import RULES
from hebbax.policies.modulating import modulator
from hebbax.types import Array

if TYPE_CHECKING:
    from hebbax.policies.any_policy import Carry
    from hebbax.policies.policy import Policy


class Layers(NamedTuple):
    """Weights and states of some connections, and by what share an update has changed the weights."""

    weights: tuple[Array, ...]
    states: tuple[Array, ...]
    change: Array


Update: TypeAlias = "Callable[[Array, Carry, Array, tuple[Array, ...], Array], Layers]"
"""From genome, carry, tick, signal and reward."""


class Parts(NamedTuple):
    """What the names in a plasticity stand for just now: a notebook may register another under the same name."""

    rule: Rule
    normalise: Callable[..., Array]
    averaging: Averaging


def parts_of(plasticity: Plasticity) -> Parts:
    """Return the parts that a plasticity names. Raises HebbaxError for unknown names."""
    return Parts(
        RULES.get(plasticity.rule),
        NORMALISATIONS.get(plasticity.normalisation),
        AVERAGINGS.get(plasticity.averaging),
    )


@cache  # one function object per policy: outside of `jit`, JAX compiles a branch that it has not seen before
def make_update(policy: Policy, number: int, parts: Parts) -> tuple[Update, Update]:
    """Return the update of a group's connections (`Policy.groups`), and what leaves them as they are."""
    plasticity, indices = policy.groups[number]
    places = [policy.plastic.index(index) for index in indices]
    connections = [policy.network.connections[index] for index in indices]

    def keep(genome: Array, carry: Carry, tick: Array, signal: tuple[Array, ...], reward: Array) -> Layers:
        weights, states = ([part[place] for place in places] for part in (carry.weights, carry.states))
        return Layers(tuple(weights), tuple(states), jnp.float32(0.0))

    def update(genome: Array, carry: Carry, tick: Array, signal: tuple[Array, ...], reward: Array) -> Layers:
        history = policy.history_of(plasticity, carry.history)
        means = average(plasticity.averaging, plasticity.window, history, carry.units, tick)
        pairs, layers = policy.network.split(means), policy.unpack(genome)
        modulate = modulator(policy, number, layers[indices[0]], carry.tones[number], means, reward)
        results = []
        for index, place, connection in zip(indices, places, connections, strict=True):
            genes, bias = _spread(policy, index, layers[index]), connection.bias
            results.append(
                _update_connection(
                    plasticity,
                    parts,
                    carry.weights[place],
                    carry.states[place],
                    genes,
                    pairs[index],
                    signal,
                    partial(modulate, layers[index]),
                    bias=bias,
                )
            )
        weights, states, moved, held = zip(*results, strict=True)
        share = sum(moved) / jnp.maximum(sum(held), jnp.finfo(jnp.float32).tiny)
        return Layers(weights, states, share if plasticity.modulation == SWITCH else jnp.float32(0.0))

    return update, keep


def _spread(policy: Policy, index: int, layer: dict[str, Array]) -> dict[str, Array]:
    """Return the evolved arrays of a connection so that each broadcasts to its synapses."""
    coefficients = policy.coefficients_of(index)
    return {gene.name: _over_synapses(policy, index, gene, layer[gene.name]) for gene in coefficients}


def _over_synapses(policy: Policy, index: int, gene: PlacedGene, values: Array) -> Array:
    connection = policy.network.connections[index]
    if gene.scope in ("pre", PRE_NEURON):
        return values[: connection.pre_size, None]
    if gene.scope == POST_NEURON:
        return values[: connection.post_size]
    if gene.scope == "table":
        return values[policy.table_entries(index)]
    return values


def _update_connection(
    plasticity: Plasticity,
    parts: Parts,
    weights: Array,
    states: Array,
    genes: dict[str, Array],
    pair: tuple[Array, Array],
    signal: tuple[Array, ...],
    modulate: Callable[[Array, Array], tuple[Array, Array]],
    *,
    bias: bool,
) -> tuple[Array, Array, Array, Array]:
    """Return one connection's weights and states after an update, and the sums of |Δw| and |w|."""
    rule, normalise = parts.rule, parts.normalise
    pre, post = pair
    constants = [jnp.float32(value) for value in plasticity.constants]
    folded = _fold(rule, constants, genes, weights.shape, bias=bias)
    ends = len(rule.state), len(rule.state) + MODULATIONS[plasticity.modulation].traces
    own, traces, masses = states[: ends[0]], states[ends[0] : ends[1]], states[ends[1] :]
    change = rule.change(pre[:, None], post[None, :], weights, *folded, *own, *signal)
    if rule.state:
        assert isinstance(change, tuple)
        change, *next_states = change
        own = jnp.stack([jnp.broadcast_to(state, weights.shape) for state in next_states])
    change, traces = modulate(jnp.broadcast_to(cast(Array, change), weights.shape), traces)
    moved, held = jnp.sum(jnp.abs(change)), jnp.sum(jnp.abs(weights))
    if plasticity.normalisation == PRESERVED_MASS:
        masses = jnp.where(masses > 0, masses, jnp.sum(jnp.abs(weights), axis=0))
        weights = normalise(weights + change, plasticity.effective_bound, masses[0, 0])
    else:
        weights = normalise(weights + change, plasticity.effective_bound)
    return weights, jnp.concatenate([own, traces, masses]), moved, held


def _fold(
    rule: Rule, constants: list[Array], genes: dict[str, Array], shape: tuple[int, ...], *, bias: bool
) -> tuple[Array, ...]:
    """Return what the rule's `change` reads, folded from a connection's genes: each broadcasts to its shape."""
    names = (*rule.names, *rule.neuron_coefficients)
    folded = rule.prepare(*constants, *(genes[name] for name in names))
    if not (bias and rule.prepare_bias is not None):
        return folded
    folded_bias = rule.prepare_bias(constants[0], *(genes[name] for name in rule.bias_coefficients))
    rows, columns = shape

    def stack(one: Array, other: Array) -> Array:
        # Either can be one number of all synapses, or one of each postsynaptic neuron.
        return jnp.vstack([jnp.broadcast_to(one, (rows - 1, columns)), jnp.broadcast_to(other, (1, columns))])

    return tuple(stack(one, other) for one, other in zip(folded, folded_bias, strict=True))
