"""Tasks by name, and where a task comes from, as a run records it, to be compared with what is installed later."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any, cast

from hebbax.errors import HebbaxError, calling, unknown_name
from hebbax.registry import Registry
from hebbax.tasks.ant import ant, ant_proprioceptive
from hebbax.tasks.ant_run import ant_run
from hebbax.tasks.car_racing import car_racing
from hebbax.tasks.car_racing_state import car_racing_state
from hebbax.tasks.cheetah_run import cheetah_run
from hebbax.tasks.dung_beetle import dung_beetle, dung_beetle_leung
from hebbax.tasks.external.open import external_task
from hebbax.tasks.external.task import AnyTask, ExternalTask, is_external
from hebbax.tasks.former_names import FORMER, SIZES
from hebbax.tasks.gecko import gecko, gecko_leung
from hebbax.tasks.go1_joystick import go1_joystick, go1_joystick_rough
from hebbax.tasks.go1_walk import go1_walk, go1_walk_rough
from hebbax.tasks.go1_walk_economical import go1_walk_economical
from hebbax.tasks.half_cheetah import half_cheetah
from hebbax.tasks.hopper import hopper
from hebbax.tasks.humanoid import humanoid
from hebbax.tasks.inverted_double_pendulum import inverted_double_pendulum
from hebbax.tasks.inverted_pendulum import inverted_pendulum
from hebbax.tasks.obstacle_cheetah import obstacle_cheetah, obstacle_cheetah_pendulums, obstacle_cheetah_slope
from hebbax.tasks.quadruped import quadruped
from hebbax.tasks.quadruped_najarro import quadruped_najarro
from hebbax.tasks.swimmer import swimmer
from hebbax.tasks.task import Task
from hebbax.tasks.walker2d import walker2d

TASKS: Registry[Callable[[], Task]] = Registry(
    "task",
    {
        "half_cheetah": half_cheetah,
        "cheetah_run": cheetah_run,
        "obstacle_cheetah": obstacle_cheetah,
        "obstacle_cheetah_pendulums": obstacle_cheetah_pendulums,
        "obstacle_cheetah_slope": obstacle_cheetah_slope,
        "swimmer": swimmer,
        "hopper": hopper,
        "walker2d": walker2d,
        "ant": ant,
        "ant_proprioceptive": ant_proprioceptive,
        "ant_run": ant_run,
        "quadruped": quadruped,
        "quadruped_najarro": quadruped_najarro,
        "gecko": gecko,
        "gecko_leung": gecko_leung,
        "dung_beetle": dung_beetle,
        "dung_beetle_leung": dung_beetle_leung,
        "car_racing": car_racing,
        "car_racing_state": car_racing_state,
        "humanoid": humanoid,
        "go1_walk": go1_walk,
        "go1_joystick": go1_joystick,
        "go1_joystick_rough": go1_joystick_rough,
        "go1_walk_rough": go1_walk_rough,
        "go1_walk_economical": go1_walk_economical,
        "inverted_pendulum": inverted_pendulum,
        "inverted_double_pendulum": inverted_double_pendulum,
    },
)


def register_task(name: str, make: Callable[[], Task] | None = None, **fields: Any) -> None:
    """Add a task under a name, or replace one of your own.

    Args:
        name: what it is called, as in `task=NAME`.
        make: returns the task; or
        fields: those of `Task`, but for the name.

    Raises HebbaxError for a name that ships or is a plug-in's, and unless there is one of both; what is wrong with the
    task is said when it is made.
    """
    if (make is None) == (not fields):
        raise HebbaxError(f"task {name!r}: expected either a function that returns it, or the fields of a Task")
    if fields:
        _check_fields(name, fields)
    TASKS.register(name, make if make is not None else lambda: Task(name=name, **fields))


def _check_fields(task: str, fields: Mapping[str, Any]) -> None:
    """Raise HebbaxError for a field that no task has, and for one that every task needs."""
    known = {field.name: field for field in dataclasses.fields(Task) if field.name != "name"}
    for name in fields:
        if name not in (*known, *FORMER, *SIZES):
            raise unknown_name(f"field of task {task!r}", name, known)
    former = {SIZES.get(name, FORMER.get(name, name).partition(".")[0]) for name in fields}
    missing = [name for name, field in known.items() if field.default is field.default_factory and name not in former]
    if missing:
        raise HebbaxError(f"task {task!r} has no {', '.join(missing)}: expected them among its fields")


def make_task(name: str) -> AnyTask:
    """Return a task by name, or what another package brings (see `external_task`).

    Raises HebbaxError with the nearest names, and where a function that was registered fails or returns no task.

    >>> make_task("half_cheetah").action_size
    6
    """
    if isinstance(name, str) and is_external(name):
        return external_task(name)
    make = TASKS.get(name)
    with calling(f"task {name!r} cannot be made: its function"):
        task = make()
    if not isinstance(task, Task | ExternalTask):
        raise HebbaxError(f"task {name!r} cannot be made: its function returned {task!r:.60}, expected a Task")
    return task


def remark_on(task: AnyTask) -> str | None:
    """Return what a user should know of a task before a long run, in one line, or None."""
    if task.world.compiled:
        return None
    environment = cast("ExternalTask", task)
    how = {
        "gymnasium": "Gymnasium steps its environments one after another",
        "envpool": "EnvPool takes turns with the policy",
        "bullet": "PyBullet takes about a millisecond a tick and core",
    }[environment.suite]
    parts = [f"{how}, which is slower than a compiled task of `hebbax tasks`"]
    parts += ["task=quadruped is this robot in MuJoCo"] if environment.suite == "bullet" else []
    ours = [
        made
        for made in (make() for name, make in TASKS.items() if TASKS.origin(name) is None)
        if made.gymnasium_id == environment.source["id"]
    ]
    parts += [f"task={made.name} is this one" for made in ours if not made.gymnasium_options]
    if not task.world.timed:
        parts.append("a tick counts as 1 s, because the environment does not say how long it is")
    return "; ".join(parts)


def changed_origin(task: AnyTask, record: Mapping[str, Any]) -> str | None:
    """Return the beginning of a sentence where a task's world is another than run.json says, else None."""
    if all(record.get(key) in (None, value) for key, value in task.world.origin().items()):
        return None
    return f"the {task.world.kind} of task {task.name!r} is another"
