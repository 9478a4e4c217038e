import dataclasses

import numpy as np
import pytest

from hebbax.engines.native import NativeEngine
from hebbax.errors import HebbaxError
from hebbax.kernels.compiler import compiled
from hebbax.policies.open_loop import Replay
from hebbax.tasks.contract import check_task
from hebbax.tasks.registry import TASKS, make_task


@compiled
def largest_force(simulation):
    return np.max(np.abs(simulation.cfrc_ext))


@compiled
def force_cost(simulation):
    return 0.1 * largest_force(simulation)


def outcome_in_a_closure(cost):
    return lambda before, simulation, action, memory: (cost(simulation), False, memory)


@pytest.mark.parametrize("name", TASKS)
def test_every_shipped_task_keeps_the_contract(name):
    check_task(make_task(name))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"observation_size": 9}, r"observe must return the observation of shape \(9,\), but it had \(8,\)"),
        ({"birth": lambda noise: (np.zeros(4), np.zeros(5), np.zeros(0))}, r"birth must return qpos of shape \(5,\)"),
        ({"birth": lambda noise: (np.zeros(5), np.zeros(5))}, "birth must return 3 values"),
        ({"memory_size": 2}, r"birth must return memory of shape \(2,\), but it had \(0,\)"),
        ({"actuate": lambda action, simulation, memory: action[:1]}, r"actuate must return ctrl of shape \(2,\)"),
        ({"outcome": lambda *_: (1.0, False)}, "outcome must return 3 values"),
        ({"compares": ("qpso",)}, "compares names 'qpso'"),
        (
            {"observe": lambda simulation, memory: simulation.cfrc_ext.ravel()[:8]},
            "observe reads cfrc_ext, so the task needs contact_forces=True",
        ),
        (
            {"outcome": lambda before, simulation, action, memory: (force_cost(simulation), False, memory)},
            "outcome reads cfrc_ext, so the task needs contact_forces=True",
        ),
        (
            {"outcome": outcome_in_a_closure(force_cost)},
            "outcome reads cfrc_ext, so the task needs contact_forces=True",
        ),
    ],
)
def test_a_wrong_size_is_found_before_anything_is_compiled(swimmer, change, message):
    with pytest.raises(HebbaxError, match=message):
        NativeEngine(dataclasses.replace(swimmer, **change), Replay(2, 3))


def test_a_helper_may_read_the_contact_forces_that_are_asked_for(swimmer):
    check_task(dataclasses.replace(swimmer, outcome=outcome_in_a_closure(force_cost), contact_forces=True))
