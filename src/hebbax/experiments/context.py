"""What an experiment works on: a controller with its body, and the lives over which it is looked at."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from hebbax.analysis.statistics import ENOUGH_LIVES
from hebbax.damage.events import Event
from hebbax.engines.engine import Engine
from hebbax.engines.make_engine import make_engine
from hebbax.engines.scenario import Damages, Scenario, variant_of
from hebbax.errors import HebbaxError, check_seed
from hebbax.evolution.trust import Trust
from hebbax.keys import evaluation_key, life_key
from hebbax.policies.policy import Policy
from hebbax.runs.identity import controller_sha256
from hebbax.runs.stored_run import StoredRun
from hebbax.runs.trials import in_parallel
from hebbax.tasks.external.task import AnyTask
from hebbax.types import Lives, Normaliser, Record

LIFETIMES, QUICK_LIFETIMES = ENOUGH_LIVES, 5
FEWEST_TICKS = 100
"""Ticks of a life below which nothing is asked: what comes back needs time to."""

Measured = TypeVar("Measured")


@dataclass(frozen=True)
class Life:
    """One recorded life."""

    number: int  # from 0
    record: Record
    diverged: bool
    total: float  # its return


def _silent(text: str) -> None:
    """Tell nobody."""


@dataclass(frozen=True, eq=False)
class Context:
    """One controller and its lives; life i is the i-th that `hebbax evaluate` runs with the same seed.

    Raises HebbaxError for a number out of range.
    """

    name: str  # of the run, as its user calls it
    task: AnyTask
    policy: Policy
    genome: np.ndarray  # float32 [genome_size], or [lifetimes, genome_size] for another one in each life
    normaliser: Normaliser
    ticks: int
    lifetimes: int = LIFETIMES
    seed: int = 1
    genome_name: str = "best"
    termination: str = "end"
    engine_name: str = "auto"
    damage: str = ""  # as `damage.text` reads it
    damages: tuple[tuple[Event, ...], ...] = ()  # variants that lives meet in turn, which it stands for
    quick: bool = False  # fewer points, to have a look
    other: Context | None = None  # a second controller, where an experiment compares
    tell: Callable[[str], None] = _silent  # what is being done now

    def __post_init__(self) -> None:
        if self.lifetimes < 2:
            raise HebbaxError(f"lifetimes={self.lifetimes}: expected at least 2, for an interval; nearest valid: 2")
        if self.ticks < FEWEST_TICKS:
            raise HebbaxError(
                f"ticks={self.ticks}: expected at least {FEWEST_TICKS} for an experiment; nearest valid: {FEWEST_TICKS}"
            )
        check_seed(self.seed)

    @classmethod
    def open(
        cls,
        run: str | Path | StoredRun,
        *,
        name: str | None = None,
        lifetimes: int | None = None,
        ticks: int | None = None,
        seed: int = 1,
        genome: str = "best",
        quick: bool = False,
        other: Context | None = None,
        tell: Callable[[str], None] = _silent,
        trust: Trust = False,
    ) -> Context:
        """Open a run folder, or `zoo:TASK/POLICY`, for experiments.

        Args:
            run: the run, or where it is.
            name: what results call it; where it is, unless said otherwise.
            lifetimes: lives of each condition; as many as each experiment asks for, unless said otherwise.
            ticks: of a life; as the run lived, unless said otherwise.
            seed: of the lives.
            genome: best or mean.
            quick: whether an experiment may do with few lives and ticks.
            other: a second controller, for experiments that compare.
            tell: gets what a user should know, a line each.
            trust: as in `StoredRun.open`.

        Raises HebbaxError if there is no such run or controller, or a number is out of range.
        """
        stored = run if isinstance(run, StoredRun) else StoredRun.open(run, tell, trust=trust)
        given = stored.folder.path if isinstance(run, StoredRun) else run
        controller = stored.controller(genome)
        return cls(
            name=str(given) if name is None else name,
            task=stored.task,
            policy=stored.policy,
            genome=controller.genome,
            normaliser=controller.statistics.normaliser(),
            ticks=next(n for n in (ticks, stored.config.task.ticks, stored.task.length) if n is not None),
            lifetimes=(QUICK_LIFETIMES if quick else LIFETIMES) if lifetimes is None else lifetimes,
            seed=seed,
            genome_name=genome,
            termination=stored.config.termination,
            engine_name=stored.config.engine,
            damage=stored.config.damage,
            damages=stored.variants,
            quick=quick,
            other=other,
            tell=tell,
        )

    def setting(self) -> dict[str, Any]:
        """Return what a result says of the controller and its lives."""
        return {
            "run": self.name,
            "task": self.task.name,
            "policy": self.policy.name,
            "genome": self.genome_name,
            "seed": self.seed,
            "lifetimes": self.lifetimes,
            "ticks": self.ticks,
            "control_period": self.task.control_period,
            "termination": self.termination,
            "damage": self.damage,
            "controller_sha256": controller_sha256(self.genome, self.normaliser),
            "world": self.task.world.origin(),
            "quick": self.quick,
            "other": None if self.other is None else self.other.setting(),
        }

    def with_policy(self, policy: Policy) -> Context:
        """Return the same controller under a policy of the same genome."""
        return replace(self, policy=policy)

    def with_genomes(self, genomes: np.ndarray) -> Context:
        """Return the same body with genomes [lifetimes, genome_size], one a life."""
        return replace(self, genome=genomes)

    def at(self, share: float) -> int:
        """Return the tick at a part of the life."""
        return round(share * self.ticks)

    def evaluate(self, events: Sequence[Event] = ()) -> Lives:
        """Run all lives, without records."""
        genomes, lifetimes = (self.genome, 1) if self.genome.ndim == 2 else (self.genome[None], self.lifetimes)
        key = evaluation_key(self.seed)
        return self._engine.evaluate(genomes, key, self._scenario(self._of_each(events)), lifetimes=lifetimes)

    def record_each(
        self,
        measure: Callable[[Life], Measured],
        events: Sequence[Event] | Callable[[int], Sequence[Event]] = (),
    ) -> list[Measured]:
        """Record all lives, and return what `measure` says of each; a record is dropped after it.

        `events` happen to all lives, or are those of a life by its number.

        Lives run in parallel where the engine is native, so `measure` must not depend on their order.
        """

        def work(number: int) -> Measured:
            genome = self.genome[number] if self.genome.ndim == 2 else self.genome
            key, ours = life_key(self.seed, number), events(number) if callable(events) else events
            lives, record = self._engine.record(genome, key, self._scenario(self._of_life(number, ours)))
            return measure(Life(number, record, bool(lives.diverged[0]), float(lives.returns[0])))

        return in_parallel(self._engine, work, range(self.lifetimes))

    def _scenario(self, damages: Damages) -> Scenario:
        return Scenario(self.ticks, self.normaliser, self.termination, damages)

    def _of_life(self, life: int, events: Sequence[Event]) -> tuple[Event, ...]:
        """Return the damages of a life, and these events after them."""
        return (*variant_of(self.damages, life), *events)

    def _of_each(self, events: Sequence[Event]) -> Damages:
        """Return the damages of all lives, and these events after them."""
        if len(self.damages) < 2:
            return self._of_life(0, events)
        return [self._of_life(life, events) for life in range(self.lifetimes)]

    @cached_property
    def _engine(self) -> Engine:
        return make_engine(self.task, self.policy, self.engine_name)
