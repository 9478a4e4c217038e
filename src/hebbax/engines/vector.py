"""The vector engine: lives in environments of other packages, all of a flock tick by tick, with the JAX policy."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from hebbax.engines.events import Event, event_table, frozen, pin
from hebbax.engines.life import BODY_STREAM, BOUND, WEIGHT_STREAM
from hebbax.engines.lives import check_genomes, life_keys, restarts, thread_count
from hebbax.engines.lockstep import _policy_step
from hebbax.policy import AnyPolicy
from hebbax.tasks.external import ExternalTask, open_environments
from hebbax.types import END_DIVERGED, END_REACHED, END_STOPPED, END_TERMINATED, Lives, Normaliser, Record

FLOCK = 64
"""Lives that tick together: enough that a call of the policy costs little a life."""


class VectorEngine:
    """Runs lives of any policy in an environment of another package; the same interface as the native engine.

    A life depends on its genome, key, environment and normaliser alone: not on its place or on the other lives.
    """

    name = "vector"

    def __init__(
        self, task: ExternalTask, policy: AnyPolicy, *, threads: int | None = None, flock: int = FLOCK
    ) -> None:
        self.task, self.policy, self.flock = task, policy, flock
        self.threads = thread_count(threads)
        self._environments = open_environments(task, threads=self.threads)
        self._birth = jax.jit(jax.vmap(lambda key: policy.birth(jax.random.fold_in(key, WEIGHT_STREAM))))
        self._seeds = jax.jit(jax.vmap(environment_seed))
        self._step = jax.jit(jax.vmap(_policy_step(policy), in_axes=(0, 0, 0, None)))
        self._stop = False

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
        parts = []
        for start in range(0, len(keys), self.flock):
            lives = np.arange(start, min(start + self.flock, len(keys)))
            flock = _Flock(self, genomes[lives // lifetimes], keys[lives], normaliser, events, termination)
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
        """Run one life and keep what happened at every tick, but for the body; see `NativeEngine.record`."""
        genomes = check_genomes(np.asarray(genome)[None], self.policy.genome_size)
        ticks = self.task.ticks if ticks is None else ticks
        record = self._empty_record(ticks)
        flock = _Flock(self, genomes, life_keys(key[None], 1), normaliser, events, termination)
        flock.run(ticks, record)
        lives = flock.lives()
        return lives, Record(*(field[: int(lives.lengths[0])] for field in record))

    def _empty_record(self, ticks: int) -> Record:
        """Return buffers for a life of so many ticks; the body is the environment's secret, so its columns are none."""
        return Record(
            qpos=np.zeros((ticks, 0)),
            qvel=np.zeros((ticks, 0)),
            observations=np.zeros((ticks, self.task.observation_size)),
            actions=np.zeros((ticks, self.task.action_size)),
            rewards=np.zeros(ticks),
            terminated=np.zeros(ticks, bool),
            weights=np.zeros((ticks, self.policy.weight_count), np.float32),
        )


def environment_seed(key: jax.Array) -> jax.Array:
    """Return the seed of a life's environment, a whole number of 31 bits: EnvPool allows no more."""
    return jax.random.bits(jax.random.fold_in(key, BODY_STREAM)) >> 1


