"""What an engine of populations leaves to another: single lives are those of the engine `auto`, on this machine."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from functools import cached_property
from typing import Any

from hebbax.engines.calls import Stops, Turns
from hebbax.engines.engine import Engine
from hebbax.engines.make_engine import make_engine
from hebbax.engines.scenario import PLAIN, Scenario
from hebbax.engines.twins import Twins
from hebbax.policies.any_policy import AnyPolicy
from hebbax.tasks.external.task import AnyTask
from hebbax.types import Lives, Record


class LivesHere:
    """The part of an engine that records and streams, which is made when it is first asked for."""

    def __init__(self, task: AnyTask, policy: AnyPolicy, threads: int | None) -> None:
        self.task, self.policy, self._threads = task, policy, threads
        self._stops, self._turns = Stops(), Turns()

    @cached_property
    def _here(self) -> Engine:
        return make_engine(self.task, self.policy, "auto", self._threads)

    @property
    def concurrent(self) -> bool:
        """Whether several lives may be streamed at the same time."""
        return self._here.concurrent

    def stop(self) -> None:
        """End all lives, those to come too: `evaluate` then returns what there is of them."""
        self._stops.ask()
        if "_here" in vars(self):
            self._here.stop()

    def record(self, genome: Any, key: Any, scenario: Scenario = PLAIN) -> tuple[Lives, Record]:
        """Run one life here and keep what happened at every tick; see `NativeEngine.record`."""
        return self._here.record(genome, key, scenario)

    def stream(
        self, genome: Any, key: Any, scenario: Scenario = PLAIN, *, chunk: int = 1000
    ) -> Iterator[tuple[Record, Lives | None]]:
        """Run the life of `record` part by part, here; see `NativeEngine.stream`."""
        return self._here.stream(genome, key, scenario, chunk=chunk)

    def twins(self, genome: Any, key: Any, scenario: Scenario = PLAIN) -> AbstractContextManager[Twins] | None:
        """Lend the life of `record`, here, and a twin that goes beside it."""
        return self._here.twins(genome, key, scenario)
