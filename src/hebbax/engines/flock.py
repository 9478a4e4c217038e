"""Lives that tick together with the JAX policy: what the lockstep and the vector engine share."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from typing import Any, Generic, TypeVar

import jax
import jax.numpy as jnp
import numpy as np

from hebbax.damage.apply import changes_weights, drive, plasticity_left
from hebbax.damage.event_table import event_table
from hebbax.damage.events import Event
from hebbax.engines.flock_weights import changed, flat, part_of_the_way
from hebbax.engines.life import BOUND
from hebbax.engines.lives import (
    check_chunk,
    check_genomes,
    empty_record,
    life_keys,
    record_whole,
    restarts,
    thread_count,
)
from hebbax.engines.task_functions import term_columns
from hebbax.policies.policy import WEIGHT_BOUND, AnyPolicy, Carry
from hebbax.settings import each_pinned, pinned
from hebbax.streams import WEIGHT_STREAM
from hebbax.tasks.external.task import AnyTask
from hebbax.types import END_DIVERGED, END_REACHED, END_STOPPED, END_TERMINATED, Lives, Normaliser, Record

AnyOfTasks = TypeVar("AnyOfTasks", bound=AnyTask)


class FlockEngine(ABC, Generic[AnyOfTasks]):
    """Runs lives of any policy tick by tick, so many at a time; the same interface as the native engine."""

    @pinned()
    def __init__(self, task: AnyOfTasks, policy: AnyPolicy, *, threads: int | None, at_once: int) -> None:
        self.task, self.policy, self.at_once = task, policy, at_once
        self.threads = thread_count(threads)
        self._birth = jax.jit(jax.vmap(lambda key: policy.birth(jax.random.fold_in(key, WEIGHT_STREAM))))
        self._draw = jax.jit(jax.vmap(lambda key: policy.birth(key).weights))
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

    @pinned()
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
            flock.run(self.task.length if ticks is None else ticks, None)
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
        manner = {"normaliser": normaliser, "events": events, "termination": termination}
        return record_whole(self, genome, key, ticks, **manner)

    @pinned()
    def stream(
        self,
        genome: Any,
        key: Any,
        *,
        chunk: int = 1000,
        normaliser: Normaliser | None = None,
        ticks: int | None = None,
        events: Sequence[Event] = (),
        termination: str = "end",
    ) -> Iterator[tuple[Record, Lives | None]]:
        """Run the life of `record` part by part; see `NativeEngine.stream`.

        In an environment of another package it is the engine's own that the life is in: no other lives may run on the
        engine until it has ended.
        """
        check_chunk(chunk)
        genomes, keys = check_genomes(np.asarray(genome)[None], self.policy.genome_size), life_keys(key[None], 1)
        flock = self._gather(genomes, keys, normaliser, events, restarts(termination))
        return each_pinned(self._parts(flock, self.task.length if ticks is None else ticks, chunk))

    def _parts(self, flock: Flock, ticks: int, chunk: int) -> Iterator[tuple[Record, Lives | None]]:
        going = True
        while going:
            flock.look_at_events()
            first = flock.tick
            record = empty_record(self.task, min(chunk, ticks - first), self.policy.weight_count)
            going = flock.run(ticks, record, until=first + chunk)
            lives = flock.lives()
            record = Record(*(field[: int(lives.lengths[0]) - first] for field in record))
            yield record, None if going else lives


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
        self.events, self.known_events = events, tuple(events)
        self.table = event_table(events, task, engine.policy)
        self.origins = np.zeros((self.count, len(events)))  # what each life's held coordinates are relative to
        self.genomes = jnp.asarray(self._wide(genomes))
        self.key_data = np.array(keys)  # whether it can be written to is a type of its own to compiled code
        self.keys = jax.random.wrap_key_data(jnp.asarray(self._wide(keys)))
        self.carry = engine._birth(self.keys)
        self.tick, self.last_tick, self.first = 0, -1, 0
        self.alive = np.ones(self.count, bool)
        self.returns, self.lengths = np.zeros(self.count), np.zeros(self.count, np.int64)
        self.reward_terms = np.zeros((self.count, term_columns(task)))
        self.ends, self.terminations = np.full(self.count, END_REACHED, np.int64), np.zeros(self.count, np.int64)
        self.observation_count = np.zeros(self.count)
        self.sums, self.squares = (np.zeros((self.count, task.observation_size)) for _ in range(2))

    @abstractmethod
    def _tick(self, tick: int, record: Record | None) -> None:
        """Run one control tick of the lives that go on."""

    @abstractmethod
    def _warnings(self) -> np.ndarray:
        """Return the physics' warnings during each life, int64 [lives]."""

    def run(self, ticks: int, record: Record | None, until: int | None = None) -> bool:
        """Tick until all lives have ended, or up to a tick; return whether any goes on. A record begins here."""
        self.first, self.last_tick = self.tick, ticks - 1
        while self.tick < (ticks if until is None else min(until, ticks)):
            if self._engine._stop:
                self._end(self.alive.copy(), END_STOPPED)
            if not self.alive.any():
                break
            self._tick(self.tick, record)
            self.tick += 1
        return bool(self.alive.any()) and self.tick < ticks

    def look_at_events(self) -> None:
        """Take up how the events have changed since."""
        if self.known_events != (now := tuple(self.events)):
            self.known_events, self.table = now, event_table(now, self._engine.task, self._engine.policy)
            fresh = np.zeros((self.count, len(now)))
            self.origins = np.append(self.origins, fresh, axis=1)[:, : len(now)]

    def lives(self) -> Lives:
        """Return the rows."""
        counts = np.maximum(self.observation_count, 1)[:, None]
        with np.errstate(over="ignore", invalid="ignore"):  # of a life that saw what is not finite
            mean, m2 = self.sums / counts, np.maximum(self.squares - self.sums**2 / counts, 0.0)
        return Lives(
            returns=self.returns,
            lengths=self.lengths,
            ends=self.ends,
            warnings=self._warnings(),
            terminations=self.terminations,
            observation_count=self.observation_count,
            observation_mean=self.normaliser.mean + mean,
            observation_m2=m2,
            reward_terms=self.reward_terms if self.reward_terms.shape[1] else None,
        )

    def _act(self, tick: int, observations: np.ndarray, record: Record | None) -> tuple[np.ndarray, np.ndarray]:
        """Run the policy on observations [lives, observations]; end lives where either is out of bounds.

        Returns the actions [lives, actuators], and of which lives the weights are within bounds, bool [lives].
        """
        if changes_weights(self.table, tick):
            weights = changed(self.carry.weights, self.table, tick, self._wide(self.key_data), self._engine._draw)
            self.carry = self.carry._replace(weights=weights)
        weights, left = self.carry.weights, plasticity_left(self.table, tick)
        inputs = self._normalise(observations)
        wide = jnp.asarray(self._wide(inputs))
        outputs, self.carry, within = self._engine._step(self.genomes, self.carry, wide, left != 0.0)
        if left not in (0.0, 1.0):
            scaled, of_scaled = part_of_the_way(weights, self.carry.weights, left)
            self.carry, within = self.carry._replace(weights=scaled), within & of_scaled
        actions = np.array(outputs, np.float64)[: self.count]
        for row in actions if len(self.table) else ():
            drive(self.table, tick, row)
        if record is not None:
            slot = tick - self.first
            record.observations[slot], record.actions[slot] = observations[0], actions[0]
            if record.weights.shape[1]:
                record.weights[slot] = flat([layer[:1] for layer in weights])[0]
        bounded = np.all(np.abs(actions) <= BOUND, axis=1)  # a comparison with NaN is false
        # A saturated network would hide an input that is not finite.
        self._end(~(bounded & np.isfinite(inputs).all(axis=1)), END_DIVERGED)
        return actions, np.asarray(within)[: self.count]

    def _credit(
        self, tick: int, rewards: np.ndarray, done: np.ndarray, record: Record | None, terms: np.ndarray | None = None
    ) -> np.ndarray:
        """Count a tick's rewards [lives], their terms [lives, terms] if there are several, and terminations.

        Returns which of the living have terminated, bool [lives].
        """
        self._end(~np.isfinite(rewards), END_DIVERGED)
        self.returns += np.where(self.alive, rewards, 0.0)
        if terms is not None:
            self.reward_terms += np.where(self.alive[:, None], terms, 0.0)
        self.lengths += self.alive
        done = done & self.alive
        self.terminations += done
        if record is not None:
            record.rewards[tick - self.first], record.terminated[tick - self.first] = rewards[0], done[0]
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
        with np.errstate(over="ignore", invalid="ignore"):  # what float32 cannot hold ends the life in `_act`
            deviations = np.where(alive, observations - self.normaliser.mean, 0.0)
            self.sums += deviations
            self.squares += deviations**2
            self.observation_count += self.alive
            return (deviations * self.normaliser.scale).astype(np.float32)
