"""Which parts the target "any" may be."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import lru_cache

from hebbax.damage.between import Between
from hebbax.damage.event_table import range_of
from hebbax.damage.events import Event
from hebbax.damage.kind import Kind
from hebbax.damage.kinds import KINDS
from hebbax.damage.models import changed_model
from hebbax.errors import HebbaxError
from hebbax.policies.any_policy import AnyPolicy
from hebbax.policies.policy import Policy
from hebbax.tasks.external.task import AnyTask

_SEEDS = 2**16


def targets_of(event: Event, task: AnyTask, policy: AnyPolicy) -> list[int]:
    """Return the numbers of all parts that an event could be on.

    Of bodies, joints and coordinates these are the robot's own, without those that only say where its root is, and of
    damages of the model those of which MuJoCo can make and step what comes of it.
    Raises HebbaxError where there is none.
    """
    kind = KINDS[event.kind]
    if kind.target == "seed":
        range_of(replace(event, target=0), task, policy)
        return list(range(_SEEDS))
    found, why = [], ""
    for number in _ours(kind.target, task, range(_COUNTS[kind.target](task, policy))):
        try:
            range_of(replace(event, target=number), task, policy)
        except HebbaxError:  # the world as a body, a joint of several coordinates
            continue
        refused = _refused(replace(event, target=number, onset=0, duration=1, spread=0), kind, task)
        found, why = (found, f": {refused}") if refused else ([*found, number], why)
    if not found:
        raise HebbaxError(f"event {event.kind!r} on any {kind.target} of task {task.name!r}, which has none{why}")
    return found


@lru_cache(maxsize=512)  # every life asks, and a change of a model's source takes long
def _refused(event: Event, kind: Kind, task: AnyTask) -> str:
    """Return why the robot cannot have an event at an end of what its value may be; empty if it can."""
    if kind.stage != "model":
        return ""
    try:
        for one in _at_ends(event):
            changed_model(task, [one])
    except HebbaxError as error:  # the root as a limb
        return str(error)
    return ""


def _ours(target: str, task: AnyTask, numbers: Iterable[int]) -> list[int]:
    """Return which of the numbers are the robot's own."""
    parts = task.world.parts()
    if parts is None:
        return list(numbers)
    own = {"body": parts.bodies, "joint": parts.joints, "coordinate": parts.coordinates}.get(target)
    return [number for number in numbers if own is None or number in own]


def _at_ends(event: Event) -> list[Event]:
    """Return an event at the ends of what its value may be."""
    if not isinstance(event.value, Between):
        return [event]
    return [replace(event, value=end) for end in (event.value.low, event.value.high)]


_COUNTS: dict[str, Callable[[AnyTask, AnyPolicy], int]] = {
    "observation": lambda task, policy: task.observation_size,
    "actuator": lambda task, policy: task.action_size,
    "layer": lambda task, policy: len(policy.layer_names) if isinstance(policy, Policy) else 0,
    "body": lambda task, policy: len(task.world.body_names() or ()),
    "joint": lambda task, policy: len(task.world.joint_names() or ()),
    "part": lambda task, policy: len(task.world.part_names()),
    "coordinate": lambda task, policy: len((task.world.coordinates() or ((),))[0]),
}
