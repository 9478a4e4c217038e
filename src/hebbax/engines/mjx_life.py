"""A life in MJX: a birth, and ticks in the order of `life.py`, as pure functions that JAX maps over many lives."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp

from hebbax.compiling.bounds import BOUND, MOST_CONTROL
from hebbax.damage.event_table import ACTION, FORCE, POSITION, SENSE, UPDATE
from hebbax.engines.flock import adapt_step, newborn, policy_step
from hebbax.engines.jax_damage import Slot, apply, hold, push
from hebbax.engines.jax_functions import TaskUnderJax
from hebbax.types import END_DIVERGED, END_REACHED, END_TERMINATED, MOST_RETURN
from hebbax.worlds.mujoco.in_jax import InJax


class Living(NamedTuple):
    """All that changes during a life."""

    data: Any
    carry: Any
    memory: Any  # float32 [memory_size]
    damages: Any  # what the slots remember
    alive: Any  # bool
    end: Any
    length: Any
    terminations: Any
    total: Any
    terms: Any  # [terms]
    count: Any
    sums: Any  # [normalised observations], about the normaliser's mean
    squares: Any


class Given(NamedTuple):
    """What a life has from birth to end."""

    genome: Any
    key: Any
    parameters: Any  # of the damages
    mean: Any
    scale: Any


@dataclass(frozen=True, eq=False)
class MjxLife:
    """The functions of one life of a task and a policy; `slots` and `restart` are compiled in."""

    task: Any
    physics: InJax
    functions: TaskUnderJax
    policy: Any
    empty: Any  # data of no life
    slots: tuple[Slot, ...]
    restart: bool

    def birth(self, model: Any, given: Given, slot: Any, inherited: Any, damages: Any) -> Living:
        """Return a newborn; `slot` is the key of its first weights, and `inherited` [weights or 0] what there was."""
        task, number = self.task, jnp.int32(0)
        data, memory = self._placed(model, given.key, number)
        size, zero = task.normalised_size, jnp.float32(0)
        return Living(
            data=data,
            carry=newborn(self.policy)(given.key, given.genome, slot, inherited),
            memory=memory,
            damages=damages,
            alive=jnp.bool_(True),
            end=jnp.int32(END_REACHED),
            length=number,
            terminations=number,
            total=zero,
            terms=jnp.zeros(len(task.terms)),
            count=zero,
            sums=jnp.zeros(size),
            squares=jnp.zeros(size),
        )

    def run(self, model: Any, given: Given, living: Living, first: Any, last: Any) -> Living:
        """Return a life after its ticks from `first` to before `last`, of which neither is compiled in."""
        return jax.lax.fori_loop(first, last, lambda tick, now: self._tick(model, given, now, tick), living)

    def _placed(self, model: Any, key: Any, terminations: Any) -> tuple[Any, Any]:
        task, physics = self.task, self.physics
        returned = self.functions.reset(key, terminations, physics.birth_size)
        data, memory = physics.born(model, self.empty, returned)
        memory = jnp.zeros(task.memory_size) if memory is None else jnp.asarray(memory, jnp.float32)
        still = jnp.zeros(task.action_size)
        settled = jax.lax.fori_loop(0, task.settle, lambda _, now: self._settle(model, now, still, memory), data)
        return settled, memory

    def _settle(self, model: Any, data: Any, still: Any, memory: Any) -> Any:
        data = data.replace(ctrl=self.functions.actuate(still, self.physics.state(data), memory))
        return self.physics.with_contact_forces(model, self.physics.period(model, data))

    def _tick(self, model: Any, given: Given, now: Living, tick: Any) -> Living:
        observation = self.functions.observe(self.physics.state(now.data), now.memory, given.key, tick)
        observation, damages = self._harm(SENSE, given, now.damages, tick, observation)
        inputs, seen = _normalised(observation, given, now)
        action, carry, adapt = self._act(given, now.carry, inputs, tick, damages)
        action, damages = self._harm(ACTION, given, damages, tick, action)
        fine = jnp.all(jnp.isfinite(inputs)) & jnp.all(jnp.abs(action) <= BOUND)
        controls = self.functions.actuate(action, self.physics.state(now.data), now.memory)
        fine &= jnp.all(jnp.abs(controls) <= MOST_CONTROL)
        data, damages = self._advance(model, given, now.data.replace(ctrl=controls), damages, tick)
        fine &= jnp.all(jnp.abs(data.qpos) <= BOUND) & jnp.all(jnp.abs(data.qvel) <= BOUND)
        reward, terms, done, memory = self.functions.outcome(
            self.physics.state(now.data), self.physics.state(data), action, now.memory, given.key, tick
        )
        if self.task.activity:
            terms = jnp.append(terms, jnp.mean(jnp.abs(carry.units[self.task.observation_size :])))
        total, sums = now.total + reward, now.terms + terms
        fine &= jnp.isfinite(reward) & (jnp.abs(total) <= MOST_RETURN) & jnp.all(jnp.abs(sums) <= MOST_RETURN)
        carry, damages, within = adapt(carry, jnp.concatenate((reward[None], terms)), damages)
        following = Living(
            data=data,
            carry=carry,
            memory=memory,
            damages=damages,
            alive=now.alive,
            end=now.end,
            length=now.length + 1,
            terminations=now.terminations + done,
            total=total,
            terms=sums,
            count=seen[0],
            sums=seen[1],
            squares=seen[2],
        )
        ended = done & (not self.restart)
        following = self._born_again(model, given, following, done) if self.restart else following
        return _chosen(now, following, fine, ended, within)

    def _harm(self, stage: int, given: Given, damages: Any, tick: Any, values: Any) -> tuple[Any, Any]:
        return apply(self.slots, stage, given.parameters, damages, tick, given.key, values)

    def _act(self, given: Given, carry: Any, inputs: Any, tick: Any, damages: Any) -> tuple[Any, Any, Any]:
        """Return the action, the carry, and what does the rest of the update once the reward is known."""
        genome, weights = given.genome, carry.weights

        def scaled(after: Any, within: Any, damages: Any) -> tuple[Any, Any, Any]:
            if not any(slot.stage == UPDATE for slot in self.slots):
                return after, damages, within
            share, left = self._harm(UPDATE, given, damages, tick, jnp.ones(1))
            part = [_part_of_the_way(old, new, share[0]) for old, new in zip(weights, after.weights, strict=True)]
            return after._replace(weights=tuple(part)), left, within

        if getattr(self.policy, "reads_signal", False):
            action, passed = self.policy.act(genome, carry, inputs)

            def adapt(carry: Any, signal: Any, damages: Any) -> tuple[Any, Any, Any]:
                heard = signal if len(self.task.terms) > 1 else signal[:1]
                after, within = adapt_step(self.policy)(genome, carry, heard, jnp.bool_(True))
                return scaled(after, within, damages)

            return action, passed, adapt
        action, after, within = policy_step(self.policy)(genome, carry, inputs, jnp.bool_(True))
        return action, after, lambda carry, signal, damages: scaled(carry, within, damages)

    def _advance(self, model: Any, given: Given, data: Any, damages: Any, tick: Any) -> tuple[Any, Any]:
        """Run a control period with the forces of a tick, and coordinates held."""
        stages = {slot.stage for slot in self.slots}
        if FORCE in stages:
            forces, damages = push(self.slots, given.parameters, damages, tick, given.key, data.xfrc_applied)
            data = data.replace(xfrc_applied=forces)
        if POSITION in stages:
            data, damages = self._held(given, data, damages, tick, True)

            def step(_: Any, now: tuple[Any, Any]) -> tuple[Any, Any]:
                return self._held(given, self.physics.step(model, now[0]), now[1], tick, False)

            data, damages = jax.lax.fori_loop(0, self.task.world.substeps, step, (data, damages))
        else:
            data = self.physics.period(model, data)
        if FORCE in stages:  # before contact forces are taken, which would count them
            data = data.replace(xfrc_applied=jnp.zeros_like(data.xfrc_applied))
        return self.physics.with_contact_forces(model, data), damages

    def _held(self, given: Given, data: Any, damages: Any, tick: Any, first: bool) -> tuple[Any, Any]:
        arguments = given.parameters, damages, tick, first, given.key
        qpos, qvel, damages = hold(self.slots, *arguments, data.qpos, data.qvel)
        return data.replace(qpos=qpos, qvel=qvel), damages

    def _born_again(self, model: Any, given: Given, now: Living, done: Any) -> Living:
        data, memory = self._placed(model, given.key, now.terminations)
        return now._replace(data=_where(done, data, now.data), memory=_where(done, memory, now.memory))


def _normalised(observation: Any, given: Given, now: Living) -> tuple[Any, Any]:
    """Return the policy's inputs, and count, sums and squares with the observation in them."""
    deviation = observation - given.mean
    return deviation * given.scale, (now.count + 1, now.sums + deviation, now.squares + jnp.square(deviation))


def _part_of_the_way(old: Any, new: Any, share: Any) -> Any:
    return jnp.where(share == 1.0, new, jnp.where(share == 0.0, old, old + share * (new - old)))


def _chosen(now: Living, following: Living, fine: Any, ended: Any, within: Any) -> Living:
    """Return what a life is after a tick: as it was where it has ended, and without what it could not finish."""
    diverged = ~fine | (~ended & ~within)
    seen = ("count", "sums", "squares")  # also in a tick that a life does not survive
    end = jnp.where(diverged, END_DIVERGED, jnp.where(ended, END_TERMINATED, END_REACHED))
    lived = _where(fine, following, now._replace(**{name: getattr(following, name) for name in seen}))
    lived = lived._replace(
        carry=_where(fine & ~ended, following.carry, now.carry),  # an end comes before the update
        end=end.astype(jnp.int32),
        alive=~(diverged | ended),
    )
    return _where(now.alive, lived, now)


def _where(which: Any, these: Any, others: Any) -> Any:
    return jax.tree.map(lambda one, other: jnp.where(which, one, other), these, others)
