"""Torque and speed of each actuator at each physics step of a record, against raw MuJoCo under the same controls."""

from __future__ import annotations

import jax
import mujoco
import numpy as np
import pytest

from hebbax.analysis.frame import body_of
from hebbax.engines.lockstep import LockstepEngine
from hebbax.engines.native import NativeEngine
from hebbax.engines.scenario import Scenario
from hebbax.policies.open_loop import Replay
from hebbax.tasks.task import Task
from hebbax.worlds.mujoco.make_world import mujoco as mujoco_world

TICKS = 10
ACTUATORS = """
  <motor joint="a" gear="3" forcelimited="true" forcerange="-0.5 0.5"/>
  <motor joint="a" gear="-2"/>
  <motor jointinparent="b" gear="2"/>
  <motor tendon="one" gear="1"/>
  <motor tendon="two" gear="2"/>
  <motor site="tip" gear="0 -4 0 0 0 0"/>
  <motor joint="ball" gear="1 -3 2"/>
  <general joint="c" gear="5" gainprm="2"/>
"""
MODEL = f"""
<mujoco><option timestep="0.005"/><worldbody>
  <body pos="0 0 1"><joint name="a" axis="0 0 1" damping="1"/><geom type="capsule" fromto="0 0 0 1 0 0" size=".05"/>
    <body pos="1 0 0"><joint name="b" axis="0 0 1" damping="1"/>
      <geom type="capsule" fromto="0 0 0 1 0 0" size=".05"/><site name="tip" pos="1 0 0"/></body></body>
  <body pos="0 5 1"><joint name="ball" type="ball" damping="1"/><geom type="box" size=".1 .2 .3" pos="0 0 -.3"/></body>
  <body pos="0 9 1"><joint name="c" type="slide" axis="1 0 0" damping="1"/><geom size=".1"/></body>
</worldbody>
<tendon>
  <fixed name="one"><joint joint="b" coef="0.1"/></fixed>
  <fixed name="two"><joint joint="a" coef="0.5"/><joint joint="b" coef="-0.7"/></fixed>
</tendon>
<actuator>{ACTUATORS}</actuator></mujoco>
"""
NU = 8


def birth(noise):
    still = np.zeros(7)
    return np.concatenate((noise.uniform[:2], np.array([1.0, 0.0, 0.0, 0.0]), np.zeros(1))), still[:6], np.zeros(0)


@pytest.fixture(scope="module")
def task(tmp_path_factory):
    path = tmp_path_factory.mktemp("torques") / "model.xml"
    path.write_text(MODEL)
    return Task(
        name="transmissions",
        robot="arm",
        world=mujoco_world(path, substeps=2),
        observation_size=6,
        action_size=NU,
        reset=birth,
        observe=lambda simulation, memory: simulation.qvel,
        actuate=lambda action, simulation, memory: action,
        outcome=lambda before, simulation, action, memory: (0.0, False, memory),
    )


ACTIONS = np.asarray(jax.random.uniform(jax.random.key(1), (TICKS, NU), minval=-1, maxval=1), np.float32)


def columns(model, data):
    """Return the generalised force of each actuator alone [nu, nv]: what MuJoCo's sum loses when its force is zero."""
    dense = np.zeros((model.nu, model.nv))
    mujoco.mju_sparse2dense(dense, data.actuator_moment, data.moment_rownnz, data.moment_rowadr, data.moment_colind)
    np.testing.assert_allclose(dense.T @ data.actuator_force, data.qfrc_actuator, atol=1e-12)
    return dense * data.actuator_force[:, None]


SINGLE = {0: 0, 1: 0, 2: 1, 7: 6}
"""Of each actuator at a single joint, which coordinate of the position that turns or moves."""


@pytest.mark.parametrize("engine_of", [NativeEngine, LockstepEngine])
def test_torques_are_what_reaches_the_joints(task, engine_of):
    _, record = engine_of(task, Replay(NU, TICKS), threads=1).record(
        ACTIONS.ravel(), jax.random.key(0), Scenario(ticks=TICKS)
    )
    data = mujoco.MjData(task.world.model)
    data.qpos[:] = record.qpos[0]
    mujoco.mj_forward(task.world.model, data)
    assert record.torques.shape == record.speeds.shape == (TICKS, task.world.substeps, NU)
    for tick, step in np.ndindex(TICKS, task.world.substeps):
        data.ctrl[:] = ACTIONS[tick]
        before = data.qpos.copy()
        mujoco.mj_step(task.world.model, data)
        parts, torques, speeds = columns(task.world.model, data), record.torques[tick, step], record.speeds[tick, step]
        strongest = np.abs(parts).argmax(axis=1)
        np.testing.assert_allclose(torques, parts[np.arange(NU), strongest], rtol=1e-6, atol=1e-9)
        np.testing.assert_allclose(speeds, data.qvel[strongest], rtol=1e-6, atol=1e-9)
        # Of a motor with a gear, by hand; and of the tendon with the coefficient 0.1.
        np.testing.assert_allclose(torques[[1, 2, 3]], ACTIONS[tick, [1, 2, 3]] * [-2, 2, 0.1], rtol=1e-6)
        np.testing.assert_allclose(torques[7], 10 * ACTIONS[tick, 7], rtol=1e-6)
        # With the force straight across the outer link it turns `a` more than `b`, by their lever.
        assert abs(torques[5]) > abs(4 * ACTIONS[tick, 5]) * 0.99
        # By these speeds MuJoCo has moved the joints, so torque times speed is the work of the step.
        for actuator, coordinate in SINGLE.items():
            moved = data.qpos[coordinate] - before[coordinate]
            assert speeds[actuator] * task.world.model.opt.timestep == pytest.approx(moved, rel=1e-4, abs=1e-9)


def test_work_is_told_of_actuators_with_one_joint_alone(task, swimmer):
    body = body_of(task.world.model)
    np.testing.assert_array_equal(body.torques, [0, 1, 2, 3, 7])
    np.testing.assert_array_equal(body.joint_speeds, [0, 0, 1, 1, 5])
    assert not body.whole_effort
    assert body_of(swimmer.world.model).whole_effort
