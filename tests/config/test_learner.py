from __future__ import annotations

from dataclasses import replace

import pytest

from hebbax.cli.overrides.compose import compose_train
from hebbax.config.learner import ALGORITHMS, LEARNERS, POLICIES, LearnerConfig, check_learner
from hebbax.config.policy import PRESETS
from hebbax.config.train import TrainConfig, from_stored, to_dict
from hebbax.errors import HebbaxError


@pytest.mark.parametrize("name", LEARNERS)
def test_presets_are_valid_and_come_back_from_a_file(name):
    learner = LEARNERS.get(name)
    assert learner.name == name
    assert learner.algorithm in ALGORITHMS
    check_learner(learner)
    config = replace(TrainConfig(), learner=learner)
    assert from_stored(to_dict(config)).learner == learner


def test_a_run_of_evolution_is_stored_as_before_there_was_another_learner():
    assert "learner" not in to_dict(TrainConfig())
    assert from_stored(to_dict(TrainConfig())).learner == LearnerConfig()


@pytest.mark.parametrize(
    ("overrides", "policy"),
    [
        (["learner=ppo"], "ppo-mlp"),
        (["seed=1", "learner=recurrent-ppo"], "ppo-lstm"),
        (["learner=ppo", "policy=mlp"], "mlp"),
        (["learner=evolution"], "han-e"),
    ],
)
def test_a_learner_comes_with_its_policy(overrides, policy):
    assert compose_train(overrides).policy.name == policy
    assert set(POLICIES.values()) <= set(PRESETS)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"algorithm": "dqn"}, "unknown learner.algorithm 'dqn': known: evolution, ppo"),
        ({"gamma": 1.5}, "gamma=1.5: expected a number above 0 and at most 1"),
        ({"batch_size": 100}, "batch_size=100: expected a divisor of the 2048 ticks .* nearest valid: 64"),
        ({"environments": 0}, "environments=0: expected a whole number of at least 1"),
        ({"log_std_init": float("nan")}, "log_std_init=nan: expected a number such as -1.0"),
        ({"critic": [0]}, "critic: size=0: expected a whole number of at least 1"),
        ({"algorithm": "recurrent-ppo"}, r"critic=\[64, 64\]: the value function of recurrent-ppo"),
        ({"algorithm": "evolution", "gamma": 0.9}, "learner.learning_rate=.*: learner=evolution does not read it"),
    ],
)
def test_what_a_learner_cannot_have_is_said(changes, message):
    with pytest.raises(HebbaxError, match=message):
        check_learner(replace(LEARNERS.get("ppo"), **changes))
