"""Which robots can be lifted, by which coordinates, and how high."""

from __future__ import annotations

import mujoco
import numpy as np
import pytest

from hebbax.errors import HebbaxError
from hebbax.experiments.raising import lifting, why_not_lifted
from hebbax.tasks.registry import make_task


@pytest.mark.parametrize(
    ("name", "height", "held"),
    [
        ("half_cheetah", 1, (0, 2)),  # rootx, rootz, rooty: the way and the pitch are held too
        ("cheetah_run", 1, (0, 2)),
        ("obstacle_cheetah", 1, (0, 2)),
        ("hopper", 1, (0, 2)),
        ("walker2d", 1, (0, 2)),
        ("ant_proprioceptive", 2, (0, 1)),  # a free joint: x, y, z and a quaternion
        ("ant_run", 2, (0, 1)),
        ("humanoid", 2, (0, 1)),
        ("go1_walk", 2, (0, 1)),
    ],
)
def test_robots_with_a_height_have_a_root(name, height, held):
    root = make_task(name).world.root()
    assert root is not None
    assert (root.height, root.held) == (height, held)


@pytest.mark.parametrize(
    ("name", "robot"),
    [
        ("swimmer", "Swimmer"),
        ("inverted_pendulum", "InvertedPendulum"),
        ("inverted_double_pendulum", "InvertedDoublePendulum"),
    ],
)
def test_robots_without_a_height_say_so(name, robot):
    task = make_task(name)
    assert why_not_lifted(task) == f"no coordinate of {robot} is its height, so it cannot be lifted"
    with pytest.raises(HebbaxError, match="cannot be lifted"):
        lifting(task, 0, 10)


def test_the_events_hold_the_height_and_leave_the_rest_where_it_is():
    task = make_task("half_cheetah")
    events = lifting(task, 30, 40)
    assert [(e.kind, e.onset, e.duration, e.target, e.relative) for e in events] == [
        ("hold-coordinate", 30, 40, 1, False),
        ("hold-coordinate", 30, 40, 0, True),
        ("hold-coordinate", 30, 40, 2, True),
    ]
    assert [event.value for event in events[1:]] == [0.0, 0.0]


@pytest.mark.parametrize(
    "name",
    [
        "half_cheetah",
        "cheetah_run",
        "obstacle_cheetah",
        "hopper",
        "walker2d",
        "ant_proprioceptive",
        "ant_run",
        "humanoid",
        "go1_walk",
    ],
)
def test_no_pose_reaches_the_ground_at_the_height(name):
    task = make_task(name)
    root = task.world.root()
    assert root is not None
    height, model, data = root.safe_height, task.world.model, mujoco.MjData(task.world.model)
    generator = np.random.default_rng(7)  # other poses than those that the height was found with
    for _ in range(200):
        data.qpos[:] = model.qpos0
        for joint in np.flatnonzero(model.jnt_type == mujoco.mjtJoint.mjJNT_HINGE):
            low, high = model.jnt_range[joint] if model.jnt_limited[joint] else (-np.pi, np.pi)
            data.qpos[model.jnt_qposadr[joint]] = generator.uniform(low, high)
        data.qpos[root.height] = height
        mujoco.mj_forward(model, data)
        touching = [data.contact[i].geom for i in range(data.ncon)]
        assert not any(model.geom_bodyid[geom] == 0 for pair in touching for geom in pair)


@pytest.mark.parametrize(
    ("name", "lowest", "highest"), [("walker2d", 0.8, 2.0), ("ant_proprioceptive", 0.2, 1.0), ("ant_run", 0.25, 1.0)]
)
def test_the_height_ends_no_life(name, lowest, highest):
    """The bounds are those within which the task counts its robot as healthy, in m of qpos."""
    task = make_task(name)
    root = task.world.root()
    assert root is not None
    assert lowest < root.safe_height < highest
