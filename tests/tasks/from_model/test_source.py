"""Tasks written from models: what their text says, and that it does what it says."""

from __future__ import annotations

import dataclasses

import mujoco
import numpy as np
import pytest

import hebbax
from hebbax.tasks.contract import check_task
from hebbax.tasks.from_model.source import run_text, task_text
from hebbax.types import Noise, Simulation
from hebbax.worlds.mujoco.anatomy.anatomy import examine
from hebbax.worlds.mujoco.anatomy.read import read_model


def made(path):
    """Return the anatomy of a model and its task, with the model as it is in memory."""
    anatomy = examine(read_model(path))
    task = run_text(task_text(anatomy, "mine", "mine.xml"), "<mine>")
    world = hebbax.mujoco(anatomy.spec, substeps=anatomy.substeps, keyframe=anatomy.keyframe)
    return anatomy, check_task(dataclasses.replace(task, world=world))


def state_of(model, qpos) -> Simulation:
    data = mujoco.MjData(model)
    data.qpos[:] = qpos
    mujoco.mj_forward(model, data)
    return Simulation(*(getattr(data, field).copy() for field in Simulation._fields))


def noise_of(model, value: float) -> Noise:
    size = model.nq + model.nv
    return Noise(np.full(size, value), np.full(size, value))


@pytest.mark.parametrize("turn", [(1, 0, 0, 0), (0.5, 0.5, 0.5, 0.5)], ids=["upright frame", "frame that lies"])
def test_upright_is_the_cosine_of_how_far_the_root_leans(others_robots, tmp_path, turn):
    """Against MuJoCo's rotation matrix, also where the root's own z axis is not up at birth."""
    path = others_robots.write_quadruped(tmp_path / "dog")
    robot = tmp_path / "dog/dog.xml"
    robot.write_text(robot.read_text().replace("0.26 1 0 0 0", f"0.26 {' '.join(map(str, turn))}"))
    anatomy, task = made(path)
    model = task.world.model
    generator = np.random.default_rng(0)
    home = state_of(model, anatomy.qpos)
    up = _up(model, anatomy.qpos)
    for _ in range(20):
        qpos = anatomy.qpos.copy()
        quaternion = generator.standard_normal(4)
        qpos[3:7] = quaternion / np.linalg.norm(quaternion)
        cosine = _up(model, qpos) @ up
        state = state_of(model, qpos)
        (_, upright, _), fallen, _ = task.outcome(home, state, np.zeros(8), np.zeros(0), 0.02)
        assert upright == pytest.approx(0.1 * cosine)
        assert bool(fallen) == (cosine < 0.5)


def _up(model, qpos) -> np.ndarray:
    data = mujoco.MjData(model)
    data.qpos[:] = qpos
    mujoco.mj_kinematics(model, data)
    return data.xmat[1].reshape(3, 3)[2].copy()


@pytest.mark.parametrize("write", ["write_quadruped", "write_hopper"])
def test_forward_is_a_speed_and_half_of_the_height_is_a_fall(others_robots, tmp_path, write):
    anatomy, task = made(getattr(others_robots, write)(tmp_path / "model" if "quad" in write else tmp_path))
    model, height = task.world.model, anatomy.stance.height
    further, low, lower = anatomy.qpos.copy(), anatomy.qpos.copy(), anatomy.qpos.copy()
    further[anatomy.stance.forward] += 0.03
    low[height] -= 0.49 * anatomy.height
    lower[height] -= 0.51 * anatomy.height
    before, action = state_of(model, anatomy.qpos), np.full(task.action_size, 0.5)
    (forward, upright, effort), fallen, _ = task.outcome(before, state_of(model, further), action, np.zeros(0), 0.02)
    assert (forward, upright, effort) == pytest.approx((1.5, 0.1, -0.1 * 0.25))
    assert not fallen
    assert [bool(task.outcome(before, state_of(model, at), action, np.zeros(0), 0.02)[1]) for at in (low, lower)] == [
        False,
        True,
    ]


def test_forward_is_along_x_also_of_a_rail_that_points_back(others_robots, tmp_path):
    path = others_robots.write_hopper(tmp_path)
    path.write_text(path.read_text().replace('type="slide" axis="1 0 0"', 'type="slide" axis="-1 0 0"'))
    anatomy, task = made(path)
    before, after = (state_of(task.world.model, [way, *anatomy.qpos[1:]]) for way in (0, -0.03))
    assert after.xpos[1, 0] - before.xpos[1, 0] == pytest.approx(0.03)
    (forward, *_), _, _ = task.outcome(before, after, np.zeros(2), np.zeros(0), 0.02)
    assert forward == pytest.approx(1.5)


