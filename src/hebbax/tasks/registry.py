"""Tasks by name."""

from __future__ import annotations

from collections.abc import Callable

from hebbax.errors import HebbaxError, unknown_name
from hebbax.tasks.half_cheetah import half_cheetah
from hebbax.tasks.swimmer import swimmer
from hebbax.tasks.task import Task

TASKS: dict[str, Callable[[], Task]] = {"half_cheetah": half_cheetah, "swimmer": swimmer}


def register_task(name: str, make: Callable[[], Task]) -> None:
    """Add a task of your own under a name. Raises HebbaxError if the name is taken."""
    if name in TASKS:
        raise HebbaxError(f"task {name!r} is registered already: choose another name")
    TASKS[name] = make


def make_task(name: str) -> Task:
    """Return a task by name. Raises HebbaxError with the nearest names."""
    if name not in TASKS:
        raise unknown_name("task", name, TASKS)
    return TASKS[name]()
