"""The lives of one stored controller: which they are, and an engine to live them on all cores."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, TypeVar

import jax
import numpy as np

from hebbax.config.train import to_dict
from hebbax.cores import available_cores
from hebbax.damage.events import Event
from hebbax.engines.engine import Engine
from hebbax.engines.lives import whole
from hebbax.engines.make_engine import make_engine
from hebbax.engines.scenario import Scenario, variant_of
from hebbax.engines.twins import Twins
from hebbax.errors import check_seed, check_whole
from hebbax.keys import life_key
from hebbax.policies.policy import Policy
from hebbax.runs.identity import controller_sha256
from hebbax.runs.stored_run import StoredRun
from hebbax.tasks.external.task import AnyTask
from hebbax.types import MOST_TICKS, Lives, Normaliser, Record

Outcome = TypeVar("Outcome")

MOST_LIFETIMES = 1_000_000  # each is a task in a queue before the first begins


@dataclass(frozen=True, eq=False)
class Source:
    """A controller, and the manner in which it lives; life i is the i-th that `hebbax evaluate` runs with the seed.

    Raises HebbaxError for a number out of range.
    """

    task: AnyTask
    policy: Policy
    genome: np.ndarray  # float32 [genome_size]
    which_genome: str
    normaliser: Normaliser
    config: dict[str, Any]  # the run's, as plain values
    lifetimes: int
    ticks: int
    seed: int
    termination: str
    engine: str
    damages: tuple[tuple[Event, ...], ...] = ()  # variants that lives meet in turn

    def __post_init__(self) -> None:
        for name, most in (("lifetimes", MOST_LIFETIMES), ("ticks", MOST_TICKS)):
            check_whole(name, getattr(self, name), 1, most)
        check_seed(self.seed)

    @classmethod
    def of_run(
        cls, run: StoredRun, *, lifetimes: int, ticks: int | None = None, seed: int = 1, genome: str = "best"
    ) -> Source:
        """Return lives of a stored run.

        Args:
            run: the run.
            lifetimes: how many lives.
            ticks: of each life; by default as the run lived.
            seed: that the lives' keys are made from.
            genome: "best" or "mean".

        Raises HebbaxError for an unknown genome.
        """
        controller, config = run.controller(genome), run.config
        return cls(
            task=run.task,
            policy=run.policy,
            genome=controller.genome,
            which_genome=genome,
            normaliser=controller.statistics.normaliser(),
            config=to_dict(config),
            lifetimes=lifetimes,
            ticks=next(n for n in (ticks, config.task.ticks, run.task.length) if n is not None),
            seed=seed,
            termination=config.termination,
            engine=config.engine,
            damages=run.variants,
        )

    def setting(self) -> dict[str, Any]:
        """Return what a file says of the lives that it is about."""
        return {
            "task": self.task.name,
            "policy": self.policy.name,
            "genome": self.which_genome,
            "seed": self.seed,
            "ticks": self.ticks,
            "termination": self.termination,
            "damage": self.config.get("damage", ""),
            "controller_sha256": controller_sha256(self.genome, self.normaliser),
            "world": self.task.world.origin(),
        }

    def scenario(self, life: int, events: Sequence[Event] = ()) -> Scenario:
        """Return what a life is put through, with these events after its damages."""
        damages = variant_of(self.damages, life)
        return Scenario(self.ticks, self.normaliser, self.termination, (*damages, *events) if damages else events)

    def key(self, life: int) -> jax.Array:
        """Return a life's own key."""
        return life_key(self.seed, life)

    def runner(self, policy: Policy | None = None) -> Runner:
        """Return what runs this source's lives, or those of another policy of the same genome."""
        return Runner(self, make_engine(self.task, policy or self.policy, self.engine))


class Runner:
    """Runs the lives of a source."""

    def __init__(self, source: Source, engine: Engine) -> None:
        self.source, self.engine = source, engine

    def stop(self) -> None:
        """End all lives at their next tick, those to come too."""
        self.engine.stop()

    def stream(self, life: int, *, chunk: int, events: Sequence[Event] = ()) -> Iterator[tuple[Record, Lives | None]]:
        """Run a life part by part; see `NativeEngine.stream`."""
        source = self.source
        return self.engine.stream(
            source.genome,
            source.key(life),
            source.scenario(life, events),
            chunk=chunk,
        )

    def record(self, life: int, events: Sequence[Event] = ()) -> tuple[Lives, Record]:
        """Run a life and keep all of it."""
        return whole(self.stream(life, chunk=self.source.ticks, events=events))

    def twins(self, life: int) -> AbstractContextManager[Twins] | None:
        """Lend a life and a twin beside it; None where the engine cannot."""
        source = self.source
        return self.engine.twins(source.genome, source.key(life), source.scenario(life))

    def map(self, work: Callable[[int], Outcome], lives: Iterable[int]) -> list[Outcome]:
        """Return what `work` returns of each life's number, in order; see `in_parallel`."""
        return in_parallel(self.engine, work, lives)


def in_parallel(engine: Engine, work: Callable[[int], Outcome], lives: Iterable[int]) -> list[Outcome]:
    """Return what `work` returns of each life's number, in order: one life per core at a time, where the engine can."""
    workers = available_cores() if engine.concurrent else 1
    pool = ThreadPoolExecutor(workers, thread_name_prefix="hebbax-lives")
    try:
        return list(pool.map(work, lives))
    finally:
        pool.shutdown(cancel_futures=True)
