"""The Ray engine: lives of a population on the machines of a cluster, each with the bits of the native engine.

What travels is what all lives of an evaluation share, once to a node, and parcels of lives; what returns is a row a
life. A population that is made from a key travels as this key.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from hebbax.config.cluster import RayConfig
from hebbax.engines.errands import Errands
from hebbax.engines.gate import check_genomes, check_lifetimes, check_policy, life_keys, ticks_of
from hebbax.engines.life import END
from hebbax.engines.lives import empty_rows, lives_of_rows
from hebbax.engines.lives_here import LivesHere
from hebbax.engines.parcels import PARCELS, packed, parcel_of, ranges_of, shared_of, spread, unpacked
from hebbax.engines.ray_cluster import RayCluster, Traffic
from hebbax.engines.scenario import PLAIN, Scenario
from hebbax.engines.slots import lasting_weights
from hebbax.policies.any_policy import AnyPolicy
from hebbax.settings import pinned
from hebbax.tasks.external.task import AnyTask
from hebbax.types import END_STOPPED, Lives


class RayEngine(LivesHere):
    """Runs populations on a cluster, and single lives here; the same interface and results as the engine `auto`.

    Raises HebbaxError where Ray is missing, or the cluster cannot be reached.
    """

    name = "ray"

    @pinned()
    def __init__(
        self, task: AnyTask, policy: AnyPolicy, *, threads: int | None = None, config: RayConfig | None = None
    ) -> None:
        check_policy(policy, task)
        super().__init__(task, policy, threads)
        self._cluster = RayCluster(config or RayConfig(), task, policy, threads)
        self._errands = Errands(self._cluster)

    @property
    def traffic(self) -> Traffic:
        """The bytes that have travelled so far."""
        return self._cluster.traffic

    @property
    def errands(self) -> Errands:
        """Who lives what: how many workers were replaced, and parcels given to two."""
        return self._errands

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
        return Lives.joined(
            [
                self._stopped((last - first) * lifetimes) if answer is None else unpacked(answer)
                for (first, last), answer in zip(ranges, answers, strict=True)
            ]
        )

    def _stopped(self, lives: int) -> Lives:
        """Return rows of lives that were stopped before they began."""
        rows = empty_rows(self.task, lives)
        rows[:, END] = END_STOPPED
        return lives_of_rows(rows, self.task, np.full((lives, lasting_weights(self.policy)), np.nan, np.float32))
