"""Lives whose actions come from outside: the bodies and damages of a task, each at its own tick, without a policy."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from hebbax.damage.apply import change_values, happens
from hebbax.damage.draws import drawn, leave_to_chance
from hebbax.damage.event_table import ACTION, SENSE, states_of
from hebbax.damage.events import Event
from hebbax.engines.batched import batch_task
from hebbax.engines.bodies import Bodies, bodies_of
from hebbax.engines.body_batch import BodyBatch, BodyEvents
from hebbax.engines.calls import Turns
from hebbax.engines.gate import MOST_LIVES, thread_count
from hebbax.engines.hooks import damage_table
from hebbax.engines.puppet_ticks import tick_functions
from hebbax.engines.scenario import PLAIN, Scenario
from hebbax.errors import HebbaxError, calling, check_whole
from hebbax.policies.open_loop import Replay
from hebbax.settings import pinned
from hebbax.tasks.contract import compiled_task
from hebbax.tasks.external.task import AnyTask
from hebbax.types import MOST_TICKS, numbers_of

_QUIET = np.errstate(all="ignore")
"""Of a life that diverges; the rest of what is pinned concerns JAX, which no tick calls."""


class Stepped(NamedTuple):
    """What one control tick came to, a row per life; of lives that are over, zeros and their last observation."""

    observations: np.ndarray  # float64 [lives, observations], before normalisation; the last good one of who diverged
    rewards: np.ndarray  # float64 [lives]
    terms: np.ndarray  # float64 [lives, terms], none of a single term
    terminated: np.ndarray  # bool [lives]: the task's termination has ended the life, or it has diverged
    truncated: np.ndarray  # bool [lives]: that was its last tick
    diverged: np.ndarray  # bool [lives]
    reborn: np.ndarray  # bool [lives]: a termination has restarted the body, and the life goes on

    @property
    def reward_terms(self) -> np.ndarray:
        """The reward's terms, float64 [lives, terms]; of a single term, the reward."""
        return self.terms if self.terms.shape[1] else self.rewards[:, None]


