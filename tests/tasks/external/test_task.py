"""Environments of other packages as tasks: sizes, what actions and observations mean, and every error in one line."""

from __future__ import annotations

import hashlib
import os
import sys

import gymnasium
import jax
import numpy as np
import pytest
from gymnasium import spaces
from tests.tasks.external import mortal

from hebbax.engines.scenario import Scenario
from hebbax.engines.vector import VectorEngine
from hebbax.errors import HebbaxError
from hebbax.policies.open_loop import Replay
from hebbax.tasks.external import bullet
from hebbax.tasks.external import envpool as envpool_environments
from hebbax.tasks.external.lasting_worker import LastingWorker
from hebbax.tasks.external.spaces import read_observations, write_actions
from hebbax.tasks.external.task import is_external
from hebbax.tasks.registry import changed_origin, make_task, remark_on


@pytest.mark.parametrize(
    ("name", "sizes", "control_period", "timed", "ticks"),
    [
        ("gymnasium/Pendulum-v1", (3, 1), 0.05, True, 200),
        ("gymnasium/CartPole-v1", (4, 2), 0.02, True, 500),
        ("gymnasium/MountainCarContinuous-v0", (2, 1), 1.0, False, 999),
        ("gymnasium/HalfCheetah-v5", (17, 6), 0.05, True, 1000),
        ("gymnasium/FrozenLake-v1", (16, 4), 1.0, False, 100),  # one-hot over 16 squares
        ("gymnasium/Blackjack-v1", (45, 2), 1.0, False, 1000),  # 32 sums, 11 cards, 2 for an ace
    ],
)
def test_sizes(name, sizes, control_period, timed, ticks):
    task = make_task(name)
    assert (task.name, task.gymnasium_id) == (name, name.removeprefix("gymnasium/"))
    assert (task.observation_size, task.action_size) == sizes
    assert (task.control_period, task.timed, task.length) == (control_period, timed, ticks)


def test_half_cheetah_is_as_large_as_the_native_one():
    ours, theirs = make_task("half_cheetah"), make_task("gymnasium/HalfCheetah-v5")
    for field in ("robot", "observation_size", "action_size", "control_period", "length", "gymnasium_id"):
        assert getattr(ours, field) == getattr(theirs, field)


# Actions and observations


def test_outputs_span_a_bounded_box_and_are_clipped():
    space = spaces.Box(np.array([0.0, -2.0], np.float32), np.array([1.0, 2.0], np.float32))
    (group,), decode = write_actions("a", space)
    actions = decode(np.array([[-1.0, 1.0], [0.0, 0.25], [3.0, -9.0]]))
    assert group.size == 2
    np.testing.assert_array_equal(actions, np.float32([[0, 2], [0.5, 0.5], [1, -2]]))
    assert all(space.contains(action) for action in actions)


def test_outputs_are_the_action_where_a_bound_is_missing():
    _, decode = write_actions("a", spaces.Box(np.float32([-np.inf, 0, -3e38]), np.float32([np.inf, np.inf, 3e38])))
    np.testing.assert_array_equal(decode(np.array([[-7.0, -7.0, 0.5]])), np.float32([[-7, 0, 0.5]]))


def test_actions_keep_shape_and_type():
    space = spaces.Box(-2, 2, (2, 3), np.int64)
    (group,), decode = write_actions("a", space)
    (action,) = decode(np.array([[-1, -0.9, -0.3, 0, 0.3, 1]]))
    assert group.size == 6
    np.testing.assert_array_equal(action, [[-2, -2, -1], [0, 1, 2]])
    assert space.contains(action)


def test_the_largest_output_is_the_choice():
    (group,), decode = write_actions("a", spaces.Discrete(3, start=5))
    assert group.size == 3
    np.testing.assert_array_equal(decode(np.array([[0.1, 0.3, -1.0], [2.0, 0.0, 0.0]])), [6, 5])


