"""The lockstep engine: all lives tick together, MuJoCo's batch for the bodies, the JAX policy for the minds.

It runs every policy, compiled or not, and is what the native engine is tested against.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
import mujoco
import numpy as np
from mujoco import batch

from hebbax.engines.batched import batch_task, bounded_rows
from hebbax.engines.contact_forces import ContactForces
from hebbax.engines.events import Event, event_table, frozen, pin
from hebbax.engines.library import load_library
from hebbax.engines.life import BOUND, WEIGHT_STREAM
from hebbax.engines.lives import check_genomes, empty_record, life_keys, restarts, thread_count
from hebbax.policy import WEIGHT_BOUND, AnyPolicy, Carry
from hebbax.tasks.contract import check_task
from hebbax.tasks.external import AnyTask
from hebbax.types import END_DIVERGED, END_REACHED, END_STOPPED, END_TERMINATED, Lives, Normaliser, Record, Simulation

CHUNK = 256
"""Lives that tick together; more would leave the processor's cache, and no result depends on it."""


class LockstepEngine:
    """Runs lives of any policy on one task, tick by tick; the same interface and results as the native engine.

    Returns agree with the native engine's within float32 rounding on short lives; on long ones contact dynamics amplify
    the last bit.
    """

    name = "lockstep"

    def __init__(self, task: AnyTask, policy: AnyPolicy, *, threads: int | None = None, chunk: int = CHUNK) -> None:
        task = check_task(task)
        load_library()
        self.task, self.policy, self.chunk = task, policy, chunk
        self.threads = thread_count(threads)
        self._batched = batch_task(task)
        self._birth = jax.jit(jax.vmap(lambda key: policy.birth(jax.random.fold_in(key, WEIGHT_STREAM))))
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
        restart = restarts(termination)
        parts = []
        for start in range(0, len(keys), self.chunk):
            lives = np.arange(start, min(start + self.chunk, len(keys)))
            flock = _Flock(self, genomes[lives // lifetimes], keys[lives], normaliser, events, restart)
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
        flock = _Flock(self, genomes, life_keys(key[None], 1), normaliser, events, restarts(termination))
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


class _Flock:
    """The lives of one chunk while they run."""

    def __init__(
        self,
        engine: LockstepEngine,
        genomes: np.ndarray,
        keys: np.ndarray,
        normaliser: Normaliser | None,
        events: Sequence[Event],
        restart: bool,
    ) -> None:
        task = engine.task
        count = len(keys)
        self.engine, self.task, self.genomes = engine, task, jnp.asarray(genomes)
        self.keys, self.restart = keys, restart
        self.normaliser = normaliser or Normaliser.identity(task.observation_size)
        self.table = event_table(events, task.action_size)
        # Each simulation keeps its own MjData, because a task may read derived quantities between steps.
        self.batch = batch.Batch(task.model, count, engine.threads, persistent=True)
        self.simulations = Simulation(*(self.batch.bind(field) for field in Simulation._fields))
        self.contact_forces = ContactForces(self.batch) if task.contact_forces else None
        if self.contact_forces is not None:
            self.simulations = self.simulations._replace(cfrc_ext=self.contact_forces.values)
        self.befores = Simulation(*(np.full_like(field, np.nan) for field in self.simulations))
        self.memory = np.zeros((count, task.memory_size))
        self.warnings, self.terminations = np.zeros(count, np.int64), np.zeros(count, np.int64)
        self._give_birth(np.ones(count, bool))
        self.carry = engine._birth(jax.random.wrap_key_data(jnp.asarray(keys)))
        self.alive = np.ones(count, bool)
        self.returns, self.lengths = np.zeros(count), np.zeros(count, np.int64)
        self.ends = np.full(count, END_REACHED, np.int64)
        self.observation_count = np.zeros(count)
        self.sums, self.squares = (np.zeros((count, task.observation_size)) for _ in range(2))

    def run(self, ticks: int, record: Record | None) -> None:
        """Tick until all lives have ended."""
        for tick in range(ticks):
            if self.engine._stop:
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
            warnings=self.warnings + self._warnings_since_birth(),
            terminations=self.terminations,
            observation_count=self.observation_count,
            observation_mean=self.normaliser.mean + self.sums / counts,
            observation_m2=np.maximum(self.squares - self.sums**2 / counts, 0.0),
        )

    def _give_birth(self, which: np.ndarray) -> None:
        """Put the bodies of some lives [lives] at their next birth, and their tasks' memory with them."""
        ids, model = np.flatnonzero(which), self.task.model
        self.warnings[ids] += self._warnings_since_birth()[ids]  # which the reset puts to zero
        self.batch.reset(ids, stage=mujoco.mjtStage.mjSTAGE_NONE.value)
        qpos, qvel = np.zeros((len(which), model.nq)), np.zeros((len(which), model.nv))
        self.engine._batched.birth(self.keys, self.terminations, which, qpos, qvel, self.memory)
        self.simulations.qpos[ids], self.simulations.qvel[ids] = qpos[ids], qvel[ids]
        self.batch.forward(ids)
        if self.contact_forces is not None:
            self.contact_forces.values[ids] = 0.0

    def _warnings_since_birth(self) -> np.ndarray:
        return self.batch.warning[:, :, 1].sum(axis=1)  # the first column says where the last one was

    def _end(self, which: np.ndarray, why: int) -> None:
        self.ends[which & self.alive] = why
        self.alive &= ~which

    def _tick(self, tick: int, record: Record | None) -> None:
        batched, simulations = self.engine._batched, self.simulations
        observations = np.zeros((len(self.alive), self.task.observation_size))
        batched.observe(simulations, self.memory, self.alive, observations)
        inputs = self._normalise(observations)
        weights = self.carry.weights
        actions, self.carry, within = self.engine._step(
            self.genomes, self.carry, jnp.asarray(inputs), not frozen(self.table, tick)
        )
        actions = np.array(actions, np.float64)
        for row in actions:
            pin(self.table, tick, row)
        if record is not None:
            _note(record, tick, simulations, observations, actions, weights)
        fine = np.ones(len(self.alive), bool)
        bounded_rows(actions, fine)
        self._end(~fine, END_DIVERGED)
        if self.alive.any():
            self._physics(tick, actions, record)
        self._end(~np.asarray(within), END_DIVERGED)

    def _normalise(self, observations: np.ndarray) -> np.ndarray:
        deviations = observations - self.normaliser.mean
        alive = self.alive[:, None]
        self.sums += np.where(alive, deviations, 0.0)
        self.squares += np.where(alive, deviations**2, 0.0)
        self.observation_count += self.alive
        return (deviations * self.normaliser.scale).astype(np.float32)

    def _physics(self, tick: int, actions: np.ndarray, record: Record | None) -> None:
        batched, simulations = self.engine._batched, self.simulations
        for field in self.task.compares:
            getattr(self.befores, field)[:] = getattr(simulations, field)
        batched.actuate(actions, simulations, self.memory, self.alive, simulations.ctrl)
        ids = np.flatnonzero(self.alive)
        self.batch.step(ids=ids, nstep=self.task.substeps)
        if self.contact_forces is not None:
            self.contact_forces.update(ids)
        fine = np.all(np.abs(simulations.qpos) <= BOUND, axis=1) & np.all(np.abs(simulations.qvel) <= BOUND, axis=1)
        self._end(~fine, END_DIVERGED)
        rewards, done = np.zeros(len(self.alive)), np.zeros(len(self.alive), bool)
        batched.outcome(self.befores, simulations, actions, self.memory, self.alive, rewards, done)
        self._end(~np.isfinite(rewards), END_DIVERGED)
        self.returns += np.where(self.alive, rewards, 0.0)
        self.lengths += self.alive
        if record is not None:
            record.rewards[tick], record.terminated[tick] = rewards[0], done[0]
        done &= self.alive
        self.terminations += done
        if not self.restart:
            self._end(done, END_TERMINATED)
        elif done.any():
            self._give_birth(done)


def _note(record: Record, tick: int, simulations: Any, observations: Any, actions: Any, weights: Any) -> None:
    record.qpos[tick], record.qvel[tick] = simulations.qpos[0], simulations.qvel[0]
    record.observations[tick], record.actions[tick] = observations[0], actions[0]
    if record.weights.shape[1]:
        record.weights[tick] = np.concatenate([np.ravel(layer[0]) for layer in weights])
