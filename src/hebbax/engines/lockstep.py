"""The lockstep engine: all lives tick together, a batch of the world for the bodies, the JAX policy for the minds.

It runs every policy, compiled or not, and is what the native engine is tested against.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import jax
import numpy as np

from hebbax.engines.batched import batch_task
from hebbax.engines.bodies import Bodies, bodies_of
from hebbax.engines.body_batch import BodyBatch, BodyEvents
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
        self.body = BodyBatch(task, engine.batched, count, engine.threads, self.key_data, writable=writable)
        self.batch, self.memory = self.body.batch, self.body.memory
        self.bodies = self._bodies_of_each()
        self.body.use_bodies(self.bodies, self._ticks(0))
        with calling(f"a life of task {task.name!r}"):
            self.body.give_birth(np.ones(count, bool), self.terminations)

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

    def _ticks(self, tick: int) -> np.ndarray:
        """Return the tick of each life, int64 [lives]: they are all at the same."""
        return np.full(self.count, tick, np.int64)

    def _warnings(self) -> np.ndarray:
        return self.body.warnings()

    def _tick(self, tick: int, record: Record | None) -> None:
        ticks = self._ticks(tick)
        self.body.use_bodies(self.bodies, ticks)
        if record is not None:
            self.batch.write_record(record, tick - self.first)
        actions = self._act(tick, self.body.observe(self.alive, ticks), record)
        if self.alive.any():
            self._advance(tick, ticks, actions, record)
        self._update()

    def _advance(self, tick: int, ticks: np.ndarray, actions: np.ndarray, record: Record | None) -> None:
        """Run a control period of the living, and what follows from it."""
        at = slice(tick - self.first, tick - self.first + 1)
        measured = None if record is None else Measured(record.contacts[at], record.torques[at], record.speeds[at])
        events = BodyEvents(self.tables, self.states, self.key_data, ticks)
        came = self.body.advance(self.alive, ticks, actions, events, measured)
        self._end(came.diverged, END_DIVERGED)
        if self.task.activity:
            came.terms[:, -1] = self._activity()
        done = self._credit(tick, came.rewards, came.done, record, came.terms)
        if self.restart and done.any():
            self.body.give_birth(done, self.terminations)


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
