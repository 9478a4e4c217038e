"""The same controller in another simulation: one that computes otherwise, with slower motors and poorer sensors."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from hebbax.stress.physics import check_model, edited, halve_step
from hebbax.stress.suites import Case, noise_of_each
from hebbax.tasks.external.task import AnyTask
from hebbax.types import Normaliser

SUITE = "transfer"

TOGETHER = "all of it at once"
"""The case of another integrator, half the step, soft contacts, late motors and late, noisy sensors."""

_EULER, _IMPLICIT = 0, 3  # as MuJoCo numbers its integrators
_SOFT = 0.04  # s, twice the time constant of MuJoCo's contacts


def transfer_of(task: AnyTask, normaliser: Normaliser) -> list[tuple[Case, AnyTask]]:
    """Return the cases of another simulation, each with the task in it.

    - another integrator: MuJoCo's implicit one, or Euler where the task has that one;
    - half the step;
    - contacts two and four times as soft, by their time constant (20 ms in MuJoCo unless a model says otherwise);
    - motors whose torque falls with speed, to zero at 10 or 5 rad/s: as much more damping of the joint;
    - actions late by one and two ticks;
    - noise of a tenth and three tenths of each observation's standard deviation; observations late likewise;
    - much of that at once.

    Raises HebbaxError for a world without a model.
    """
    check_model(task, SUITE)
    world: Any = task.world
    halved = {"substeps": 2 * world.substeps}
    step = 1000 * float(world.model.opt.timestep)
    cases = [
        (_case("another integrator"), edited(task, _integrate_otherwise)),
        (_case("half the step", step / 2, "ms"), edited(task, halve_step, **halved)),
    ]
    cases += [(_case("softer contacts", 1000 * soft, "ms"), edited(task, _soften(soft))) for soft in (_SOFT, 2 * _SOFT)]
    slowed = [(_case("torque falls with speed", speed, "rad/s"), _slowed(task, speed)) for speed in (10.0, 5.0)]
    cases += [(case, other) for case, other in slowed if other is not None]
    cases += [(_case("late motors", late, "ticks", f"delay-actuator({late})"), task) for late in (1, 2)]
    cases += [
        (_case("noisy sensors", share, "of their std", noise_of_each(task, normaliser, share)), task)
        for share in (0.1, 0.3)
    ]
    cases += [(_case("late sensors", late, "ticks", f"delay-observation({late})"), task) for late in (1, 2)]
    harm = f"delay-actuator(1) + delay-observation(1) + {noise_of_each(task, normaliser, 0.1)}"
    return [*cases, (_case(TOGETHER, damage=harm), edited(task, _otherwise, **halved))]


def _case(name: str, amount: float = 1, unit: str = "", damage: str = "") -> Case:
    return Case(SUITE, name, amount, unit, damage)


def _integrate_otherwise(spec: Any) -> None:
    spec.option.integrator = _EULER if int(spec.option.integrator) == _IMPLICIT else _IMPLICIT


def _soften(seconds: float) -> Callable[[Any], None]:
    def edit(spec: Any) -> None:
        for geom in spec.geoms:
            geom.solref = [seconds, 1.0]

    return edit


def _otherwise(spec: Any) -> None:
    for edit in (_integrate_otherwise, halve_step, _soften(_SOFT)):
        edit(spec)


def _slowed(task: AnyTask, speed: float) -> AnyTask | None:
    """Return a task whose motors have no torque left at a speed in rad/s; None where no limit of theirs is stated.

    A torque that falls linearly is the motor's, and a damping of the joint by its limit over that speed; only below the
    limit the damping is there too, where a servo's own control makes up for it.
    """
    limits = task.world.limits()
    if limits is None:
        return None
    most = np.max(np.abs(limits.torques), axis=1)
    more = {
        name: torque / speed
        for name, unit, torque in zip(limits.joints, limits.units, most, strict=True)
        if unit == "rad/s" and np.isfinite(torque)
    }
    if not more:
        return None

    def edit(spec: Any) -> None:
        for joint in spec.joints:
            if joint.name in more:
                joint.damping = np.add(joint.damping, (more[joint.name], 0.0, 0.0))

    return edited(task, edit)
