"""Environments that do not keep their word are one line, when the task is made or at the tick that breaks it."""

from __future__ import annotations

import gymnasium
import jax
import numpy as np
import pytest
from gymnasium import spaces

from hebbax.engines.scenario import Scenario
from hebbax.engines.vector import VectorEngine
from hebbax.errors import HebbaxError
from hebbax.policies.open_loop import Replay
from hebbax.tasks.registry import make_task


class Honest(gymnasium.Env):
    """Observes three numbers, and is rewarded by its tick."""

    observation_space = spaces.Box(-np.inf, np.inf, (3,))
    action_space = spaces.Box(-1.0, 1.0, (1,))

    def __init__(self, render_mode=None):
        self.tick = 0

    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        self.tick = 0
        return np.zeros(3, np.float32), {}

    def step(self, action):
        self.tick += 1
        return self.answer(np.zeros(3, np.float32), float(self.tick), False, False, {})

    def answer(self, *values):
        return values


class OneNumber(Honest):
    def reset(self, *, seed=None, options=None):
        return np.zeros(1, np.float32), {}


class LaterOneNumber(Honest):
    def answer(self, observation, *others):
        return observation[: 3 if self.tick < 3 else 1], *others


class LaterArray(Honest):
    def answer(self, observation, reward, *others):
        return observation, reward if self.tick < 3 else np.array([reward]), *others


class LaterFails(Honest):
    def answer(self, *values):
        assert self.tick < 3, "no more\nticks"
        return values


class ArrayReward(Honest):
    def answer(self, observation, reward, *others):
        return observation, np.array([1.0]), *others


class TextReward(ArrayReward):
    def answer(self, observation, reward, *others):
        return observation, "much", *others


class FourValues(Honest):
    def answer(self, observation, reward, done, _, info):
        return observation, reward, done, info


class ManyEnds(Honest):
    def answer(self, observation, reward, done, _, info):
        return observation, reward, np.zeros(2, bool), False, info


class WithoutSeed(Honest):
    def reset(self):
        return np.zeros(3, np.float32), {}


class WithoutInfo(Honest):
    def reset(self, *, seed=None, options=None):
        return np.zeros(3, np.float32)


class Words(Honest):
    def reset(self, *, seed=None, options=None):
        return "three numbers", {}


class WithoutObservations(Honest):
    observation_space = None


class WithoutActions(Honest):
    action_space = 3


class OutOfRange(Honest):
    observation_space = spaces.Discrete(3)

    def reset(self, *, seed=None, options=None):
        return 3, {}


class LacksAPart(Honest):
    observation_space = spaces.Dict(a=spaces.Discrete(2), b=spaces.Discrete(2))

    def reset(self, *, seed=None, options=None):
        return {"a": 1}, {}


NAMES = [
    (OneNumber, "reset must return an observation of 3 numbers, but returned array"),
    (ArrayReward, r"step must return one number as reward, but returned array\(\[1.\]\)"),
    (TextReward, "step must return one number as reward, but returned 'much'"),
    (FourValues, r"step must return 5 values \(observation, reward, .*info\), but returned 4 values"),
    (ManyEnds, r"step must return one truth value as terminated, but returned an array of shape \(2,\)"),
    (WithoutSeed, r"reset\(seed=…\) fails \(.*, line \d+\): TypeError: .*unexpected keyword argument 'seed'"),
    (WithoutInfo, r"reset must return \(observation, info\), but returned an array of shape \(3,\)"),
    (Words, "reset must return an observation of its observation_space, but returned 'three numbers'"),
    (WithoutObservations, "observation_space is None, expected one of gymnasium.spaces"),
    (WithoutActions, "action_space is 3, expected one of gymnasium.spaces"),
    (OutOfRange, "reset must return an observation of its observation_space, but returned 3"),
    (LacksAPart, "reset must return an observation of its observation_space, but returned {'a': 1}"),
]


@pytest.fixture
def registered(monkeypatch):
    """Return a function that registers an environment for the time of a test, and returns the name of its task."""
    monkeypatch.setattr(gymnasium.envs.registration, "registry", registry := dict(gymnasium.registry))
    monkeypatch.setattr(gymnasium, "registry", registry)

    def register(environment):
        gymnasium.register(f"{environment.__name__}-v0", environment)
        return f"gymnasium/{environment.__name__}-v0"

    return register


@pytest.mark.parametrize(("environment", "message"), NAMES, ids=[environment.__name__ for environment, _ in NAMES])
def test_what_breaks_its_word_at_once_is_no_task(registered, environment, message):
    name = registered(environment)
    with pytest.raises(HebbaxError, match=message) as error:
        make_task(name)
    assert str(error.value).startswith(f"task {name!r}")
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("environment", "message"),
    [
        (LaterOneNumber, "step must return an observation of 3 numbers, but returned array"),
        (LaterArray, "step must return one number as reward, but returned array"),
        (LaterFails, r"step fails \(test_promises.py, line \d+\): AssertionError: no more ticks"),
    ],
)
def test_a_word_is_broken_at_any_tick(registered, environment, message):
    task = make_task(registered(environment))
    engine = VectorEngine(task, Replay(1, 5))
    genome = np.zeros((2, 5), np.float32)
    assert engine.evaluate(genome, jax.random.key(0), Scenario(2)).returns.tolist() == [3.0, 3.0]
    with pytest.raises(HebbaxError, match=message) as error:
        engine.evaluate(genome, jax.random.key(0), Scenario(5))
    assert str(error.value).startswith(f"task {task.name!r}")


def test_actions_of_several_parts_reach_the_environment(registered):
    class Parts(Honest):
        action_space = spaces.Dict(gear=spaces.Discrete(2), lights=spaces.MultiBinary(2), wheel=spaces.Box(0, 4, (1,)))

        def step(self, action):
            assert self.action_space.contains(action)
            worth = 100 * action["gear"] + 10 * action["lights"].sum() + action["wheel"][0]
            return np.zeros(3, np.float32), float(worth), False, False, {}

    task = make_task(registered(Parts))
    assert task.action_size == 5
    outputs = np.array([[0, 1, 1, 1, -0.5], [1, 0, 0, 1, 1.0]], np.float32)
    lives = VectorEngine(task, Replay(5, 2)).evaluate(outputs.reshape(1, -1), jax.random.key(0), Scenario(2))
    assert lives.returns.tolist() == [121 + 14]
