"""An evolution strategy behind init, ask and tell, turned to maximise return."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from hebbax.config.strategy import StrategyConfig
from hebbax.engines.members import Members
from hebbax.evolution.strategies.build import build
from hebbax.evolution.strategies.streamed import is_too_large
from hebbax.policies.policy import Policy
from hebbax.settings import pinned

_LARGEST = 1e30  # beyond any return; a population of them still has a sum in float32


class Strategy:
    """One of STRATEGIES over flat genomes; the state is a tree of arrays, with a `mean`.

    Raises HebbaxError where the memory that it needs for the genome is too much.
    """

    @pinned()
    def __init__(self, config: StrategyConfig, genome_size: int, threads: int | None = None) -> None:
        self.config = config
        self._algorithm, self._params = build(config, genome_size, threads)

    @pinned()
    def init(self, key: jax.Array, policy: Policy, mean: np.ndarray | jax.Array | None = None) -> Any:
        """Return the state at generation 0, about a mean float32 [genome_size]; None for `initial_mean`."""
        first = initial_mean(key, policy, self.config.population) if mean is None else jnp.asarray(mean, jnp.float32)
        return _strongly_typed(self._algorithm.init(key, first, self._params))

    @pinned()
    def ask(self, key: jax.Array, state: Any) -> tuple[jax.Array | Members, Any]:
        """Return genomes float32 [population, genome_size] to try, members where they are too many, and the state."""
        return self._algorithm.ask(key, state, self._params)

    @pinned()
    def tell(self, key: jax.Array, genomes: jax.Array | Members, fitness: np.ndarray, state: Any) -> Any:
        """Return the state after learning the finite fitness [population] of the genomes; more is better."""
        # evosax minimises: this is the one place where the sign turns. A return can be too large for float32, and
        # evosax would remember an infinite one as the best.
        cost = np.clip(-fitness, -_LARGEST, _LARGEST).astype(np.float32)
        state, _ = self._algorithm.tell(key, genomes, cost, state, self._params)
        return state

    @pinned()
    def forget_best(self, state: Any) -> Any:
        """Return the state as if no genome had been the best so far, for when fitness is to mean something else."""
        if not hasattr(state, "best_fitness"):
            return state
        return state.replace(best_fitness=jnp.full_like(state.best_fitness, jnp.inf))

    @pinned()
    def mean(self, state: Any) -> np.ndarray:
        """Return the mean genome, float32 [genome_size]."""
        return np.asarray(state.mean)


@jax.jit
def _strongly_typed(state: Any) -> Any:
    """Return a state of which no leaf is a Python number to JAX, as some are at first: that spares a second compile."""
    return jax.tree.map(lambda leaf: jnp.array(leaf, leaf.dtype), state)


def _random_genome(key: jax.Array, policy: Policy, normal: bool = False, scale: float = 1.0) -> jax.Array:
    """Return coefficients from U(-1, 1) or N(0, 1), times a scale, and weights from the policy's initial ones."""
    only_weights = sum(gene.size for gene in policy.weight_genes if gene is not None) == policy.genome_size
    if normal:
        genome = jax.random.normal(key, (policy.genome_size,), jnp.float32)
    else:
        genome = jax.random.uniform(key, (policy.genome_size,), minval=-1.0, maxval=1.0)
    if scale != 1:
        genome = jnp.float32(scale) * genome
    # By the same key a weight would be a coefficient at the same place, times a factor.
    drawn = policy.draw(key if only_weights else jax.random.fold_in(key, 0))
    for gene, weights in zip(policy.weight_genes, drawn, strict=True):
        if gene is not None:
            genome = genome.at[gene.at : gene.at + gene.size].set(jnp.ravel(weights))
    return genome


class _FirstGenomes(Members):
    """Random genomes, each drawn when it is asked for."""

    def __init__(self, draw: Callable[[jax.Array], jax.Array], shape: tuple[int, int]) -> None:
        self._draw, self._shape = jax.jit(draw), shape

    @property
    def shape(self) -> tuple[int, int]:
        """Population and genome size."""
        return self._shape

    @pinned()
    def genome(self, member: int) -> np.ndarray:
        """Return the genome of a member, float32 [genome_size]."""
        return np.asarray(self._draw(jnp.int32(member)))


@pinned()
def random_genomes(
    key: jax.Array, policy: Policy, population: int, scale: float = 1.0, normal: bool = False
) -> np.ndarray | Members:
    """Return random genomes float32 [population, genome_size]; `initial_mean` is the average of such from U(-1, 1).

    `scale` is a factor of their coefficients here and below.
    """

    def one(index: int | jax.Array) -> jax.Array:
        return _random_genome(jax.random.fold_in(key, index), policy, normal, scale)

    if is_too_large(population, policy.genome_size):
        shape = population, policy.genome_size
        return _FirstGenomes(one, shape)

    @jax.jit
    def draw(indices: jax.Array) -> jax.Array:
        return jax.lax.map(one, indices)

    return np.asarray(draw(np.arange(population)))


@pinned()
def one_random_genome(key: jax.Array, policy: Policy, normal: bool, scale: float = 1.0) -> jax.Array:
    """Return a first mean, float32 [genome_size]: coefficients from N(0, 1), or else U(-1, 1) (Najarro & Risi 2020)."""
    return jax.jit(lambda key: _random_genome(key, policy, normal, scale))(key)


def weighted_mean(genomes: np.ndarray | Members, fitness: np.ndarray) -> np.ndarray:
    """Return the mean of genomes, float32 [genome_size], each weighted by how far its fitness is above the worst.

    Where all are equal, so are their weights.
    """
    above_worst = fitness - fitness.min()
    weights = above_worst / above_worst.max() if above_worst.any() else np.ones(len(fitness))
    weights = weights / weights.sum()
    if isinstance(genomes, Members):
        total = np.zeros(genomes.shape[1])
        for member, weight in enumerate(weights):
            total += weight * genomes.genome(member)
        return total.astype(np.float32)
    return np.einsum("p,pg->g", weights, genomes).astype(np.float32)  # no BLAS, whose order is its own


@pinned()
def initial_mean(key: jax.Array, policy: Policy, population: int, scale: float = 1.0) -> jax.Array:
    """Return the first mean, float32 [genome_size]: the average of `population` random genomes, as HAN draws it."""

    def add(index: int, total: jax.Array) -> jax.Array:
        return total + _random_genome(jax.random.fold_in(key, index), policy, scale=scale)

    @jax.jit  # each operation by itself would be compiled by itself
    def average(count: int) -> jax.Array:
        return jax.lax.fori_loop(0, population, add, jnp.zeros(policy.genome_size, jnp.float32)) / count

    return average(population)  # by an argument: XLA multiplies by the reciprocal of a constant
