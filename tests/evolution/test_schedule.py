"""What lives of training are put through in a run: their length, phases, the strategies' memory of them."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from hebbax.config.strategy import StrategyConfig
from hebbax.config.strategy_table import STRATEGIES
from hebbax.config.train import TaskConfig, TrainConfig
from hebbax.config.training import PhaseConfig, TrainingConfig
from hebbax.engines.scenario import Scenario
from hebbax.errors import HebbaxError
from hebbax.evolution.fitness import fitness_of
from hebbax.evolution.schedule import weighted
from hebbax.evolution.search import Search
from hebbax.keys import stream
from hebbax.types import END_DIVERGED, Lives

CONFIG = TrainConfig(
    task=TaskConfig("swimmer", ticks=40),
    strategy=StrategyConfig(population=4),
    generations=100,
    evaluate_every=2,
    evaluate_lifetimes=2,
    threads=1,
)
"""Its reward has the terms forward and control."""


def trained(training, generations=3, config=CONFIG):
    """Return the metrics of some generations, and the states before them and after the last."""
    search = Search(replace(config, training=training))
    states, metrics = [search.begin()], []
    for _ in range(generations):
        state, told = search.step(states[-1])
        states.append(state)
        metrics.append(told)
    return search, states, metrics


def lives_of(search, state, scenario):
    genomes, _ = search.strategy.ask(stream(search.key, "ask", state.generation), state.strategy)
    return search.engine.evaluate(np.asarray(genomes), stream(search.key, "train", state.generation), scenario)


def test_lives_of_training_have_their_own_length_and_evaluations_the_tasks():
    search, states, metrics = trained(TrainingConfig(10))
    assert [(one["training_ticks"], one["steps"]) for one in metrics] == [(10, 40)] * 3
    controller = search.controller(states[1])
    full = search.engine.evaluate(
        controller.genome[None],
        stream(search.key, "mean genome", 1),
        Scenario(40, controller.statistics.normaliser()),
        lifetimes=2,
    )
    assert metrics[0]["mean_genome_return"] == full.returns.mean() == states[1].best.return_mean


def test_the_full_length_changes_nothing():
    _, _, expected = trained(TrainingConfig())
    assert [one["steps"] for one in expected] == [160] * 3
    for ticks in (40, "full"):
        _, _, metrics = trained(TrainingConfig(ticks))
        assert [one["return_mean"] for one in metrics] == [one["return_mean"] for one in expected]


def test_growing_lives_begin_with_a_fifth():
    _, states, metrics = trained(TrainingConfig("growing"))
    assert metrics[0]["training_ticks"] == 8
    assert [state.schedule.length.ticks for state in states[:3]] == [one["training_ticks"] for one in metrics]


def test_growing_lives_reach_beyond_what_happens_in_them():
    late = "none | scale-actuator(0, 0, from=6) + scale-actuator(1, 0, from=9)"
    config = replace(CONFIG, damage=late, lifetimes=2)
    assert Search(replace(config, training=TrainingConfig("growing"))).begin().schedule.length.ticks == 18
    later = replace(CONFIG, damage="scale-actuator(0, 0, from=30)", training=TrainingConfig("growing"))
    assert Search(later).begin().schedule.length.ticks == 40
    phases = [PhaseConfig(1, damage="scale-actuator(0, 0, from=12)")]
    _, states, _ = trained(TrainingConfig("growing", phases), 1)
    assert [state.schedule.length.ticks for state in states] == [8, 24]


def test_phases_begin_by_generation_and_leave_to_the_run_what_they_do_not_say():
    phases = [PhaseConfig(2, ticks=20, weights={"control": 0.0}), PhaseConfig(3, damage="scale-actuator(0, 0)")]
    search, states, metrics = trained(TrainingConfig(10, phases), 5)
    assert [one["phase"] for one in metrics] == [0, 0, 1, 2, 2]
    assert [one["training_ticks"] for one in metrics] == [10, 10, 20, 10, 10]
    damages = search.schedule.phases[2].variants
    assert len(damages) == 1
    hurt = lives_of(search, states[3], Scenario(10, states[3].statistics.normaliser(), damages=damages[0]))
    assert metrics[3]["return_mean"] == hurt.returns.mean()


def test_a_phase_can_be_there_from_the_first_generation():
    _, _, metrics = trained(TrainingConfig(10, [PhaseConfig(0, ticks=20)]), 1)
    assert (metrics[0]["phase"], metrics[0]["training_ticks"]) == (1, 20)


@pytest.mark.parametrize(("after", "begun"), [("return_mean>=-1e9", 1), ("return_mean <= -1e9", 3)])
def test_a_phase_waits_for_a_value(after, begun):
    _, _, metrics = trained(TrainingConfig(10, [PhaseConfig(after, ticks=20)]))
    assert [one["phase"] for one in metrics] == [0] * begun + [1] * (3 - begun)


def test_a_value_that_a_generation_does_not_have_is_not_reached():
    # The mean genome is evaluated after generation 0 and then after every second one, so not after generation 2.
    phases = [PhaseConfig(1, ticks=20), PhaseConfig("mean_genome_return>=-1e9", ticks=30)]
    _, _, metrics = trained(TrainingConfig(10, phases), 5, replace(CONFIG, evaluate_every=4))
    assert [one["phase"] for one in metrics] == [0, 1, 1, 1, 2]


def test_a_reward_term_can_be_waited_for():
    _, _, metrics = trained(TrainingConfig(10, [PhaseConfig("reward_terms.control>=-1e9", ticks=20)]), 2)
    assert [one["phase"] for one in metrics] == [0, 1]


@pytest.mark.parametrize(
    "training",
    [
        TrainingConfig("full", [PhaseConfig(0, weights={"forward": -1.0})]),
        pytest.param(TrainingConfig("full", weights={"forward": -1.0}), marks=pytest.mark.slow),
        TrainingConfig("full", [PhaseConfig(0, ticks="full")], weights={"forward": -1.0}),
        TrainingConfig("full", [PhaseConfig(0, weights={"forward": -1.0})], weights={"control": 3.0}),
    ],
)
def test_weights_change_fitness_and_no_return(training):
    """The strategy learns as if the reward were another; the returns of the first generation are the same."""
    _, plain, expected = trained(TrainingConfig(), 1)
    search, states, metrics = trained(training, 1)
    assert metrics[0]["return_mean"] == expected[0]["return_mean"]
    lives = lives_of(search, states[0], Scenario(40))
    genomes, asked = search.strategy.ask(stream(search.key, "ask", 0), states[0].strategy)
    fitness = lives.reward_terms[:, 1] - lives.reward_terms[:, 0]
    told = search.strategy.tell(stream(search.key, "tell", 0), genomes, fitness, asked)
    np.testing.assert_array_equal(search.strategy.mean(states[1].strategy), search.strategy.mean(told))
    assert not np.array_equal(search.strategy.mean(states[1].strategy), search.strategy.mean(plain[1].strategy))


def test_diverged_lives_rank_last_whatever_the_weights():
    ends, terms = np.array([0, END_DIVERGED, 0]), np.array([[1.0, 2.0], [np.inf, np.nan], [3.0, 4.0]])
    none = np.zeros(3, int)
    lives = Lives(terms.sum(1), none + 1, ends, none, none, np.ones(3), np.zeros((3, 1)), np.zeros((3, 1)), terms)
    fitness = fitness_of(weighted(lives, np.array([-10.0, 1.0])), 1)
    np.testing.assert_array_equal(fitness, [-8.0, -27.0, -26.0])  # -10 + 2; the worst less 1; -30 + 4
    assert weighted(lives, None) is lives


QUICK = ("openai-es", "mu-lambda-es")  # the default, and one that remembers no best


@pytest.mark.parametrize(
    "name", [name if name in QUICK else pytest.param(name, marks=pytest.mark.slow) for name in STRATEGIES]
)
def test_a_strategy_forgets_the_best_of_other_lives(name):
    """It would be compared with lives of another length, whose returns are of another size."""
    elite = {"elite": 0.5} if "elite" in STRATEGIES.get(name).defaults else {}
    config = replace(CONFIG, strategy=StrategyConfig(name, 4, **elite))
    search, states, metrics = trained(TrainingConfig(10, [PhaseConfig(1, ticks=20)]), 2, config)
    best = [getattr(state.strategy, "best_fitness", math.inf) for state in states]
    assert math.isinf(best[1])
    if hasattr(states[2].strategy, "best_fitness"):
        assert best[2] == pytest.approx(-metrics[1]["return_max"])
    assert np.isfinite(search.strategy.mean(states[2].strategy)).all()


@pytest.mark.parametrize(
    ("training", "message"),
    [
        (TrainingConfig(41), "training.ticks=41: longer than the 40 ticks of a full life; nearest valid: 40"),
        (TrainingConfig(10, [PhaseConfig(1, ticks=50)]), "ticks=50: longer than the 40"),
        (TrainingConfig(10, [PhaseConfig(1, weights={"contrl": 1})]), "reward term .*'contrl': did you mean 'control'"),
        (
            TrainingConfig(10, [PhaseConfig("return_men>=1")]),
            "unknown metric .*'return_men': did you mean 'return_mean",
        ),
        (TrainingConfig(10, [PhaseConfig("reward_terms.x>=1")]), "unknown metric .*'reward_terms.x'"),
        (TrainingConfig(10, [PhaseConfig(1, damage="scale-actuator(7, 0)")]), "on actuator 7: expected 0 to 1"),
        (
            TrainingConfig(10, [PhaseConfig(1, damage="scale-actuator(0, 0, from=10)")]),
            "ticks=10: a damage sets in at tick 10, after the end of such a life; nearest valid: 11",
        ),
    ],
)
def test_what_the_task_does_not_have_is_refused_before_the_first_life(training, message):
    with pytest.raises(HebbaxError, match=message):
        Search(replace(CONFIG, training=training))
