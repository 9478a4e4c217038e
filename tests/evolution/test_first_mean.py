"""The first mean from random genomes that have lived: by hand, and what the first generation then is."""

from dataclasses import replace

import jax
import numpy as np
import pytest

from hebbax.config.policy import PRESETS
from hebbax.config.strategy import StrategyConfig
from hebbax.config.train import TaskConfig, TrainConfig
from hebbax.config.training import TrainingConfig
from hebbax.engines.scenario import Scenario
from hebbax.evolution.birth_keys import birth_keys
from hebbax.evolution.first_mean import first_generation
from hebbax.evolution.search import Search
from hebbax.evolution.strategy import initial_mean, random_genomes, weighted_mean
from hebbax.keys import stream
from hebbax.policies.make_policy import make_policy
from hebbax.tasks.registry import make_task


@pytest.mark.parametrize("preset", ["han-b", "mlp"])
def test_the_first_mean_is_the_average_of_the_first_genomes(preset):
    policy = make_policy(PRESETS[preset], make_task("swimmer"))
    genomes = random_genomes(jax.random.key(0), policy, 5)
    assert (genomes.shape, genomes.dtype) == ((5, policy.genome_size), np.float32)
    np.testing.assert_allclose(genomes.mean(axis=0), initial_mean(jax.random.key(0), policy, 5), atol=1e-6)


def test_weights_are_the_distance_above_the_worst():
    genomes = np.array([[1.0, 0.0], [0.0, 3.0], [9.0, 9.0]], np.float32)
    # Fitness 4, 2, 1 is 3, 1 and 0 above the worst: weights 3/4, 1/4 and 0.
    mean = weighted_mean(genomes, np.array([4.0, 2.0, 1.0]))
    assert mean.dtype == np.float32
    np.testing.assert_allclose(mean, [0.75, 0.75], rtol=1e-6)
    np.testing.assert_allclose(weighted_mean(genomes, np.full(3, -7.0)), genomes.mean(axis=0), rtol=1e-6)


def test_the_first_generation_tries_the_first_genomes_and_begins_about_the_better_ones():
    config = TrainConfig(
        TaskConfig("swimmer", 12),
        strategy=StrategyConfig("openai-es", 4),
        training=TrainingConfig("full", first_mean="weighted"),
        threads=1,
        evaluate_lifetimes=1,
    )
    search = Search(config)
    state = search.begin()
    following, metrics = search.step(state)
    genomes = random_genomes(stream(search.key, "initial"), search.policy, 4)
    lives = search.engine.evaluate(genomes, stream(search.key, "train", 0), Scenario(12))
    assert metrics["return_mean"] == lives.returns.mean()
    np.testing.assert_array_equal(search.strategy.mean(following.strategy), weighted_mean(genomes, lives.returns))
    # What the strategy adapts has not begun; from now on it is asked as ever.
    assert following.strategy.generation_counter == 0
    np.testing.assert_array_equal(following.strategy.opt_state[0].mu, 0.0)
    after, _ = search.step(following)
    assert after.strategy.generation_counter == 1


@pytest.mark.parametrize(("name", "deviation", "largest"), [("normal", 1.0, 6.0), ("uniform", 1 / np.sqrt(3), 1.0)])
def test_the_mean_can_begin_at_one_random_genome(name, deviation, largest):
    def begun(seed, first_mean):
        training = TrainingConfig("full", first_mean=first_mean)
        config = TrainConfig(TaskConfig("swimmer"), PRESETS["han-b"], StrategyConfig("najarro-es"), training=training)
        search = Search(replace(config, seed=seed, threads=1))
        state = search.begin()
        again = search.unpack(search.pack(state), 0, state.statistics, None)
        np.testing.assert_array_equal(search.strategy.mean(again.strategy), search.strategy.mean(state.strategy))
        return search.strategy.mean(state.strategy)

    mean = begun(0, name)
    # Of 800 numbers: standard errors are 2.5 % of the deviation at most, of which four are allowed.
    assert mean.std() == pytest.approx(deviation, rel=0.1)
    assert mean.mean() == pytest.approx(0, abs=4 * deviation / np.sqrt(mean.size))
    assert np.abs(mean).max() <= largest
    assert np.abs(mean - begun(1, name)).max() > 0.5
    assert np.abs(begun(0, "average")).max() < 0.2  # of 200 genomes


