"""Which lives of a generation share their keys, and that the pairs which do are the strategies' mirrored ones."""

from dataclasses import replace

import jax
import numpy as np
import pytest

from hebbax.config.strategy import StrategyConfig
from hebbax.config.strategy_table import STRATEGIES
from hebbax.config.train import TaskConfig, TrainConfig
from hebbax.config.training import BIRTHS, TrainingConfig
from hebbax.engines.gate import life_keys
from hebbax.errors import HebbaxError
from hebbax.evolution.birth_keys import birth_keys
from hebbax.evolution.search import Search
from hebbax.keys import fold_in, root_key, stream

KEY = root_key(5)
# Four genomes of two lives each: the number with which each life folds the key.
NUMBERS = {"each": range(8), "common": [0, 1] * 4, "mirrored": [0, 1, 2, 3] * 2}
CONFIG = TrainConfig(
    TaskConfig("swimmer", 12),
    strategy=StrategyConfig("openai-es", 4),
    generations=3,
    lifetimes=2,
    evaluate_lifetimes=2,
    threads=1,
)


def config_of(births, **changes):
    return replace(CONFIG, training=TrainingConfig("full", births=births), **changes)


@pytest.mark.parametrize("births", BIRTHS)
def test_which_lives_share_their_keys(births):
    expected = fold_in(np.asarray(jax.random.key_data(KEY)), np.array(NUMBERS[births]))
    np.testing.assert_array_equal(birth_keys(KEY, births, 4, 2), expected)


def test_by_default_lives_have_the_keys_that_an_engine_gives_them():
    np.testing.assert_array_equal(birth_keys(KEY, "each", 6, 3), life_keys(KEY, 18))


@pytest.mark.parametrize("strategy", [name for name, kind in STRATEGIES.items() if kind.mirrored])
def test_the_genomes_that_share_births_are_the_mirrored_ones(monkeypatch, strategy):
    """What the engine gets: of genomes with the same keys one is as far below the mean as the other is above it."""
    search = Search(config_of("mirrored", strategy=StrategyConfig(strategy, 6)))
    asked, evaluate = [], search.engine.evaluate

    def spy(genomes, key, scenario, *, lifetimes):
        asked.append((np.asarray(genomes), key))
        return evaluate(genomes, key, scenario, lifetimes=lifetimes)

    monkeypatch.setattr(search.engine, "evaluate", spy)
    state = search.begin()
    search.step(state)
    genomes, keys = asked[0]
    deviations = genomes - search.strategy.mean(state.strategy)
    alike = [[np.array_equal(one, other) for other in keys.reshape(6, -1)] for one in keys.reshape(6, -1)]
    mirrored = [[np.allclose(one, -other, atol=1e-5) for other in deviations] for one in deviations]
    assert np.sum(mirrored) == 6
    np.testing.assert_array_equal(alike, np.eye(6) + mirrored)


def test_a_genome_lives_as_another_that_is_the_same_and_shares_its_births():
    search = Search(config_of("common"))
    state, phase = search.begin(), search.schedule.phases[0]
    genomes = np.repeat(search.strategy.mean(state.strategy)[None], 4, axis=0)
    scenario = search._scenario(state.statistics, 12)
    returns = search.trials.run(genomes, KEY, scenario, phase).lives.returns.reshape(4, 2)
    assert (returns == returns[0]).all()
    assert returns[0, 0] != returns[0, 1]


@pytest.mark.parametrize("births", ["common", "mirrored"])
def test_under_damage_each_genome_still_meets_every_variant(births):
    damage = "none | scale-actuator(0, 0, from=2)"
    search = Search(config_of(births, damage=damage))
    genomes, _ = search.strategy.ask(stream(search.key, "ask", 0), search.begin().strategy)
    tried = search.trials.run(genomes, KEY, search._scenario(search.begin().statistics, 12), search.schedule.phases[0])
    free = Search(config_of(births))
    whole = free.trials.run(genomes, KEY, free._scenario(free.begin().statistics, 12), free.schedule.phases[0])
    assert (tried.lives.returns == whole.lives.returns).tolist() == [True, False] * 4


def test_who_samples_no_mirrored_pairs_cannot_have_their_births():
    message = (
        "^training.births=mirrored: snes samples no mirrored pairs, only openai-es, pgpe.*; nearest valid: common$"
    )
    with pytest.raises(HebbaxError, match=message):
        Search(config_of("mirrored", strategy=StrategyConfig("snes", 4)))
