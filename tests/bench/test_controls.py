"""Replays of lives, and the policy on its own, at sizes of no use but these."""

from __future__ import annotations

import mujoco
import numpy as np
import pytest

from hebbax.bench.closed_loop import life_keys_of
from hebbax.bench.controls import Controls
from hebbax.bench.replays import BatchReplay, LoopReplay, Recording, record_lives
from hebbax.bench.synapses import PolicyAlone, policy_loop
from hebbax.compiling.noise import fold_in
from hebbax.engines.native import NativeEngine
from hebbax.engines.scenario import Scenario
from hebbax.errors import HebbaxError
from hebbax.kernels.compile_step import compile_step
from hebbax.types import Normaliser

TICKS = 12


@pytest.fixture(scope="module")
def controls(swimmer, han_e, genomes):
    return Controls("swimmer", "random", swimmer, han_e, genomes.astype(np.float32), Normaliser.identity(8))


@pytest.fixture(scope="module")
def engine(controls):
    return NativeEngine(controls.task, controls.policy, threads=2)


@pytest.fixture(scope="module")
def recording(engine, controls):
    return record_lives(engine, controls, life_keys_of(6), TICKS)


def test_both_replays_step_the_same_lives(engine, controls, recording):
    lives = engine.evaluate(controls.genomes, life_keys_of(6), Scenario(ticks=TICKS))
    loop = LoopReplay(controls.task, recording, life_keys_of(6), controls.normaliser)
    loop.check(lives)
    np.testing.assert_array_equal(loop.run().returns, lives.returns)
    batch = BatchReplay(controls, recording, 2)
    batch.run()
    batch.check()
    model = controls.task.world.model
    data = mujoco.MjData(model)
    data.qpos[:], data.qvel[:] = recording.first_qpos[3], recording.first_qvel[3]
    mujoco.mj_forward(model, data)
    for action in recording.actions[3, :TICKS]:
        data.ctrl[:] = action
        mujoco.mj_step(model, data, nstep=controls.task.world.substeps)
    np.testing.assert_array_equal(recording.last_qpos[3], data.qpos)


def test_other_controls_are_found_out(engine, controls, recording):
    lives = engine.evaluate(controls.genomes, life_keys_of(6), Scenario(ticks=TICKS))
    other = recording.actions.copy()
    other[0, 5] = np.nextafter(other[0, 5], np.float32(2))
    changed = Recording(other, recording.first_qpos, recording.first_qvel, recording.last_qpos)
    batch = BatchReplay(controls, changed, 2)
    batch.run()

    with pytest.raises(HebbaxError, match=r"the replay through mujoco\.batch is not of the same lives \(by up to"):
        batch.check()
    with pytest.raises(HebbaxError, match="the replay through the compiled loop is not of the same lives"):
        LoopReplay(controls.task, changed, life_keys_of(6), controls.normaliser).check(lives)


def test_a_life_that_ends_early_is_nothing_to_compare(engine, controls):
    genomes = controls.genomes.copy()
    genomes[1] = np.nan
    broken = Controls("broken", "", controls.task, controls.policy, genomes, controls.normaliser)

    with pytest.raises(HebbaxError, match=r"broken: life 1 ended after 1 ticks; nothing to compare"):
        record_lives(engine, broken, life_keys_of(6), TICKS)


def test_how_controls_move():
    actions = np.array([[[0.0], [1.0], [-0.5], [9.0]]], np.float32)  # the last is not carried out
    found = Recording(actions, *(np.zeros((1, 1)),) * 3).describe()

    assert found == pytest.approx({"size": 0.5, "saturated": 1 / 3, "change": (1 + 1.5) / 2})


def test_the_policy_alone_does_what_it_does_in_a_life(engine, controls, recording):
    """A loop over the observations of a life leaves the weights that the life had."""
    key = life_keys_of(6)[2]
    _, record = engine.record(controls.genomes[2], key, Scenario(ticks=TICKS))
    step = compile_step(controls.policy)
    alone = PolicyAlone(
        controls.policy, controls.genomes, record.observations[:-1].astype(np.float32), policy_loop(step)
    )
    born = np.zeros(step.carry_size, np.float32)
    # Of the same genome and, for the weights at birth, the life's own key.
    step.birth(step.layout, step.parameters, alone.genomes[2], *fold_in(*key, 0) * 2, alone.folded[2], born)
    alone.carries[2] = born

    assert alone.run() == 6 * (TICKS - 1)
    weights = np.zeros(step.weight_count, np.float32)
    step.weights(step.layout, alone.carries[2], weights)
    np.testing.assert_array_equal(weights, record.weights[-1])
    assert alone.synapse_ticks == 6 * (TICKS - 1) * controls.policy.weight_count