@pytest.mark.parametrize(
    ("space", "groups", "outputs", "expected"),
    [
        (
            spaces.MultiDiscrete([2, 3], start=[0, 5]),
            [("choice 1", 2), ("choice 2", 3)],
            [[0.1, 0.3, 0, 0, 1], [2, 0, 0, 0.5, -1]],
            [[1, 7], [0, 6]],
        ),
        (
            spaces.MultiDiscrete([[2, 2], [2, 2]]),
            [(f"choice {i}", 2) for i in (1, 2, 3, 4)],
            [[0, 1, 1, 0, 1, 0, 0, 1]],
            [[[1, 0], [0, 1]]],
        ),
        (spaces.MultiBinary(3), [("switch", 3)], [[0.1, -0.1, 0.0], [-1, 2, 3]], [[1, 0, 0], [0, 1, 1]]),
        (spaces.MultiBinary([2, 2]), [("switch", 4)], [[1, -1, -1, 1]], [[[1, 0], [0, 1]]]),
        (
            spaces.Dict({"wheel": spaces.Box(-2, 2, (2,)), "Gear": spaces.Discrete(2)}),
            [("gear choice", 2), ("wheel action", 2)],
            [[0, 1, 0.5, -1.0], [1, 0, 0, 0]],
            [{"Gear": 1, "wheel": [1.0, -2.0]}, {"Gear": 0, "wheel": [0.0, 0.0]}],
        ),
        (
            spaces.Tuple([spaces.Discrete(2), spaces.Dict(a=spaces.MultiBinary(1))]),
            [("part 1 choice", 2), ("part 2 a switch", 1)],
            [[0, 1, 1]],
            [(1, {"a": [1]})],
        ),
        (
            spaces.Dict({"a!": spaces.Discrete(2), "a?": spaces.Discrete(2)}),
            [("part 1 choice", 2), ("part 2 choice", 2)],
            [[0, 1, 1, 0]],
            [{"a!": 1, "a?": 0}],
        ),
    ],
)
def test_actions_of_several_parts(space, groups, outputs, expected):
    ours, decode = write_actions("a", space)
    actions = list(decode(np.array(outputs, np.float64)))
    assert [(group.name, group.size) for group in ours] == groups
    for action, of_hand in zip(actions, expected, strict=True):
        np.testing.assert_equal(jax.tree.map(np.asarray, action), jax.tree.map(np.asarray, of_hand, is_leaf=is_list))
        assert space.contains(action)


def is_list(value):
    return isinstance(value, list)


def test_a_small_matrix_is_read_row_by_row():
    (group,), encode = read_observations("a", spaces.Box(-1, 1, (2, 3)))
    assert group.size == 6
    np.testing.assert_array_equal(encode(np.arange(6.0).reshape(2, 3)), np.arange(6))
    assert read_observations("a", spaces.Box(-1, 1, (32, 32)))[0][0].size == 1024


def test_observations_become_one_vector():
    (group,), encode = read_observations("a", spaces.Dict(b=spaces.Discrete(3, start=1), a=spaces.Box(-1, 1, (2,))))
    assert group.size == 5
    np.testing.assert_array_equal(encode({"a": np.float32([0.5, -0.5]), "b": 3}), [0, 0, 1, 0.5, -0.5])
    (group,), encode = read_observations("a", spaces.Box(-1, 1, ()))
    assert group.size == 1
    np.testing.assert_array_equal(encode(np.float32(0.5)), [0.5])


# Errors


@pytest.mark.parametrize(
    ("space", "message"),
    [
        (
            spaces.Box(0, 255, (4, 96, 96), np.uint8),
            "task 'a' observes 4×96×96 arrays of uint8: expected vectors, matrices of at most 1024 numbers, or images",
        ),
        (spaces.Dict(camera=spaces.Tuple([spaces.Box(0, 1, (64, 64))])), "task 'a' observes 64×64 arrays"),
        (spaces.Sequence(spaces.Discrete(3)), "task 'a' observes a Sequence space, which has no fixed length"),
    ],
)
def test_observations_that_no_network_reads(space, message):
    with pytest.raises(HebbaxError, match=message) as error:
        read_observations("a", space)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("space", [spaces.Text(3), spaces.Dict(a=spaces.Text(3))])