def test_an_observation_leaves_out_where_the_robot_is_and_holds_all_else(others_robots, tmp_path):
    anatomy, task = made(others_robots.write_quadruped(tmp_path / "dog"))
    state = state_of(task.world.model, anatomy.qpos)
    np.testing.assert_array_equal(task.observe(state, np.zeros(0)), [*state.qpos[2:], *state.qvel])
    names = [group.name for group in task.observation]
    assert names[:4] == ["height", "orientation", "fl thigh joint", "fl calf joint"]
    assert names[10:13] == ["velocity", "angular velocity", "fl thigh joint velocity"]


def test_a_newborn_is_the_keyframe_and_noise_moves_its_joints_alone(others_robots, tmp_path):
    anatomy, task = made(others_robots.write_quadruped(tmp_path / "dog"))
    model = task.world.model
    qpos, qvel, memory = task.reset(noise_of(model, 0.0))
    np.testing.assert_allclose(qpos, anatomy.qpos)
    assert (np.any(qvel), len(memory)) == (False, 0)
    moved = task.reset(noise_of(model, 1.0))[0] - qpos
    np.testing.assert_allclose(moved, [*[0] * 7, *[0.02] * 8])
    # An action of zero is the control of the keyframe, and holds it up for a second.
    np.testing.assert_allclose(task.actuate(np.zeros(8), None, memory), model.key_ctrl[0])
    data = mujoco.MjData(model)
    mujoco.mj_resetDataKeyframe(model, data, 0)
    for _ in range(200):
        data.ctrl[:] = task.actuate(np.zeros(8), None, memory)
        mujoco.mj_step(model, data)
    assert data.qpos[2] > 0.8 * anatomy.qpos[2]


def test_its_numbers_lie_in_a_row_so_that_a_compiled_life_is_kept(others_robots, tmp_path):
    """Of an array with gaps Numba keeps the address, and a life that holds one is compiled anew in every process."""
    _, task = made(others_robots.write_arm(tmp_path))
    names = task.reset.__globals__
    assert all(names[name].flags.c_contiguous for name in ("HOME", "NOISE", "REST", "REACH", "TARGETS"))


def test_every_target_of_an_arm_is_drawn_and_its_distance_is_the_cost(others_robots, tmp_path):
    anatomy, task = made(others_robots.write_arm(tmp_path))
    model, points = task.world.model, anatomy.targets.points
    drawn = [task.reset(noise_of(model, value))[2] for value in np.linspace(-1, 1, 9)[:-1] + 0.01]
    np.testing.assert_allclose(drawn, points, rtol=1e-5, atol=1e-9)
    state = state_of(model, anatomy.qpos)
    (distance, _), over, memory = task.outcome(state, state, np.zeros(4), points[0], 0.02)
    # As drawn the arm is straight: its tip is at 0.1 + 4 · 0.2 m.
    assert -distance == pytest.approx(np.linalg.norm(points[0] - [0, 0, 0.9]))
    assert not over
    np.testing.assert_array_equal(memory, points[0])


def test_names_of_groups_are_each_once(others_robots, tmp_path):
    path = others_robots.write_hopper(tmp_path)
    path.write_text(path.read_text().replace("knee_pitch", "hip-pitch "))
    _, task = made(path)
    names = [group.name for group in task.observation]
    assert len(names) == len(set(names))
    assert {"hip pitch", "hip-pitch"} <= set(names)


def test_names_of_a_model_never_become_code(others_robots, tmp_path):
    """XML lets a name hold the end of a line, and quotes."""
    path = others_robots.write_arm(tmp_path)
    evil = "&#10;raise SystemExit(&quot;&quot;&quot;&#10;&quot;"
    text = path.read_text().replace('"joint1"', f'"joint1{evil}"').replace('"attachment_site"', f'"tip{evil}"')
    text = text.replace('"actuator1"', f'"actuator1{evil}"')
    path.write_text(text.replace("</mujoco>", f'<keyframe><key name="home{evil}"/></keyframe></mujoco>'))
    anatomy, task = made(path)
    assert "\n" in anatomy.keyframe
    assert (task.action_size, anatomy.targets.tip.startswith("tip")) == (4, True)
