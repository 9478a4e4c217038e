"""OpenAI-ES against its equations, with a population that is kept and with one that is not."""

import jax
import numpy as np
import pytest

from hebbax.config.strategy import StrategyConfig
from hebbax.engines.members import Members
from hebbax.evolution.strategies import streamed
from hebbax.evolution.strategy import Strategy
from hebbax.networks.mlp import Mlp
from hebbax.policies.policy import Policy

SIZE = 5_001  # more than a block of columns, and no whole number of lanes


@pytest.mark.parametrize("is_kept", [True, False])
def test_generations_of_the_strategy(openai_es, monkeypatch, is_kept):
    if not is_kept:
        monkeypatch.setattr(streamed, "LARGEST_POPULATION", 0)
    strategy = Strategy(StrategyConfig("openai-es", 12), SIZE)
    start = np.linspace(-2.0, 3.0, SIZE).astype(np.float32)
    target = np.sin(np.arange(SIZE))

    def fitness_of(genome):
        return -float(np.sum(np.abs(genome - target) ** 1.5))

    keys = [jax.random.key(number) for number in range(4)]
    noises = [np.asarray(jax.random.normal(key, (6, SIZE)), np.float64) for key in keys]
    state = strategy.init(keys[0], Policy("p", Mlp((SIZE, 1)), None), start)
    for key, mean in zip(keys, openai_es.evolution(start.astype(float), noises, fitness_of), strict=True):
        genomes, asked = strategy.ask(key, state)
        assert isinstance(genomes, Members) != is_kept
        fitness = np.array([fitness_of(np.asarray(genomes[member], np.float64)) for member in range(12)])
        state = strategy.tell(key, genomes, fitness, asked)
        # Adam's first step is a sign: what is nearly nothing may go either way in float32.
        far = np.abs(strategy.mean(state) - mean) > 2e-4
        assert far.mean() < 1e-3
        best = np.argmax(fitness)
        if -fitness[best] == pytest.approx(float(state.best_fitness), rel=1e-6):
            np.testing.assert_array_equal(state.best_solution, genomes[int(best)])
