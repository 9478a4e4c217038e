"""Lives that tick together with the JAX policy: what the lockstep and the vector engine share."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from typing import Any, Generic, TypeVar

import jax
import jax.numpy as jnp
import numpy as np

from hebbax.compiling.bounds import BOUND, MOST_SQUARES
from hebbax.compiling.unchanged import check_unchanged
from hebbax.damage.apply import change_values, happens, plasticity_scale
from hebbax.damage.event_table import ACTION, SENSE, WEIGHTS, carried_over, states_of
from hebbax.damage.events import Event
from hebbax.engines.calls import Turns
from hebbax.engines.flock_weights import changed, flat, interpolated
from hebbax.engines.gate import (
    MOST_LIVES,
    check_chunk,
    check_genome,
    check_genomes,
    check_lifetimes,
    check_policy,
    life_keys,
    normaliser_of,
    own_key,
    thread_count,
    ticks_of,
)
from hebbax.engines.hooks import damage_table
from hebbax.engines.lives import empty_record, left_by, record_whole
from hebbax.engines.scenario import PLAIN, Scenario, make_for_each, with_former_keywords
from hebbax.engines.slots import lasting_weights, no_inheritance
from hebbax.engines.task_functions import term_columns
from hebbax.errors import check_whole
from hebbax.policies.any_policy import WEIGHT_BOUND, AnyPolicy, Carry
from hebbax.policies.policy import Policy
from hebbax.settings import each_pinned, pinned
from hebbax.streams import WEIGHT_STREAM
from hebbax.tasks.external.task import AnyTask
from hebbax.types import END_DIVERGED, END_REACHED, END_STOPPED, END_TERMINATED, MOST_RETURN, Lives, Record

AnyOfTasks = TypeVar("AnyOfTasks", bound=AnyTask)


class FlockEngine(ABC, Generic[AnyOfTasks]):
    """Runs lives of any policy tick by tick, so many at a time; the same interface as the native engine."""

    concurrent = False
    name: str

    @pinned()
    def __init__(self, task: AnyOfTasks, policy: AnyPolicy, *, threads: int | None, at_once: int) -> None:
        check_policy(policy, task)
        self.task, self.policy = task, policy
        self.at_once = check_whole("lives at once", at_once, 1, MOST_LIVES)
        for function in getattr(policy, "functions", ()):  # which JAX traces once
            check_unchanged(function)
        self.threads = thread_count(threads)
        self._birth = jax.jit(jax.vmap(newborn(policy)))
        self._draw = jax.jit(jax.vmap(fresh_weights(policy)))
        self.persists = bool(getattr(policy, "persists", False))
        self.defers = bool(getattr(policy, "reads_signal", False))
        self._step = jax.jit(jax.vmap(policy.act if self.defers else policy_step(policy), in_axes=0))
        self._adapt = jax.jit(jax.vmap(adapt_step(policy), in_axes=0))
        self._stop, self._turns = False, Turns()

    @abstractmethod
    def _gather(
        self,
        genomes: np.ndarray,
        keys: np.ndarray,
        scenario: Scenario,
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
        scenario: Scenario = PLAIN,
        *,
        lifetimes: int = 1,
        **former: Any,
    ) -> Lives:
        """Run `lifetimes` lives of every genome; see `NativeEngine.evaluate`."""
        self._turns.check(self.name)
        scenario = with_former_keywords(scenario, former)
        ticks = ticks_of(scenario, self.task, self.policy)
        genomes = check_genomes(genomes, self.policy.genome_size)
        keys = life_keys(key, check_lifetimes(lifetimes, genomes))
        damages = scenario.of_each(len(keys))
        if scenario.slots is not None:
            scenario.slots.words(len(keys))  # their number is checked before they are shared out
        parts = []
        with self._turns.mine():
            for start in range(0, len(keys), self.at_once):
                lives = np.arange(start, min(start + self.at_once, len(keys)))
                of_these = scenario.of_lives(lives, damages[lives[0] : lives[-1] + 1])
                flock = self._gather(genomes[lives // lifetimes], keys[lives], of_these)
                flock.run(ticks, None)
                parts.append(flock.lives())
        return Lives.joined(parts)

    def record(
        self,
        genome: Any,
        key: Any,
        scenario: Scenario = PLAIN,
        **former: Any,
    ) -> tuple[Lives, Record]:
        """Run one life and keep what happened at every tick; see `NativeEngine.record`."""
        self._turns.check(self.name)
        with self._turns.mine():  # from birth to end: others' lives would take over an environment between two parts
            return record_whole(self, genome, key, with_former_keywords(scenario, former))

    @pinned()
    def stream(
        self,
        genome: Any,
        key: Any,
        scenario: Scenario = PLAIN,
        *,
        chunk: int = 1000,
        **former: Any,
    ) -> Iterator[tuple[Record, Lives | None]]:
        """Run the life of `record` part by part; see `NativeEngine.stream`.

        In an environment of another package it is the engine's own that the life is in: where other lives have begun on
        the engine meanwhile, the next part raises HebbaxError.
        """
        self._turns.check(self.name)
        scenario, chunk = with_former_keywords(scenario, former), check_chunk(chunk)
        ticks = ticks_of(scenario, self.task, self.policy)
        genomes, keys = check_genome(genome, self.policy.genome_size), own_key(key)
        with self._turns.mine():
            flock = self._gather(genomes, keys, scenario.with_damages([scenario.shared]))
        return each_pinned(self._parts(flock, ticks, chunk))

    def _parts(self, flock: Flock, ticks: int, chunk: int) -> Iterator[tuple[Record, Lives | None]]:
        going = True
        while going:
            first = flock.tick
            record = empty_record(self.task, min(chunk, ticks - first), self.policy.weight_count)
            with self._turns.mine():
                flock.look_at_events()
                going = flock.run(ticks, record, until=first + chunk)
                lives = flock.lives()
            record = record.rows(slice(int(lives.lengths[0]) - first))
            yield record, None if going else lives


def newborn(policy: AnyPolicy) -> Any:
    """Return the birth of a life from its key, genome, the key of its slot and what it inherits."""

    def birth(key: Any, genome: Any, slot: Any, inherited: Any) -> Carry:
        own, of_slot = (jax.random.fold_in(one, WEIGHT_STREAM) for one in (key, slot))
        if isinstance(policy, Policy):
            return policy.birth(own, genome, of_slot, inherited if policy.persists else None)
        return policy.birth(own)

    return birth


def fresh_weights(policy: AnyPolicy) -> Any:
    """Return what draws weights as at a birth, from a key."""
    return policy.fresh if isinstance(policy, Policy) else lambda key: policy.birth(key).weights


def policy_step(policy: AnyPolicy) -> Any:
    """Return a pass and its update in one, for a policy whose update hears nothing."""

    def step(genome: Any, carry: Carry, inputs: Any, adapts: Any) -> tuple[Any, Carry, Any]:
        action, carry = policy.act(genome, carry, inputs)
        return action, *_adapted(policy.adapt(genome, carry), carry, adapts)

    return step


def adapt_step(policy: Any) -> Any:
    """Return the update alone, for a policy that hears what came of its action."""

    def step(genome: Any, carry: Carry, signal: Any, adapts: Any) -> tuple[Carry, Any]:
        return _adapted(policy.adapt(genome, carry, signal), carry, adapts)

    return step


def _adapted(adapted: Carry, carry: Carry, adapts: Any) -> tuple[Carry, Any]:
    """Return the carry after an update, unless it is not to happen, and whether its weights are within bounds."""
    carry = jax.tree.map(lambda new, old: jnp.where(adapts, new, old), adapted, carry)
    # A comparison with NaN is false, so this finds what is not finite too.
    return carry, jnp.all(jnp.array([jnp.all(jnp.abs(layer) <= WEIGHT_BOUND) for layer in carry.weights]))


class Flock(ABC):
    """The lives that tick together, while they run. The policy always computes `width` rows, at least one a life."""

    def __init__(
        self,
        engine: FlockEngine[Any],
        genomes: np.ndarray,
        keys: np.ndarray,
        scenario: Scenario,
        *,
        width: int,
    ) -> None:
        task = engine.task
        self._engine, self.count, self.restart, self.width = engine, len(keys), scenario.restarts, width
        self.normaliser = normaliser_of(scenario, task)
        self.damages = scenario.of_each(self.count)
        self.known_damages = [tuple(events) for events in self.damages]
        self.key_data = np.array(keys)  # whether it can be written to is a type of its own to compiled code
        self.tables = self._tables()
        self.states = [states_of(table) for table in self.tables]
        self.harmed = self._harmed()
        self.genomes = jnp.asarray(self._wide(genomes))
        self.keys = jax.random.wrap_key_data(jnp.asarray(self._wide(keys)))
        slots, inherited = self._inheritance(scenario)
        self.carry = engine._birth(self.keys, self.genomes, slots, inherited)
        # Of lives whose weights last: those before the newest update, which a termination leaves, and those left.
        self._before, self._left = self.carry.weights, np.full(inherited.shape, np.nan, np.float32)
        self.tick, self.last_tick, self.first = 0, -1, 0
        self.alive = np.ones(self.count, bool)
        self.returns, self.lengths = np.zeros(self.count), np.zeros(self.count, np.int64)
        self.reward_terms = np.zeros((self.count, term_columns(task)))
        self.ends, self.terminations = np.full(self.count, END_REACHED, np.int64), np.zeros(self.count, np.int64)
        self.observation_count = np.zeros(self.count)
        self.sums, self.squares = (np.zeros((self.count, task.normalised_size)) for _ in range(2))
        self.rewards, self.terms = np.zeros(self.count), np.zeros_like(self.reward_terms)  # of the newest tick
        self._scales, self._within = np.ones(width), np.ones(self.count, bool)

    def _inheritance(self, scenario: Scenario) -> tuple[Any, Any]:
        """Return the keys of the slots [width], and what their last lives left [width, weights or 0]."""
        slots, engine = scenario.slots, self._engine
        if slots is None:
            return self.keys, jnp.full((self.width, lasting_weights(engine.policy)), jnp.nan)
        keys = jax.random.wrap_key_data(jnp.asarray(self._wide(slots.words(self.count))))
        weights = no_inheritance(self.count)
        if engine.persists:
            weights = slots.inherited(self.count, engine.policy.weight_count)
        return keys, jnp.asarray(self._wide(weights))

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
        if self.known_damages != (now := [tuple(events) for events in self.damages]):
            self.known_damages, self.tables = now, self._tables()
            self.states = [carried_over(old, states_of(new)) for old, new in zip(self.states, self.tables, strict=True)]
            self.harmed = self._harmed()

    def _tables(self) -> list[np.ndarray]:
        """Return the table of each life."""
        task, policy = self._engine.task, self._engine.policy

        def table(events: Sequence[Event]) -> np.ndarray:
            return damage_table(events, task, policy)

        return make_for_each(self.damages, self.key_data, task, policy, table)

    def _harmed(self) -> list[int]:
        """Return the lives to which anything ever happens."""
        return [life for life, table in enumerate(self.tables) if len(table)]

    def _happens(self, tick: int, stage: int) -> list[int]:
        """Return the lives to which something happens at a stage of this tick."""
        return [life for life in self.harmed if happens(self.tables[life], tick, stage)]

    def _change(self, tick: int, stage: int, rows: np.ndarray) -> None:
        """Do to rows [lives, values] what happens at a stage of this tick."""
        for life in self._happens(tick, stage):
            change_values(self.tables[life], tick, stage, self.states[life], *self.key_data[life], rows[life])

    def _plasticity(self, tick: int) -> np.ndarray:
        """Return how far the update of each life goes at this tick, float64 [width]."""
        scales = np.ones(self.width)
        for life in self.harmed:
            scales[life] = plasticity_scale(self.tables[life], tick, self.states[life], *self.key_data[life])
        return scales

    def lives(self) -> Lives:
        """Return the rows."""
        counts = np.maximum(self.observation_count, 1)[:, None]
        with np.errstate(over="ignore", invalid="ignore"):  # of a life that saw what is not finite
            mean, m2 = self.sums / counts, np.maximum(self.squares - self.sums**2 / counts, 0.0)
            within = np.all(self.squares + self.sums**2 <= MOST_SQUARES, axis=1)  # a comparison with NaN is false
        ends = np.where(within, self.ends, END_DIVERGED)
        return Lives(
            returns=self.returns,
            lengths=self.lengths,
            ends=ends,
            warnings=self._warnings(),
            terminations=self.terminations,
            observation_count=self.observation_count,
            observation_mean=self.normaliser.mean + mean,
            observation_m2=m2,
            reward_terms=self.reward_terms if self.reward_terms.shape[1] else None,
            weights=self._weights_left(ends),
        )

    def _weights_left(self, ends: np.ndarray) -> np.ndarray:
        """Return the weights that lives leave, float32 [lives, weights or 0]."""
        left = self._left[: self.count].copy()
        if left.size:
            left[self.alive] = flat(self.carry.weights)[: self.count][self.alive]
        return left_by(ends, left)

    def _act(self, tick: int, observations: np.ndarray, record: Record | None) -> np.ndarray:
        """Run the policy on observations [lives, observations]; end lives where either is out of bounds.

        Returns the actions [lives, actuators]. The update is done too, unless it waits for what comes of them.
        """
        if changing := self._happens(tick, WEIGHTS):
            weights = changed(
                self.carry.weights, self.tables, self.states, tick, changing, self.key_data, self._engine._draw
            )
            self.carry = self.carry._replace(weights=weights)
        observations = observations.copy() if self.harmed else observations
        self._change(tick, SENSE, observations)
        weights, scales = self.carry.weights, self._plasticity(tick)
        self._before = weights
        inputs = self._normalise(observations)
        wide = jnp.asarray(self._wide(inputs))
        if self._engine.defers:
            outputs, self.carry = self._engine._step(self.genomes, self.carry, wide)
            self._scales = scales
        else:
            outputs, self.carry, within = self._engine._step(self.genomes, self.carry, wide, jnp.asarray(scales != 0.0))
            self._within = self._interpolate(weights, scales, within)
        actions = np.array(outputs, np.float64)[: self.count]
        self._change(tick, ACTION, actions)
        if record is not None:
            slot = tick - self.first
            record.observations[slot], record.actions[slot] = observations[0], actions[0]
            if record.weights.shape[1]:
                record.weights[slot] = flat([layer[:1] for layer in weights])[0]
        bounded = np.all(np.abs(actions) <= BOUND, axis=1)  # a comparison with NaN is false
        # A saturated network would hide an input that is not finite.
        self._end(~(bounded & np.isfinite(inputs).all(axis=1)), END_DIVERGED)
        return actions

    def _update(self) -> None:
        """Do the update that has waited, and end lives whose weights are out of bounds."""
        if self._engine.defers:
            weights, scales = self.carry.weights, self._scales
            signal = jnp.asarray(
                self._wide(np.concatenate([self.rewards[:, None], self.terms], axis=1, dtype=np.float32))
            )
            self.carry, within = self._engine._adapt(self.genomes, self.carry, signal, jnp.asarray(scales != 0.0))
            self._within = self._interpolate(weights, scales, within)
        self._end(~self._within, END_DIVERGED)

    def _interpolate(self, weights: Any, scales: np.ndarray, within: Any) -> np.ndarray:
        """Let updates from weights on go as far as `scales` [width] say; return which are within bounds [lives]."""
        if not np.isin(scales, (0.0, 1.0)).all():
            scaled, of_scaled = interpolated(weights, self.carry.weights, scales)
            self.carry, within = self.carry._replace(weights=scaled), within & of_scaled
        return np.asarray(within)[: self.count]

    def _credit(
        self, tick: int, rewards: np.ndarray, done: np.ndarray, record: Record | None, terms: np.ndarray | None = None
    ) -> np.ndarray:
        """Count a tick's rewards [lives], their terms [lives, terms] if there are several, and terminations.

        Returns which of the living have terminated, bool [lives].
        """
        self.rewards, self.terms = rewards, np.zeros_like(self.reward_terms) if terms is None else terms
        within = np.isfinite(rewards) & (np.abs(self.returns + rewards) <= MOST_RETURN)
        if terms is not None:
            within &= np.all(np.abs(self.reward_terms + terms) <= MOST_RETURN, axis=1)
        self._end(~within, END_DIVERGED)
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

    def _activity(self) -> np.ndarray:
        """Return the mean size of the activations of each life's last pass, observations not, float64 [lives]."""
        units = np.asarray(self.carry.units, np.float64)[: self.count, self._engine.task.observation_size :]
        return np.abs(units).mean(axis=1)

    def _end(self, which: np.ndarray, why: int) -> None:
        ending = which & self.alive
        if self._left.size and ending.any():
            self._left[: self.count][ending] = flat(self._before)[: self.count][ending]
        self.ends[ending] = why
        self.alive &= ~which

    def _wide(self, rows: np.ndarray) -> np.ndarray:
        """Return rows with zeros below, as many as the flock is wide."""
        wide = np.zeros((self.width, *rows.shape[1:]), rows.dtype)
        wide[: len(rows)] = rows
        return wide

    def _normalise(self, observations: np.ndarray) -> np.ndarray:
        """Return the policy's inputs, float32 [lives, observations], and count what the living see."""
        alive = self.alive[:, None]
        if not self.normaliser.mean.size:
            self.observation_count += self.alive
            return np.where(alive, observations, 0.0).astype(np.float32)
        with np.errstate(over="ignore", invalid="ignore"):  # what float32 cannot hold ends the life in `_act`
            deviations = np.where(alive, observations - self.normaliser.mean, 0.0)
            self.sums += deviations
            self.squares += deviations**2
            self.observation_count += self.alive
            return (deviations * self.normaliser.scale).astype(np.float32)
