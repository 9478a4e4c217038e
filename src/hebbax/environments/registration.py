"""What Gymnasium knows of our tasks: an id for each, and who makes its environments."""

from __future__ import annotations

import re

import gymnasium

from hebbax.tasks.registry import TASKS

_NAMESPACE = "hebbax"


def environment_id(task: str) -> str:
    """Return the id of a task's environment.

    >>> environment_id("go1_walk"), environment_id("walker2d")
    ('hebbax/Go1Walk-v0', 'hebbax/Walker2d-v0')
    """
    words = re.split(r"[_.-]+", task)
    return f"{_NAMESPACE}/{''.join(word[:1].upper() + word[1:] for word in words)}-v0"


def register_environments() -> tuple[str, ...]:
    """Register an environment for every task, those of plug-ins and of this program too; return the ids of all.

    Call it again for tasks that were registered since.
    """
    ids = []
    for task in TASKS:
        name = environment_id(task)
        ids.append(name)
        if name not in gymnasium.registry:
            gymnasium.register(
                id=name,
                entry_point="hebbax.environments.environment:Environment",
                vector_entry_point="hebbax.environments.vector:VectorEnvironment",
                kwargs={"task": task},
            )
    return tuple(ids)
