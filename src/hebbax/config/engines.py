"""The engines there are, by name: what `engine=` may be."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hebbax.registry import Registry

SHIPPED = ("auto", "native", "lockstep", "vector", "ray", "mjx")
"""`auto` is the first of the next three that can run a policy on a task."""

ENGINES: Registry[Callable[..., Any] | None] = Registry("engine", dict.fromkeys(SHIPPED))
"""What makes an engine, by its name; None for those that ship, which `engines/make_engine.py` makes."""


def register_engine(name: str, make: Callable[..., Any]) -> None:
    """Add an engine, chosen by `engine=NAME`, or replace one of your own.

    Args:
        name: what it is called.
        make: `make(task, policy, threads=None)` returns an `engines.engine.Engine`. It raises HebbaxError for a task or
            a policy that it cannot run.

    Raises HebbaxError for a name that ships or is a plug-in's.
    """
    ENGINES.register(name, make)
