"""The engine for a task and a policy."""

from __future__ import annotations

from hebbax.engines.engine import Engine
from hebbax.engines.lockstep import LockstepEngine
from hebbax.engines.native import NativeEngine
from hebbax.engines.vector import VectorEngine
from hebbax.errors import HebbaxError, unknown_name
from hebbax.kernels.compile_step import has_step
from hebbax.policies.policy import AnyPolicy
from hebbax.settings import pinned
from hebbax.tasks.external.task import AnyTask, ExternalTask


@pinned()
def make_engine(task: AnyTask, policy: AnyPolicy, name: str = "auto", threads: int | None = None) -> Engine:
    """Return the engine of a name; `auto` is native where the policy has a compiled step and lockstep elsewhere.

    Environments of other packages run on the vector engine. Raises HebbaxError for an unknown name, or an engine that
    cannot run the task.
    """
    if name not in ("auto", "native", "lockstep", "vector"):
        raise unknown_name("engine", name, ("auto", "native", "lockstep", "vector"))
    if isinstance(task, ExternalTask):
        if name not in ("auto", "vector"):
            raise HebbaxError(f"engine={name}: task {task.name!r} runs on engine=vector, or auto, alone")
        return VectorEngine(task, policy, threads=threads)
    if name == "vector":
        raise HebbaxError(f"engine=vector: task {task.name!r} runs on engine=native or lockstep, or auto")
    if name == "native" or (name == "auto" and has_step(policy)):
        return NativeEngine(task, policy, threads=threads)
    return LockstepEngine(task, policy, threads=threads)
