"""What a compiled life calls of MuJoCo: the birth of a body, a control period, and a record of it."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from hebbax.compiling.bounds import bounded
from hebbax.compiling.compiler import check_size, compiled, copy, copy_by_way_of, from_source, kernel
from hebbax.worlds.base import BodyHooks, WorldFunctions
from hebbax.worlds.mujoco.library import (
    mj_forward,
    mj_reset_data,
    mj_reset_to_keyframe,
    mj_rne_post_constraint,
    mj_step,
)
from hebbax.worlds.mujoco.trouble import ERROR


def mujoco_functions(
    task: Any, actuate: Any, hooks: BodyHooks, *, contact_forces: bool, keyframe: int, born: Any
) -> WorldFunctions:
    """Return the functions of a task, whose compiled `actuate` is given; see `WorldFunctions`.

    `keyframe` is the number of that in which bodies are born, -1 for none; `born` is what the task's `reset` returns,
    None without one.
    """
    update_contact_forces = mj_rne_post_constraint if contact_forces else _no_contact_forces
    place = _place(task, born)
    settle = _settle(task, actuate, update_contact_forces) if task.settle else _settle_not
    return WorldFunctions(
        birth_size=_birth_size,
        place=place,
        begin=_begin(place, settle, mj_reset_data if keyframe < 0 else _reset_to(keyframe)),
        advance=_advance(hooks, update_contact_forces),
        write_record=_write_record,
        count_warnings=_count_warnings,
    )


@compiled
def _birth_size(state):
    return state.qpos.shape[0] + state.qvel.shape[0]


def _place(task: Any, born: Any) -> Any:
    if born is None:
        return _place_nothing
    reset = compiled(task.reset)
    if len(born) == 2:
        return _place_newborn(task, reset, *born)

    check_qpos, check_qvel, check_memory = (
        check_size(f"task {task.name!r}: reset fails: {what}", np.size(value))
        for what, value in zip(("a qpos", "a qvel", "a memory"), born, strict=True)
    )

    @compiled
    def place(noise, state, memory):
        qpos, qvel, born_memory = reset(noise)
        check_qpos(qpos)
        check_qvel(qvel)
        check_memory(born_memory)
        copy(qpos, state.qpos)
        copy(qvel, state.qvel)
        copy(born_memory, memory)

    return place


@kernel
def _place_nothing(noise, state, memory):
    for i in range(memory.shape[0]):
        memory[i] = 0.0


def _place_newborn(task: Any, reset: Any, born: Any, memory: Any) -> Any:
    """Return what places a Newborn of which those fields are not empty that are not empty in `born`."""
    fields = [name for name, array in zip(born._fields, born, strict=True) if np.size(array)]
    lines = [f"    {'copy_rows' if 'mocap' in name else 'copy'}(born.{name}, state.{name})\n" for name in fields]
    sizes = {name: getattr(born, name) for name in fields} | {"memory": memory}
    checks = {
        f"check_{name}": check_size(f"task {task.name!r}: reset fails: a {name}", len(value))
        for name, value in sizes.items()
    }
    looks = [f"    check_{name}(born.{name})\n" for name in fields]
    source = (
        f"def place(noise, state, memory):\n    born, kept = reset(noise)\n{''.join(looks)}    check_memory(kept)\n"
        f"{''.join(lines)}    copy(kept, memory)\n"
    )
    return compiled(from_source(source, "place", {"reset": reset, "copy": copy, "copy_rows": copy_rows, **checks}))


@kernel
def copy_rows(source, target):
    """Write a matrix over another as large."""
    for i in range(target.shape[0]):
        for j in range(target.shape[1]):
            target[i, j] = source[i, j]


@cache
def _reset_to(keyframe: int) -> Any:
    number = np.int32(keyframe)

    @compiled
    def reset(model, data):
        mj_reset_to_keyframe(model, data, number)

    return reset


def _begin(place: Any, settle: Any, reset: Any) -> Any:
    @compiled
    def begin(model, simulator, state, control, memory, noise):
        reset(model, simulator.data)
        place(noise, state, memory)
        failed = mj_forward(model, simulator.data, 1)
        failed += settle(model, simulator, state, control, memory)
        if failed:
            lose(simulator, state)

    return begin


def _settle(task: Any, actuate: Any, update_contact_forces: Any) -> Any:
    ticks, size = task.settle, task.action_size

    @compiled
    def settle(model, simulator, state, control, memory):
        still, spare, failed = np.zeros(size), np.empty(control.shape[0]), 0
        for _ in range(ticks):
            copy_by_way_of(spare, actuate(still, state, memory), control)
            failed += mj_step(model, simulator.data, simulator.substeps)
            failed += update_contact_forces(model, simulator.data, 1)
        return failed

    return settle


@compiled
def _settle_not(model, simulator, state, control, memory):
    return 0


@compiled
def _no_contact_forces(model, data, times):
    return 0


@kernel
def lose(simulator, state):
    """Have a life in which MuJoCo failed end as diverged: nothing of its state can be relied on."""
    simulator.tally[ERROR] += 1
    for i in range(state.qpos.shape[0]):
        state.qpos[i] = np.nan


def _advance(hooks: BodyHooks, update_contact_forces: Any) -> Any:
    apply_forces, restore_forces, clear_forces, hold_coordinates = hooks

    @kernel
    def advance(model, simulator, state, control, events, states, tick, key0, key1, measured):
        data, forces, substeps = simulator.data, simulator.xfrc_applied, simulator.substeps
        contacts = measured.contacts
        apply_forces(events, tick, states, key0, key1, forces)
        hold_coordinates(events, tick, 0, states, key0, key1, state.qpos, state.qvel)
        # To look for errors after each step, and for events between them, would cost lives to which nothing happens.
        singly = events.shape[0] > 0 or contacts.shape[0] > 0
        failed = 0 if singly else mj_step(model, data, substeps)
        for substep in range(substeps if singly else 0):
            failed += mj_step(model, data, 1)
            hold_coordinates(events, tick, substep + 1, states, key0, key1, state.qpos, state.qvel)
            if contacts.shape[0] > 0:
                measure_effort(simulator, state.qvel, measured.torques[0, substep], measured.speeds[0, substep])
            if contacts.shape[0] > 0 and any_force(simulator.qfrc_constraint):  # without one there is no contact
                clear_forces(events, tick, forces)  # or they would count as contacts
                failed += mj_rne_post_constraint(model, data, 1)
                count_contacts(state.cfrc_ext, contacts[0])
                restore_forces(events, tick, states, forces)
        clear_forces(events, tick, forces)  # before contact forces are taken, which would count them
        contacts /= np.float32(substeps)
        failed += update_contact_forces(model, data, 1)
        if failed:
            lose(simulator, state)
        return failed == 0 and bounded(state.qpos) and bounded(state.qvel)

    return advance


@kernel
def any_force(forces):
    """Whether any of the forces is not zero."""
    for force in forces:
        if force != 0.0:
            return True
    return False


@kernel
def count_contacts(forces, contacts):
    """Add one to the contacts [bodies] of those that feel a force, from `cfrc_ext` [bodies, 6]."""
    for body in range(forces.shape[0]):
        touched = False
        for axis in range(6):
            touched = touched or forces[body, axis] != 0.0
        if touched:
            contacts[body] += 1


@kernel
def measure_effort(simulator, qvel, torques, speeds):
    """Write the torque [nu] of each actuator, N·m at a hinge, N at a slide, and the speed [nu] that it acts at.

    The torque is what the actuator adds to the generalised force at the degree of freedom that it acts on; where it
    acts on several, such as a tendon or a site does, at the one where that is largest in size. 0 where it acts on none.
    After a physics step, that is the torque of the step and the speed at its end. MuJoCo moves a joint by that speed
    for the length of the step, so their product is the work of the step to the bit where it integrates by Euler.
    """
    for actuator in range(torques.shape[0]):
        begin = simulator.moment_rowadr[actuator]
        moment, speed = 0.0, 0.0
        for entry in range(begin, begin + simulator.moment_rownnz[actuator]):
            if entry == begin or abs(simulator.actuator_moment[entry]) > abs(moment):
                moment, speed = simulator.actuator_moment[entry], qvel[simulator.moment_colind[entry]]
        torques[actuator], speeds[actuator] = moment * simulator.actuator_force[actuator], speed


@compiled
def _write_record(record, slot, simulator, state):
    copy(state.qpos, record.qpos[slot])
    copy(state.qvel, record.qvel[slot])
    record.contacts[slot] = 0


@kernel
def _count_warnings(simulator):
    count = 0
    for kind in range(simulator.warnings.shape[0]):
        count += simulator.warnings[kind]
        simulator.tally[kind] += simulator.warnings[kind]
    return count
