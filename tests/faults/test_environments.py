"""Environments that break a rule: one line says which, when the task is made or at the tick; or the life diverges."""

from __future__ import annotations

import gymnasium
import jax
import numpy as np
import pytest
from environments import AT_ONCE, DIVERGING, LATER, LaterCannotBegin, register

from hebbax.engines.scenario import Scenario
from hebbax.engines.vector import VectorEngine
from hebbax.errors import HebbaxError
from hebbax.policies.open_loop import Replay
from hebbax.tasks.registry import make_task

GENOMES = np.zeros((2, 5), np.float32)


@pytest.fixture(autouse=True)
def registry(monkeypatch):
    """Forget after a test what it has registered."""
    monkeypatch.setattr(gymnasium.envs.registration, "registry", registry := dict(gymnasium.registry))
    monkeypatch.setattr(gymnasium, "registry", registry)


def test_there_are_twenty():
    assert len(AT_ONCE) + len(LATER) + len(DIVERGING) >= 20


@pytest.mark.parametrize(("environment", "message"), AT_ONCE, ids=[kind.__name__ for kind, _ in AT_ONCE])
def test_what_breaks_its_word_at_once_is_no_task(environment, message):
    name = register(environment)
    with pytest.raises(HebbaxError, match=message) as error:
        make_task(name)
    assert str(error.value).startswith(f"task {name!r}")
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(("environment", "message"), LATER, ids=[kind.__name__ for kind, _ in LATER])
def test_a_word_is_broken_at_any_tick(environment, message, monkeypatch):
    monkeypatch.setattr(LaterCannotBegin, "lives", -1)  # one to look at it when the task is made
    task = make_task(register(environment))
    engine = VectorEngine(task, Replay(1, 5))
    assert engine.evaluate(GENOMES, jax.random.key(0), Scenario(2)).returns.tolist() == [3.0, 3.0]
    with pytest.raises(HebbaxError, match=message) as error:
        engine.evaluate(GENOMES, jax.random.key(0), Scenario(5))
    assert str(error.value).startswith(f"task {task.name!r}")
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("environment", DIVERGING, ids=[kind.__name__ for kind in DIVERGING])
def test_numbers_that_are_none_end_a_life_as_diverged(environment):
    engine = VectorEngine(make_task(register(environment)), Replay(1, 5))
    lives = engine.evaluate(GENOMES, jax.random.key(0), Scenario(5))
    assert lives.diverged.tolist() == [True, True]
    assert max(lives.lengths) <= 3
