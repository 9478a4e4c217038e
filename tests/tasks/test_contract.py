import dataclasses

import numpy as np
import pytest

from hebbax.compiling.compiler import compiled
from hebbax.engines.native import NativeEngine
from hebbax.errors import HebbaxError
from hebbax.policies.open_loop import Replay
from hebbax.tasks.contract import check_task
from hebbax.tasks.groups import Group
from hebbax.tasks.gymnasium_assets import gymnasium_model
from hebbax.tasks.registry import TASKS, make_task
from hebbax.worlds.mujoco.make_world import mujoco


@compiled
def largest_force(simulation):
    return np.max(np.abs(simulation.cfrc_ext))


@compiled
def force_cost(simulation):
    return 0.1 * largest_force(simulation)


def outcome_in_a_closure(cost):
    return lambda before, simulation, action, memory: ((cost(simulation), 0.0), False, memory)


@pytest.mark.parametrize("name", TASKS)
def test_every_shipped_task_keeps_the_contract(name):
    check_task(make_task(name))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"observation_size": 9}, r"observe must return the observation of shape \(9,\), but it had \(8,\)"),
        ({"reset": lambda noise: (np.zeros(4), np.zeros(5), np.zeros(0))}, r"reset must return qpos of shape \(5,\)"),
        ({"reset": lambda noise: (np.zeros(5), np.zeros(5))}, "reset must return 3 values"),
        ({"memory_size": 2}, r"reset must return memory of shape \(2,\), but it had \(0,\)"),
        ({"actuate": lambda action, simulation, memory: action[:1]}, r"actuate must return controls of shape \(2,\)"),
        ({"outcome": lambda *_: (1.0, False)}, "outcome must return 3 values"),
        ({"compares": ("qpso",)}, "compares names 'qpso'"),
        ({"outcome": lambda before, simulation, action: (1.0, False, before)}, "outcome takes 3 arguments, expected"),
        (
            {"outcome": lambda before, simulation, action, memory, dt: (1.0, False, memory)},
            r"outcome takes an argument 'dt', expected \(before, .*\), and after them period and noise",
        ),
        ({"reset": lambda noise, size: None}, r"reset takes an argument 'size', expected \(noise\)"),
        (
            {"observe": lambda simulation, memory, noise: noise.normal},
            "observe takes noise, so the task needs noise_s",
        ),
        (
            {"outcome": lambda *_: ((1.0, 2.0, 3.0), False, np.zeros(0))},
            "outcome returned 3 reward terms, .* names 2",
        ),
        (
            {"outcome": lambda *_: ((1.0,), False, np.zeros(0)), "reward": ("a",)},
            "outcome returned a tuple of one reward term, expected a plain number",
        ),
        ({"reward": ("reward",)}, "outcome returned 2 reward terms, but reward names 1: reward"),
        ({"outcome": lambda *_: ((np.zeros(1), 2.0), False, np.zeros(0))}, "must return one number as 'forward'"),
        ({"outcome": lambda *_: ((1.0, 2.0), np.zeros(2, bool), np.zeros(0))}, "must return one truth value"),
        ({"reward": ("forward", "forward")}, "reward names 'forward' twice"),
        ({"reward": ("forward", "Control")}, "reward names a term 'Control', .*; nearest valid: 'control'"),
        ({"reward": ()}, "reward names no term"),
        ({"observation": (Group("angle", 4, "rad"), Group("angle", 4, "rad"))}, "two groups of observation are called"),
        ({"observation": (Group("angle", 7, "rad"),)}, r"observe must return the observation of shape \(7,\)"),
        ({"action": ("knee",)}, "action is .*, expected hebbax.Group"),
        ({"observation_shape": (3, 3)}, r"observation_shape=\(3, 3\) has 9 numbers, but the groups .* have 8"),
        ({"settle": -1}, "settle=-1, expected a whole number of at least 0"),
        (
            {"world": mujoco(gymnasium_model("swimmer.xml"), substeps=0)},
            "substeps=0, expected a whole number of at least 1",
        ),
        (
            {"observe": lambda simulation, memory: simulation.cfrc_ext.ravel()[:8]},
            "observe reads cfrc_ext, so the world needs contact_forces=True",
        ),
        (
            {"outcome": lambda before, simulation, action, memory: ((force_cost(simulation), 0.0), False, memory)},
            "outcome reads cfrc_ext, so the world needs contact_forces=True",
        ),
        (
            {"outcome": outcome_in_a_closure(force_cost)},
            "outcome reads cfrc_ext, so the world needs contact_forces=True",
        ),
    ],
)
def test_a_wrong_size_is_found_before_anything_is_compiled(swimmer, change, message):
    with pytest.raises(HebbaxError, match=message) as error:
        NativeEngine(dataclasses.replace(swimmer, **change), Replay(2, 3))
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("kind", ["reset", "observe", "actuate", "outcome"])
def test_a_function_that_fails_is_told_with_its_line(swimmer, kind):
    def of_three(one, two, three):
        return one.nothing

    failing = {
        "reset": lambda noise: noise.nothing,
        "observe": lambda state, memory: np.ones(3) + np.ones(2),
        "actuate": of_three,
        "outcome": lambda *_: undefined,  # noqa: F821
    }
    reasons = {
        "reset": "unknown field of a Noise 'nothing'",
        "observe": "operands could not be broadcast",
        "outcome": "name 'undefined' is not defined",
    }
    line = failing[kind].__code__.co_firstlineno + (kind == "actuate")
    with pytest.raises(HebbaxError) as told:
        check_task(dataclasses.replace(swimmer, **{kind: failing[kind]}))
    assert str(told.value).startswith(f"task 'swimmer': {kind} fails (test_contract.py, line {line}): ")
    assert reasons.get(kind, "has no attribute 'nothing'") in str(told.value)


