"""Terms that count in fitness alone, and phases that a task chooses."""

from __future__ import annotations

import dataclasses

import jax
import numpy as np
import pytest

import hebbax
from hebbax.config.strategy import StrategyConfig
from hebbax.config.train import TaskConfig, TrainConfig, from_dict, to_dict
from hebbax.config.training import PhaseConfig, TrainingConfig, read_after
from hebbax.engines.scenario import Scenario
from hebbax.errors import HebbaxError
from hebbax.evolution.schedule import Schedule, with_training
from hebbax.evolution.search import Search
from hebbax.tasks.contract import check_task
from hebbax.tasks.registry import TASKS, make_task

TICKS = 30


def outcome(before, simulation, action, memory, period):
    moved = simulation.qpos[0] - before.qpos[0]
    effort = np.sum(np.square(action))
    return (moved / period, -1e-4 * effort, moved, effort), False, memory


@pytest.fixture
def shaped(swimmer):
    return dataclasses.replace(swimmer, name="shaped", outcome=outcome, shaping=("way", "effort"))


@pytest.mark.parametrize("make", [hebbax.NativeEngine, pytest.param(hebbax.LockstepEngine, marks=pytest.mark.slow)])
def test_no_return_has_them_in_it_and_every_life_sums_them(make, swimmer, shaped, han_e, genomes):
    """The returns are those of the task without them; the way is that of the speed."""
    key, scenario = jax.random.key(4), Scenario(TICKS)
    plain = make(swimmer, han_e, threads=1).evaluate(genomes[:3], key, scenario)
    engine = make(shaped, han_e, threads=1)
    lives = engine.evaluate(genomes[:3], key, scenario)
    np.testing.assert_allclose(lives.returns, plain.returns, rtol=1e-12)
    assert lives.reward_terms.shape == (3, 4)
    np.testing.assert_allclose(lives.reward_terms[:, :2].sum(axis=1), lives.returns, rtol=1e-12)
    np.testing.assert_allclose(-1e-4 * lives.reward_terms[:, 3], lives.reward_terms[:, 1], rtol=1e-9)
    one, record = engine.record(genomes[0], key, scenario)
    np.testing.assert_allclose(one.reward_terms[0, 3], np.sum(np.square(record.actions)), rtol=1e-6)
    way = one.reward_terms[0, 2]
    np.testing.assert_allclose(way, one.reward_terms[0, 0] * swimmer.control_period, rtol=1e-9)


def test_fitness_has_them_where_a_weight_is_given(shaped):
    def weights(**given):
        config = TrainConfig(task=TaskConfig("swimmer", TICKS), training=TrainingConfig("full", phases=[], **given))
        return Schedule(config, shaped).phases[0].weights

    assert weights(weights={}) is None
    assert weights(weights={"forward": 1.0, "way": 0.0}) is None
    np.testing.assert_array_equal(weights(weights={"way": 2.0}), [1, 1, 2, 0])
    np.testing.assert_array_equal(weights(weights={"control": 0.0}), [1, 0, 0, 0])
    with pytest.raises(HebbaxError, match="unknown reward term of training 'wya': did you mean 'way'"):
        weights(weights={"wya": 1.0})


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (
            {"shaping": ("way",)},
            "outcome returned 4 reward terms, but reward and shaping name 3: forward, control, way",
        ),
        ({"shaping": ("way", "forward")}, "reward and shaping name 'forward' twice"),
        ({"shaping": ("way", "The Effort")}, "shaping names a term 'The Effort'.*nearest valid: 'the effort'"),
    ],
)
def test_names_that_do_not_fit_are_said(shaped, changes, said):
    with pytest.raises(HebbaxError, match=said):
        check_task(dataclasses.replace(shaped, **changes))


PHASES = ({"after": 0, "weights": {"way": 1.0}}, {"after": 2})


def test_phases_are_the_tasks_choice_unless_the_run_says_otherwise(shaped):
    task = dataclasses.replace(shaped, training_phases=PHASES)

    def chosen(termination="end", **training):
        config = TrainConfig(task=TaskConfig("swimmer"), training=TrainingConfig(**training), termination=termination)
        return with_training(config, task).training.phases

    listed = [PhaseConfig(**phase) for phase in PHASES]
    assert chosen() == listed
    assert chosen(ticks=100) == listed
    assert chosen(phases=[]) == []
    assert chosen(phases=[PhaseConfig(7)]) == [PhaseConfig(7)]
    assert chosen(weights={}) == []
    assert chosen(weights={"way": 3.0}) == []
    assert chosen(termination="restart") == []


def test_a_run_stores_the_phases_that_it_has(shaped, monkeypatch):
    monkeypatch.setitem(TASKS._parts, "swimmer", lambda: dataclasses.replace(shaped, training_phases=PHASES))
    config = TrainConfig(
        task=TaskConfig("swimmer", TICKS), strategy=StrategyConfig(population=4), generations=3, threads=1
    )
    search = Search(config)
    stored = to_dict(search.config)
    assert [phase["after"] for phase in stored["training"]["phases"]] == [0, 2]
    assert from_dict(stored) == search.config
    state, phases = search.begin(), []
    for _ in range(3):
        state, metrics = search.step(state)
        phases.append(metrics["phase"])
        assert set(metrics["reward_terms"]) == {"forward", "control", "way", "effort"}
    assert phases == [1, 1, 2]


@pytest.mark.parametrize("name", [name for name in TASKS if make_task(name).training_phases])
def test_phases_of_shipped_tasks_can_be_had(name):
    """Their terms are the task's, and they begin one after another."""
    task = make_task(name)
    config = with_training(TrainConfig(task=TaskConfig(name)), task)
    schedule = Schedule(config, task)
    assert len(schedule.phases) == 1 + len(task.training_phases)
    assert [phase.after for phase in schedule.phases[1:]] == [
        read_after(phase["after"]) for phase in task.training_phases
    ]
    assert schedule.begin().phase == 1
