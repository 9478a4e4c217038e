"""What a controller is put through, by suites of things that can happen to a robot, each at several amounts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from hebbax.damage.events import Event
from hebbax.damage.text import parse_damages
from hebbax.engines.bodies import check_damages
from hebbax.errors import HebbaxError, unknown_name
from hebbax.policies.policy import Policy
from hebbax.tasks import dung_beetle, gecko
from hebbax.tasks.external.task import AnyTask
from hebbax.tasks.go1 import LEGS as GO1_LEGS
from hebbax.types import Normaliser

ALL = "all"
SUITES = ("actuators", "sensors", "surroundings", "ant", "cheetah", "go1", "gecko", "dung_beetle", "car", "physics")
"""What `hebbax stress --suite` names, besides `all`; a robot has those that fit it."""

BY_NAME = ("transfer",)
"""Suites that are none of `all`: what they hold is in others too."""

GRAVITY = 9.81  # m/s²
PUSH_SECONDS = 0.2


@dataclass(frozen=True)
class Case:
    """One thing that happens to lives, at one amount."""

    suite: str
    name: str
    amount: float
    unit: str
    damage: str  # as `damage=` reads it; of physics empty, because it is no damage

    @property
    def label(self) -> str:
        """What it is called in tables; without a unit there is one amount alone, which its name says."""
        unit = self.unit.removesuffix("s") if self.unit == "ticks" and self.amount == 1 else self.unit
        amount = f", {self.amount:g}{'' if unit in ('%', '×', '°') else ' '}{unit}"
        return self.name + (amount if unit else "")


@dataclass(frozen=True)
class _Family:
    """The same thing at several amounts."""

    name: str
    text: Callable[[float], str]
    amounts: Sequence[float]
    unit: str


def cases_of(
    suite: str, task: AnyTask, policy: Policy, normaliser: Normaliser, ticks: int
) -> tuple[list[Case], list[str]]:
    """Return the cases of a suite that a controller can be put through, and a line on each that it cannot.

    Args:
        suite: one of SUITES or BY_NAME, or ALL for all SUITES that fit the robot.
        task: of the controller.
        policy: of the controller.
        normaliser: of its observations, by whose deviations noise is scaled.
        ticks: of a life.

    Raises HebbaxError for an unknown suite, or one of which nothing fits the robot. Physics and transfer have cases of
    their own.
    """
    if suite not in (ALL, *SUITES, *BY_NAME):
        raise unknown_name("suite", suite, (ALL, *SUITES, *BY_NAME))
    families = _families(task, normaliser, ticks)
    cases, left = [], []
    for name in SUITES if suite == ALL else (suite,):
        for family in families.get(name, ()):
            ours = [Case(name, family.name, one, family.unit, family.text(one)) for one in family.amounts]
            try:
                for case in ours:
                    check_damages(events_of(case, task), task, policy)
            except HebbaxError as error:
                left.append(f"{family.name} is left out: {error}")
                continue
            cases += ours
    if suite not in (ALL, "physics", *BY_NAME) and not cases:
        reason = left[0] if left else f"it is of robots with parts that {task.name!r} does not have"
        raise HebbaxError(f"suite {suite!r} has nothing for task {task.name!r}: {reason}")
    return cases, left


def events_of(case: Case, task: AnyTask) -> tuple[Event, ...]:
    """Return what happens to a life in a case."""
    return parse_damages(case.damage, task.control_period)[0]


def _families(task: AnyTask, normaliser: Normaliser, ticks: int) -> Mapping[str, Sequence[_Family]]:
    return {
        "actuators": [
            _Family("weaker motors", "scale-actuator({:g})".format, (0.75, 0.5, 0.25), "of the action"),
            _Family("one motor weaker", "scale-actuator(any, {:g})".format, (0.5, 0.0), "of its action"),
            _Family("one motor stuck from a quarter on", lambda _: f"stick-actuator(any, from={ticks // 4})", (1,), ""),
            _Family("late motors", "delay-actuator({:g})".format, (1, 2, 4), "ticks"),
            _Family("noisy motors", "noise-actuator({:g})".format, (0.1, 0.3, 1.0), "std"),
        ],
        "sensors": list(_of_sensors(task, normaliser, ticks)),
        "surroundings": list(_of_surroundings(task, ticks)),
        "ant": list(_of_ant(task)),
        "cheetah": list(_of_cheetah(task)),
        "go1": list(_of_go1(task, ticks)),
        "gecko": list(_of_leung(task, "gecko", gecko.LEGS, "knee", "joint velocities")),
        "dung_beetle": list(_of_leung(task, "dung_beetle", dung_beetle.LEGS, "tibia", "foot contacts")),
        "car": list(_of_car(task, ticks)),
    }


def noise_of_each(task: AnyTask, normaliser: Normaliser, share: float) -> str:
    """Return the damage of noise on every observation, of a share of its standard deviation."""
    deviations = 1.0 / np.asarray(normaliser.scale, float)
    if task.observation_shape is not None:  # a picture has too many numbers for a damage of each
        return f"noise-observation({share * float(np.mean(deviations)):g})"
    return " + ".join(f"noise-observation({place}, {share * one:g})" for place, one in enumerate(deviations))


def _of_sensors(task: AnyTask, normaliser: Normaliser, ticks: int) -> Iterator[_Family]:
    yield _Family(
        "noisy sensors", lambda share: noise_of_each(task, normaliser, share), (0.1, 0.3, 1.0), "of their std"
    )
    yield _Family("sensors that drop out", "drop-observation({:g})".format, (0.1, 0.3), "of the ticks")
    yield _Family("late sensors", "delay-observation({:g})".format, (1, 2, 4), "ticks")
    for group in task.observation:
        if group.name:
            frozen = f"freeze-observation({group.name}, from={ticks // 4})"
            yield _Family(f"{group.name} frozen from a quarter on", lambda _, text=frozen: text, (1,), "")


def _of_surroundings(task: AnyTask, ticks: int) -> Iterator[_Family]:
    yield _Family("another weight", "scale-mass({:g})".format, (0.75, 1.25, 1.5), "times the mass")
    yield _Family("another gravity", "scale-gravity({:g})".format, (0.75, 1.25), "times the gravity")
    yield _Family("slippery ground", "scale-friction({:g})".format, (0.5, 0.25), "times the friction")
    yield _Family("uphill", "tilt-ground({:g})".format, (3, 6), "°")
    yield _Family("rough ground", "roughen-ground({:g})".format, (0.05, 0.1), "m")
    body = task.world.body()
    root = task.world.root()
    if body is not None and body.mass > 0:
        pushed = 1 if root is None else root.body
        lasting = max(1, round(PUSH_SECONDS / task.control_period))

        def push(share: float) -> str:
            return f"push-body({pushed}, ({-share * body.mass * GRAVITY:g}, 0, 0), from={ticks // 2}, for={lasting})"

        yield _Family("pushed back for 0.2 s", push, (0.5, 1.0), "times the weight")


def _of_ant(task: AnyTask) -> Iterator[_Family]:
    for leg in ("front-left", "front-right", "rear-left", "rear-right"):
        if f"{leg} lower leg" in (task.world.body_names() or ()):
            text = f"shorten-limb({leg} lower leg, {{:g}})".format
            yield _Family(f"{leg} leg shorter", text, (0.75, 0.5, 0.25), "of the length")


def _of_cheetah(task: AnyTask) -> Iterator[_Family]:
    names = task.world.body_names() or ()
    if not {"bfoot", "ffoot"} <= set(names):
        return
    yield _Family("a motor fails", lambda _: "cheetah/motor-failure", (0,), "")
    for limb in ("bfoot", "ffoot", "bshin", "fshin"):
        yield _Family(f"{limb} shorter", f"shorten-limb({limb}, {{:g}})".format, (0.75, 0.5), "of the length")


def _of_go1(task: AnyTask, ticks: int) -> Iterator[_Family]:
    if not {"trunk", *(f"{leg} calf" for leg in GO1_LEGS)} <= set(task.world.body_names() or ()):
        return
    yield _Family("a leg tucks in half-way", lambda _: f"go1/motor-failure(from={ticks // 2})", (1,), "")
    yield _Family("hips frozen", lambda _: "go1/frozen-hip", (1,), "")
    yield _Family("a knee gives way half-way", lambda _: f"go1/broken-knee(from={ticks // 2})", (1,), "")
    yield _Family("payload on the trunk", "add-mass(trunk, {:g})".format, (1, 3, 5), "kg")
    yield _Family("sensor noise as published", lambda _: "go1/sensor-noise", (1,), "")
    yield _Family("body and ground as published", lambda _: "go1/randomised", (1,), "")
    blind = f"scale-observation(velocity, 0, from={ticks // 4})"
    yield _Family("velocity not sensed from a quarter on", lambda _: blind, (1,), "")
    yield _Family("rough ground for short legs", "roughen-ground({:g})".format, (0.02, 0.04), "m")


def _of_leung(task: AnyTask, robot: str, legs: Sequence[str], part: str, lost: str) -> Iterator[_Family]:
    """Yield what a robot of Leung et al. is put through, who never met any of it: ground, legs, senses, load.

    Args:
        task: of the controller.
        robot: of the named damages.
        legs: of the robot.
        part: body of each leg by which the robot is known.
        lost: group of observations that is lost, besides the orientation.
    """
    body = task.world.body()
    if body is None or not {"base", *(f"{leg} {part}" for leg in legs)} <= set(task.world.body_names() or ()):
        return
    yield _Family("rough ground", "roughen-ground({:g})".format, (0.02, 0.04, 0.06, 0.08, 0.1), "m")
    yield _Family("uphill", "tilt-ground({:g})".format, (5, 10, 15), "°")
    for harm in ("dead", "locked", "shortened", "removed"):
        for leg in legs:
            yield _Family(f"{leg} leg {harm}", lambda _, text=f"{robot}/{leg}-{harm}": text, (1,), "")
    for row in dict.fromkeys(leg.split("-")[0] for leg in legs):
        for harm in ("dead", "removed"):
            both = " + ".join(f"{robot}/{row}-{side}-{harm}" for side in ("left", "right"))
            yield _Family(f"both {row} legs {harm}", lambda _, text=both: text, (2,), "")
    for group in ("orientation", lost):
        yield _Family(f"{group} not sensed", lambda _, text=f"scale-observation({group}, 0)": text, (1,), "")
    weight = body.mass * GRAVITY
    yield _Family("payload", lambda share: f"add-mass(base, {share * body.mass:g})", (0.25, 0.5), "of the mass")
    yield _Family("less or more friction", "scale-friction({:g})".format, (0.25, 0.5, 2), "times the friction")
    yield _Family("less or more gravity", "scale-gravity({:g})".format, (0.5, 1.5), "times the gravity")
    yield _Family(
        "pushed aside all along",
        lambda share: f"push-body(base, (0, {share * weight:g}, 0))",
        (0.05, 0.1),
        "of the weight",
    )


def _of_car(task: AnyTask, ticks: int) -> Iterator[_Family]:
    wheels = [name for name in task.world.part_names() if name.endswith(" wheel")]
    if not wheels:
        return
    for wheel in wheels:
        yield _Family(f"{wheel} with less grip", f"scale-grip({wheel}, {{:g}})".format, (0.5, 0.0), "of its grip")
    yield _Family("weaker engine", "scale-engine({:g})".format, (0.75, 0.5, 0.25), "of the power")
    yield _Family("dragging brakes", "drag-brake({:g})".format, (0.01, 0.03, 0.1), "of the brake")
    yield _Family("slippery road", "scale-friction({:g})".format, (0.75, 0.5), "times the friction")
    for side in ("left", "right"):
        stuck = f"car/stuck-{side}(from={ticks // 4})"
        yield _Family(f"steering stuck at the {side} from a quarter on", lambda _, text=stuck: text, (1,), "")
    if task.observation_shape is None:
        return
    yield _Family("inverted colours", lambda _: "car/inverted-colours", (1,), "")
    width = task.observation_shape[1]
    for name, first in (("left", 0), ("middle", width // 3), ("right", 2 * width // 3)):
        blind = f"scale-observation(columns {first}-{first + width // 3 - 1}, 0)"
        yield _Family(f"{name} third of the camera blind", lambda _, text=blind: text, (1,), "")
