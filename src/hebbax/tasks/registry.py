"""Tasks by name."""

from __future__ import annotations

from collections.abc import Callable

from hebbax.registry import Registry
from hebbax.tasks.ant import ant, ant_proprioceptive
from hebbax.tasks.external.task import AnyTask, ExternalTask, external_task, is_external
from hebbax.tasks.half_cheetah import half_cheetah
from hebbax.tasks.hopper import hopper
from hebbax.tasks.humanoid import humanoid
from hebbax.tasks.inverted_double_pendulum import inverted_double_pendulum
from hebbax.tasks.inverted_pendulum import inverted_pendulum
from hebbax.tasks.swimmer import swimmer
from hebbax.tasks.task import Task
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
