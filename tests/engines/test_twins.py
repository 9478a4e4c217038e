"""Twins beside a life: what they leave alone, and their growth beside Benettin's method in float64."""

from __future__ import annotations

import sys
from pathlib import Path

import jax
import numpy as np
import pytest

import hebbax.engines.twins as twins_module
from hebbax.attractors.lyapunov import lyapunov_of_growth
from hebbax.engines.lockstep import LockstepEngine
from hebbax.engines.native import NativeEngine
from hebbax.engines.scenario import Scenario
from hebbax.runs.stored_run import StoredRun
from hebbax.runs.trials import Source
from hebbax.tasks.registry import make_task

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "oracles"))

from float64_life import Controller, Life, growth

LIVES = 3


def measured(engine, genome, ticks: range = range(50, 250)) -> np.ndarray:
    with engine.twins(genome, jax.random.key(4), Scenario(ticks=ticks.stop)) as twins:
        return twins.growth(ticks, np.random.default_rng(0))


@pytest.mark.parametrize("engine", [NativeEngine, pytest.param(LockstepEngine, marks=pytest.mark.slow)])
def test_a_twin_changes_nothing_in_other_lives(swimmer, han_e, genomes, engine):
    runs = engine(swimmer, han_e)
    _, before = runs.record(genomes[2], jax.random.key(4), Scenario(ticks=60))

    first, again = measured(runs, genomes[2], range(10, 60)), measured(runs, genomes[2], range(10, 60))
    _, after = runs.record(genomes[2], jax.random.key(4), Scenario(ticks=60))

    assert len(first) == 50
    np.testing.assert_array_equal(first, again)
    np.testing.assert_array_equal(before.weights, after.weights)
    np.testing.assert_array_equal(before.qpos, after.qpos)


def test_engines_agree(swimmer, han_e, genomes):
    native = lyapunov_of_growth(measured(NativeEngine(swimmer, han_e), genomes[2])[50:])
    lockstep = lyapunov_of_growth(measured(LockstepEngine(swimmer, han_e), genomes[2])[50:])

    assert lockstep.exponent == pytest.approx(native.exponent, abs=0.01)


def test_the_place_on_level_ground_is_no_difference():
    found = {}
    for name in ("half_cheetah", "swimmer", "inverted_pendulum"):
        task = make_task(name)
        model = task.world.model
        phase, memory = [model.qpos0, np.zeros(model.nv)], np.zeros(task.memory_size)
        found[name] = task.world.cyclic(task.observe, phase, memory)[0].nonzero()[0].tolist()

    assert found == {"half_cheetah": [0], "swimmer": [0, 1], "inverted_pendulum": []}


@pytest.fixture(scope="module")
def zoo() -> Source:
    return Source.of_run(StoredRun.open("zoo:half_cheetah/han-e", lambda _: None), lifetimes=LIVES, ticks=1000)


@pytest.fixture(scope="module")
def truth(zoo) -> float:
    """The mean exponent of the first lives in float64, over their second halves."""
    told = zoo.policy.plasticity
    rules = [{name: np.asarray(gene, np.float64) for name, gene in g.items()} for g in zoo.policy.unpack(zoo.genome)]
    controller = Controller(rules, zoo.normaliser.mean, zoo.normaliser.scale, told.window, told.interval)
    shapes, runner, found = zoo.policy.network.layer_shapes, zoo.runner(), []
    for number in range(LIVES):
        _, record = runner.record(number)
        ends = np.cumsum([rows * columns for rows, columns in shapes])[:-1]
        layers = [part.reshape(s) for part, s in zip(np.split(record.weights[0], ends), shapes, strict=True)]
        one, other = (
            Life(zoo.task.world.model, zoo.task.world.substeps, controller, layers, record.qpos[0], record.qvel[0])
            for _ in range(2)
        )
        found.append(growth(one, other, 1000, 1e-7, np.random.default_rng(number))[500:].mean())
    return float(np.mean(found))


@pytest.mark.parametrize("nudge", [1e-6, 1e-5, 1e-4])
def test_a_running_cheetah_parts_as_it_does_in_float64(zoo, truth, nudge, monkeypatch):
    monkeypatch.setattr(twins_module, "NUDGE", nudge)
    runner, found = zoo.runner(), []
    for number in range(LIVES):
        with runner.twins(number) as twins:
            found.append(lyapunov_of_growth(twins.growth(range(250, 1000), np.random.default_rng(number))[250:]))
    mean = np.mean([one.exponent for one in found])
    error = np.sqrt(np.sum([one.standard_error**2 for one in found])) / LIVES

    # The lives part from those in float64 within fifty ticks, so it is two samples of one mean that are compared.
    assert abs(mean - truth) <= max(0.1 * truth, 2 * np.sqrt(2) * error)
    assert 0.3 < mean < 0.55
