"""What an engine is to everything that runs lives on it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from typing import Any, Protocol

from hebbax.engines.scenario import PLAIN, Scenario
from hebbax.engines.twins import Twins
from hebbax.policies.any_policy import AnyPolicy
from hebbax.tasks.external.task import AnyTask
from hebbax.types import Lives, Record


class Engine(Protocol):
    """Runs lives of one policy on one task; what each argument means is said in `NativeEngine`."""

    @property
    def name(self) -> str:
        """What the engine is called, as in `engine=NAME`."""
        ...

    @property
    def task(self) -> AnyTask:
        """The task that its lives are lived on."""
        ...

    @property
    def policy(self) -> AnyPolicy:
        """The policy whose genomes it runs."""
        ...

    @property
    def concurrent(self) -> bool:
        """Whether several lives may be streamed at the same time, each in a thread of its own."""
        ...

    def stop(self) -> None:
        """End all lives at their next tick, those to come too: `evaluate` then returns what they were."""
        ...

    def evaluate(
        self,
        genomes: Any,
        key: Any,
        scenario: Scenario = PLAIN,
        *,
        lifetimes: int = 1,
    ) -> Lives:
        """Run `lifetimes` lives of every genome."""
        ...

    def record(
        self,
        genome: Any,
        key: Any,
        scenario: Scenario = PLAIN,
    ) -> tuple[Lives, Record]:
        """Run one life and keep what happened at every tick."""
        ...

    def stream(
        self,
        genome: Any,
        key: Any,
        scenario: Scenario = PLAIN,
        *,
        chunk: int = 1000,
    ) -> Iterator[tuple[Record, Lives | None]]:
        """Run the life of `record` part by part; the last part comes with its row."""
        ...

    def twins(
        self,
        genome: Any,
        key: Any,
        scenario: Scenario = PLAIN,
    ) -> AbstractContextManager[Twins] | None:
        """Lend the life of `record`, and a twin that goes beside it; None where no state can be put back."""
        ...
