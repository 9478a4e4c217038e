"""The same controller in other physics: what keeps little of its return there lives by how the simulator computes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from hebbax.errors import HebbaxError
from hebbax.stress.suites import Case
from hebbax.tasks.external.task import AnyTask

HELD = 0.8
"""The share of the return that a controller should keep in other physics."""

SUITE = "physics"


def physics_of(task: AnyTask) -> list[tuple[Case, AnyTask]]:
    """Return the cases of other physics, each with the task in it. Raises HebbaxError for a world without a model.

    - a converged solver: 100 iterations to a tolerance of 1e-10;
    - elliptic friction cones in place of pyramids;
    - half the step, and twice as many of them in a control tick;
    - friction of all that touches halved, and half as large again;
    - the inertia of all rotors halved and doubled.
    """
    check_model(task, SUITE)
    world: Any = task.world
    step = float(world.model.opt.timestep)
    cases = [
        (_case("converged solver", 100, "iterations"), edited(task, _converge)),
        (_case("elliptic cones", 1, ""), edited(task, _elliptic)),
        (_case("half the step", 1000 * step / 2, "ms"), edited(task, halve_step, substeps=2 * world.substeps)),
    ]
    damages = [("other friction", "scale-friction", share) for share in (0.5, 1.5)]
    damages += [("other armature", "scale-armature", share) for share in (0.5, 2.0)]
    return cases + [(_case(name, share, "×", f"{kind}({share:g})"), task) for name, kind, share in damages]


def check_model(task: AnyTask, suite: str) -> None:
    """Raise HebbaxError for a task whose world has no model of MuJoCo that a suite could change."""
    if task.world.film != "model":
        raise HebbaxError(
            f"suite {suite!r} of task {task.name!r}: its {task.world.kind} has no physics of hebbax's to change"
        )


def _case(name: str, amount: float, unit: str, damage: str = "") -> Case:
    return Case(SUITE, name, amount, unit, damage)


def edited(task: AnyTask, edit: Callable[[Any], None], **changes: Any) -> AnyTask:
    """Return the task in a world whose source was edited."""
    world: Any = task.world

    def build() -> Any:
        spec = world.spec.copy()
        edit(spec)
        return spec

    return replace(task, world=world.replace(build=build, **changes))


def _converge(spec: Any) -> None:
    spec.option.iterations, spec.option.ls_iterations, spec.option.tolerance = 100, 50, 1e-10


def _elliptic(spec: Any) -> None:
    spec.option.cone = 1  # mjCONE_ELLIPTIC


def halve_step(spec: Any) -> None:
    """Halve the time step of a model's source; the task then has twice as many of them in a control tick."""
    spec.option.timestep = spec.option.timestep / 2
