"""Events as the table of numbers that compiled code reads: names resolved, one row per event."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from hebbax.damage.events import Event
from hebbax.damage.kind import Kind, as_argument, sample_state
from hebbax.damage.kinds import KINDS
from hebbax.damage.picture_parts import picture_part
from hebbax.errors import HebbaxError, unknown_name
from hebbax.lazy_jax import jax
from hebbax.policies.any_policy import AnyPolicy
from hebbax.policies.policy import Policy
from hebbax.tasks.external.task import AnyTask
from hebbax.tasks.groups import Group

(
    HOOK, BEGIN, STAGE, ONSET, END, START, STOP, VALUE, RELATIVE, INDEX, STATE_AT, STATE_SIZE, FRESH, RUN, STEP, WIDTH,
) = 0, 1, 2, 3, 4, 5, 6, 7, 10, 11, 12, 13, 14, 15, 16, 17  # fmt: skip
"""Columns of the table; a force takes VALUE and the two after it, and END is the first tick after the event.

- HOOK and BEGIN are addresses of compiled functions (`engines/hooks.py`), 0 before they are known and for none.
- START and STOP are the range of observations, actuators or weights in their flat vector; the body; the indices of qpos
  and qvel.
- INDEX is the event's place in its sequence, from which it has its random numbers; STATE_AT and STATE_SIZE say where in
  a life's states its own stands.
- RUN and STEP are of columns of a picture, whose numbers lie apart: RUN of them together, and STEP from where those of
  a row begin to where those of the next do. STOP is then START and how many there are. 0 elsewhere.
"""

MODEL, WEIGHTS, SENSE, ACTION, FORCE, POSITION, UPDATE = range(7)
"""Stages as compiled code knows them."""

SPARE = 2  # numbers at the end of a life's states that functions may use for themselves
FORCE_SIZE = 3  # numbers after the state of an event on a body, which hold the force in it

_STAGES = {"model": MODEL, "weights": WEIGHTS, "sense": SENSE, "action": ACTION, "update": UPDATE}
_ROOT_AXES = ("x", "y", "z")


def event_table(events: Sequence[Event], task: AnyTask, policy: AnyPolicy) -> np.ndarray:
    """Return the events that change anything as float64 [events, WIDTH], in the order in which they act.

    Raises HebbaxError for a target that the robot or the policy does not have, an event on the weights of a policy
    whose weights do not change, and an event on a body where the world has none.
    """
    table, state_at = np.zeros((len(events), WIDTH)), 0
    for index, (row, event) in enumerate(zip(table, events, strict=True)):
        kind = KINDS[event.kind]
        if kind.plastic and policy.weight_count == 0:
            raise HebbaxError(
                f"event {event.kind!r} on policy {policy.name!r}: its weights do not change during a life"
            )
        start, stop = range_of(event, task, policy)
        row[[STAGE, ONSET, END, START, STOP]] = _stage(kind), event.onset, event.onset + event.duration, start, stop
        row[VALUE : VALUE + 3], row[RELATIVE] = event.amount, event.relative
        row[[RUN, STEP]] = _stripes(event, task)
        size = _state_size(kind, row)
        row[[INDEX, STATE_AT, STATE_SIZE, FRESH]] = index, state_at, size, kind.draws == "fresh"
        state_at += size + _room(row)
    order = sorted(range(len(events)), key=lambda index: (table[index, STAGE], not KINDS[events[index].kind].first))
    return table[[index for index in order if not events[index].changes_nothing]]


def states_of(table: np.ndarray) -> np.ndarray:
    """Return what the events of one life remember, before any of them: float64 [states + SPARE]."""
    ends = [row[STATE_AT] + row[STATE_SIZE] + _room(row) for row in table]
    return np.zeros(int(max(ends, default=0)) + SPARE)


def _room(row: np.ndarray) -> int:
    """Return how many numbers stand behind an event's state: the force in it, or what it changes of a picture."""
    if row[STAGE] == FORCE:
        return FORCE_SIZE
    return int(row[STOP] - row[START]) if row[RUN] else 0


def carried_over(states: np.ndarray, fresh: np.ndarray) -> np.ndarray:
    """Return what a life's events remember after events were added at the end, or taken away there."""
    kept = min(len(states), len(fresh)) - SPARE
    fresh[:kept] = states[:kept]
    return fresh


