"""Lives that tick together with the JAX policy: what the lockstep and the vector engine share."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any, Generic, TypeVar

import jax
import jax.numpy as jnp
import numpy as np

from hebbax.engines.events import Event, event_table, frozen, pin
from hebbax.engines.life import BOUND, WEIGHT_STREAM
from hebbax.engines.lives import check_genomes, empty_record, life_keys, restarts, thread_count
from hebbax.policy import WEIGHT_BOUND, AnyPolicy, Carry
from hebbax.tasks.external import AnyTask
from hebbax.types import END_DIVERGED, END_REACHED, END_STOPPED, END_TERMINATED, Lives, Normaliser, Record

AnyOfTasks = TypeVar("AnyOfTasks", bound=AnyTask)


class FlockEngine(ABC, Generic[AnyOfTasks]):
    """Runs lives of any policy tick by tick, so many at a time; the same interface as the native engine."""

    def __init__(self, task: AnyOfTasks, policy: AnyPolicy, *, threads: int | None, at_once: int) -> None:
        self.task, self.policy, self.at_once = task, policy, at_once
        self.threads = thread_count(threads)
        self._birth = jax.jit(jax.vmap(lambda key: policy.birth(jax.random.fold_in(key, WEIGHT_STREAM))))
        self._step = jax.jit(jax.vmap(_policy_step(policy), in_axes=(0, 0, 0, None)))
        self._stop = False

    @abstractmethod
    def _gather(
        self,
        genomes: np.ndarray,
        keys: np.ndarray,
        normaliser: Normaliser | None,
        events: Sequence[Event],
        restart: bool,
    ) -> Flock:
        """Return newborn lives, one a row of genomes [lives, genome_size] and keys [lives, 2]."""

    def stop(self) -> None:
        """End all lives at their next tick, those to come too: `evaluate` then returns what they were."""
        self._stop = True

    def evaluate(
        self,
        genomes: Any,
        key: Any,
        *,
        lifetimes: int = 1,
        normaliser: Normaliser | None = None,
        ticks: int | None = None,
        events: Sequence[Event] = (),
        termination: str = "end",
    ) -> Lives:
        """Run `lifetimes` lives of every genome; see `NativeEngine.evaluate`."""
        genomes = check_genomes(genomes, self.policy.genome_size)
        keys = life_keys(key, len(genomes) * lifetimes)
        restart = restarts(termination)
        parts = []
        for start in range(0, len(keys), self.at_once):
            lives = np.arange(start, min(start + self.at_once, len(keys)))
            flock = self._gather(genomes[lives // lifetimes], keys[lives], normaliser, events, restart)
            flock.run(self.task.ticks if ticks is None else ticks, None)
            parts.append(flock.lives())
        return Lives(*(np.concatenate([getattr(p, f) for p in parts]) for f in Lives.__dataclass_fields__))

    def record(
        self,
        genome: Any,
        key: Any,
        *,
        normaliser: Normaliser | None = None,
        ticks: int | None = None,
        events: Sequence[Event] = (),
        termination: str = "end",
    ) -> tuple[Lives, Record]:
        """Run one life and keep what happened at every tick; see `NativeEngine.record`."""
        genomes = check_genomes(np.asarray(genome)[None], self.policy.genome_size)
        ticks = self.task.ticks if ticks is None else ticks
        record = empty_record(self.task, ticks, self.policy.weight_count)
        flock = self._gather(genomes, life_keys(key[None], 1), normaliser, events, restarts(termination))
        flock.run(ticks, record)
        lives = flock.lives()
        return lives, Record(*(field[: int(lives.lengths[0])] for field in record))


def _policy_step(policy: AnyPolicy) -> Any:
    def step(genome: Any, carry: Carry, inputs: Any, adapts: Any) -> tuple[Any, Carry, Any]:
        action, carry = policy.act(genome, carry, inputs)
        adapted = policy.adapt(genome, carry)
        carry = jax.tree.map(lambda new, old: jnp.where(adapts, new, old), adapted, carry)
        # A comparison with NaN is false, so this finds what is not finite too.
        within = jnp.all(jnp.array([jnp.all(jnp.abs(layer) <= WEIGHT_BOUND) for layer in carry.weights]))
        return action, carry, within

    return step


class Flock(ABC):
    """The lives that tick together, while they run. The policy always computes `width` rows, at least one a life."""

    def __init__(
        self,
        engine: FlockEngine[Any],
        genomes: np.ndarray,
        keys: np.ndarray,
        normaliser: Normaliser | None,
        events: Sequence[Event],
        restart: bool,
        *,
        width: int,
    ) -> None:
        task = engine.task
        self._engine, self.count, self.restart, self.width = engine, len(keys), restart, width
        self.normaliser = normaliser or Normaliser.identity(task.observation_size)
        self.table = event_table(events, task.action_size)
        self.genomes = jnp.asarray(self._wide(genomes))
        self.keys = jax.random.wrap_key_data(jnp.asarray(self._wide(keys)))
        self.carry = engine._birth(self.keys)
        self.last_tick = -1
        self.alive = np.ones(self.count, bool)
        self.returns, self.lengths = np.zeros(self.count), np.zeros(self.count, np.int64)
        self.ends, self.terminations = np.full(self.count, END_REACHED, np.int64), np.zeros(self.count, np.int64)
        self.observation_count = np.zeros(self.count)
        self.sums, self.squares = (np.zeros((self.count, task.observation_size)) for _ in range(2))

    @abstractmethod
    def _tick(self, tick: int, record: Record | None) -> None:
        """Run one control tick of the lives that go on."""

    @abstractmethod
    def _warnings(self) -> np.ndarray:
        """Return the physics' warnings during each life, int64 [lives]."""

    def run(self, ticks: int, record: Record | None) -> None:
        """Tick until all lives have ended."""
        self.last_tick = ticks - 1
        for tick in range(ticks):
            if self._engine._stop:
                self._end(self.alive.copy(), END_STOPPED)
            if not self.alive.any():
                return
            self._tick(tick, record)

    def lives(self) -> Lives:
        """Return the rows."""
        counts = np.maximum(self.observation_count, 1)[:, None]
        return Lives(
            returns=self.returns,
            lengths=self.lengths,
            ends=self.ends,
            warnings=self._warnings(),
            terminations=self.terminations,
            observation_count=self.observation_count,
            observation_mean=self.normaliser.mean + self.sums / counts,
            observation_m2=np.maximum(self.squares - self.sums**2 / counts, 0.0),
        )

    def _act(self, tick: int, observations: np.ndarray, record: Record | None) -> tuple[np.ndarray, np.ndarray]:
        """Run the policy on observations [lives, observations]; end lives whose actions are out of bounds.

        Returns the actions [lives, actuators], and of which lives the weights are within bounds, bool [lives].
        """
        inputs, weights = self._wide(self._normalise(observations)), self.carry.weights
        outputs, self.carry, within = self._engine._step(
            self.genomes, self.carry, jnp.asarray(inputs), not frozen(self.table, tick)
        )
        actions = np.array(outputs, np.float64)[: self.count]
        for row in actions if len(self.table) else ():
            pin(self.table, tick, row)
        if record is not None:
            record.observations[tick], record.actions[tick] = observations[0], actions[0]
            if record.weights.shape[1]:
                record.weights[tick] = np.concatenate([np.ravel(layer[0]) for layer in weights])
        self._end(~np.all(np.abs(actions) <= BOUND, axis=1), END_DIVERGED)  # a comparison with NaN is false
        return actions, np.asarray(within)[: self.count]

    def _credit(self, tick: int, rewards: np.ndarray, done: np.ndarray, record: Record | None) -> np.ndarray:
        """Count a tick's rewards [lives] and terminations; return which of the living have terminated, bool [lives]."""
        self._end(~np.isfinite(rewards), END_DIVERGED)
        self.returns += np.where(self.alive, rewards, 0.0)
        self.lengths += self.alive
        done = done & self.alive
        self.terminations += done
        if record is not None:
            record.rewards[tick], record.terminated[tick] = rewards[0], done[0]
        if not self.restart:
            self._end(done, END_TERMINATED)
        return done

    def _end(self, which: np.ndarray, why: int) -> None:
        self.ends[which & self.alive] = why
        self.alive &= ~which

    def _wide(self, rows: np.ndarray) -> np.ndarray:
        """Return rows with zeros below, as many as the flock is wide."""
        wide = np.zeros((self.width, *rows.shape[1:]), rows.dtype)
        wide[: len(rows)] = rows
        return wide

    def _normalise(self, observations: np.ndarray) -> np.ndarray:
        """Return the policy's inputs, float32 [lives, observations], and count what the living see."""
        alive = self.alive[:, None]
        with np.errstate(over="ignore"):  # what is too large for float32 ends the life a moment later
            deviations = np.where(alive, observations - self.normaliser.mean, 0.0)
            self.sums += deviations
            self.squares += deviations**2
            self.observation_count += self.alive
            return (deviations * self.normaliser.scale).astype(np.float32)