def test_actions_that_no_network_takes(space):
    with pytest.raises(HebbaxError, match="task 'a' acts in a Text space: expected Box, Discrete, MultiDiscrete, Mul"):
        write_actions("a", space)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("gymnasium/Pendulm-v1", r"unknown Gymnasium environment 'Pendulm-v1': did you mean 'Pendulum-v1'\?"),
        ("gymnasium/Pendulum", r"unknown Gymnasium environment 'Pendulum': did you mean 'Pendulum-v1'\?"),
        ("gymnasium/zzz", "unknown Gymnasium environment 'zzz', and no registered id is like it: one that a package "),
        ("gymnasium/no_such_package:X-v0", "task 'gymnasium/no_such_package:X-v0': cannot import 'no_such_package': "),
        ("gymnasium/", "task 'gymnasium/': expected gymnasium/ENV_ID such as gymnasium/Pendulum-v1"),
        ("envpool", "task 'envpool': expected envpool/ENV_ID such as envpool/Pendulum-v1"),
        ("bullet/", "task 'bullet/': expected bullet/ENV_ID such as bullet/AntBulletEnv-v0"),
        ("bullet/AntBulletEnv", r"unknown PyBullet environment 'AntBulletEnv': did you mean 'AntBulletEnv-v0'\?"),
        ("bullet/zzz", "unknown PyBullet environment 'zzz': known: AntBulletEnv-v0"),
        ("gymnasium/Hopper-v3", "task 'gymnasium/Hopper-v3' needs what is not installed: The mujoco v2 and v3 based"),
    ],
)
def test_what_cannot_be_made(name, message):
    with pytest.raises(HebbaxError, match=message) as error:
        make_task(name)
    assert "\n" not in str(error.value)


def test_a_missing_package_is_named_by_gymnasium(monkeypatch):
    class Wheels(gymnasium.Env):
        def __init__(self):
            raise gymnasium.error.DependencyNotInstalled("Wheels are missing,\nrun `pip install wheels`")

    class Broken(gymnasium.Env):
        def __init__(self):
            raise RuntimeError("no luck\ntoday")

    monkeypatch.setattr(gymnasium.envs.registration, "registry", registry := dict(gymnasium.registry))
    monkeypatch.setattr(gymnasium, "registry", registry)
    gymnasium.register("Wheels-v0", Wheels)
    gymnasium.register("Broken-v0", Broken)
    with pytest.raises(
        HebbaxError, match=r"'gymnasium/Wheels-v0' needs what is not installed: Wheels are missing, run `"
    ):
        make_task("gymnasium/Wheels-v0")
    with pytest.raises(HebbaxError, match="'gymnasium/Broken-v0' cannot be made: RuntimeError: no luck today"):
        make_task("gymnasium/Broken-v0")


