"""The update of a policy's weights after a pass, in JAX."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING

from hebbax.lazy_jax import jnp
from hebbax.plasticity.averaging import average
from hebbax.plasticity.gene import PlacedGene
from hebbax.plasticity.normalisation import NORMALISATIONS
from hebbax.plasticity.rule import Rule
from hebbax.types import Array

if TYPE_CHECKING:
    from hebbax.policies.policy import Carry, Plasticity, Policy


@cache  # one function object per policy: outside of `jit`, JAX compiles a branch that it has not seen before
def make_update(
    policy: Policy, rule: Rule
) -> Callable[[Array, Carry, Array, tuple[Array, ...]], tuple[tuple[Array, ...], tuple[Array, ...]]]:
    """Return the update of all connections: from genome, carry, tick and signal to weights and states."""
    plasticity, network = policy.plasticity, policy.network
    assert plasticity is not None

    def update(
        genome: Array, carry: Carry, tick: Array, signal: tuple[Array, ...]
    ) -> tuple[tuple[Array, ...], tuple[Array, ...]]:
        means = average(plasticity.averaging, plasticity.window, carry.history, carry.units, tick)
        pairs, genes = network.split(means), _spread(policy, policy.unpack(genome))
        synapses = zip(carry.weights, carry.states, genes, pairs, network.connections, strict=True)
        results = [
            _update_connection(plasticity, rule, w, s, gene, pair, signal, bias=c.bias)
            for w, s, gene, pair, c in synapses
        ]
        return tuple(weights for weights, _ in results), tuple(states for _, states in results)

    return update


def _spread(policy: Policy, layers: tuple[dict[str, Array], ...]) -> list[dict[str, Array]]:
    """Return the evolved arrays of every connection so that each broadcasts to its synapses."""
    spread = []
    for index, (genes, layer) in enumerate(zip(policy.placed, layers, strict=True)):
        spread.append({gene.name: _over_synapses(policy, index, gene, layer[gene.name]) for gene in genes})
    return spread


def _over_synapses(policy: Policy, index: int, gene: PlacedGene, values: Array) -> Array:
    if gene.scope == "pre":
        return values[:, None]
    if gene.scope == "table":
        return values[policy.table_entries(index)]
    return values


def no_update(
    genome: Array, carry: Carry, tick: Array, signal: tuple[Array, ...]
) -> tuple[tuple[Array, ...], tuple[Array, ...]]:
    """Return weights and states as they are, as `make_update`'s function does where no update is due."""
    return carry.weights, carry.states


def _update_connection(
    plasticity: Plasticity,
    rule: Rule,
    weights: Array,
    states: Array,
    genes: dict[str, Array],
    pair: tuple[Array, Array],
    signal: tuple[Array, ...],
    *,
    bias: bool,
) -> tuple[Array, Array]:
    """Return one connection's weights and states after an update."""
    normalise = NORMALISATIONS.get(plasticity.normalisation)
    pre, post = pair
    constants = [jnp.float32(value) for value in plasticity.constants]
    folded = _fold(rule, constants, genes, weights.shape, bias=bias)
    change = rule.change(pre[:, None], post[None, :], weights, *folded, *states, *signal)
    if rule.state:
        assert isinstance(change, tuple)
        change, *next_states = change
        states = jnp.stack([jnp.broadcast_to(state, weights.shape) for state in next_states])
    return normalise(weights + change, plasticity.effective_bound), states


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
