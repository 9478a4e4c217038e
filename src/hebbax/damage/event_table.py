"""Events as the table of numbers that compiled code reads: names resolved, one row an event."""

from __future__ import annotations

from collections.abc import Sequence

import jax
import mujoco
import numpy as np

from hebbax.damage.events import KINDS, Event
from hebbax.errors import HebbaxError, unknown_name
from hebbax.policies.policy import AnyPolicy, Policy
from hebbax.tasks.external.task import AnyTask
from hebbax.tasks.task import Task

CODES = {name: code for code, name in enumerate(KINDS)}

KIND, ONSET, END, START, STOP, VALUE, RELATIVE, WIDTH = 0, 1, 2, 3, 4, 5, 8, 9
"""Columns of the table; a force takes VALUE and the two after it, and END is the first tick after the event.

START and STOP are the range of actuators or of weights in their flat vector; the body; the indices of qpos and qvel.
"""

_ROOT_AXES = ("x", "y", "z")


def event_table(events: Sequence[Event], task: AnyTask, policy: AnyPolicy) -> np.ndarray:
    """Return the events as float64 [events, WIDTH].

    Raises HebbaxError for a target that the robot or the policy does not have, an event on the weights of a policy
    whose weights do not change, and an event on a body that is another package's.
    """
    ranges = {"": _nothing, "actuator": _actuators, "layer": _layer, "body": _body, "coordinate": _coordinate}
    table = np.zeros((len(events), WIDTH))
    for row, event in zip(table, events, strict=True):
        if KINDS[event.kind].plastic and policy.weight_count == 0:
            raise HebbaxError(
                f"event {event.kind!r} on policy {policy.name!r}: its weights do not change during a life"
            )
        start, stop = ranges[KINDS[event.kind].target](event, task, policy)
        end = event.onset + event.duration
        row[:] = CODES[event.kind], event.onset, end, start, stop, *event.amount, event.relative
    return table


def _nothing(event: Event, task: AnyTask, policy: AnyPolicy) -> tuple[int, int]:
    return 0, 0


def _actuators(event: Event, task: AnyTask, policy: AnyPolicy) -> tuple[int, int]:
    """Return the range of a policy's outputs."""
    count = task.action_size
    if event.target is None:
        return 0, count
    names: list[str] = []
    # A task of its own making may have outputs that are no actuators: these have no names.
    if isinstance(task, Task) and task.model.nu == count:
        names = [actuator_name(task.model, index) for index in range(count)]
    index = _index_of(event, names, count)
    return index, index + 1


def actuator_name(model: mujoco.MjModel, index: int) -> str:
    """Return an actuator's name, that of its joint if it has none, or nothing."""
    if model.actuator(index).name or mujoco.mjtTrn(model.actuator_trntype[index]) != mujoco.mjtTrn.mjTRN_JOINT:
        return model.actuator(index).name
    return model.joint(int(model.actuator_trnid[index, 0])).name


def _layer(event: Event, task: AnyTask, policy: AnyPolicy) -> tuple[int, int]:
    """Return the range of a layer's weights in the flat vector of all."""
    sizes = [weights.size for weights in jax.eval_shape(policy.birth, jax.random.key(0)).weights]
    if event.target is None:
        return 0, sum(sizes)
    names = list(policy.network.layer_names) if isinstance(policy, Policy) else []
    index = _index_of(event, names, len(sizes))
    return sum(sizes[:index]), sum(sizes[: index + 1])


def _body(event: Event, task: AnyTask, policy: AnyPolicy) -> tuple[int, int]:
    model = _model_of(event, task)
    index = _index_of(event, [model.body(i).name for i in range(model.nbody)], model.nbody)
    if index == 0:
        raise HebbaxError(f"event {event.kind!r} on body 0, the world: expected 1 to {model.nbody - 1}")
    return index, index + 1


def _coordinate(event: Event, task: AnyTask, policy: AnyPolicy) -> tuple[int, int]:
    """Return the indices of a position and its velocity."""
    model = _model_of(event, task)
    names, velocities = [""] * model.nq, [-1] * model.nq
    for joint in range(model.njnt):
        name, kind = model.joint(joint).name, mujoco.mjtJoint(model.jnt_type[joint])
        at, velocity = int(model.jnt_qposadr[joint]), int(model.jnt_dofadr[joint])
        if kind in (mujoco.mjtJoint.mjJNT_HINGE, mujoco.mjtJoint.mjJNT_SLIDE):
            names[at], velocities[at] = name, velocity
        elif kind == mujoco.mjtJoint.mjJNT_FREE:
            for i, axis in enumerate(_ROOT_AXES):
                names[at + i], velocities[at + i] = f"{name}.{axis}", velocity + i
    index = _index_of(event, names, model.nq)
    if velocities[index] < 0:
        valid = [i for i, velocity in enumerate(velocities) if velocity >= 0]
        raise HebbaxError(f"event {event.kind!r} on qpos {index}, part of a quaternion: expected one of {valid}")
    return index, velocities[index]


def _model_of(event: Event, task: AnyTask) -> mujoco.MjModel:
    if not isinstance(task, Task):
        raise HebbaxError(f"event {event.kind!r} on task {task.name!r}: its body is its own; expected a task of hebbax")
    return task.model


def _index_of(event: Event, names: Sequence[str], count: int) -> int:
    """Return the index that an event's target stands for, among `count` things of which some have names."""
    target, what = event.target, KINDS[event.kind].target
    if isinstance(target, str):
        if target not in filter(None, names):
            raise unknown_name(what, target, filter(None, names))
        return names.index(target)
    assert target is not None
    if not 0 <= target < count:
        named = ", ".join(filter(None, names))
        expected = f"0 to {count - 1}" + (f", or one of {named}" if named else "")
        raise HebbaxError(f"event {event.kind!r} on {what} {target}: expected {expected}")
    return target
