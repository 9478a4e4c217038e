"""A body is born with all that MuJoCo keeps of it: states of actuators, poses of mocap bodies, a keyframe, the time."""

from __future__ import annotations

import dataclasses

import jax
import mujoco
import numpy as np
import pytest

import hebbax
from hebbax.engines.lockstep import LockstepEngine
from hebbax.engines.native import NativeEngine
from hebbax.engines.specialise import life_names
from hebbax.errors import HebbaxError
from hebbax.kernels.compile_step import compile_step
from hebbax.policies.open_loop import Replay
from hebbax.tasks.contract import check_task
from hebbax.worlds.mujoco.simulation import simulation_of, state_type

XML = """
<mujoco>
  <option timestep="0.01" gravity="0 0 0"/>
  <worldbody>
    <body name="target" mocap="true" pos="1 0 0"><geom size=".1" contype="0" conaffinity="0"/></body>
    <body>
      <joint name="slide" type="slide" axis="1 0 0"/><geom size=".1" mass="1" contype="0" conaffinity="0"/>
    </body>
  </worldbody>
  <tendon><fixed name="cord"><joint joint="slide" coef="2"/></fixed></tendon>
  <actuator><general joint="slide" dyntype="filter" dynprm="0.5"/></actuator>
  <keyframe>
    <key name="away" qpos="0.25" qvel="0.5" act="0.125" mpos="2 3 4" mquat="0 1 0 0" time="8"/>
    <key name="near" qpos="0.5"/>
  </keyframe>
</mujoco>
"""
TICKS = 4
ALSO = ("ten_length", "ten_velocity", "time")
KEY = jax.random.key(3)


def reset(noise):
    return np.zeros(1), np.zeros(1), np.zeros(0)


def reset_all(noise):
    pose = np.zeros((1, 3)) + noise.uniform[0]
    quat = np.zeros((1, 4))
    quat[0, 2] = 1.0
    return hebbax.Newborn(np.ones(1), 2.0 * np.ones(1), 3.0 + np.zeros(1), pose, quat), np.zeros(0)


def reset_act(noise):
    return hebbax.Newborn(np.ones(1), np.zeros(1), 3.0 + np.zeros(1)), np.zeros(0)


def observe(state, memory):
    return np.concatenate((
        state.qpos, state.qvel, state.act, state.mocap_pos[0], state.mocap_quat[0],
        state.ten_length, state.ten_velocity, state.time,
    ))  # fmt: skip


def actuate(action, state, memory):
    return action


def outcome(before, state, action, memory):
    return state.time[0] - before.time[0], False, memory


def task_of(reset=None, keyframe=None, **fields) -> hebbax.Task:
    return hebbax.Task(
        name="slider",
        world=hebbax.mujoco(mujoco.MjSpec.from_string(XML), substeps=2, keyframe=keyframe, also=ALSO),
        observation=13,
        action=1,
        reset=reset,
        observe=observe,
        actuate=actuate,
        outcome=outcome,
        compares=("time",),
        length=TICKS,
        **fields,
    )


def by_hand(act, qpos, qvel, pose, quat, time=0.0) -> np.ndarray:
    """Return the observations of a life [ticks, 13] in MuJoCo's own simulation, with a control of 1."""
    model = mujoco.MjModel.from_xml_string(XML)
    data = mujoco.MjData(model)
    data.act[:], data.qpos[:], data.qvel[:], data.mocap_pos[0], data.mocap_quat[0] = act, qpos, qvel, pose, quat
    data.time = time
    mujoco.mj_forward(model, data)
    rows = []
    for _ in range(TICKS):
        parts = data.qpos, data.qvel, data.act, data.mocap_pos[0], data.mocap_quat[0], data.ten_length
        rows.append(np.concatenate([*parts, data.ten_velocity, [data.time]]))
        data.ctrl[:] = 1.0
        mujoco.mj_step(model, data, 2)
    return np.array(rows)


@pytest.fixture(params=[NativeEngine, LockstepEngine], ids=["native", "lockstep"])
def engine_of(request):
    return request.param


BIRTHS = {
    "as the model": (reset, None, {"act": 0, "qpos": 0, "qvel": 0, "pose": [1, 0, 0], "quat": [1, 0, 0, 0]}),
    "act": (reset_act, None, {"act": 3, "qpos": 1, "qvel": 0, "pose": [1, 0, 0], "quat": [1, 0, 0, 0]}),
    "all": (reset_all, None, {"act": 3, "qpos": 1, "qvel": 2, "pose": None, "quat": [0, 0, 1, 0]}),
    "keyframe": (
        None,
        "away",
        {"act": 0.125, "qpos": 0.25, "qvel": 0.5, "pose": [2, 3, 4], "quat": [0, 1, 0, 0], "time": 8},
    ),
    "reset over keyframe": (
        reset_act,
        "away",
        {"act": 3, "qpos": 1, "qvel": 0, "pose": [2, 3, 4], "quat": [0, 1, 0, 0], "time": 8},
    ),
}


