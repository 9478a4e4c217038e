"""Tasks by name, and where a task comes from, as a run records it, to be compared with what is installed later."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from hebbax.registry import Registry
from hebbax.tasks.ant import ant, ant_proprioceptive
from hebbax.tasks.external.open import external_task
from hebbax.tasks.external.task import AnyTask, ExternalTask, is_external
from hebbax.tasks.half_cheetah import half_cheetah
from hebbax.tasks.hopper import hopper
from hebbax.tasks.humanoid import humanoid
from hebbax.tasks.inverted_double_pendulum import inverted_double_pendulum
from hebbax.tasks.inverted_pendulum import inverted_pendulum
from hebbax.tasks.swimmer import swimmer
from hebbax.tasks.task import Task, model_hash
from hebbax.tasks.walker2d import walker2d

TASKS: Registry[Callable[[], Task]] = Registry(
    "task",
    {
        "half_cheetah": half_cheetah,
        "swimmer": swimmer,
        "hopper": hopper,
        "walker2d": walker2d,
        "ant": ant,
        "ant_proprioceptive": ant_proprioceptive,
        "humanoid": humanoid,
        "inverted_pendulum": inverted_pendulum,
        "inverted_double_pendulum": inverted_double_pendulum,
    },
)


def register_task(name: str, make: Callable[[], Task]) -> None:
    """Add a task of your own under a name. Raises HebbaxError if the name is taken."""
    TASKS.register(name, make)


def make_task(name: str) -> AnyTask:
    """Return a task by name, or an environment of another package (see `external_task`).

    Raises HebbaxError with the nearest names.
    """
    if is_external(name):
        return external_task(name)
    return TASKS.get(name)()


def remark_on(task: AnyTask) -> str | None:
    """Return what a user should know of a task before a long run, in one line, or None."""
    if not isinstance(task, ExternalTask):
        return None
    how = "steps its environments one after another" if task.suite == "gymnasium" else "takes turns with the policy"
    suite = {"gymnasium": "Gymnasium", "envpool": "EnvPool"}[task.suite]
    parts = [f"{suite} {how}, which is slower than a compiled task of `hebbax tasks`"]
    ours = [
        made
        for made in (make() for name, make in TASKS.items() if TASKS.origin(name) is None)
        if made.gymnasium_id == task.source["id"]
    ]
    parts += [f"task={made.name} is this one" for made in ours if not made.gymnasium_options]
    if not task.timed:
        parts.append("a tick counts as 1 s, because the environment does not say how long it is")
    return "; ".join(parts)


def origin(task: AnyTask) -> dict[str, Any]:
    """Return what run.json holds of a task: the hash of its model, or the environment of another package."""
    if isinstance(task, ExternalTask):
        return {"environment": dict(task.source)}
    return {"model_sha256": model_hash(task)}


def changed_origin(task: AnyTask, record: Mapping[str, Any]) -> str | None:
    """Return the beginning of a sentence where a task is another than run.json says, else None."""
    if all(record.get(key) in (None, value) for key, value in origin(task).items()):
        return None
    kind = "environment" if isinstance(task, ExternalTask) else "model"
    return f"the {kind} of task {task.name!r} is another"