@pytest.mark.parametrize("first_mean", ["average", "normal"])
def test_coefficients_of_the_first_mean_have_their_scale_but_weights_do_not(first_mean):
    """A hundredth of each coefficient; first weights that evolve with them are drawn as ever."""
    policy = replace(PRESETS["han-b"], birth="coevolved")

    def begun(scale):
        training = TrainingConfig("full", first_mean=first_mean, first_scale=scale)
        search = Search(TrainConfig(TaskConfig("swimmer"), policy, training=training, threads=1))
        return search.policy.unpack(search.strategy.mean(search.begin().strategy))

    for whole, small in zip(begun(1.0), begun(0.01), strict=True):
        for name, values in whole.items():
            factor = 1.0 if name == "first_weights" else 0.01
            np.testing.assert_allclose(small[name], factor * values, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize(
    ("first", "many"), [*((one, 1) for one in ("average", "weighted", "normal", "uniform")), ("normal", 6)]
)
@pytest.mark.parametrize("scale", [1.0, 0.1])
def test_the_first_generation_is_what_a_run_tries(first, many, scale):
    training = TrainingConfig("full", [], first_mean=first, first_scale=scale, first_of=many, weights={})
    config = TrainConfig(task=TaskConfig("swimmer", 10), strategy=StrategyConfig("openai-es", 4), training=training)
    search = Search(config)

    tried, _ = search._ask(search.begin())

    np.testing.assert_array_equal(first_generation(search.config, search.policy), tried)


def test_the_best_of_many_is_found_by_ever_more_lives():
    """Thirty genomes live once, ten of them four times more, and ten sixteen times; the winner of these is the mean."""
    config = TrainConfig(
        TaskConfig("swimmer", 12),
        strategy=StrategyConfig("najarro-es", 4),
        training=TrainingConfig("full", first_mean="normal", first_of=30),
        threads=1,
        evaluate_lifetimes=1,
    )
    search = Search(config)
    following, metrics = search.step(search.begin())

    genomes, key = (
        random_genomes(stream(search.key, "initial"), search.policy, 30, normal=True),
        stream(search.key, "train", 0),
    )

    def returns(numbers, turn, lives, births):
        keys = birth_keys(stream(key, "choose", turn), births, len(numbers), lives)
        return search.engine.evaluate(genomes[numbers], keys, Scenario(12), lifetimes=lives).returns.reshape(-1, lives)

    first = returns(np.arange(30), 0, 1, "each").mean(axis=1)
    ten = np.argsort(-first)[:10]
    second = ten[np.argsort(-returns(ten, 1, 4, "common").mean(axis=1))]
    best = second[np.argmax(returns(second, 2, 16, "common").mean(axis=1))]
    np.testing.assert_array_equal(search.strategy.mean(following.strategy), genomes[best])
    assert metrics["lives"] == 30 + 10 * 4 + 10 * 16
    after, metrics = search.step(following)
    assert (metrics["lives"], after.generation) == (4, 2)


@pytest.mark.slow
def test_a_run_that_chose_its_first_mean_resumes_to_the_bit():
    training = TrainingConfig("full", first_mean="uniform", first_of=3)
    policy = replace(PRESETS["han-b"], birth="persistent")  # what slots keep is of a population, not of the three
    search = Search(TrainConfig(TaskConfig("swimmer", 10), policy, StrategyConfig("snes", 4), training=training))
    one, _ = search.step(search.begin())
    again = search.unpack(search.pack(one), 1, one.statistics, one.best)
    (whole, _), (resumed, _) = search.step(one), search.step(again)
    np.testing.assert_array_equal(search.strategy.mean(whole.strategy), search.strategy.mean(resumed.strategy))
