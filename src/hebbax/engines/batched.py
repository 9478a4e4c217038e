"""A task's functions compiled over many simulations at once, for the lockstep engine."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from hebbax.engines.life import draw_birth
from hebbax.kernels.compiler import compiled, copy, copy_by_way_of
from hebbax.tasks.task import Task
from hebbax.types import Simulation


@dataclass(frozen=True)
class BatchedTask:
    """A task's four functions over all lives; `which` and `alive` [lives] say which to touch.

    - `birth(keys, terminations, which, qpos, qvel, memory)` fills the last three.
    - `observe(simulations, memory, alive, out)` fills out [lives, observations].
    - `actuate(actions, simulations, memory, alive, out)` fills out [lives, nu].
    - `outcome(befores, simulations, actions, memory, alive, rewards, done)` fills the last two and updates memory.
    """

    birth: Any
    observe: Any
    actuate: Any
    outcome: Any


@cache
def batch_task(task: Task) -> BatchedTask:
    """Return the task's functions over many simulations."""
    return BatchedTask(_birth(task), _observe(task), _actuate(task), _outcome(task))


@compiled
def one_of(simulations, i):
    """Return the arrays of one simulation."""
    return Simulation(
        simulations.qpos[i],
        simulations.qvel[i],
        simulations.ctrl[i],
        simulations.sensordata[i],
        simulations.xpos[i],
        simulations.xipos[i],
        simulations.xquat[i],
        simulations.site_xpos[i],
        simulations.cinert[i],
        simulations.cvel[i],
        simulations.cfrc_ext[i],
        simulations.qfrc_actuator[i],
        simulations.qfrc_constraint[i],
    )


def _birth(task: Task) -> Any:
    birth = compiled(task.birth)

    @compiled
    def birth_all(keys, terminations, which, qpos, qvel, memory):
        for i in range(keys.shape[0]):
            if which[i]:
                noise = draw_birth(keys[i, 0], keys[i, 1], terminations[i], qpos.shape[1] + qvel.shape[1])
                born_qpos, born_qvel, born_memory = birth(noise)
                copy(born_qpos, qpos[i])
                copy(born_qvel, qvel[i])
                copy(born_memory, memory[i])

    return birth_all


def _observe(task: Task) -> Any:
    observe = compiled(task.observe)

    @compiled
    def observe_all(simulations, memory, alive, out):
        for i in range(out.shape[0]):
            if alive[i]:
                copy(observe(one_of(simulations, i), memory[i]), out[i])

    return observe_all


def _actuate(task: Task) -> Any:
    actuate = compiled(task.actuate)

    @compiled
    def actuate_all(actions, simulations, memory, alive, out):
        spare = np.empty(out.shape[1])
        for i in range(out.shape[0]):
            if alive[i]:
                # What is returned may be a view of the controls themselves.
                copy_by_way_of(spare, actuate(actions[i], one_of(simulations, i), memory[i]), out[i])

    return actuate_all


def _outcome(task: Task) -> Any:
    outcome = compiled(task.outcome)

    @compiled
    def outcome_all(befores, simulations, actions, memory, alive, rewards, done):
        spare = np.empty(memory.shape[1])
        for i in range(rewards.shape[0]):
            if alive[i]:
                before, after = one_of(befores, i), one_of(simulations, i)
                rewards[i], done[i], new_memory = outcome(before, after, actions[i], memory[i])
                copy_by_way_of(spare, new_memory, memory[i])  # it may be a view of the memory before

    return outcome_all
