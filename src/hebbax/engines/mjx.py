"""The MJX engine: whole lives as one program of JAX, mapped over a population and shared out over all devices.

Its physics is MuJoCo written anew in JAX, in float32: a life is close to the native engine's for its first ticks, and
another one after. A single life that is recorded is lived on MuJoCo itself.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from hebbax.config.mjx import MjxConfig
from hebbax.damage.event_table import END, ONSET, STAGE, WEIGHTS, states_of
from hebbax.damage.events import Event
from hebbax.engines.bodies import Bodies, bodies_of
from hebbax.engines.flock import fresh_weights
from hebbax.engines.flock_weights import changed, flat
from hebbax.engines.gate import check_genomes, check_lifetimes, check_policy, life_keys, normaliser_of, ticks_of
from hebbax.engines.hooks import damage_table
from hebbax.engines.jax_damage import damages_of
from hebbax.engines.jax_functions import TaskUnderJax
from hebbax.engines.lives import left_by
from hebbax.engines.lives_here import LivesHere
from hebbax.engines.mjx_bodies import MjxBodies
from hebbax.engines.mjx_devices import MjxDevices
from hebbax.engines.scenario import PLAIN, Scenario, make_for_each
from hebbax.engines.slots import lasting_weights, no_inheritance
from hebbax.engines.task_functions import term_columns
from hebbax.policies.any_policy import AnyPolicy
from hebbax.settings import pinned
from hebbax.tasks.contract import compiled_task
from hebbax.tasks.external.task import AnyTask
from hebbax.types import END_DIVERGED, END_STOPPED, Lives
from hebbax.worlds.mujoco.in_jax import InJax

logger = logging.getLogger(__name__)


class MjxEngine(LivesHere):
    """Runs populations in MJX on all devices; records and streams are of MuJoCo itself.

    Raises HebbaxError where MJX is missing, and for a task or a model that it cannot run.
    """

    name = "mjx"
    ticks_a_call = 50  # from one look at the flag to stop, and at who is alive, to the next; no result depends on it

    @pinned()
    def __init__(
        self, task: AnyTask, policy: AnyPolicy, *, threads: int | None = None, config: MjxConfig | None = None
    ) -> None:
        config = config or MjxConfig()
        physics = InJax(task.world, task.name, config.implementation)
        task = compiled_task(task)
        check_policy(policy, task)
        physics.model(task.world.model)  # what MJX lacks is said before anything is compiled
        super().__init__(task, policy, threads)
        self._bodies, self._devices = MjxBodies(task, physics), MjxDevices(config, physics, task)
        self._functions = TaskUnderJax(task)
        self._draw = jax.jit(jax.vmap(fresh_weights(policy)))

    @pinned()
    def evaluate(self, genomes: Any, key: Any, scenario: Scenario = PLAIN, *, lifetimes: int = 1) -> Lives:
        """Run `lifetimes` lives of every genome; see `NativeEngine.evaluate`."""
        self._turns.check(self.name)
        ticks = ticks_of(scenario, self.task, self.policy)
        genomes = check_genomes(genomes, self.policy.genome_size)
        keys = life_keys(key, check_lifetimes(lifetimes, genomes))
        damages, parts = scenario.of_each(len(keys)), []
        if scenario.slots is not None:
            scenario.slots.words(len(keys))  # their number is checked before they are shared out
        with self._turns.mine(), self._stops.flag() as stop:
            width = self._devices.width(len(keys), self.policy)
            for start in range(0, max(len(keys), 1), width):
                lives = np.arange(start, min(start + width, len(keys)))
                of_these = scenario.of_lives(lives, damages[start : start + width])
                flock = _Flock(self, np.asarray(genomes[lives // lifetimes]), keys[lives], of_these, width)
                flock.run(ticks, stop)
                parts.append(flock.lives())
        return Lives.joined(parts)


class _Flock:
    """The lives of one call that are in memory together, filled up to `width` with the first of them."""

    def __init__(
        self, engine: MjxEngine, genomes: np.ndarray, keys: np.ndarray, scenario: Scenario, width: int
    ) -> None:
        self._engine, self._task, self.count, self._width = engine, engine.task, len(keys), width
        self._rows = np.resize(np.arange(len(keys)), width)
        self._keys = keys[self._rows]
        task, policy = engine.task, engine.policy

        def fate(events: Sequence[Event]) -> tuple[Sequence[Event], np.ndarray, Bodies]:
            return events, damage_table(events, task, policy), bodies_of(task, events)

        fates = make_for_each(scenario.of_each(len(keys)), keys, task, policy, fate)
        self._events, self._tables, self._bodies = zip(*(fates[row] for row in self._rows), strict=True)
        self._states = [states_of(table) for table in self._tables]
        self._normaliser = normaliser_of(scenario, engine.task)
        self._begin(genomes[self._rows], scenario)

    def _begin(self, genomes: np.ndarray, scenario: Scenario) -> None:
        engine, width, policy = self._engine, self._width, self._engine.policy
        devices, damages = engine._devices, damages_of(self._tables, self._events)
        self._program = devices.program(engine._functions, policy, damages.slots, scenario.restarts)
        keys = jax.random.wrap_key_data(jnp.asarray(self._keys))
        lasting = lasting_weights(policy)
        slots, weights = keys, np.full((width, lasting), np.nan, np.float32)
        if scenario.slots is not None:
            slots = jax.random.wrap_key_data(jnp.asarray(scenario.slots.words(self.count)[self._rows]))
            if lasting:
                weights = scenario.slots.inherited(self.count, lasting)[self._rows]
        mean, scale = (np.asarray(part, np.float32) for part in (self._normaliser.mean, self._normaliser.scale))
        self._given = *devices.placed((genomes, keys, damages.parameters)), *devices.copied((mean, scale))
        born = devices.placed((slots, weights, damages.begin(width)))
        self._models = devices.models(engine._bodies, [bodies.at(0) for bodies in self._bodies])
        self._living = self._program.birth(self._models, self._given, *born)

    def _pauses(self, ticks: int) -> list[int]:
        """Return the ticks at which something is done to the lives from outside, and the last one."""
        changes = {int(tick) for bodies in self._bodies for tick in bodies.ticks}
        onsets = {int(row[ONSET]) for table in self._tables for row in table if row[STAGE] == WEIGHTS}
        ends = {int(row[END]) for table in self._tables for row in table if row[STAGE] == WEIGHTS}
        every = set(range(0, ticks, self._engine.ticks_a_call))
        return sorted({tick for tick in changes | onsets | ends | every if 0 < tick < ticks} | {ticks})

    def run(self, ticks: int, stop: np.ndarray) -> None:
        """Run all lives to their last tick, or until a stop."""
        first, began, said = 0, time.monotonic(), False
        for last in self._pauses(ticks):
            if stop[0]:
                self._stop()
                return
            self._change(first)
            said = said or self._engine._devices.say_compiling(self._width)
            self._living = self._program.run(self._models, self._given, self._living, first, last)
            if not np.asarray(self._living.alive).any():
                return
            if said:
                logger.warning("MJX has compiled, and run %d ticks, in %.0f s", last, time.monotonic() - began)
                said = False
            first = last

    def _change(self, tick: int) -> None:
        """Give lives the bodies and the weights that they have from a tick on."""
        engine = self._engine
        if tick and any(tick in bodies.ticks for bodies in self._bodies):
            self._models = engine._devices.models(engine._bodies, [bodies.at(tick) for bodies in self._bodies])
        harmed = [
            life
            for life, table in enumerate(self._tables)
            if any(row[STAGE] == WEIGHTS and row[ONSET] == tick for row in table)
        ]
        if harmed:
            carry = self._living.carry
            layers = changed(carry.weights, self._tables, self._states, tick, harmed, self._keys, engine._draw)
            carry = carry._replace(weights=engine._devices.placed(layers))
            self._living = self._living._replace(carry=carry)

    def _stop(self) -> None:
        alive = np.asarray(self._living.alive)
        ends = np.where(alive, END_STOPPED, np.asarray(self._living.end)).astype(np.int32)
        self._living = self._living._replace(end=ends)

    def lives(self) -> Lives:
        """Return the rows."""
        held = self._living._replace(data=None)
        living = jax.tree.map(lambda leaf: np.asarray(leaf)[: self.count], held)
        count = living.count.astype(float)
        sums, squares = living.sums.astype(float), living.squares.astype(float)
        counts = np.maximum(count, 1)[:, None]
        mean, m2 = sums / counts, np.maximum(squares - sums**2 / counts, 0.0)
        within = np.all(np.isfinite(squares + sums**2), axis=1)
        ends = np.where(within, living.end.astype(np.int64), END_DIVERGED)
        lasting = lasting_weights(self._engine.policy)
        weights = flat(living.carry.weights) if lasting else no_inheritance(self.count)
        return Lives(
            returns=living.total.astype(float),
            lengths=living.length.astype(np.int64),
            ends=ends,
            warnings=np.zeros(self.count, np.int64),  # MJX counts none
            terminations=living.terminations.astype(np.int64),
            observation_count=count,
            observation_mean=self._normaliser.mean + mean,
            observation_m2=m2,
            reward_terms=living.terms.astype(float) if term_columns(self._task) else None,
            weights=left_by(ends, weights),
        )
