"""How a robot is held in the air by events."""

from __future__ import annotations

from hebbax.damage.events import Event
from hebbax.errors import HebbaxError
from hebbax.tasks.external.task import AnyTask


def why_not_lifted(task: AnyTask) -> str | None:
    """Return why a robot cannot be lifted, in one line, or None if it can."""
    if task.world.coordinates() is None:
        return f"the body of task {task.name!r} cannot be held: its {task.world.kind} has no coordinates"
    if task.world.root() is None:
        return f"no coordinate of {task.robot} is its height, so it cannot be lifted"
    return None


def lifting(task: AnyTask, onset: int, duration: int) -> list[Event]:
    """Return the events that hold a robot in the air: its root at a height, and otherwise where it is found.

    Raises HebbaxError for a robot that cannot be lifted.
    """
    root = task.world.root()
    if root is None:
        raise HebbaxError(f"{why_not_lifted(task)}")
    height = Event("hold-coordinate", onset, duration, target=root.height, value=root.safe_height)
    others = [Event("hold-coordinate", onset, duration, target=at, value=0.0, relative=True) for at in root.held]
    return [height, *others]
