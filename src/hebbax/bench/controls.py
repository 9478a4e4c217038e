"""The controllers whose lives are measured: the one that ships, and random ones that move as if they had evolved."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import cast

import numpy as np

from hebbax.compiling.compiler import compiled
from hebbax.config.policy import PolicyConfig
from hebbax.engines.native import NativeEngine
from hebbax.engines.scenario import Scenario
from hebbax.evolution.statistics import ObservationStatistics
from hebbax.keys import root_key, stream
from hebbax.policies.make_policy import make_policy
from hebbax.policies.policy import Policy
from hebbax.runs.stored_run import StoredRun
from hebbax.tasks.contract import compiled_task
from hebbax.tasks.registry import make_task
from hebbax.tasks.task import Task
from hebbax.types import Array, Normaliser, Simulation
from hebbax.worlds.mujoco.world import MujocoWorld

KEY = root_key(2026)
SHIPPED_RUN = "zoo:half_cheetah/han-e"
GECKO_RUN, BEETLE_RUN = "zoo:gecko/leung-hebbian", "zoo:dung_beetle/leung-hebbian"
_SPREAD = 0.05
_NORMALISER_TICKS = 200
_RANDOM = (
    f"coefficients drawn from N(0, {_SPREAD}²), observations normalised by their statistics over lives of up to 32 of "
    f"the genomes ({_NORMALISER_TICKS} ticks); spread chosen so that actions are neither still nor only at their "
    "bounds, about as the shipped controller's (see size, saturated and change)"
)


@dataclass(frozen=True)
class Controls:
    """A population of one policy on one task."""

    name: str
    how: str  # where the genomes come from
    task: Task
    policy: Policy
    genomes: np.ndarray  # [population, genome_size], float32
    normaliser: Normaliser

    @property
    def world(self) -> MujocoWorld:
        """The world of the task; all that are timed are MuJoCo's."""
        return cast("MujocoWorld", self.task.world)


def shipped_half_cheetah(population: int) -> Controls:
    """Return the shipped HalfCheetah controller."""
    return _shipped(SHIPPED_RUN, population)


def shipped_gecko(population: int) -> Controls:
    """Return the shipped plastic gecko."""
    return _shipped(GECKO_RUN, population)


def shipped_dung_beetle(population: int) -> Controls:
    """Return the shipped plastic dung beetle."""
    return _shipped(BEETLE_RUN, population)


def _shipped(name: str, population: int) -> Controls:
    """Return a shipped controller, a copy for every life, as a population lies in memory."""
    run = StoredRun.open(name, _ignore)
    controller = run.controller()
    return Controls(
        f"{run.task.name} {run.policy.name}",
        f"{name}, its best genome",
        compiled_task(run.task),
        run.policy,
        np.tile(controller.genome, (population, 1)),
        controller.statistics.normaliser(),
    )


def random_half_cheetah(population: int, width: int = 64) -> Controls:
    """Return random plastic networks of two hidden layers on HalfCheetah, updated at every tick."""
    return _random(compiled_task(make_task("half_cheetah")), [width, width], population)


def random_quadruped(population: int) -> Controls:
    """Return random plastic networks 28-128-64-8 on the quadruped, updated at every tick; no fall ends a life."""
    return _random(endless("quadruped"), [128, 64], population)


CLOSED_LOOP: dict[Callable[[int], Controls], int] = {
    shipped_half_cheetah: 250,
    random_half_cheetah: 250,
    random_quadruped: 100,
    shipped_gecko: 250,
    shipped_dung_beetle: 250,
}
"""What `closed-loop` measures, from a population to the controls, with the ticks of a life."""


def _random(task: Task, hidden: list[int], population: int) -> Controls:
    # The defaults of a policy: eta-abcd, max normalisation, direct activations, an update at every tick.
    return random_controls(task, PolicyConfig(name="plastic", hidden=hidden), population)


def random_controls(task: Task, config: PolicyConfig, population: int) -> Controls:
    """Return a population of random rules of a policy, with a normaliser of what they observe."""
    policy = make_policy(config, task)
    genomes = np.random.default_rng(0).standard_normal((population, policy.genome_size), np.float32) * _SPREAD
    lives = NativeEngine(task, policy).evaluate(
        genomes[:32], stream(KEY, "statistics"), Scenario(ticks=_NORMALISER_TICKS)
    )
    normaliser = ObservationStatistics.empty(task.normalised_size).merge(lives).normaliser()
    sizes = "-".join(map(str, policy.network.sizes))
    return Controls(f"{task.name} {config.name} {sizes}", _RANDOM, task, policy, genomes, normaliser)


def endless(name: str) -> Task:
    """Return a task whose terminations end no life, so that all lives are as long."""
    task = compiled_task(make_task(name))
    whole = compiled(task.outcome)

    def outcome(
        before: Simulation, simulation: Simulation, action: Array, memory: Array, period: float
    ) -> tuple[tuple[Array, ...], Array, Array]:
        terms, _, following = whole(before, simulation, action, memory, period)
        return terms, False, following

    return replace(task, name=f"bench-{name}", outcome=outcome)


def _ignore(note: str) -> None:
    """Other versions than the controller was evolved with change its returns, not what a step costs."""
