"""Length and phases of training as a user writes them, and every way in which they can be wrong."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from hebbax.config.train import TaskConfig, TrainConfig, check_train_config, from_dict, to_dict
from hebbax.config.training import PhaseConfig, Reached, TrainingConfig, read_after
from hebbax.errors import HebbaxError
from hebbax.evolution.schedule import with_training
from hebbax.tasks.registry import make_task

PHASES = [PhaseConfig(20, "growing", {"control": 2.0}, "none"), PhaseConfig("return_mean>=500", 400)]


def test_it_survives_being_stored():
    config = TrainConfig(training=TrainingConfig(200, PHASES))
    assert from_dict(json.loads(json.dumps(to_dict(config)))) == config


def test_a_run_stored_before_there_was_a_choice_has_full_lives():
    stored = to_dict(TrainConfig())
    del stored["training"]
    assert from_dict(stored).training == TrainingConfig("full", [], weights={})
    stored["training"] = {"ticks": "growing"}  # before terms could be weighed
    assert from_dict(stored).training == TrainingConfig("growing", [], weights={})


def test_what_lives_of_training_are_is_the_tasks_choice_unless_the_full_life_is_another():
    def chosen(config, ticks):
        return with_training(config, replace(make_task("swimmer"), training_ticks=ticks)).training.ticks

    assert chosen(TrainConfig(), "growing") == "growing"
    assert chosen(TrainConfig(), 200) == 200
    assert chosen(TrainConfig(task=TaskConfig("swimmer", 500)), "growing") == "full"
    assert chosen(TrainConfig(task=TaskConfig("swimmer", 500), training=TrainingConfig(100)), "growing") == 100
    assert chosen(TrainConfig(training=TrainingConfig("full")), "growing") == "full"


def test_what_counts_in_fitness_is_the_tasks_choice_where_a_fall_ends_a_life():
    def chosen(**changes):
        return with_training(TrainConfig(task=TaskConfig("hopper"), **changes), make_task("hopper")).training.weights

    assert chosen() == {"survive": 0.0}
    assert chosen(termination="restart") == {}
    assert chosen(training=TrainingConfig(weights={})) == {}
    assert chosen(training=TrainingConfig(weights={"survive": 0.5})) == {"survive": 0.5}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (0, 0),
        (12, 12),
        ("return_mean>=500", Reached("return_mean", ">=", 500.0)),
        (" return_max <= -1e3 ", Reached("return_max", "<=", -1000.0)),
        ("reward_terms.forward>=2", Reached("reward_terms.forward", ">=", 2.0)),
        ("reward_terms.angle rate>=2", Reached("reward_terms.angle rate", ">=", 2.0)),
    ],
)
def test_when_a_phase_begins(text, expected):
    assert read_after(text) == expected


@pytest.mark.parametrize("after", [-1, 1.5, True, None, "", "soon", "return_mean>500", "return_mean>=x", "x>=nan"])
def test_when_no_phase_begins(after):
    with pytest.raises(HebbaxError, match=r"after=.*: expected a number of generations, or a metric"):
        read_after(after)


def test_a_value_is_reached_or_not():
    high, low = Reached("reward_terms.forward", ">=", 2.0), Reached("return_std", "<=", 1.0)
    metrics = {"reward_terms": {"forward": 2.0}, "return_std": 1.5}
    assert high.by(metrics)
    assert not low.by(metrics)
    assert not high.by({"reward_terms": {"forward": None}})
    assert not high.by({})


@pytest.mark.parametrize(
    ("training", "message"),
    [
        (TrainingConfig(0), "training.ticks=0: expected a whole number .*, full or growing, or null; nearest valid: 1"),
        (TrainingConfig(True), "training.ticks=True: expected"),
        (TrainingConfig(2.5), "training.ticks=2.5: expected"),
        (TrainingConfig("grow"), "training.ticks=grow: expected"),
        (TrainingConfig(phases=[PhaseConfig(5, ticks=-3)]), "ticks=-3: expected .*; nearest valid: 1"),
        (TrainingConfig(phases=[PhaseConfig(5), PhaseConfig(5)]), "after=5: expected more than the 5 of the phase"),
        (TrainingConfig(phases=[PhaseConfig(5, weights={"x": float("inf")})]), "x=inf: expected a finite number"),
        (TrainingConfig(weights={"x": float("nan")}), "training.weights: x=nan: expected a finite number"),
        (TrainingConfig(weights=3), "training.weights=3: expected factors"),  # pyright: ignore[reportArgumentType]
        (TrainingConfig(births="mirorred"), "unknown training.births .mirorred.: did you mean .mirrored."),
        (TrainingConfig(first_mean="mean"), "unknown training.first_mean .mean."),
        (TrainingConfig(first_scale=0), "training.first_scale=0: expected a positive number such as 0.01"),
        (TrainingConfig(first_scale=float("nan")), "training.first_scale=nan: expected a positive number"),
        (
            TrainingConfig(first_mean=f"given-{'0' * 16}", first_scale=2),
            "first_scale=2: the first mean is a controller",
        ),
        (TrainingConfig(first_of=0), "training.first_of=0: expected"),
        (
            TrainingConfig(first_of=5),
            "training.first_of=5: the best of several .* here it is average; nearest valid: 1",
        ),
        (TrainingConfig(race=1.0), "training.race=1.0: expected a confidence between 0 and 1 such as 0.9, or null"),
        (TrainingConfig(race=0), "training.race=0: expected a confidence"),
        (TrainingConfig(phases=[PhaseConfig(5, damage=3)]), "damage=3: expected a text"),  # pyright: ignore[reportArgumentType]
    ],
)
def test_what_is_wrong_is_said(training, message):
    with pytest.raises(HebbaxError, match=message):
        check_train_config(replace(TrainConfig(), training=training))
