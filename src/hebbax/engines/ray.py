"""The Ray engine: lives of a population on the machines of a cluster, each with the bits of the native engine.

What travels is what all lives of an evaluation share, once to a node, and parcels of lives; what returns is a row a
life. A population that is made from a key travels as this key.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from functools import cached_property
from typing import Any

import numpy as np

from hebbax.config.cluster import RayConfig
from hebbax.engines.calls import Stops, Turns
from hebbax.engines.engine import Engine
from hebbax.engines.errands import Errands
from hebbax.engines.gate import check_genomes, check_lifetimes, check_policy, life_keys, ticks_of
from hebbax.engines.make_engine import make_engine
from hebbax.engines.parcels import PARCELS, packed, parcel_of, ranges_of, shared_of, spread, unpacked
from hebbax.engines.ray_cluster import RayCluster, Traffic
from hebbax.engines.scenario import PLAIN, Scenario
from hebbax.engines.task_functions import term_columns
from hebbax.engines.twins import Twins
from hebbax.policies.any_policy import AnyPolicy
from hebbax.settings import pinned
from hebbax.tasks.external.task import AnyTask
from hebbax.types import END_STOPPED, Lives, Record


class RayEngine:
    """Runs populations on a cluster, and single lives here; the same interface and results as the engine `auto`.

    Raises HebbaxError where Ray is missing, or the cluster cannot be reached.
    """

    name = "ray"

    @pinned()
    def __init__(
        self, task: AnyTask, policy: AnyPolicy, *, threads: int | None = None, config: RayConfig | None = None
    ) -> None:
        check_policy(policy, task)
        self.task, self.policy, self._threads = task, policy, threads
        self._cluster = RayCluster(config or RayConfig(), task, policy, threads)
        self._errands = Errands(self._cluster)
        self._stops, self._turns = Stops(), Turns()

    @property
    def concurrent(self) -> bool:
        """Whether several lives may be streamed at the same time, as they are here."""
        return self._here.concurrent

    @property
    def traffic(self) -> Traffic:
        """The bytes that have travelled so far."""
        return self._cluster.traffic

    @property
    def errands(self) -> Errands:
        """Who lives what: how many workers were replaced, and parcels given to two."""
        return self._errands

    @cached_property
    def _here(self) -> Engine:
        return make_engine(self.task, self.policy, "auto", self._threads)

    def stop(self) -> None:
        """End all lives, those to come too: `evaluate` then returns what came back."""
        self._stops.ask()
        if "_here" in vars(self):
            self._here.stop()

    @pinned()
    def evaluate(self, genomes: Any, key: Any, scenario: Scenario = PLAIN, *, lifetimes: int = 1) -> Lives:
        """Run `lifetimes` lives of every genome; see `NativeEngine.evaluate`.

        Raises HebbaxError also for lives that end one worker after another.
        """
        self._turns.check(self.name)
        ticks_of(scenario, self.task, self.policy)
        genomes = check_genomes(genomes, self.policy.genome_size)
        keys = life_keys(key, check_lifetimes(lifetimes, genomes))
        damages = scenario.of_each(len(keys))
        if not len(keys):
            return self._stopped(0)
        with self._turns.mine(), self._stops.flag() as stop:
            workers = self._cluster.all()
            if lifetimes > 1 and len(genomes) < PARCELS * len(workers):
                genomes, lifetimes = spread(genomes, lifetimes), 1
            shared = shared_of(genomes, scenario, lifetimes, self._cluster.alike)
            ranges = ranges_of(len(genomes), len(workers), -(-max(one.threads for one in workers) // lifetimes))
            self._cluster.share(packed(shared))
            parcels = [packed(parcel_of(genomes, keys, scenario, damages, shared, one)) for one in ranges]
            answers = self._errands.run(parcels, lambda: bool(stop[0]))
            self.traffic.lives += len(keys)
        rows = [self._stopped((last - first) * lifetimes) for first, last in ranges]
        return Lives.joined(
            [row if answer is None else unpacked(answer) for row, answer in zip(rows, answers, strict=True)]
        )

    def _stopped(self, lives: int) -> Lives:
        """Return rows of lives that were stopped before they began."""
        size, terms = self.task.normalised_size, term_columns(self.task)
        weights = self.policy.weight_count if getattr(self.policy, "persists", False) else 0
        return Lives(
            returns=np.zeros(lives),
            lengths=np.zeros(lives, np.int64),
            ends=np.full(lives, END_STOPPED, np.int64),
            warnings=np.zeros(lives, np.int64),
            terminations=np.zeros(lives, np.int64),
            observation_count=np.zeros(lives),
            observation_mean=np.zeros((lives, size)),
            observation_m2=np.zeros((lives, size)),
            reward_terms=np.zeros((lives, terms)) if terms else None,
            weights=np.full((lives, weights), np.nan, np.float32),
        )

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
