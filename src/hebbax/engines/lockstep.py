"""The lockstep engine: all lives tick together, a batch of the world for the bodies, the JAX policy for the minds.

It runs every policy, compiled or not, and is what the native engine is tested against.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import jax
import numpy as np

from hebbax.compiling.bounds import MOST_CONTROL
from hebbax.damage.apply import apply_forces, clear_forces, hold_coordinates
from hebbax.damage.event_table import POSITION
from hebbax.engines.batched import batch_task
from hebbax.engines.bodies import Bodies, bodies_of
from hebbax.engines.flock import Flock, FlockEngine
from hebbax.engines.gate import check_genome, own_key, ticks_of
from hebbax.engines.scenario import PLAIN, Scenario, make_for_each, with_former_keywords
from hebbax.engines.twins import State, Twins
from hebbax.errors import calling
from hebbax.policies.any_policy import AnyPolicy
from hebbax.tasks.contract import compiled_task
from hebbax.tasks.external.task import AnyTask
from hebbax.tasks.task import Task
from hebbax.types import END_DIVERGED, Measured, Record

CHUNK = 256
"""Lives that tick together; more would leave the processor's cache, and no result depends on it."""


class LockstepEngine(FlockEngine[Task]):
    """Runs lives of any policy on one task, tick by tick; the same interface and results as the native engine.

    Returns agree with the native engine's within float32 rounding on short lives; on long ones contact dynamics amplify
    the last bit.
    """

    name = "lockstep"

    def __init__(self, task: AnyTask, policy: AnyPolicy, *, threads: int | None = None, chunk: int = CHUNK) -> None:
        super().__init__(compiled_task(task), policy, threads=threads, at_once=chunk)
        self.batched = batch_task(self.task)

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
        self._turns.check(self.name)
        scenario = with_former_keywords(scenario, former).with_damages(())
        genomes, keys = check_genome(genome, self.policy.genome_size), own_key(key)
        ticks = ticks_of(scenario, self.task, self.policy)
        both = np.repeat(genomes, 2, axis=0), np.repeat(keys, 2, axis=0)
        with self._turns.mine():
            bodies = _Bodies(self, *both, scenario, writable=True)
        yield _LockstepTwins(bodies, ticks)


class _Bodies(Flock):
    """Lives with bodies in one batch; `writable` says whether all arrays of their states can be written to."""

    def __init__(
        self,
        engine: LockstepEngine,
        genomes: np.ndarray,
        keys: np.ndarray,
        scenario: Scenario,
        *,
        writable: bool = False,
    ) -> None:
        task, count = engine.task, len(keys)
        super().__init__(engine, genomes, keys, scenario, width=count)
        self.task = task
        self.batched = engine.batched
        self.batch = task.world.batch(count, engine.threads, self.batched.world, writable=writable)
        self.memory = np.zeros((count, task.memory_size))
        self.earlier_warnings = np.zeros(count, np.int64)
        self.bodies = self._bodies_of_each()
        self._change_bodies(0)
        with calling(f"a life of task {task.name!r}"):
            self._give_birth(np.ones(count, bool))

    def run(self, ticks: int, record: Record | None, until: int | None = None) -> bool:
        """Tick as any flock; HebbaxError says where a function of the task's fails."""
        with calling(f"a life of task {self.task.name!r}"):
            return super().run(ticks, record, until)

    def look_at_events(self) -> None:
        """Take up how the events have changed since."""
        known = self.known_damages
        super().look_at_events()
        if known != self.known_damages:
            self.bodies = self._bodies_of_each()

    def _bodies_of_each(self) -> list[Bodies]:
        """Return the bodies of each life."""
        task, policy = self.task, self._engine.policy
        return make_for_each(self.damages, self.key_data, task, policy, lambda events: bodies_of(task, events))

    def _change_bodies(self, tick: int) -> None:
        """Give each life the body that it has from a tick on."""
        self.batch.use_models([bodies.at(tick) for bodies in self.bodies])

    def _give_birth(self, which: np.ndarray) -> None:
        """Put the bodies of some lives [lives] at their next birth, and their tasks' memory with them."""
        ids = np.flatnonzero(which)
        self.earlier_warnings[ids] += self.batch.warnings()[ids]  # which the reset puts to zero
        self.batch.clear(ids)
        self.batched.place(self.key_data, self.terminations, which, self.batch.states, self.memory)
        self.batch.place(ids)
        still = np.zeros((self.count, self.task.action_size))
        for _ in range(self.task.settle):  # which nobody sees
            self.batched.actuate(still, self.batch.states, self.memory, which, self.batch.controls)
            self.batch.advance(ids, None, None)

    def _warnings(self) -> np.ndarray:
        return self.earlier_warnings + self.batch.warnings()

    def _tick(self, tick: int, record: Record | None) -> None:
        self._change_bodies(tick)
        if record is not None:
            self.batch.write_record(record, tick - self.first)
        observations = np.zeros((self.count, self.task.observation_size))
        self.batched.observe(self.batch.states, self.memory, self.alive, self.key_data, tick, observations)
        actions = self._act(tick, observations, record)
        if self.alive.any():
            self._advance(tick, actions, record)
        self._update()

    def _advance(self, tick: int, actions: np.ndarray, record: Record | None) -> None:
        """Run a control period of the living, and what follows from it."""
        batched, states, befores = self.batched, self.batch.states, self.batch.befores
        for field in self.task.compared:
            getattr(befores, field)[:] = getattr(states, field)
        batched.actuate(actions, states, self.memory, self.alive, self.batch.controls)
        steered = np.all(np.abs(self.batch.controls) <= MOST_CONTROL, axis=1)  # a comparison with NaN is false
        self._end(~steered, END_DIVERGED)
        at = slice(tick - self.first, tick - self.first + 1)
        measured = None if record is None else Measured(record.contacts[at], record.torques[at], record.speeds[at])
        if self.alive.any():
            self.batch.advance(np.flatnonzero(self.alive), _BodyDamage(self, tick), measured)
        self._end(~self.batch.within_bounds(), END_DIVERGED)
        rewards, done = np.zeros(self.count), np.zeros(self.count, bool)
        terms = np.zeros_like(self.reward_terms)
        lives = self.memory, self.alive, self.key_data, tick
        batched.outcome(befores, states, actions, *lives, rewards, done, terms)
        if self.task.activity:
            terms[:, -1] = self._activity()
        done = self._credit(tick, rewards, done, record, terms)
        if self.restart and done.any():
            self._give_birth(done)


