"""Where the search of a run begins, and the genomes that its first generation tries."""

from __future__ import annotations

import jax
import numpy as np

from hebbax.config.train import TrainConfig
from hebbax.config.training import NORMAL, UNIFORM, WEIGHTED
from hebbax.engines.members import Members
from hebbax.errors import HebbaxError
from hebbax.evolution.strategy import Strategy, initial_mean, one_random_genome, random_genomes
from hebbax.keys import root_key, stream
from hebbax.policies.policy import Policy


def first_mean(config: TrainConfig, policy: Policy) -> jax.Array:
    """Return where a run's search begins, float32 [genome_size]; another one follows where `lives_before_mean`.

    Raises HebbaxError where it is a controller from elsewhere.
    """
    first, scale = config.training.first_mean, config.training.first_scale
    if config.training.begins_elsewhere:
        raise HebbaxError(
            f"training.first_mean={first}: a controller from elsewhere; name its run with `hebbax train --from`"
        )
    key = stream(root_key(config.seed), "initial")
    if first in (NORMAL, UNIFORM):
        return one_random_genome(key, policy, first == NORMAL, scale)
    return initial_mean(key, policy, config.strategy.population, scale)


def lives_before_mean(config: TrainConfig) -> bool:
    """Whether the first generation tries the random genomes of which the first mean is then made, or chosen."""
    return config.training.first_mean == WEIGHTED or config.training.first_of > 1


def first_genomes(config: TrainConfig, policy: Policy) -> np.ndarray | Members:
    """Return the random genomes float32 [several, genome_size] of which the first mean is an average, or the best."""
    key, training = stream(root_key(config.seed), "initial"), config.training
    several = training.first_of if training.first_of > 1 else config.strategy.population
    return random_genomes(key, policy, several, training.first_scale, training.first_mean == NORMAL)


def first_generation(config: TrainConfig, policy: Policy) -> jax.Array | np.ndarray | Members:
    """Return the genomes [population, genome_size] that the first generation of a run tries.

    Raises HebbaxError where its mean is a controller from elsewhere.
    """
    if lives_before_mean(config):
        return first_genomes(config, policy)
    key, strategy = root_key(config.seed), Strategy(config.strategy, policy.genome_size)
    state = strategy.init(stream(key, "initial"), policy, first_mean(config, policy))
    return strategy.ask(stream(key, "ask", 0), state)[0]
