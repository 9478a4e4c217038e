"""The vector engine: lives in environments of other packages, all of a flock tick by tick, with the JAX policy."""

from __future__ import annotations

from typing import Any

import jax
import numpy as np

from hebbax.engines.bodies import bodies_of
from hebbax.engines.flock import Flock, FlockEngine
from hebbax.engines.scenario import PLAIN, Scenario, make_for_each
from hebbax.errors import HebbaxError
from hebbax.policies.any_policy import AnyPolicy
from hebbax.streams import BODY_STREAM
from hebbax.tasks.external.open import open_environments
from hebbax.tasks.external.task import ExternalTask
from hebbax.types import END_DIVERGED, Record


class VectorEngine(FlockEngine[ExternalTask]):
    """Runs lives of any policy in an environment of another package; the same interface as the native engine.

    A life depends on its genome, key, environment and normaliser alone: not on its place or on the other lives. Records
    hold nothing of the body, which is the environment's secret.
    """

    name = "vector"

    def __init__(
        self, task: ExternalTask, policy: AnyPolicy, *, threads: int | None = None, flock: int | None = None
    ) -> None:
        super().__init__(task, policy, threads=threads, at_once=task.at_once if flock is None else flock)
        self.environments = open_environments(task, threads=self.threads)
        self.tenants: object = None  # the lives that are in them
        self.seeds = jax.jit(jax.vmap(environment_seed))

    def _gather(
        self,
        genomes: np.ndarray,
        keys: np.ndarray,
        scenario: Scenario,
    ) -> Flock:
        return _Episodes(self, genomes, keys, scenario)

    def twins(self, genome: Any, key: Any, scenario: Scenario = PLAIN) -> None:
        """Return None: the state of an environment is its secret."""


def environment_seed(key: jax.Array) -> jax.Array:
    """Return the seed of a life's environment, a whole number of 31 bits: EnvPool allows no more."""
    return jax.random.bits(jax.random.fold_in(key, BODY_STREAM)) >> 1


class _Episodes(Flock):
    """Lives in environments. As wide as the engine's flocks: XLA may round another number of rows differently."""

    def __init__(
        self,
        engine: VectorEngine,
        genomes: np.ndarray,
        keys: np.ndarray,
        scenario: Scenario,
    ) -> None:
        super().__init__(engine, genomes, keys, scenario, width=engine.at_once)
        self._engine: VectorEngine = engine
        self.environments, engine.tenants = engine.environments, self
        self.bodies = self._bodies()
        seeds = np.asarray(engine.seeds(self.keys))[: self.count]
        self.observations = self.environments.begin(seeds, self.bodies)
        self._end_the_unseen()

    def _bodies(self) -> list[Any]:
        """Return the body that each life has from birth to end, None for the environment's own."""
        task, policy = self._engine.task, self._engine.policy
        each = make_for_each(self.damages, self.key_data, task, policy, lambda events: bodies_of(task, events))
        return [bodies.at(0) for bodies in each]

    def look_at_events(self) -> None:
        """Take up how the events have changed since. Raises HebbaxError for another body than the life began with."""
        known = self.known_damages
        super().look_at_events()
        if known != self.known_damages and self._bodies() != self.bodies:
            raise HebbaxError(f"task {self._engine.task.name!r} gives a life its body at birth: begin another")

    def _warnings(self) -> np.ndarray:
        return np.zeros(self.count, np.int64)

    def run(self, ticks: int, record: Record | None, until: int | None = None) -> bool:
        """Tick as `Flock.run` does. Raises HebbaxError where other lives have begun in the environments since."""
        if self._engine.tenants is not self:
            raise HebbaxError(
                "other lives have begun in this engine's environments, and ended this one: finish a stream first, or "
                "make an engine for each"
            )
        return super().run(ticks, record, until)

    def _tick(self, tick: int, record: Record | None) -> None:
        actions = self._act(tick, self.observations, record)
        rewards, done = self._advance(actions)
        done = self._credit(tick, rewards, done, record)
        self._update()
        if self.restart and tick != self.last_tick:
            self._restart(done & self.alive)

    def _advance(self, actions: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Step the environments of the living; return the rewards and whose episode has ended, both [lives]."""
        which = np.flatnonzero(self.alive)
        rewards, done = np.zeros(self.count), np.zeros(self.count, bool)
        if len(which):
            self.observations[which], rewards[which], done[which] = self.environments.step(which, actions[which])
        self._end_the_unseen()
        return rewards, done

    def _restart(self, done: np.ndarray) -> None:
        if done.any():
            which = np.flatnonzero(done)
            self.observations[which] = self.environments.restart(which)
            self._end_the_unseen()

    def _end_the_unseen(self) -> None:
        self._end(~np.all(np.isfinite(self.observations), axis=1), END_DIVERGED)
