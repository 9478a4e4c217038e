"""The lockstep engine: all lives tick together, MuJoCo's batch for the bodies, the JAX policy for the minds.

It runs every policy, compiled or not, and is what the native engine is tested against.
"""

from __future__ import annotations

from collections.abc import Sequence

import mujoco
import numpy as np
from mujoco import batch

from hebbax.engines.batched import batch_task
from hebbax.engines.contact_forces import ContactForces
from hebbax.engines.events import Event
from hebbax.engines.flock import Flock, FlockEngine
from hebbax.engines.interventions import hold, holds, let_go, push, take_hold
from hebbax.engines.library import load_library
from hebbax.engines.life import BOUND, feel
from hebbax.policy import AnyPolicy
from hebbax.tasks.contract import check_task
from hebbax.tasks.external import AnyTask
from hebbax.tasks.task import Task
from hebbax.types import END_DIVERGED, Normaliser, Record, Simulation

CHUNK = 256
"""Lives that tick together; more would leave the processor's cache, and no result depends on it."""


class LockstepEngine(FlockEngine[Task]):
    """Runs lives of any policy on one task, tick by tick; the same interface and results as the native engine.

    Returns agree with the native engine's within float32 rounding on short lives; on long ones contact dynamics amplify
    the last bit.
    """

    name = "lockstep"

    def __init__(self, task: AnyTask, policy: AnyPolicy, *, threads: int | None = None, chunk: int = CHUNK) -> None:
        task = check_task(task)
        load_library()
        super().__init__(task, policy, threads=threads, at_once=chunk)
        self.batched = batch_task(task)

    def _gather(
        self,
        genomes: np.ndarray,
        keys: np.ndarray,
        normaliser: Normaliser | None,
        events: Sequence[Event],
        restart: bool,
    ) -> Flock:
        return _Bodies(self, genomes, keys, normaliser, events, restart)


class _Bodies(Flock):
    """Lives with bodies in one batch."""

    def __init__(
        self,
        engine: LockstepEngine,
        genomes: np.ndarray,
        keys: np.ndarray,
        normaliser: Normaliser | None,
        events: Sequence[Event],
        restart: bool,
    ) -> None:
        task, count = engine.task, len(keys)
        super().__init__(engine, genomes, keys, normaliser, events, restart, width=count)
        self.task, self.batched = task, engine.batched
        # Each simulation keeps its own MjData, because a task may read derived quantities between steps.
        self.batch = batch.Batch(task.model, count, engine.threads, persistent=True)
        self.simulations = Simulation(*(self.batch.bind(field) for field in Simulation._fields))
        self.contact_forces = ContactForces(self.batch) if task.contact_forces else None
        if self.contact_forces is not None:
            self.simulations = self.simulations._replace(cfrc_ext=self.contact_forces.values)
        self.data = mujoco.MjData(task.model)  # a copy of one simulation, for the record
        self.forces = self.batch.bind("xfrc_applied")
        self.befores = Simulation(*(np.full_like(field, np.nan) for field in self.simulations))
        self.memory = np.zeros((count, task.memory_size))
        self.earlier_warnings = np.zeros(count, np.int64)
        self._give_birth(np.ones(count, bool))

    def _give_birth(self, which: np.ndarray) -> None:
        """Put the bodies of some lives [lives] at their next birth, and their tasks' memory with them."""
        ids, model = np.flatnonzero(which), self.task.model
        self.earlier_warnings[ids] += self._warnings_since_birth()[ids]  # which the reset puts to zero
        self.batch.reset(ids, stage=mujoco.mjtStage.mjSTAGE_NONE.value)
        qpos, qvel = np.zeros((len(which), model.nq)), np.zeros((len(which), model.nv))
        self.batched.birth(self.key_data, self.terminations, which, qpos, qvel, self.memory)
        self.simulations.qpos[ids], self.simulations.qvel[ids] = qpos[ids], qvel[ids]
        self.batch.forward(ids)
        if self.contact_forces is not None:
            self.contact_forces.values[ids] = 0.0

    def _warnings(self) -> np.ndarray:
        return self.earlier_warnings + self._warnings_since_birth()

    def _warnings_since_birth(self) -> np.ndarray:
        return self.batch.warning[:, :, 1].sum(axis=1)  # the first column says where the last one was

    def _tick(self, tick: int, record: Record | None) -> None:
        simulations = self.simulations
        if record is not None:
            self._note(tick - self.first, record)
        observations = np.zeros((self.count, self.task.observation_size))
        self.batched.observe(simulations, self.memory, self.alive, observations)
        actions, within = self._act(tick, observations, record)
        if self.alive.any():
            self._physics(tick, actions, record)
        self._end(~within, END_DIVERGED)

    def _physics(self, tick: int, actions: np.ndarray, record: Record | None) -> None:
        batched, simulations = self.batched, self.simulations
        for field in self.task.compares:
            getattr(self.befores, field)[:] = getattr(simulations, field)
        batched.actuate(actions, simulations, self.memory, self.alive, simulations.ctrl)
        ids = np.flatnonzero(self.alive)
        self._advance(tick, ids, record)
        if self.contact_forces is not None:
            self.contact_forces.update(ids)
        fine = np.all(np.abs(simulations.qpos) <= BOUND, axis=1) & np.all(np.abs(simulations.qvel) <= BOUND, axis=1)
        self._end(~fine, END_DIVERGED)
        rewards, done = np.zeros(self.count), np.zeros(self.count, bool)
        batched.outcome(self.befores, simulations, actions, self.memory, self.alive, rewards, done)
        done = self._credit(tick, rewards, done, record)
        if self.restart and done.any():
            self._give_birth(done)

    def _advance(self, tick: int, ids: np.ndarray, record: Record | None) -> None:
        """Run the physics of one control period of some lives, by index, and what events do to it."""
        table, positions, velocities = self.table, self.simulations.qpos, self.simulations.qvel
        held, substeps = holds(table, tick), self.task.substeps
        singly = held or record is not None
        for i in ids if len(table) else ():
            push(table, tick, self.forces[i])
            take_hold(table, tick, positions[i], self.origins[i])
            hold(table, tick, positions[i], velocities[i], self.origins[i])
        for _ in range(substeps if singly else 1):
            self.batch.step(ids=ids, nstep=1 if singly else substeps)
            for i in ids if held else ():
                hold(table, tick, positions[i], velocities[i], self.origins[i])
            if record is not None:
                self._feel(record.contacts[tick - self.first])
        for i in ids if len(table) else ():
            let_go(table, tick, self.forces[i])
        if record is not None:
            record.contacts[tick - self.first] /= substeps

    def _feel(self, contacts: np.ndarray) -> None:
        """Add one to the contacts [bodies] of those of the first life that feel a force in this physics step."""
        data = self.batch.get_data(0, self.data)
        data.xfrc_applied[:] = 0.0  # or a push would count as a contact
        mujoco.mj_rnePostConstraint(self.task.model, data)
        feel(data.cfrc_ext, contacts)

    def _note(self, slot: int, record: Record) -> None:
        """Write the body's part of the first life's record."""
        record.qpos[slot], record.qvel[slot] = self.simulations.qpos[0], self.simulations.qvel[0]
        data = self.batch.get_data(0, self.data)
        record.torques[slot] = self.task.model.actuator_gear[:, 0] * data.actuator_force
