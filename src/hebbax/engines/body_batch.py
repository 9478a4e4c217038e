"""The bodies of lives that tick together: their births, their control periods, and what damages do to them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from hebbax.compiling.bounds import MOST_CONTROL
from hebbax.damage.apply import apply_forces, clear_forces, happens, hold_coordinates
from hebbax.damage.event_table import POSITION
from hebbax.engines.batched import BatchedTask
from hebbax.engines.bodies import Bodies
from hebbax.engines.task_functions import term_columns
from hebbax.tasks.task import Task
from hebbax.types import Measured


class BodyEvents:
    """What happens to the bodies of some lives, each at its own tick; see `worlds.base.BodyDamage`."""

    def __init__(
        self, tables: Sequence[np.ndarray], states: Sequence[np.ndarray], keys: np.ndarray, ticks: np.ndarray
    ) -> None:
        self._tables, self._states, self._keys, self._ticks = tables, states, keys, ticks
        self.lives = [life for life, table in enumerate(tables) if len(table)]
        self.holds = any(happens(tables[life], ticks[life], POSITION) for life in self.lives)

    def apply_forces(self, life: int, forces: np.ndarray) -> None:
        """Put forces on the bodies [bodies, 6] of a life."""
        apply_forces(self._tables[life], self._ticks[life], self._states[life], *self._keys[life], forces)

    def clear_forces(self, life: int, forces: np.ndarray) -> None:
        """Put them back to zero."""
        clear_forces(self._tables[life], self._ticks[life], forces)

    def hold_coordinates(self, life: int, substep: int, positions: np.ndarray, velocities: np.ndarray) -> None:
        """Put coordinates of a life where they are to be, after so many physics steps of the tick."""
        states, key = self._states[life], self._keys[life]
        hold_coordinates(self._tables[life], self._ticks[life], substep, states, *key, positions, velocities)


class Came(NamedTuple):
    """What came of one control period, a row per life; of lives that were not stepped or went beyond bounds, zeros."""

    diverged: np.ndarray  # bool [lives]: a control or the state went beyond bounds
    rewards: np.ndarray  # float64 [lives]
    done: np.ndarray  # bool [lives]: the task's termination
    terms: np.ndarray  # float64 [lives, terms]


class BodyBatch:
    """One body a life in a batch of the world, with the task's memory beside it."""

    def __init__(
        self, task: Task, batched: BatchedTask, lives: int, threads: int, keys: np.ndarray, *, writable: bool = False
    ) -> None:
        self.task, self.batched, self.count, self.keys = task, batched, lives, keys  # uint32 [lives, 2]
        self.batch = task.world.batch(lives, threads, batched.world, writable=writable)
        self.memory = np.zeros((lives, task.memory_size))
        self._sizes = task.observation_size, term_columns(task)
        self.earlier_warnings = np.zeros(lives, np.int64)

    def use_bodies(self, bodies: Sequence[Bodies], ticks: np.ndarray) -> None:
        """Give each life the body that it has at its tick."""
        self.batch.use_models([own.at(tick) for own, tick in zip(bodies, ticks.tolist(), strict=True)])

    def give_birth(self, which: np.ndarray, births: np.ndarray) -> None:
        """Put bodies of some lives, bool [lives], at their birth of a number [lives], and their memory with them."""
        ids = np.flatnonzero(which)
        self.earlier_warnings[ids] += self.batch.warnings()[ids]  # which the reset puts to zero
        self.batch.clear(ids)
        self.batched.place(self.keys, births, which, self.batch.states, self.memory)
        self.batch.place(ids)
        still = np.zeros((self.count, self.task.action_size))
        for _ in range(self.task.settle):  # which nobody sees
            self.batched.actuate(still, self.batch.states, self.memory, which, self.batch.controls)
            self.batch.advance(ids, None, None)

    def warnings(self) -> np.ndarray:
        """Return the physics' warnings of each life, int64 [lives]."""
        return self.earlier_warnings + self.batch.warnings()

    def observe(self, which: np.ndarray, ticks: np.ndarray) -> np.ndarray:
        """Return what some lives, bool [lives], observe at their ticks, float64 [lives, observations]; others zeros."""
        observations = np.zeros((self.count, self._sizes[0]))
        self.batched.observe(self.batch.states, self.memory, which, self.keys, ticks, observations)
        return observations

    def advance(
        self,
        which: np.ndarray,
        ticks: np.ndarray,
        actions: np.ndarray,
        events: BodyEvents | None,
        measured: Measured | None = None,
    ) -> Came:
        """Run a control period of some lives, bool [lives], under actions [lives, actuators]."""
        batched, states, befores = self.batched, self.batch.states, self.batch.befores
        for field in self.task.compared:
            getattr(befores, field)[:] = getattr(states, field)
        batched.actuate(actions, states, self.memory, which, self.batch.controls)
        going = which & (np.abs(self.batch.controls) <= MOST_CONTROL).all(axis=1)  # a comparison with NaN is false
        ids = going.nonzero()[0]
        if len(ids):
            self.batch.advance(ids, events, measured)
        going = going & self.batch.within_bounds()
        rewards, done = np.zeros(self.count), np.zeros(self.count, bool)
        terms = np.zeros((self.count, self._sizes[1]))
        batched.outcome(befores, states, actions, self.memory, going, self.keys, ticks, rewards, done, terms)
        return Came(which & ~going, rewards, done, terms)
