"""The lockstep engine: all lives tick together, MuJoCo's batch for the bodies, the JAX policy for the minds.

It runs every policy, compiled or not, and is what the native engine is tested against.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import jax
import mujoco
import numpy as np
from mujoco import batch

from hebbax.damage.apply import apply_forces, clear_forces, hold_coordinates
from hebbax.damage.event_table import POSITION
from hebbax.engines.batched import batch_task
from hebbax.engines.bodies import Bodies, bodies_of
from hebbax.engines.flock import Flock, FlockEngine
from hebbax.engines.life import BOUND, feel, measure_torques
from hebbax.engines.lives import check_genomes, life_keys
from hebbax.engines.scenario import PLAIN, Scenario, make_for_each, with_former_keywords
from hebbax.engines.twins import BODY_STATE, State, Twins
from hebbax.policies.policy import AnyPolicy
from hebbax.tasks.contract import check_task
from hebbax.tasks.external.task import AnyTask
from hebbax.tasks.task import Task
from hebbax.types import END_DIVERGED, Record, Simulation
from hebbax.worlds.mujoco.contact_forces import ContactForces
from hebbax.worlds.mujoco.library import load_library
from hebbax.worlds.mujoco.simulation import handles_of

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
        scenario: Scenario,
    ) -> Flock:
        return _Bodies(self, genomes, keys, scenario)

    @contextmanager
    def twins(
        self,
        genome: Any,
        key: Any,
        scenario: Scenario = PLAIN,
        **former: Any,
    ) -> Iterator[Twins]:
        """Lend the life of `record`, and a twin that goes beside it; arguments are as there, but nothing happens."""
        scenario = with_former_keywords(scenario, former).with_damages(())
        genomes, keys = check_genomes(np.asarray(genome)[None], self.policy.genome_size), life_keys(key[None], 1)
        both = np.repeat(genomes, 2, axis=0), np.repeat(keys, 2, axis=0)
        yield _LockstepTwins(_CopiedBodies(self, *both, scenario), self._ticks(scenario))


class _Bodies(Flock):
    """Lives with bodies in one batch."""

    def __init__(
        self,
        engine: LockstepEngine,
        genomes: np.ndarray,
        keys: np.ndarray,
        scenario: Scenario,
    ) -> None:
        task, count = engine.task, len(keys)
        super().__init__(engine, genomes, keys, scenario, width=count)
        self.task, self.batched = task, engine.batched
        # Each simulation keeps its own MjData, because a task may read derived quantities between steps.
        self.batch = batch.Batch(task.model, count, engine.threads, persistent=True)
        self.models = [task.model] * count
        self.simulations = Simulation(*(self.batch.bind(field) for field in Simulation._fields))
        self.contact_forces = ContactForces(self.batch) if task.contact_forces else None
        if self.contact_forces is not None:
            self.simulations = self.simulations._replace(cfrc_ext=self.contact_forces.values)
        self._bound = self.simulations
        self.data = mujoco.MjData(task.model)  # a copy of one simulation, for the record
        self.forces = self.batch.bind("xfrc_applied")
        self.befores = Simulation(*(np.full_like(field, np.nan) for field in self.simulations))
        self.memory = np.zeros((count, task.memory_size))
        self.earlier_warnings = np.zeros(count, np.int64)
        self.bodies = self._bodies_of_each()
        self._change_bodies(0)
        self._give_birth(np.ones(count, bool))

    def look_at_events(self) -> None:
        """Take up how the events have changed since."""
        known = self.known_damages
        super().look_at_events()
        if known != self.known_damages:
            self.bodies = self._bodies_of_each()

    def _bodies_of_each(self) -> list[Bodies]:
        """Return the bodies of each life."""
        return make_for_each(self.damages, lambda events: bodies_of(self.task, events))

    def _change_bodies(self, tick: int) -> None:
        """Give each life the body that it has from a tick on."""
        models = [bodies.at(tick) for bodies in self.bodies]
        if models != self.models:
            self.models = models
            self.batch.set_models(models)

    def _give_birth(self, which: np.ndarray) -> None:
        """Put the bodies of some lives [lives] at their next birth, and their tasks' memory with them."""
        ids, model = np.flatnonzero(which), self.task.model
        self.earlier_warnings[ids] += self._warnings_since_birth()[ids]  # which the reset puts to zero
        self.batch.reset(ids, stage=mujoco.mjtStage.mjSTAGE_NONE.value)
        qpos, qvel = np.zeros((len(which), model.nq)), np.zeros((len(which), model.nv))
        self.batched.reset(self.key_data, self.terminations, which, qpos, qvel, self.memory)
        self.simulations.qpos[ids], self.simulations.qvel[ids] = qpos[ids], qvel[ids]
        self.batch.forward(ids)
        if self.contact_forces is not None:
            self.contact_forces.values[ids] = 0.0
        for _ in range(self.task.settle):
            self._settle(which, ids)

    def _settle(self, which: np.ndarray, ids: np.ndarray) -> None:
        """Run a control tick of some bodies with an action of zero, which nobody sees."""
        still = np.zeros((self.count, self.task.action_size))
        self.batched.actuate(still, self._bound, self.memory, which, self._bound.ctrl)
        self.batch.step(ids=ids, nstep=self.task.substeps)
        if self.contact_forces is not None:
            self.contact_forces.update(ids)

    def _warnings(self) -> np.ndarray:
        return self.earlier_warnings + self._warnings_since_birth()

    def _warnings_since_birth(self) -> np.ndarray:
        return self.batch.warning[:, :, 1].sum(axis=1)  # the first column says where the last one was

    def _tick(self, tick: int, record: Record | None) -> None:
        simulations = self.simulations
        self._change_bodies(tick)
        if record is not None:
            self._note(tick - self.first, record)
        observations = np.zeros((self.count, self.task.observation_size))
        self.batched.observe(simulations, self.memory, self.alive, self.key_data, tick, observations)
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
        terms = np.zeros_like(self.reward_terms)
        lives = self.memory, self.alive, self.key_data, tick
        batched.outcome(self.befores, simulations, actions, *lives, rewards, done, terms)
        done = self._credit(tick, rewards, done, record, terms)
        if self.restart and done.any():
            self._give_birth(done)

    def _advance(self, tick: int, ids: np.ndarray, record: Record | None) -> None:
        """Run the physics of one control period of some lives, by index, and what events do to it."""
        substeps, forces = self.task.substeps, self.forces
        harmed = [life for life in self.harmed if self.alive[life]]
        held = bool(self._happens(tick, POSITION))
        singly = held or record is not None
        for life in harmed:
            apply_forces(self.tables[life], tick, self.states[life], *self.key_data[life], forces[life])
        self._hold(tick, 0, harmed)
        for substep in range(substeps if singly else 1):
            self.batch.step(ids=ids, nstep=1 if singly else substeps)
            self._hold(tick, substep + 1, harmed if held else [])
            if record is not None:
                self._feel(record.contacts[tick - self.first])
        for life in harmed:
            clear_forces(self.tables[life], tick, forces[life])
        if record is not None:
            record.contacts[tick - self.first] /= substeps

    def _hold(self, tick: int, substep: int, lives: Sequence[int]) -> None:
        """Put held coordinates of some lives where they are to be, after so many physics steps of the tick."""
        positions, velocities = self.simulations.qpos, self.simulations.qvel
        for life in lives:
            key = self.key_data[life]
            hold_coordinates(
                self.tables[life], tick, substep, self.states[life], *key, positions[life], velocities[life]
            )

    def _feel(self, contacts: np.ndarray) -> None:
        """Add one to the contacts [bodies] of those of the first life that feel a force in this physics step."""
        data = self.batch.get_data(0, self.data)
        data.xfrc_applied[:] = 0.0  # or a push would count as a contact
        mujoco.mj_rnePostConstraint(self.models[0], data)
        feel(data.cfrc_ext, contacts)

    def _note(self, slot: int, record: Record) -> None:
        """Write the body's part of the first life's record."""
        record.qpos[slot], record.qvel[slot] = self.simulations.qpos[0], self.simulations.qvel[0]
        data = self.batch.get_data(0, self.data)
        measure_torques(handles_of(data), record.torques[slot])