def test_envpool_that_is_not_installed_says_what_to_do(monkeypatch):
    monkeypatch.setattr(envpool_environments.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(HebbaxError, match=r"task 'envpool/Pendulum-v1' needs EnvPool: pip install 'envpool>=1\.2'"):
        make_task("envpool/Pendulum-v1")


def test_bullet_that_is_not_installed_says_what_to_do(monkeypatch):
    monkeypatch.setattr(bullet.importlib.util, "find_spec", lambda name: None)
    newest = tuple(sys.version_info[:2])
    monkeypatch.setattr(bullet, "_NEWEST_PYTHON", newest)
    with pytest.raises(HebbaxError, match=r"task 'bullet/AntBulletEnv-v0' needs PyBullet: pip install 'pybullet>=3\.2"):
        make_task("bullet/AntBulletEnv-v0")
    monkeypatch.setattr(bullet, "_NEWEST_PYTHON", (3, 10))
    with pytest.raises(HebbaxError, match=r"needs PyBullet, which has no wheel for Python 3\.\d+: use Python 3\.10$"):
        make_task("bullet/AntBulletEnv-v0")


def test_a_process_that_dies_is_replaced_and_said(tmp_path, caplog):
    worker = LastingWorker("a process of ours")
    worker.begin(mortal.begin, tmp_path, 1)
    assert worker.answer() == 1
    assert caplog.messages == ["a process of ours has ended, killed or for want of memory: another takes its place"]
    worker.tell(os.getpid)
    assert worker.answer() == worker.process != os.getpid()


def test_a_process_is_not_replaced_for_ever(tmp_path):
    worker = LastingWorker("a process of ours")
    worker.begin(mortal.begin, tmp_path, 99)
    with pytest.raises(HebbaxError, match="a process of ours ended 3 times over the same call: is there too little"):
        worker.answer()


# What is recorded and said


def test_names_of_other_packages():
    assert is_external("gymnasium/a/b-v0")
    assert is_external("envpool/X-v5")
    assert not is_external("half_cheetah")
    assert not is_external("gymnasium_like")


def test_origin_is_compared():
    task = make_task("gymnasium/Pendulum-v1")
    record = task.world.origin()
    assert record == {
        "environment": {
            "id": "Pendulum-v1",
            "entry_point": "gymnasium.envs.classic_control.pendulum:PendulumEnv",
            "arguments": {},
            "package": "gymnasium",
            "version": gymnasium.__version__,
        }
    }
    assert changed_origin(task, record) is None
    assert changed_origin(task, {}) is None
    changed = {"environment": {**record["environment"], "arguments": {"g": "9.81"}}}
    assert changed_origin(task, changed) == "the environment of task 'gymnasium/Pendulum-v1' is another"
    swimmer = make_task("swimmer")
    digest = hashlib.sha256(swimmer.world.xml.encode()).hexdigest()
    assert swimmer.world.origin() == {"model_sha256": digest}
    assert changed_origin(swimmer, {"model_sha256": "0"}) == "the model of task 'swimmer' is another"


def test_what_is_slower_is_said():
    slower = (
        "Gymnasium steps its environments one after another, which is slower than a compiled task of `hebbax tasks`"
    )
    assert remark_on(make_task("gymnasium/Pendulum-v1")) == slower
    assert remark_on(make_task("gymnasium/HalfCheetah-v5")) == f"{slower}; task=half_cheetah is this one"
    untimed = "; a tick counts as 1 s, because the environment does not say how long it is"
    assert remark_on(make_task("gymnasium/FrozenLake-v1")) == slower + untimed
    assert remark_on(make_task("swimmer")) is None


def test_actions_of_several_parts_reach_the_environment(monkeypatch):
    class Parts(gymnasium.Env):
        observation_space = spaces.Box(-np.inf, np.inf, (3,))
        action_space = spaces.Dict(gear=spaces.Discrete(2), lights=spaces.MultiBinary(2), wheel=spaces.Box(0, 4, (1,)))

        def reset(self, *, seed=None, options=None):
            return np.zeros(3, np.float32), {}

        def step(self, action):
            assert self.action_space.contains(action)
            worth = 100 * action["gear"] + 10 * action["lights"].sum() + action["wheel"][0]
            return np.zeros(3, np.float32), float(worth), False, False, {}

    monkeypatch.setattr(gymnasium, "registry", dict(gymnasium.registry))
    monkeypatch.setattr(gymnasium.envs.registration, "registry", gymnasium.registry)
    gymnasium.register("Parts-v0", lambda render_mode=None: Parts())
    task = make_task("gymnasium/Parts-v0")
    assert task.action_size == 5
    outputs = np.array([[0, 1, 1, 1, -0.5], [1, 0, 0, 1, 1.0]], np.float32)
    lives = VectorEngine(task, Replay(5, 2)).evaluate(outputs.reshape(1, -1), jax.random.key(0), Scenario(2))
    assert lives.returns.tolist() == [121 + 14]
