"""What an engine is to everything that runs lives on it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Protocol

from hebbax.engines.scenario import PLAIN, Scenario
from hebbax.policies.policy import AnyPolicy
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