class _CopiedBodies(_Bodies):
    """Lives whose derived quantities can be written too: a batch lends them to be read alone."""

    _derived: Simulation | None = None

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self._derived = self.simulations
        self.simulations = Simulation(*(f if f.flags.writeable else f.copy() for f in self._derived))

    def _give_birth(self, which: np.ndarray) -> None:
        super()._give_birth(which)
        self._take_over(np.flatnonzero(which))

    def _advance(self, tick: int, ids: np.ndarray, record: Record | None) -> None:
        super()._advance(tick, ids, record)
        self._take_over(ids)

    def _take_over(self, ids: np.ndarray) -> None:
        if self._derived is None:  # while the first bodies are born
            return
        for source, copy in zip(self._derived, self.simulations, strict=True):
            if copy is not source:
                copy[ids] = source[ids]


class _LockstepTwins(Twins):
    """Two lives of one flock, which are the same until a state has been put to the second."""

    def __init__(self, bodies: _CopiedBodies, ticks: int) -> None:
        super().__init__(bodies.task)
        self._bodies, self._ticks = bodies, ticks
        fields = {**bodies.simulations._asdict(), **{name: bodies.batch.bind(name) for name in BODY_STATE[-2:]}}
        self._arrays = [*fields.values(), bodies.memory]

    def run(self, until: int) -> bool:
        """Run both lives up to a tick; return whether the life goes on."""
        self._bodies.run(self._ticks, None, until)
        return bool(self._bodies.alive[0]) and until < self._ticks

    def states(self) -> tuple[State, State]:
        """Return the states, of which all but the weights are live views."""
        bodies = self._bodies
        # Of NumPy: to read and write single rows of JAX's arrays takes longer than a tick.
        bodies.carry = jax.tree.map(lambda leaf: leaf if isinstance(leaf, np.ndarray) else np.array(leaf), bodies.carry)
        first, second = (self._state(life) for life in range(2))
        return first, second

    def _state(self, life: int) -> State:
        bodies = self._bodies
        carry = [leaf[life] for leaf in jax.tree.leaves(bodies.carry) if leaf.dtype.kind == "f"]
        stored = carry[: len(bodies.carry.weights)]  # the first field
        arrays = [*(array[life] for array in self._arrays), *carry]
        weights = np.concatenate([layer.ravel() for layer in stored])
        return State(bodies.simulations.qpos[life], bodies.simulations.qvel[life], weights, stored, arrays)

    def put(self, second: State) -> None:
        """Have the twin go on from its state, at the life's own tick."""
        bodies = self._bodies
        counts = [leaf for leaf in jax.tree.leaves(bodies.carry) if leaf.dtype.kind != "f"]
        ends = [bodies.alive, bodies.ends, bodies.lengths, bodies.terminations]
        for field in (*counts, *ends, bodies.batch.bind("time")):
            field[1] = field[0]

    def in_step(self) -> bool:
        """Whether the twin has lived as long as the life, with as many terminations."""
        bodies = self._bodies
        return bool(bodies.lengths[0] == bodies.lengths[1] and bodies.terminations[0] == bodies.terminations[1])

    def _memory(self) -> np.ndarray:
        return self._bodies.memory[0].copy()
