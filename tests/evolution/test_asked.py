"""Populations that travel as what they are made of."""

import jax
import numpy as np
import pytest

from hebbax.config.strategy import StrategyConfig
from hebbax.engines.members import AMONG_EQUALS, ANYWHERE, NEVER
from hebbax.engines.parcels import packed, unpacked
from hebbax.evolution.asked import AskedPopulation
from hebbax.evolution.population import MirroredPopulation
from hebbax.evolution.strategy import Strategy
from hebbax.policies.make_policy import make_policy
from hebbax.tasks.registry import make_task

KEY = jax.random.key(5)


def asked(name: str, population: int) -> AskedPopulation:
    policy = make_policy("mlp", make_task("swimmer"))
    config = StrategyConfig(name, population)
    strategy = Strategy(config, policy.genome_size)
    state = strategy.init(jax.random.key(0), policy)
    return AskedPopulation(config, KEY, state, strategy.ask(KEY, state)[0])


@pytest.mark.parametrize("name", ["openai-es", "snes", "najarro-es"])
def test_a_population_that_was_asked_for_is_the_same_to_the_bit_after_its_travel(name):
    population = asked(name, 64)
    sent = packed(population)
    assert population.travels == AMONG_EQUALS
    assert len(sent) < population.genomes.nbytes / 4
    np.testing.assert_array_equal(np.asarray(unpacked(sent)), population.genomes)


def test_a_state_that_is_larger_than_the_genomes_does_not_travel():
    assert asked("cma-es", 8).travels == NEVER


def test_a_streamed_population_travels_with_a_mean_and_no_member():
    mean = np.linspace(-1, 1, 500, dtype=np.float32)
    sizes = []
    for count in (10, 10_000):
        population = MirroredPopulation(KEY, mean, 0.1, count)
        sent = packed(population)
        sizes.append(len(sent))
        np.testing.assert_array_equal(unpacked(sent).genome(count - 1), population.genome(count - 1))
    assert population.travels == ANYWHERE
    assert max(sizes) < mean.nbytes + 500
    assert max(sizes) - min(sizes) < 8
