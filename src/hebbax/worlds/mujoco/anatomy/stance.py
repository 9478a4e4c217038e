"""What holds a robot: nothing, rails in a plane, or the world; and what is forward, high and upright."""

from __future__ import annotations

from dataclasses import dataclass

import mujoco
import numpy as np

from hebbax.errors import HebbaxError
from hebbax.worlds.mujoco.anatomy.parts import FREE, HINGE, SLIDE, Joint, tree_of

_ALONG = 0.99  # cosine of an axis with another that counts as the same


@dataclass(frozen=True)
class Stance:
    """A robot that moves from place to place; places are indices of qpos."""

    body: int  # its root
    free: bool  # or in a plane
    unseen: tuple[int, ...]  # of where it is in the plane of the floor, which a policy need not know
    forward: int  # along x
    backwards: bool  # whether it grows towards −x, as a slide along −x does
    height: int | None  # along z; None where nothing pulls it down
    pitch: int | None  # of a robot in a plane
    root: tuple[int, ...]  # indices of joints that are no part of it, but hold it


def stance_of(model: mujoco.MjModel, data: mujoco.MjData, joints: tuple[Joint, ...]) -> Stance | None:
    """Return how a robot moves from place to place; None for one that is fixed to the world.

    `data` is that of the pose at birth, after `mj_forward`. Raises HebbaxError for two robots.
    """
    driven = {tree_of(model, index) for index, joint in enumerate(joints) if joint.driven}
    free = [i for i, joint in enumerate(joints) if joint.kind == FREE and tree_of(model, i) in driven]
    if len(free) > 1:
        names = " and ".join(repr(joints[i].name) for i in free[:2])
        raise HebbaxError(f"the model has {len(free)} robots, {names}: expected one free joint above all actuators")
    falls = bool(model.opt.gravity[2] < 0)
    if free:
        joint, body = joints[free[0]], tree_of(model, free[0])
        at = joint.qpos
        return Stance(body, True, (at, at + 1), at, False, at + 2 if falls else None, None, (free[0],))
    for body in sorted(driven):
        if (found := _in_a_plane(model, data, joints, body, falls)) is not None:
            return found
    return None


def _in_a_plane(
    model: mujoco.MjModel, data: mujoco.MjData, joints: tuple[Joint, ...], body: int, falls: bool
) -> Stance | None:
    begin = int(model.body_jntadr[body])
    own = range(begin, begin + int(model.body_jntnum[body])) if begin >= 0 else ()
    rails = [index for index in own if not joints[index].driven]

    def along(kind: str, axis: int) -> int | None:
        found = (i for i in rails if joints[i].kind == kind and abs(data.xaxis[i, axis]) > _ALONG)
        return next((joints[i].qpos for i in found), None)

    forward, side, height, pitch = along(SLIDE, 0), along(SLIDE, 1), along(SLIDE, 2), along(HINGE, 1)
    if forward is None:
        return None
    unseen = tuple(sorted(place for place in (forward, side) if place is not None))
    backwards = any(joints[i].qpos == forward and data.xaxis[i, 0] < 0 for i in rails)
    return Stance(body, False, unseen, forward, backwards, height if falls else None, pitch, tuple(rails))


def up_in(data: mujoco.MjData, body: int) -> np.ndarray:
    """Return which way of a body's own frame [3] points up in a pose."""
    return data.xmat[body].reshape(3, 3)[2].copy()
