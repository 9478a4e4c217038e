"""The engine for a task and a policy."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module

from hebbax.config.cluster import RayConfig
from hebbax.config.engines import ENGINES
from hebbax.config.mjx import MjxConfig
from hebbax.engines.engine import Engine
from hebbax.errors import HebbaxError, one_line
from hebbax.kernels.compile_step import has_step
from hebbax.policies.any_policy import AnyPolicy
from hebbax.settings import pinned
from hebbax.tasks.external.task import AnyTask

_SHIPPED = {
    "native": "NativeEngine",
    "lockstep": "LockstepEngine",
    "vector": "VectorEngine",
    "ray": "RayEngine",
    "mjx": "MjxEngine",
}


@pinned()
def make_engine(
    task: AnyTask,
    policy: AnyPolicy,
    name: str = "auto",
    threads: int | None = None,
    options: RayConfig | MjxConfig | None = None,
) -> Engine:
    """Return the engine of a name; `auto` is native where the policy has a compiled step and lockstep elsewhere.

    Environments of other packages run on the vector engine. `options` are those of engines `ray` and `mjx`. Without
    them the lives of `ray` are lived here, with the same bits: what is not a population is not worth a cluster. Raises
    HebbaxError for an unknown name, an engine that cannot run the task, and one of a user's own that lacks something.

    >>> from hebbax.policies.open_loop import Replay
    >>> from hebbax.tasks.registry import make_task
    >>> make_engine(make_task("swimmer"), Replay(action_size=2, ticks=10), threads=1).name
    'native'
    """
    if not hasattr(task, "world"):
        raise HebbaxError(f"task={task!r}: expected a task, as `make_task` returns")
    if not hasattr(policy, "act"):
        raise HebbaxError(f"policy={policy!r}: expected a policy, as `make_policy` returns")
    if name == "ray" and options is None:
        name = "auto"
    if name in ("ray", "mjx"):
        return _shipped(name)(task, policy, threads=threads, config=options)
    make = ENGINES.get(name)
    if make is not None:
        try:
            engine = make(task, policy, threads=threads)
        except TypeError as error:
            raise HebbaxError(
                f"engine {name!r}: expected make(task, policy, threads=None): {one_line(error)}"
            ) from error
        return _checked(name, engine)
    if not task.world.compiled:
        if name not in ("auto", "vector"):
            raise HebbaxError(f"engine={name}: task {task.name!r} runs on engine=vector, or auto, alone")
        return _shipped("vector")(task, policy, threads=threads)
    if name == "vector":
        raise HebbaxError(f"engine=vector: task {task.name!r} runs on engine=native or lockstep, or auto")
    chosen = name if name != "auto" else "native" if has_step(policy) else "lockstep"
    return _shipped(chosen)(task, policy, threads=threads)


def _shipped(name: str) -> Callable[..., Engine]:
    """Return the class of an engine, and import no other."""
    return getattr(import_module(f"hebbax.engines.{name}"), _SHIPPED[name])


def _checked(name: str, engine: Engine) -> Engine:
    """Return an engine of a user's own. Raises HebbaxError for one that lacks a method or a property."""
    missing = [member for member in vars(Engine) if not member.startswith("_") and not hasattr(engine, member)]
    if missing:
        raise HebbaxError(f"engine {name!r}: {type(engine).__name__} has no {', '.join(missing)}, which engines need")
    return engine