class _Flock:
    """The lives that tick together, while they run.

    The policy always computes as many rows as the engine's flock is wide: XLA may round another number differently.
    """

    def __init__(
        self,
        engine: VectorEngine,
        genomes: np.ndarray,
        keys: np.ndarray,
        normaliser: Normaliser | None,
        events: Sequence[Event],
        termination: str,
    ) -> None:
        task, count = engine.task, len(keys)
        self.engine, self.count, self.restarts = engine, count, restarts(termination)
        self.normaliser = normaliser or Normaliser.identity(task.observation_size)
        self.table = event_table(events, task.action_size)
        self.genomes = jnp.asarray(self._wide(genomes))
        wrapped = jax.random.wrap_key_data(jnp.asarray(self._wide(keys)))
        self.carry = engine._birth(wrapped)
        self.observations = engine._environments.begin(np.asarray(engine._seeds(wrapped))[:count])
        self.alive = np.ones(count, bool)
        self.returns, self.lengths = np.zeros(count), np.zeros(count, np.int64)
        self.ends, self.terminations = np.full(count, END_REACHED, np.int64), np.zeros(count, np.int64)
        self.observation_count = np.zeros(count)
        self.sums, self.squares = (np.zeros((count, task.observation_size)) for _ in range(2))
        self._end_the_unseen()

    def run(self, ticks: int, record: Record | None) -> None:
        """Tick until all lives have ended."""
        for tick in range(ticks):
            if self.engine._stop:
                self._end(self.alive.copy(), END_STOPPED)
            if not self.alive.any():
                return
            self._tick(tick, record, last=tick == ticks - 1)

    def lives(self) -> Lives:
        """Return the rows."""
        counts = np.maximum(self.observation_count, 1)[:, None]
        return Lives(
            returns=self.returns,
            lengths=self.lengths,
            ends=self.ends,
            warnings=np.zeros(self.count, np.int64),
            terminations=self.terminations,
            observation_count=self.observation_count,
            observation_mean=self.normaliser.mean + self.sums / counts,
            observation_m2=np.maximum(self.squares - self.sums**2 / counts, 0.0),
        )

    def _wide(self, rows: np.ndarray) -> np.ndarray:
        """Return rows with zeros below, as many as the engine's flock."""
        wide = np.zeros((self.engine.flock, *rows.shape[1:]), rows.dtype)
        wide[: len(rows)] = rows
        return wide

    def _end(self, which: np.ndarray, why: int) -> None:
        self.ends[which & self.alive] = why
        self.alive &= ~which

    def _end_the_unseen(self) -> None:
        self._end(~np.all(np.isfinite(self.observations), axis=1), END_DIVERGED)

    def _tick(self, tick: int, record: Record | None, *, last: bool) -> None:
        weights = self.carry.weights
        outputs, self.carry, within = self.engine._step(
            self.genomes, self.carry, jnp.asarray(self._wide(self._normalise())), not frozen(self.table, tick)
        )
        actions = np.array(outputs, np.float64)[: self.count]
        for row in actions if len(self.table) else ():
            pin(self.table, tick, row)
        if record is not None:
            _note(record, tick, self.observations, actions, weights)
        self._end(~np.all(np.abs(actions) <= BOUND, axis=1), END_DIVERGED)  # a comparison with NaN is false
        rewards, done = self._advance(actions)
        done &= self.alive
        self.terminations += done
        if record is not None:
            record.rewards[tick], record.terminated[tick] = rewards[0], done[0]
        if not self.restarts:
            self._end(done, END_TERMINATED)
        self._end(~np.asarray(within)[: self.count], END_DIVERGED)
        if self.restarts:
            self._restart(done, last=last)

    def _normalise(self) -> np.ndarray:
        """Return the policy's inputs, float32 [lives, observations], and count what the living see."""
        alive = self.alive[:, None]
        with np.errstate(over="ignore"):  # what is too large for float32 ends the life a moment later
            deviations = np.where(alive, self.observations - self.normaliser.mean, 0.0)
            self.sums += deviations
            self.squares += deviations**2
            self.observation_count += self.alive
            return (deviations * self.normaliser.scale).astype(np.float32)

    def _advance(self, actions: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Step the environments of the living; return the rewards and whose episode has ended, both [lives]."""
        which = np.flatnonzero(self.alive)
        rewards, done = np.zeros(self.count), np.zeros(self.count, bool)
        if len(which):
            self.observations[which], rewards[which], done[which] = self.engine._environments.step(
                which, actions[which]
            )
        self._end_the_unseen()
        self._end(~np.isfinite(rewards), END_DIVERGED)
        self.returns += np.where(self.alive, rewards, 0.0)
        self.lengths += self.alive
        return rewards, done

    def _restart(self, done: np.ndarray, *, last: bool) -> None:
        done = done & self.alive
        if done.any() and not last:
            which = np.flatnonzero(done)
            self.observations[which] = self.engine._environments.restart(which)
            self._end_the_unseen()


def _note(record: Record, tick: int, observations: np.ndarray, actions: np.ndarray, weights: Any) -> None:
    record.observations[tick], record.actions[tick] = observations[0], actions[0]
    if record.weights.shape[1]:
        record.weights[tick] = np.concatenate([np.ravel(layer[0]) for layer in weights])