@pytest.mark.parametrize(("born", "keyframe", "expected"), BIRTHS.values(), ids=BIRTHS)
def test_a_body_is_born_as_it_is_said(born, keyframe, expected):
    task = task_of(born, keyframe)
    check_task(task)
    begin, simulation = life_names(task, compile_step(Replay(1, 1)))["begin"], task.world.simulation()
    model, state = task.world.address_of(task.world.model), simulation.state
    for array in (state.act, state.mocap_pos, state.time):
        array[:] = 9.0  # of a life before
    noise = hebbax.Noise(np.full(2, 0.5), np.zeros(2))
    begin(model, simulation.simulator, state, simulation.control, np.zeros(0), noise)
    row = by_hand(**{**expected, "pose": expected["pose"] or [0.5] * 3})[0]
    np.testing.assert_allclose(observe(state, np.zeros(0)), row, rtol=1e-12, atol=1e-12)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["all", "reset over keyframe", "keyframe"])
def test_lives_are_born_as_it_is_said(engine_of, kind):
    born, keyframe, expected = BIRTHS[kind]
    engine = engine_of(task_of(born, keyframe), Replay(1, TICKS), threads=1)
    lives, record = engine.record(np.ones(TICKS, np.float32), KEY)
    pose = expected["pose"] or [record.observations[0, 3]] * 3
    assert 0 < abs(pose[0]) != 1
    rows = by_hand(**{**expected, "pose": pose})
    np.testing.assert_allclose(record.observations, rows, rtol=1e-12, atol=1e-12)
    assert lives.returns[0] == pytest.approx(TICKS * 0.02)
    # Neither the state of an actuator nor a pose is left over from the life before.
    means = engine.evaluate(np.ones((3, TICKS), np.float32), np.tile(jax.random.key_data(KEY), (3, 1))).observation_mean
    np.testing.assert_array_equal(means, means[:1].repeat(3, axis=0))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"keyframe": "nearr"}, r"unknown keyframe 'nearr': did you mean 'near'\?"),
        ({}, "needs reset.noise., which returns qpos, qvel and the memory, or its world a keyframe"),
        (
            {"reset": lambda noise: (hebbax.Newborn(np.zeros(1), np.zeros(1), np.zeros(2)), np.zeros(0))},
            r"reset must return act of shape \(1,\), but it had \(2,\)",
        ),
        (
            {"reset": lambda noise: (hebbax.Newborn(np.zeros(1), np.zeros(1), mocap_pos=np.ones(3)), np.zeros(0))},
            r"reset must return mocap_pos of shape \(1, 3\), but it had \(3,\)",
        ),
        (
            {"reset": lambda noise: (np.zeros(1), np.zeros(1))},
            "reset must return 3 values, or a Newborn and the memory",
        ),
    ],
)
def test_what_is_no_birth_is_one_line(change, message):
    with pytest.raises(HebbaxError, match=message) as error:
        check_task(task_of(**change))
    assert "\n" not in str(error.value)


def test_a_keyframe_of_a_model_without_any(swimmer):
    with pytest.raises(HebbaxError, match="task 'swimmer': keyframe='home', but the model has none"):
        check_task(dataclasses.replace(swimmer, world=swimmer.world.replace(keyframe="home")))


def test_another_keyframe_is_another_world():
    near, away = (task_of(keyframe=name).world.origin() for name in ("near", "away"))
    assert near != away
    assert "keyframe" not in task_of(reset).world.origin()


def test_the_time_is_a_view():
    data = mujoco.MjData(mujoco.MjModel.from_xml_string(XML))
    time = simulation_of(data, state_type(("time",))).time
    data.time = 1.25
    assert time.tolist() == [1.25]
    time[0] = 2.5
    assert data.time == 2.5
    assert data.energy.tolist() == [0.0, 0.0]
    del data
    assert time.tolist() == [2.5]


def test_fields_are_there_where_the_model_or_the_world_says(swimmer):
    assert swimmer.world.state is hebbax.Simulation
    further = task_of(reset).world.state._fields[len(hebbax.Simulation._fields) :]
    assert further == ("act", "mocap_pos", "mocap_quat", *ALSO)
    with pytest.raises(
        HebbaxError, match=r"unknown field of MuJoCo's data in also 'ten_lenght': did you mean 'ten_len"
    ):
        check_task(dataclasses.replace(swimmer, world=swimmer.world.replace(also=("ten_lenght",))))
    with pytest.raises(HebbaxError, match=r"observe reads time, so the world needs also=\('time',\)"):
        check_task(dataclasses.replace(swimmer, observe=lambda state, memory: state.time))
