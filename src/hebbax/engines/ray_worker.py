"""What a worker on a node of a Ray cluster is: one process that owns its share of the cores and the compiled life."""

from __future__ import annotations

from typing import Any

from hebbax.engines.parcels import Parcel, lived, packed, unpacked
from hebbax.kernels.compile_step import compile_step, has_step
from hebbax.versions import environment


class Worker:
    """Lives what it is sent; made by Ray in a process of its own."""

    def __init__(self, made_of: bytes, threads: int) -> None:
        from hebbax.engines.make_engine import make_engine

        task, policy = unpacked(made_of)
        self._engine = make_engine(task, policy, "auto", threads)
        self._name, self._shared = "", None

    def hello(self) -> dict[str, str]:
        """Return what the bits of its lives depend on, besides what it is sent."""
        return surroundings(self._engine.task, self._engine.policy)

    def live(self, name: str, shared: bytes, parcel: bytes) -> bytes:
        """Return the packed rows of a parcel; `name` says which evaluation it is of."""
        if name != self._name:
            self._name, self._shared = name, unpacked(shared)
        opened: Parcel = unpacked(parcel)
        return packed(lived(self._engine, self._shared, opened))  # pyright: ignore[reportArgumentType]


def surroundings(task: Any, policy: Any) -> dict[str, str]:
    """Return versions, processor and settings of this process, and under "life" what a compiled life is compiled of."""
    from hebbax.engines.specialise import fingerprint, life_names

    told = environment()
    if task.world.compiled and has_step(policy):
        told["life"] = fingerprint(life_names(task, compile_step(policy)), task.world.versions())
    return told
