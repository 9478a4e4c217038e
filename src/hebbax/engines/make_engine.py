"""The engine for a task and a policy."""

from __future__ import annotations

from typing import TypeAlias

from hebbax.engines.lockstep import LockstepEngine
from hebbax.engines.native import NativeEngine
from hebbax.errors import unknown_name
from hebbax.kernels.steps import has_step
from hebbax.policy import AnyPolicy
from hebbax.tasks.task import Task

Engine: TypeAlias = NativeEngine | LockstepEngine


def make_engine(task: Task, policy: AnyPolicy, name: str = "auto", threads: int | None = None) -> Engine:
    """Return the engine of a name; `auto` is native where the policy has a compiled step and lockstep elsewhere.

    Raises HebbaxError for an unknown name.
    """
    if name == "auto":
        name = "native" if has_step(policy) else "lockstep"
    engines: dict[str, type[Engine]] = {"native": NativeEngine, "lockstep": LockstepEngine}
    if name not in engines:
        raise unknown_name("engine", name, ["auto", *engines])
    return engines[name](task, policy, threads=threads)