def _stage(kind: Kind) -> int:
    return {"body": FORCE, "coordinate": POSITION}[kind.target] if kind.stage == "body" else _STAGES[kind.stage]


def _state_size(kind: Kind, row: np.ndarray) -> int:
    sizes = {FORCE: 3, POSITION: 2, UPDATE: 1}
    size = sizes.get(int(row[STAGE]), int(row[STOP] - row[START]))
    return len(sample_state(kind, np.zeros(size), as_argument(kind, row[VALUE : RELATIVE + 1])))


def _observations(event: Event, task: AnyTask, policy: AnyPolicy) -> tuple[int, int]:
    """Return the range of a group of observations, or of one."""
    if event.target is None:
        return 0, task.observation_size
    groups = _ranges(task.observation)
    if isinstance(event.target, str) and event.target in groups:
        return groups[event.target]
    if (part := picture_part(event, task)) is not None:
        return part.start, part.start + part.size
    index = _index_of(event, [], task.observation_size, others=list(groups))
    return index, index + 1


def _stripes(event: Event, task: AnyTask) -> tuple[int, int]:
    """Return RUN and STEP of an event."""
    part = picture_part(event, task) if KINDS[event.kind].target == "observation" else None
    return (0, 0) if part is None else (part.run, part.step)


def _actuators(event: Event, task: AnyTask, policy: AnyPolicy) -> tuple[int, int]:
    """Return the range of a policy's outputs: of an actuator, or a group of actions."""
    count = task.action_size
    if event.target is None:
        return 0, count
    names = task.world.actuator_names()
    if len(names) != count:  # a task of its own making may have outputs that are no actuators: these have no names
        names = []
    groups = _ranges(task.action)
    if isinstance(event.target, str) and event.target in groups and event.target not in names:
        return groups[event.target]
    index = _index_of(event, names, count, others=list(groups))
    return index, index + 1


def _ranges(groups: Sequence[Group]) -> dict[str, tuple[int, int]]:
    """Return where each named group begins and ends."""
    ends = np.cumsum([group.size for group in groups]).tolist()
    return {group.name: (end - group.size, end) for group, end in zip(groups, ends, strict=True) if group.name}


def _layer(event: Event, task: AnyTask, policy: AnyPolicy) -> tuple[int, int]:
    """Return the range of a layer's weights in the flat vector of all."""
    if isinstance(policy, Policy):
        sizes, names = [connection.size for connection in policy.plastic_connections], list(policy.layer_names)
    else:
        sizes = [weights.size for weights in jax.eval_shape(policy.birth, jax.random.key(0)).weights]
        names = []
    if event.target is None:
        return 0, sum(sizes)
    index = _index_of(event, names, len(sizes))
    return sum(sizes[:index]), sum(sizes[: index + 1])


def _body(event: Event, task: AnyTask) -> tuple[int, int]:
    names = task.world.body_names()
    if names is None or (KINDS[event.kind].stage == "body" and not task.world.compiled):
        raise _no_body(event, task)
    if event.target is None:
        return 1, len(names)
    index = _index_of(event, names, len(names))
    if index == 0:
        raise HebbaxError(f"event {event.kind!r} on body 0, the world: expected 1 to {len(names) - 1}")
    return index, index + 1


def _joint(event: Event, task: AnyTask) -> tuple[int, int]:
    names = task.world.joint_names()
    if names is None:
        raise _no_body(event, task)
    if event.target is None:
        return 0, len(names)
    index = _index_of(event, [name or "" for name in names], len(names))
    if names[index] is None:
        valid = ", ".join(name or str(joint) for joint, name in enumerate(names) if name is not None)
        raise HebbaxError(f"event {event.kind!r} on joint {index}, which has several coordinates: expected {valid}")
    return index, index + 1


def _seed(event: Event, task: AnyTask) -> tuple[int, int]:
    if task.world.body_names() is None:
        raise _no_body(event, task)
    if isinstance(event.target, str):
        raise HebbaxError(f"event {event.kind!r} on {event.target!r}: expected a seed, a whole number from 0 on")
    return event.target or 0, (event.target or 0) + 1