def scaled(action, simulation, memory):
    action *= 2.0
    return action


def counted(before, simulation, action, memory):
    memory[0] += 1.0
    return (0.0, 0.0), False, memory


def limited(action, simulation, memory):
    return np.clip(action, -1.0, 1.0, out=action)


def limited_by_choice(action, simulation, memory):
    action[action > 1.0] = 1.0
    return action


@compiled
def limit(numbers):
    for i in range(numbers.shape[0]):
        numbers[i] = min(numbers[i], 1.0)


def limited_by_helper(action, simulation, memory):
    limit(action)
    return action


def stopped(simulation, memory):
    simulation.qvel[:] = 0.0
    return np.zeros(8)


def forgotten(before, simulation, action, memory):
    memory[:] = 0.0
    return (0.0, 0.0), False, memory


def turned(simulation, memory):
    simulation.qpos[0] += 1.0
    return np.zeros(8)


@pytest.mark.parametrize(
    ("change", "written"),
    [
        ({"actuate": scaled}, "actuate writes into action: expected a new array instead, such as action.copy()"),
        ({"observe": turned}, "observe writes into simulation.qpos: expected a new array"),
        (
            {"outcome": counted, "memory_size": 1, "reset": lambda noise: (np.zeros(5), np.zeros(5), np.zeros(1))},
            "outcome writes into memory: expected a new array",
        ),
        ({"actuate": limited}, "actuate writes into action: expected a new array"),
        ({"actuate": limited_by_choice}, "actuate writes into action: expected a new array"),
        ({"actuate": limited_by_helper}, "actuate writes into action: expected a new array"),
        ({"actuate": compiled(limited_by_choice)}, "actuate writes into action: expected a new array"),
        ({"observe": stopped}, "observe writes into simulation.qvel: expected a new array"),
        (
            {"outcome": forgotten, "memory_size": 1, "reset": lambda noise: (np.zeros(5), np.zeros(5), np.zeros(1))},
            "outcome writes into memory: expected a new array",
        ),
    ],
)
def test_functions_write_to_nothing(swimmer, change, written):
    with pytest.raises(HebbaxError) as told:
        check_task(dataclasses.replace(swimmer, **change))
    assert str(told.value).startswith(f"task 'swimmer': {written}")


def test_a_field_that_a_state_does_not_have_is_told_with_the_nearest(swimmer):
    with pytest.raises(HebbaxError, match=r"unknown field of a Simulation 'qpso': did you mean 'qpos'\?"):
        check_task(dataclasses.replace(swimmer, observe=lambda simulation, memory: simulation.qpso))


def remembered(before, simulation, action, memory):
    return (0.0, 0.0), False, before.qvel[:1]


@pytest.mark.parametrize(
    ("outcome", "field"),
    [
        (lambda before, simulation, action, memory: (((simulation.xpos - before.xpos)[1, 0], 0.0), 0, memory), "xpos"),
        (lambda before, simulation, action, memory: ((0.0, int(before.xquat.sum())), 0, memory), "xquat"),
        (lambda before, simulation, action, memory: ((0.0, np.max(before.qvel)), False, memory), "qvel"),
        (remembered, "qvel"),
        (lambda *_: ((0.0, 0.0), np.isnan(_[0].cinert[1, 0]), np.zeros(0)), "cinert"),
    ],
)
def test_a_field_of_the_state_before_that_lives_do_not_keep_is_found(swimmer, outcome, field):
    fields = {"outcome": outcome}
    if outcome is remembered:
        fields |= {"memory_size": 1, "reset": lambda noise: (np.zeros(5), np.zeros(5), np.zeros(1))}
    expected = f"outcome reads {field} of the state before, which compares does not name: expected compares="
    with pytest.raises(HebbaxError, match=expected):
        check_task(dataclasses.replace(swimmer, **fields))
    named = dataclasses.replace(swimmer, **fields, compares=("qpos", field))
    assert check_task(named) is named


def test_a_plain_number_is_one_term_whatever_the_names(swimmer):
    plain = check_task(dataclasses.replace(swimmer, outcome=lambda *_: (1.0, False, np.zeros(0))))
    assert plain.reward == ("reward",)
    assert check_task(swimmer) is swimmer


def test_an_image_is_flat_inside_and_has_its_shape(swimmer):
    assert check_task(dataclasses.replace(swimmer, observation_shape=(2, 4))).observation_size == 8


def test_a_helper_may_read_the_contact_forces_that_are_asked_for(swimmer):
    world = swimmer.world.replace(contact_forces=True)
    check_task(dataclasses.replace(swimmer, outcome=outcome_in_a_closure(force_cost), world=world))
