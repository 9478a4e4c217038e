"""The parts of a robot as a task sees them: joints with their coordinates, and drives with their controls."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import mujoco
import numpy as np

from hebbax.errors import HebbaxError

FREE, BALL, SLIDE, HINGE = "free", "ball", "slide", "hinge"
_KINDS = (FREE, BALL, SLIDE, HINGE)  # as MuJoCo numbers them
_WIDTHS = {FREE: (7, 6), BALL: (4, 3), SLIDE: (1, 1), HINGE: (1, 1)}


@dataclass(frozen=True)
class Joint:
    """A joint of a model: its coordinates begin at `qpos` and `qvel`."""

    name: str
    kind: str
    qpos: int
    qvel: int
    low: float  # rad or m; minus infinity for none
    high: float
    driven: bool  # whether an actuator moves it

    @property
    def widths(self) -> tuple[int, int]:
        """How many positions and velocities it has."""
        return _WIDTHS[self.kind]

    @property
    def unit(self) -> str:
        """The unit of its position."""
        return {SLIDE: "m", HINGE: "rad"}.get(self.kind, "1")


def joints_of(model: mujoco.MjModel) -> tuple[Joint, ...]:
    """Return the joints in the model's order. Raises HebbaxError for one without a name, unless it is free."""
    driven = driven_joints(model)
    joints = []
    for index in range(model.njnt):
        kind = _KINDS[model.jnt_type[index]]
        limits = model.jnt_range[index] if model.jnt_limited[index] else (-np.inf, np.inf)
        at = int(model.jnt_qposadr[index]), int(model.jnt_dofadr[index])
        joints.append(Joint(_name(model, index, kind), kind, *at, float(limits[0]), float(limits[1]), index in driven))
    return tuple(joints)


def _name(model: mujoco.MjModel, index: int, kind: str) -> str:
    body = model.body(model.jnt_bodyid[index]).name
    name = model.joint(index).name or (body or f"body {model.jnt_bodyid[index]}" if kind == FREE else "")
    if not name:
        raise HebbaxError(
            f"joint {index} of the model, a {kind} of body {body!r}, has no name: expected name=… in the file, as "
            "observations are called by it"
        )
    return name


def driven_joints(model: mujoco.MjModel) -> frozenset[int]:
    """Return the joints that an actuator acts on, by itself or along a tendon."""
    found: set[int] = set()
    for index in range(model.nu):
        kind, target = mujoco.mjtTrn(model.actuator_trntype[index]), int(model.actuator_trnid[index, 0])
        if kind in (mujoco.mjtTrn.mjTRN_JOINT, mujoco.mjtTrn.mjTRN_JOINTINPARENT):
            found.add(target)
        elif kind == mujoco.mjtTrn.mjTRN_TENDON:
            found |= _along(model, target)
        else:  # a thruster, say, which moves all that floats with it
            above = _above(model, int(model.site_bodyid[target]) if kind != mujoco.mjtTrn.mjTRN_BODY else target)
            found |= {joint for joint in above if _KINDS[model.jnt_type[joint]] == FREE}
    return frozenset(found)


def _along(model: mujoco.MjModel, tendon: int) -> set[int]:
    """Return the joints that a tendon pulls at: those it is fixed to, or that lie between sites it runs through."""
    found: set[int] = set()
    above: list[set[int]] = []
    begin, count = int(model.tendon_adr[tendon]), int(model.tendon_num[tendon])
    for wrap in range(begin, begin + count):
        kind, target = mujoco.mjtWrap(model.wrap_type[wrap]), int(model.wrap_objid[wrap])
        if kind == mujoco.mjtWrap.mjWRAP_JOINT:
            found.add(target)
        elif kind == mujoco.mjtWrap.mjWRAP_SITE:
            above.append(set(_above(model, int(model.site_bodyid[target]))))
    return found | (set.union(*above) - set.intersection(*above) if above else set())


def _above(model: mujoco.MjModel, body: int) -> list[int]:
    """Return the joints between a body and the world."""
    found: list[int] = []
    while body > 0:
        begin = int(model.body_jntadr[body])
        found += range(begin, begin + int(model.body_jntnum[body])) if begin >= 0 else ()
        body = int(model.body_parentid[body])
    return found


def unused(name: str, taken: Collection[str]) -> str:
    """Return a name that is not taken: this one, or it with a number.

    >>> unused("tip", ["tip", "tip_0"])
    'tip_1'
    """
    return next(one for one in (name, *(f"{name}_{i}" for i in range(len(taken) + 1))) if one not in taken)


def tree_of(model: mujoco.MjModel, joint: int) -> int:
    """Return the body at the root of the tree that a joint belongs to."""
    return int(model.body_rootid[model.jnt_bodyid[joint]])