def _surroundings(event: Event, task: AnyTask) -> tuple[int, int]:
    """Return nothing, for what aims at no part; refuse the model's stage where there is no model."""
    kind = KINDS[event.kind]
    if kind.stage == "model" and not _changes_model(kind, task):
        raise _no_body(event, task)
    return 0, 0


def _changes_model(kind: Kind, task: AnyTask) -> bool:
    """Whether a task's world has the model that a kind of the model's stage changes."""
    if task.world.body_names() is not None:
        return bool(kind.fields or kind.edit)
    return bool(kind.own) and set(kind.own) <= set(task.world.own_fields())


def _part(event: Event, task: AnyTask) -> tuple[int, int]:
    """Return the row of a part of a world's own model, or all."""
    if not _changes_model(KINDS[event.kind], task):
        raise _no_body(event, task)
    names = task.world.part_names()
    if event.target is None:
        return 0, len(names)
    index = _index_of(event, names, len(names))
    return index, index + 1


def _coordinate(event: Event, task: AnyTask, policy: AnyPolicy) -> tuple[int, int]:
    """Return the indices of a position and its velocity."""
    coordinates = task.world.coordinates()
    if coordinates is None:
        raise _no_body(event, task)
    names, velocities = coordinates
    index = _index_of(event, names, len(names))
    if velocities[index] < 0:
        valid = [i for i, velocity in enumerate(velocities) if velocity >= 0]
        raise HebbaxError(f"event {event.kind!r} on qpos {index}, part of a quaternion: expected one of {valid}")
    return index, velocities[index]


def _no_body(event: Event, task: AnyTask) -> HebbaxError:
    """Return the error of an event for which the world has nothing, with all kinds that the task can have."""
    kind, kinds = KINDS[event.kind], [name for name, kind in KINDS.items() if _fits(kind, task)]
    lacks = " or ".join(kind.own) if kind.own_alone else "bodies or coordinates"
    return HebbaxError(
        f"event {event.kind!r} on task {task.name!r}: its {task.world.kind} has no {lacks} that could be reached; "
        f"expected one of {', '.join(kinds)}"
    )


def _fits(kind: Kind, task: AnyTask) -> bool:
    """Whether a world has what a kind is done to."""
    if kind.stage == "model":
        return _changes_model(kind, task)
    return kind.stage != "body" or (task.world.body_names() is not None and task.world.compiled)


def _index_of(event: Event, names: Sequence[str], count: int, others: Sequence[str] = ()) -> int:
    """Return the index that an event's target stands for, among `count` things of which some have names.

    `others` are names of more than one of them.
    """
    target, what = event.target, KINDS[event.kind].target
    if isinstance(target, str):
        if target not in filter(None, names):
            raise unknown_name(what, target, [*filter(None, names), *others])
        return names.index(target)
    assert target is not None
    if not 0 <= target < count:
        named = ", ".join([*filter(None, names), *others])
        expected = f"0 to {count - 1}" + (f", or one of {named}" if named else "")
        raise HebbaxError(f"event {event.kind!r} on {what} {target}: expected {expected}")
    return target


def range_of(event: Event, task: AnyTask, policy: AnyPolicy) -> tuple[int, int]:
    """Return START and STOP of an event. Raises HebbaxError for a target that the robot or policy does not have."""
    return _RANGES[KINDS[event.kind].target](event, task, policy)


def model_index(event: Event, task: AnyTask) -> int | None:
    """Return the body or joint that an event of the stage `model` is on, or its seed; None for all."""
    target = KINDS[event.kind].target
    if not target or event.target is None:
        return None
    return {"body": _body, "joint": _joint, "seed": _seed, "part": _part}[target](event, task)[0]


_RANGES: dict[str, Callable[[Event, AnyTask, AnyPolicy], tuple[int, int]]] = {
    "": lambda event, task, policy: _surroundings(event, task),
    "observation": _observations,
    "actuator": _actuators,
    "layer": _layer,
    "body": lambda event, task, policy: _body(event, task),
    "joint": lambda event, task, policy: _joint(event, task),
    "coordinate": _coordinate,
    "seed": lambda event, task, policy: _seed(event, task),
    "part": lambda event, task, policy: _part(event, task),
}