class Puppets:
    """Lives of one task that tick together, and begin and end each by itself.

    A life's states depend on its key, its actions, the task and what the scenario puts it through: with the actions of
    a native life of the same key they are that life, to the bit. Raises HebbaxError for a task of another package, and
    for damages that need a policy.
    """

    @pinned()
    def __init__(self, task: AnyTask, lives: int, scenario: Scenario = PLAIN, *, threads: int | None = None) -> None:
        self.task = task = compiled_task(task)
        self.count = check_whole("lives", lives, 1, MOST_LIVES)
        self.ticks_of_life = task.length if scenario.ticks is None else scenario.ticks
        self.restarts = scenario.restarts
        self._mind = Replay(task.action_size, MOST_TICKS, "actions from outside")
        self._damages = scenario.of_each(self.count)
        self._turns, self._called, self._functions = Turns(), f"a life of task {task.name!r}", tick_functions()
        self._shape = self.count, task.action_size
        self.keys = np.zeros((self.count, 2), np.uint32)
        self.body = BodyBatch(task, batch_task(task), self.count, thread_count(threads), self.keys)
        self._fates: dict[int, tuple[Sequence[Event], _Fate]] = {}  # of damages without chance, by their identity
        self._fate = [self._fate_of(events, key) for events, key in zip(self._damages, self.keys, strict=True)]
        self._states = [states_of(fate.table) for fate in self._fate]
        self._take_up_fates()
        self.ticks, self.births = np.zeros(self.count, np.int64), np.zeros(self.count, np.int64)
        self.over, self._none = np.ones(self.count, bool), np.zeros(self.count, bool)  # none has begun
        self.returns = np.zeros(self.count)
        self.observations = np.zeros((self.count, task.observation_size))

    @pinned()
    def begin(
        self, which: np.ndarray, keys: np.ndarray, damages: Sequence[Sequence[Event]] | None = None
    ) -> np.ndarray:
        """Begin lives in some places, bool [lives], with keys uint32 [n, 2]; return all observations [lives, …].

        `damages` are those of the n lives; None for what the scenario has for their places.
        """
        self._turns.check("puppets")
        self.keys[which] = keys
        for number, life in enumerate(np.flatnonzero(which).tolist()):
            if damages is not None:
                self._damages[life] = damages[number]
            self._fate[life] = self._fate_of(self._damages[life], self.keys[life])
            self._states[life] = states_of(self._fate[life].table)
        self._take_up_fates()
        self.ticks[which], self.births[which], self.returns[which] = 0, 0, 0.0
        self.over &= ~which
        with calling(self._called):
            self._use_bodies()
            self.body.give_birth(which, self.births)
            seen = self.body.observe(which, self.ticks)
            self._change(SENSE, seen, which)
        good = which & np.all(np.isfinite(seen), axis=1)
        self.observations[good] = seen[good]
        return self.observations.copy()

    @_QUIET
    def step(self, actions: np.ndarray, which: np.ndarray | None = None) -> Stepped:
        """Run one control tick of the lives that are not over, or of some [lives], under actions [lives, actuators].

        Raises HebbaxError for actions of another shape.
        """
        living = ~self.over if which is None else which & ~self.over
        before, going = self.ticks.copy(), np.empty(self.count, bool)
        actions = np.array(numbers_of("actions", actions, np.float64))
        if actions.shape != self._shape:
            raise HebbaxError(f"actions of shape {actions.shape}: expected {self._shape}, a row for each life")
        if self.harmed:
            self._change(ACTION, actions, living)
        self._functions.check(living, actions, going)
        events = BodyEvents(self._tables, self._states, self.keys, before) if self.harmed else None
        reborn, ends = self._none, np.empty((3, self.count), bool)
        with calling(self._called):
            _, rewards, done, terms = came = self.body.advance(going, before, actions, events)
            self._functions.credit(living, came.diverged, going, rewards, done, self.returns, self.ticks)
            if self._changing:
                self._use_bodies()
            if self.restarts and done.any():
                reborn = done.copy()
                self.births += reborn
                self.body.give_birth(reborn, self.births)
            seen = self.body.observe(going, self.ticks)
            if self.harmed:
                self._change(SENSE, seen, going)
        own = self.restarts, self.ticks_of_life, self.ticks, self.observations, ends, self.over
        self._functions.finish(living, seen, going, done, *own)
        return Stepped(self.observations.copy(), rewards, terms, ends[0], ends[1], ends[2], reborn)

    def state(self, life: int) -> Any:
        """Return the world's state of a life, arrays that nobody else holds."""
        states = self.body.batch.states
        return type(states)(*(array[life].copy() for array in states))

    def model(self, life: int) -> Any:
        """Return the body's model that a life has at its tick."""
        return self._fate[life].bodies.at(int(self.ticks[life]))

    def _change(self, stage: int, rows: np.ndarray, which: np.ndarray) -> None:
        """Do to rows [lives, values] what happens at a stage of each life's tick."""
        for life in self.harmed:
            tick, table = self.ticks[life], self._tables[life]
            if which[life] and happens(table, tick, stage):
                change_values(table, tick, stage, self._states[life], *self.keys[life], rows[life])

    def _use_bodies(self) -> None:
        self.body.use_bodies([fate.bodies for fate in self._fate], self.ticks)

    def _fate_of(self, events: Sequence[Event], key: np.ndarray) -> _Fate:
        """Return what happens to the life of a key."""
        if leave_to_chance(events):
            return self._made(drawn(events, key, self.task, self._mind))
        if id(events) not in self._fates:
            self._fates[id(events)] = (events, self._made(events))  # held, so that no other has its identity
        return self._fates[id(events)][1]

    def _made(self, events: Sequence[Event]) -> _Fate:
        return _Fate(damage_table(events, self.task, self._mind), bodies_of(self.task, events))

    def _take_up_fates(self) -> None:
        """Take up which lives anything happens to, and what."""
        self._tables = [fate.table for fate in self._fate]
        self.harmed = [life for life, table in enumerate(self._tables) if len(table)]
        self._changing = any(len(fate.bodies.models) > 1 for fate in self._fate)


class _Fate(NamedTuple):
    table: np.ndarray
    bodies: Bodies
