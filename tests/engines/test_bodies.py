"""Damages in the stage `model`: another body from a tick on, in every engine that has bodies."""

import jax
import mujoco
import numpy as np
import pytest

from hebbax.damage.events import Event
from hebbax.engines.bodies import bodies_of
from hebbax.engines.lockstep import LockstepEngine
from hebbax.engines.native import NativeEngine
from hebbax.engines.scenario import Scenario
from hebbax.errors import HebbaxError

KEY = jax.random.key(5)
HEAVY = Event("scale-mass", 10, 5, target=2, value=3.0)


@pytest.fixture(scope="module", params=[NativeEngine, LockstepEngine], ids=["native", "lockstep"])
def engine(request, swimmer, han_e):
    return request.param(swimmer, han_e, threads=1)


def test_a_heavier_body_from_a_tick_to_another_is_that_body(engine, swimmer, genomes):
    """Going on in the middle of a life equals going on with a fresh simulation of the other model."""
    _, record = engine.record(genomes[0], KEY, Scenario(20, damages=[HEAVY]))
    light, heavy = swimmer.world.model, swimmer.world.spec.compile()
    heavy.opt.disableflags |= mujoco.mjtDisableBit.mjDSBL_AUTORESET
    heavy.body_mass[2] *= 3
    heavy.body_inertia[2] *= 3
    mujoco.mj_setConst(heavy, mujoco.MjData(heavy))
    data = mujoco.MjData(light)
    data.qpos[:], data.qvel[:] = record.qpos[0], record.qvel[0]
    mujoco.mj_forward(light, data)
    for tick in range(20):
        np.testing.assert_array_equal(record.qpos[tick], data.qpos, err_msg=f"tick {tick}")
        data.ctrl[:] = record.actions[tick]
        mujoco.mj_step(heavy if 10 <= tick < 15 else light, data, nstep=swimmer.world.substeps)


def test_a_body_that_is_heavier_from_birth_on_is_born_so(engine, genomes):
    events = [[Event("scale-mass", 0, 99, target=2, value=value)] for value in (1.0, 3.0)]
    same, heavy = (engine.record(genomes[0], KEY, Scenario(12, damages=each))[1] for each in events)
    free = engine.record(genomes[0], KEY, Scenario(12))[1]
    np.testing.assert_array_equal(same.qpos, free.qpos)
    assert np.abs(heavy.qpos - free.qpos).max() > 1e-3


def test_two_changes_add_up_while_both_last(swimmer):
    bodies = bodies_of(swimmer, [Event("scale-mass", 2, 6, target="mid", value=2.0), Event("scale-mass", 5, 6, 2, 3.0)])
    assert bodies.ticks.tolist() == [0, 2, 5, 8, 11]
    mass = swimmer.world.model.body_mass[2]
    factors = [model.body_mass[2] / mass for model in bodies.models]
    np.testing.assert_allclose(factors, [1, 2, 6, 3, 1])
    assert bodies.models[0] is bodies.models[-1] is swimmer.world.model
    assert [bodies.at(tick) is bodies.models[1] for tick in (1, 2, 4, 5)] == [False, True, True, False]


def test_the_world_has_no_mass_to_change(swimmer):
    with pytest.raises(HebbaxError, match="on body 0, the world: expected 1 to 3"):
        bodies_of(swimmer, [Event("scale-mass", 0, target=0, value=2.0)])
