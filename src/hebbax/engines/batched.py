"""A task's functions compiled over many simulations at once, for the lockstep engine."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from hebbax.engines.life import draw_birth
from hebbax.engines.task_functions import task_functions
from hebbax.kernels.compiler import compiled, copy, copy_by_way_of
from hebbax.tasks.task import Task
from hebbax.types import Simulation


@dataclass(frozen=True)
class BatchedTask:
    """A task's four functions over all lives; `which` and `alive` [lives] say which to touch.

    - `reset(keys, terminations, which, qpos, qvel, memory)` fills the last three.
    - `observe(simulations, memory, alive, keys, tick, out)` fills out [lives, observations].
    - `actuate(actions, simulations, memory, alive, out)` fills out [lives, nu].
    - `outcome(befores, simulations, actions, memory, alive, keys, tick, rewards, done, terms)` fills the last three and
      updates memory.
    """

    reset: Any
    observe: Any
    actuate: Any
    outcome: Any


@cache
def batch_task(task: Task) -> BatchedTask:
    """Return the task's functions over many simulations."""
    functions = task_functions(task)
    return BatchedTask(
        _reset(functions.reset),
        _observe(functions.observe),
        _actuate(functions.actuate),
        _outcome(functions.outcome, functions.write_terms),
    )


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


def _reset(reset: Any) -> Any:
    @compiled
    def reset_all(keys, terminations, which, qpos, qvel, memory):
        for i in range(keys.shape[0]):
            if which[i]:
                noise = draw_birth(keys[i, 0], keys[i, 1], terminations[i], qpos.shape[1] + qvel.shape[1])
                born_qpos, born_qvel, born_memory = reset(noise)
                copy(born_qpos, qpos[i])
                copy(born_qvel, qvel[i])
                copy(born_memory, memory[i])

    return reset_all


def _observe(observe: Any) -> Any:
    @compiled
    def observe_all(simulations, memory, alive, keys, tick, out):
        for i in range(out.shape[0]):
            if alive[i]:
                copy(observe(one_of(simulations, i), memory[i], keys[i, 0], keys[i, 1], tick), out[i])

    return observe_all


def _actuate(actuate: Any) -> Any:
    @compiled
    def actuate_all(actions, simulations, memory, alive, out):
        spare = np.empty(out.shape[1])
        for i in range(out.shape[0]):
            if alive[i]:
                # What is returned may be a view of the controls themselves.
                copy_by_way_of(spare, actuate(actions[i], one_of(simulations, i), memory[i]), out[i])

    return actuate_all


def _outcome(outcome: Any, write_terms: Any) -> Any:
    @compiled
    def outcome_all(befores, simulations, actions, memory, alive, keys, tick, rewards, done, terms):
        spare = np.empty(memory.shape[1])
        for i in range(rewards.shape[0]):
            if alive[i]:
                before, after = one_of(befores, i), one_of(simulations, i)
                key0, key1 = keys[i, 0], keys[i, 1]
                rewards[i], done[i], new_memory = outcome(before, after, actions[i], memory[i], key0, key1, tick)
                write_terms(before, after, actions[i], memory[i], key0, key1, tick, terms[i])
                copy_by_way_of(spare, new_memory, memory[i])  # it may be a view of the memory before

    return outcome_all