class _BodyDamage:
    """What happens to the bodies of a flock at a tick; see `worlds.base.BodyDamage`."""

    def __init__(self, flock: _Bodies, tick: int) -> None:
        self._flock, self._tick = flock, tick
        self.lives = flock.harmed
        self.holds = bool(flock._happens(tick, POSITION))

    def apply_forces(self, life: int, forces: np.ndarray) -> None:
        """Put forces on the bodies [bodies, 6] of a life."""
        table, states, key = self._of(life)
        apply_forces(table, self._tick, states, *key, forces)

    def clear_forces(self, life: int, forces: np.ndarray) -> None:
        """Put them back to zero."""
        clear_forces(self._of(life)[0], self._tick, forces)

    def hold_coordinates(self, life: int, substep: int, positions: np.ndarray, velocities: np.ndarray) -> None:
        """Put coordinates of a life where they are to be, after so many physics steps of the tick."""
        table, states, key = self._of(life)
        hold_coordinates(table, self._tick, substep, states, *key, positions, velocities)

    def _of(self, life: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        return self._flock.tables[life], self._flock.states[life], self._flock.key_data[life]


class _LockstepTwins(Twins):
    """Two lives of one flock, which are the same until a state has been put to the second."""

    def __init__(self, bodies: _Bodies, ticks: int) -> None:
        super().__init__(bodies.task)
        self._bodies, self._ticks = bodies, ticks

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
        arrays = [*(array[life] for array in (*bodies.batch.arrays, bodies.memory)), *carry]
        weights = np.concatenate([np.zeros(0, np.float32), *(layer.ravel() for layer in stored)])
        return State([array[life] for array in bodies.batch.phase], weights, stored, arrays)

    def put(self, second: State) -> None:
        """Have the twin go on from its state, at the life's own tick."""
        bodies = self._bodies
        counts = [leaf for leaf in jax.tree.leaves(bodies.carry) if leaf.dtype.kind != "f"]
        for field in (*counts, bodies.alive, bodies.ends, bodies.lengths, bodies.terminations):
            field[1] = field[0]
        bodies.batch.follow()

    def in_step(self) -> bool:
        """Whether the twin has lived as long as the life, with as many terminations."""
        bodies = self._bodies
        return bool(bodies.lengths[0] == bodies.lengths[1] and bodies.terminations[0] == bodies.terminations[1])

    def _memory(self) -> np.ndarray:
        return self._bodies.memory[0].copy()
