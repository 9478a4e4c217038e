"""What a gradient makes of a population's fitness: the options of `shaping`, as evosax takes them.

evosax standardises by the mean of squares less the square of the mean: float32 has no digits of it left where returns
differ by a thousandth. It normalises what differs by a hundred-thousandth as equal. So these two are our own.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp

from hebbax.settings import pinned

with pinned():  # it makes arrays as it is imported
    from evosax.core.fitness_shaping import centered_rank_fitness_shaping_fn, identity_fitness_shaping_fn

Shaping = Callable[[Any, jax.Array, Any, Any], jax.Array]
"""From genomes, fitness [population], state and parameters to what that counts as [population]; others go unread."""


def standardised(population: Any, fitness: jax.Array, state: Any, params: Any) -> jax.Array:
    """Return fitness [population] with mean 0 and standard deviation 1; all zeros where all are equal."""
    relative = _relative(fitness)
    centred = relative - relative.mean()
    deviation = jnp.sqrt(jnp.mean(centred**2))
    return jnp.where(_differs(fitness), centred / deviation, 0.0)


def standardised_ranks(population: Any, fitness: jax.Array, state: Any, params: Any) -> jax.Array:
    """Return the ranks [population] of fitness, standardised; equals share theirs."""
    return standardised(population, SHAPING["ranks"](population, fitness, state, params), state, params)


def normalised(population: Any, fitness: jax.Array, state: Any, params: Any) -> jax.Array:
    """Return fitness [population] from −1 for the least to 1 for the largest; all zeros where all are equal."""
    return jnp.where(_differs(fitness), 2 * _relative(fitness) - 1, 0.0)


def _differs(fitness: jax.Array) -> jax.Array:
    return fitness.max() > fitness.min()


def _relative(fitness: jax.Array) -> jax.Array:
    """Return fitness from 0 to 1, so that no square of it is too large for float32."""
    return (fitness - fitness.min()) / (fitness.max() - fitness.min())


SHAPING: dict[str, Shaping] = {
    "ranks": centered_rank_fitness_shaping_fn,
    "standardised": standardised,
    "normalised": normalised,
    "raw": identity_fitness_shaping_fn,
}
"""By the names of SHAPINGS."""
