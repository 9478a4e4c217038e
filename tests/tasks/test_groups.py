"""Groups: their names, sizes and limits, and those of the shipped tasks against their models."""

import re

import mujoco
import numpy as np
import pytest
from gymnasium import spaces

from hebbax.errors import HebbaxError
from hebbax.tasks.external.spaces import read_observations, write_actions
from hebbax.tasks.groups import Group, motors, size_of
from hebbax.tasks.registry import TASKS, make_task


@pytest.mark.parametrize("name", ["knee", "left knee", "front-left knee", "shoulder 1", "x2"])
def test_identifiers(name):
    assert Group(name, 1, "rad").name == name


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("Left_Knee", 1, "rad"), "group 'Left_Knee': expected lower-case words .*; nearest valid: 'left knee'"),
        (("left  knee", 1, "rad"), "nearest valid: 'left knee'"),
        (("2nd knee", 1, "rad"), "nearest valid: 'nd knee'"),
        (("knee", 0, "rad"), "group 'knee': size=0: expected a whole number of at least 1"),
        (("knee", 1, "rad", 1.0, -1.0), "group 'knee': low=1.0 and high=-1.0, expected low below high"),
        (("knee", 1, "rad", np.nan), "expected low below high"),
        (("knee", 3, "rad", (0.0, 0.0)), "group 'knee': 2 limits low for a size of 3"),
    ],
)
def test_what_no_group_can_be(arguments, message):
    with pytest.raises(HebbaxError, match=message) as error:
        Group(*arguments)
    assert "\n" not in str(error.value)


def test_motors_are_shares_of_their_strength():
    assert motors({"hip": "5 N·m"}) == (Group("hip", 1, "share of 5 N·m", -1, 1),)


@pytest.mark.parametrize("name", [name for name in TASKS if not name.startswith(("go1", "car_", "gecko", "dung_"))])
def test_the_motors_of_shipped_tasks_are_those_of_their_models(name):
    """In their order, each by the words of its joint's name, with what the model gives at full control."""
    task = make_task(name)
    model = task.world.model
    assert len(task.action) == model.nu
    for group, actuator in zip(task.action, range(model.nu), strict=True):
        kind = model.jnt_type[model.actuator_trnid[actuator, 0]]
        unit = {mujoco.mjtJoint.mjJNT_SLIDE.value: "N", mujoco.mjtJoint.mjJNT_HINGE.value: "N·m"}[int(kind)]
        strength = model.actuator_gear[actuator, 0] * model.actuator_ctrlrange[actuator, 1]
        assert (group.size, group.unit) == (1, f"share of {strength:g} {unit}")
        assert (group.low, group.high) == (-1, 1)
    joints = [model.joint(joint).name for joint in model.actuator_trnid[:, 0]]
    if name == "humanoid":
        assert [group.name.replace(" ", "_") for group in task.action] == [re.sub(r"(\d)", r"_\1", j) for j in joints]
    if name == "half_cheetah":
        assert [(g.name[0] + g.name.split()[1]) for g in task.action] == joints
    if name == "cheetah_run" or name.startswith("obstacle"):
        assert [group.name for group in task.action] == joints
    if name == "ant":
        for group, joint in zip(task.action, model.actuator_trnid[:, 0], strict=True):
            body = model.jnt_bodyid[joint]
            body = (
                model.body_parentid[model.body_parentid[body]] if "ankle" in group.name else model.body_parentid[body]
            )
            assert group.name == f"{LEGS[model.body(body).name]} {model.joint(joint).name.split('_')[0]}"


LEGS = {
    "front_left_leg": "front-left",
    "front_right_leg": "front-right",
    "back_leg": "back-left",
    "right_back_leg": "back-right",
}


@pytest.mark.parametrize("name", [name for name in TASKS if "ant" in name or "cheetah" in name or "swimmer" in name])
def test_angles_and_velocities_of_shipped_tasks_have_the_units_of_their_joints(name):
    """Of those that observe qpos from the first coordinate that they do not leave out, then qvel."""
    task = make_task(name)
    model, units = task.world.model, [group.unit for group in task.observation for _ in range(group.size)]
    positions, velocities = [], []
    for kind in model.jnt_type:
        positions += {0: ["m"] * 3 + ["1"] * 4, 2: ["m"], 3: ["rad"]}[int(kind)]
        velocities += {0: ["m/s"] * 3 + ["rad/s"] * 3, 2: ["m/s"], 3: ["rad/s"]}[int(kind)]
    left_out = 1 if "cheetah" in name else 2
    if name.startswith("obstacle"):  # of the cheetah alone, whose coordinates come first
        positions, velocities = positions[:9], velocities[:9]
    expected = [*positions[left_out:], *velocities]
    assert units[: len(expected)] == expected
    assert all("N" in unit for unit in units[len(expected) :])


def test_an_environment_is_one_group_with_the_limits_of_its_space():
    box = spaces.Box(np.float32([-1, -2]), np.float32([1, np.inf]))
    (group,), _ = read_observations("a", box)
    assert (group.name, group.size, group.low, group.high) == ("observation", 2, (-1.0, -2.0), (1.0, None))
    (group,), _ = read_observations("a", spaces.Box(-3e38, 3e38, (3,)))
    assert (group.size, group.low, group.high) == (3, None, None)
    (group,), _ = write_actions("a", spaces.Box(-2, 2, (3,)))
    assert group == Group("action", 3, "", -2.0, 2.0)
    (group,), _ = write_actions("a", spaces.Discrete(4))
    assert group == Group("choice", 4, "1")
    assert size_of(read_observations("a", spaces.Dict(b=spaces.Discrete(3), a=box))[0]) == 5
