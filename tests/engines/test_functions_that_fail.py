"""Functions of a user's own that fail in a life, and not when the task is made: one line, and the engine lives on."""

from __future__ import annotations

import dataclasses

import jax
import numpy as np
import pytest

from hebbax.engines.lockstep import LockstepEngine
from hebbax.engines.native import NativeEngine
from hebbax.engines.scenario import Scenario
from hebbax.errors import HebbaxError
from hebbax.policies.open_loop import Replay

TICKS = 4
KEYS = jax.random.split(jax.random.key(0), 2)

pytestmark = pytest.mark.slow


def observe(simulation, memory):
    if memory[0] == 3.0:  # what `assert` does, which pytest writes anew
        raise AssertionError("nothing to see")
    return np.concatenate((simulation.qpos[2:], simulation.qvel))


def actuate(action, simulation, memory):
    if action[0] == 1.0:
        raise ValueError("too strong")
    return action


def outcome(before, simulation, action, memory):
    if action[0] == 2.0:
        raise RuntimeError("no more")
    return (simulation.qpos[0], 0.0), False, np.array([action[0]])


FAILING = {
    1.0: (actuate, 2, "too strong"),
    2.0: (outcome, 2, "no more"),
    3.0: (observe, 2, "nothing to see"),
}
"""By the action in the third of four ticks: the function, the line in it, and what it says."""


@pytest.fixture(scope="module", params=[NativeEngine, LockstepEngine], ids=["native", "lockstep"])
def engine(request, swimmer):
    functions = {"observe": observe, "actuate": actuate, "outcome": outcome}
    reset = lambda noise: (0.1 * noise.uniform[:5], np.zeros(5), np.zeros(1))  # noqa: E731
    task = dataclasses.replace(swimmer, name="failing", reset=reset, memory_size=1, **functions)
    return request.param(task, Replay(2, TICKS), threads=2)


def genome(action):
    actions = np.full((TICKS, 2), 0.5, np.float32)
    actions[2, 0] = action
    return actions.ravel()


@pytest.mark.parametrize("action", FAILING)
def test_a_function_that_fails_in_a_life_is_told_with_its_line_and_the_engine_lives_on(engine, action):
    function, line, said = FAILING[action]
    genomes, scenario = np.stack([genome(0.5), genome(action)]), Scenario(TICKS)
    good = engine.evaluate(genomes[:1], KEYS[:1], scenario).returns
    where = rf"a life of task 'failing' fails \(test_functions_that_fail.py, line {{}}\): {said}".format(
        function.__code__.co_firstlineno + line
    )
    calls = (
        lambda: engine.evaluate(genomes, KEYS, scenario),
        lambda: engine.record(genomes[1], KEYS[1], scenario),
        lambda: list(engine.stream(genomes[1], KEYS[1], scenario, chunk=1)),
    )
    for call in calls:
        with pytest.raises(HebbaxError, match=where):
            call()
    np.testing.assert_array_equal(engine.evaluate(genomes[:1], KEYS[:1], scenario).returns, good)
