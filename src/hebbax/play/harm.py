"""Harm as a person does it, by buttons: what each of them means as events of a session."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

import numpy as np

from hebbax.damage.events import Event
from hebbax.errors import check_number, unknown_name
from hebbax.play.session import FOREVER, Session
from hebbax.tasks.task import Task

DIRECTIONS = {
    "forward": (1.0, 0.0, 0.0),
    "backward": (-1.0, 0.0, 0.0),
    "left": (0.0, 1.0, 0.0),
    "right": (0.0, -1.0, 0.0),
    "up": (0.0, 0.0, 1.0),
    "down": (0.0, 0.0, -1.0),
}
"""Along the world's axes; Gymnasium's robots go forward along x."""

ALL = "all"
"""What stands for every actuator or layer."""

LONGEST_PUSH = 10.0
"""Seconds that a push may last."""

_MOST = 1e6  # N, or of an action: more than any robot is made for, and far from where numbers overflow

_FREEZE, _PIN, _SCALE = "freeze-plasticity", "pin-actuator", "scale-actuator"


def push(session: Session, body: str, direction: str, newtons: float, seconds: float) -> Event:
    """Push a body along one of DIRECTIONS for so many seconds, at least a tick.

    Args:
        session: the life that is harmed.
        body: its name, one of `body_names`.
        direction: one of DIRECTIONS.
        newtons: the force, N.
        seconds: how long it lasts, s.

    Raises HebbaxError for a body or a direction that is not known, and a number out of range.
    """
    check_number("force (N)", newtons, 0.0, _MOST)
    check_number("seconds of a push", seconds, 0.0, LONGEST_PUSH)
    if direction not in DIRECTIONS:
        raise unknown_name("direction", direction, DIRECTIONS)
    target = _index_of("body", body, body_names(session.task))
    ticks = max(1, round(seconds / session.task.control_period))
    force = tuple(newtons * part for part in DIRECTIONS[direction])
    return session.harm("push-body", duration=ticks, target=target, value=force)


def present_push(session: Session) -> tuple[int, np.ndarray] | None:
    """Return the body that the newest tick pushed and the force on it [3] in N; None if there was no push."""
    tick = session.moment.tick
    for event in reversed(session.events):
        if event.kind == "push-body" and event.onset <= tick < event.onset + event.duration:
            assert isinstance(event.target, int)
            return event.target, np.array(event.amount)
    return None


def usual_push(task: Task) -> float:
    """Return the force in N that a push has unless told otherwise: twice the robot's weight, with two digits."""
    newtons = 2 * 9.81 * (0.0 if (body := task.world.body()) is None else body.mass)
    digits = 1 - math.floor(math.log10(newtons)) if newtons > 0 else 0
    return round(newtons, digits)


def kill_actuator(session: Session, actuator: str) -> None:
    """Let an actuator, or ALL, do nothing until it is repaired."""
    repair_actuator(session, actuator)
    session.harm(_SCALE, duration=FOREVER, target=_actuator(session.task, actuator), value=0.0)


def pin_actuator(session: Session, actuator: str, action: float) -> None:
    """Let an actuator, or ALL, do the same whatever the network says, until it is repaired."""
    check_number("pinned at", action, -_MOST, _MOST)  # before what was done to it before is undone
    repair_actuator(session, actuator)
    session.harm(_PIN, duration=FOREVER, target=_actuator(session.task, actuator), value=action)


def repair_actuator(session: Session, actuator: str) -> None:
    """Undo what was done to an actuator, also as one of all; for ALL, to any."""
    target = _actuator(session.task, actuator)
    for event in session.lasting:
        if event.kind not in (_PIN, _SCALE):
            continue
        if target in (None, event.target):
            session.heal(event)
        elif event.target is None:
            session.heal(event)
            for other in actuator_names(session.task).values():
                if other != target:  # goes on as before
                    session.harm(event.kind, duration=FOREVER, target=other, value=event.amount[0])


def zero_weights(session: Session, layer: str, share: float) -> None:
    """Set a share of a layer's weights, or of ALL, to zero."""
    session.harm("zero-weights", target=_layer(layer), value=share)


def redraw_weights(session: Session, layer: str) -> None:
    """Draw a layer's weights, or ALL, as at birth."""
    session.harm("redraw-weights", target=_layer(layer))


def freeze(session: Session, frozen: bool) -> None:
    """Stop plasticity, or let it go on."""
    if frozen == is_frozen(session):
        return
    if frozen:
        session.harm(_FREEZE, duration=FOREVER)
        return
    for event in session.lasting:
        if event.kind == _FREEZE:
            session.heal(event)


def is_frozen(session: Session) -> bool:
    """Whether plasticity is stopped."""
    return any(event.kind == _FREEZE for event in session.lasting)


def harm_in_words(session: Session) -> str:
    """Return what is wrong with the robot at present, empty if nothing is."""
    every = actuator_names(session.task)
    harmed: dict[str, list[str]] = {}  # actuators, by what they suffer from
    for event in session.lasting:
        if event.kind in (_PIN, _SCALE):
            state = "dead" if event.kind == _SCALE else f"pinned at {event.amount[0]:g}"
            hit = [name for name, index in every.items() if event.target in (None, index)]
            harmed.setdefault(state, []).extend(hit)
    words = [f"{_together(names, every)} {state}" for state, names in harmed.items()]
    return " · ".join([*words, "plasticity frozen"] if is_frozen(session) else words)


def _together(names: Sequence[str], every: Iterable[str]) -> str:
    """Return actuators, of all that there are, in few words."""
    spared = [name for name in every if name not in names]
    if len(names) == 1 or len(spared) > 1:
        return ", ".join(names)
    return f"all actuators but {spared[0]}" if spared else "all actuators"


def actuator_names(task: Task) -> dict[str, int]:
    """Return the actuators by name; those without one are called after their joint, or their number."""
    names = task.world.actuator_names()
    if len(names) != task.action_size:  # outputs that are no actuators
        if all(group.name and group.size == 1 for group in task.action):
            return {group.name: index for index, group in enumerate(task.action)}
        return {f"output {index}": index for index in range(task.action_size)}
    return _numbered(names, "actuator")


def body_names(task: Task) -> dict[str, int]:
    """Return the bodies that can be pushed by name, without the world."""
    names = _numbered(task.world.body_names() or [], "body")
    return {name: index for name, index in names.items() if index > 0}


def _numbered(names: list[str], what: str) -> dict[str, int]:
    """Return indices by name, with a name for what has none or another's."""
    return {
        (name if name and name != ALL and names.count(name) == 1 else f"{what} {index}"): index
        for index, name in enumerate(names)
    }


def _actuator(task: Task, actuator: str) -> int | None:
    return None if actuator == ALL else _index_of("actuator", actuator, actuator_names(task))


def _index_of(what: str, name: str, indices: dict[str, int]) -> int:
    if name not in indices:
        raise unknown_name(what, name, indices)
    return indices[name]


def _layer(layer: str) -> str | None:
    return None if layer == ALL else layer
