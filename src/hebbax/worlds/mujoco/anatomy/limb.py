"""What a robot that is fixed to the world is for: an arm has a tip that reaches, anything else a pose that it takes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import mujoco
import numpy as np

from hebbax.worlds.mujoco.anatomy.drives import SERVO, Drive
from hebbax.worlds.mujoco.anatomy.parts import HINGE, SLIDE, Joint, tree_of, unused
from hebbax.worlds.mujoco.anatomy.steady import hold

TIP = "tip"
"""The site that is added where the last link of an arm has none."""

_WORDS = ("attachment", "tip", "tcp", "ee", "eef", "end", "effector", "tool", "grip", "grasp", "pinch", "palm")
_ARM = 3  # joints before hands branch off, or it is a hand itself
_TARGETS = 8
_SECONDS = 2.0  # of holding still, after which a pose counts as reached


@dataclass(frozen=True, eq=False)
class Targets:
    """What can be reached: the tip's places [targets, 3] (m), or joints' positions [targets, joints]."""

    tip: str | None  # the site of an arm; None where joints take a pose
    site: int
    joints: tuple[int, ...]  # indices of those joints
    points: np.ndarray


def tip_body(model: mujoco.MjModel, joints: tuple[Joint, ...]) -> int | None:
    """Return the last body of an arm before it branches, if it does; None for what is no arm."""
    trees = {tree_of(model, index) for index, joint in enumerate(joints) if joint.driven}
    if len(trees) != 1:
        return None
    inside = np.flatnonzero((model.body_rootid == trees.pop()) & (model.body_jntnum > 0))
    after = {int(body): [other for other in inside if _holder(model, int(other)) == body] for body in (0, *inside)}
    body, passed = 0, 0
    while len(after[body]) == 1:
        body = int(after[body][0])
        passed += int(model.body_jntnum[body])
    return body if body and (not after[body] or passed >= _ARM) else None


def _holder(model: mujoco.MjModel, body: int) -> int:
    """Return the nearest body above that moves, or the world."""
    body = int(model.body_parentid[body])
    while body and not model.body_jntnum[body]:
        body = int(model.body_parentid[body])
    return body


def tip_site(spec: mujoco.MjSpec, model: mujoco.MjModel, data: mujoco.MjData, body: int) -> str:
    """Return the site at the tip of an arm; one is added where its last link has none."""
    sites = [i for i in range(model.nsite) if model.body_weldid[model.site_bodyid[i]] == body and model.site(i).name]
    names = [model.site(index).name for index in sites]
    likely = [name for name in names if set(name.lower().replace("-", "_").split("_")) & set(_WORDS)]
    if names:
        return (likely or names)[-1]
    beyond = [other for other in range(model.nbody) if model.body_jntnum[other] and _holder(model, other) == body]
    if beyond:  # between the fingers
        place = data.xmat[body].reshape(3, 3).T @ (data.xpos[beyond].mean(axis=0) - data.xpos[body])
    else:
        place = 2 * model.body_ipos[body]  # of a rod its far end
    name = unused(TIP, [site.name for site in spec.sites])
    next(one for one in spec.bodies if one.id == body).add_site(name=name, pos=place, size=[0.01, 0.01, 0.01])
    return name


def targets_of(
    model: mujoco.MjModel, key: str, joints: tuple[Joint, ...], drives: Sequence[Drive], tip: str | None
) -> Targets:
    """Return what the robot can come to: of servos what they held, of motors poses between the limits of its joints."""
    moved = [i for i, joint in enumerate(joints) if joint.kind in (HINGE, SLIDE) and _with_drive(model, joints, i)]
    places = [joints[index].qpos for index in moved]
    site = model.site(tip).id if tip is not None else -1
    generator, data = np.random.default_rng(0), mujoco.MjData(model)  # the same file always gives the same task
    points = []
    for _ in range(_TARGETS):
        mujoco.mj_resetDataKeyframe(model, data, model.key(key).id)
        if all(drive.kind == SERVO for drive in drives):
            _go(model, data, drives, generator)
        else:  # a motor that pulls for long ends at a limit
            _pose(model, data, [joints[index] for index in moved], generator)
        points.append(data.site_xpos[site].copy() if tip is not None else data.qpos[places].copy())
    return Targets(tip, site, tuple(moved), np.array(points))


def _go(model: mujoco.MjModel, data: mujoco.MjData, drives: Sequence[Drive], generator: np.random.Generator) -> None:
    """Let servos go to where random actions bid them, and hold it."""
    data.ctrl[:] = [one.rest + one.reach * generator.uniform(-1, 1) for one in drives]
    hold(model, data, _SECONDS)


def _pose(model: mujoco.MjModel, data: mujoco.MjData, joints: Sequence[Joint], generator: np.random.Generator) -> None:
    """Put joints anywhere within their limits, or within one radian or metre of their place, and others with them."""
    for joint in joints:
        at, without = float(data.qpos[joint.qpos]), not np.isfinite(joint.high - joint.low)
        data.qpos[joint.qpos] = at + generator.uniform(-1, 1) if without else generator.uniform(joint.low, joint.high)
    _couple(model, data)
    mujoco.mj_forward(model, data)


def _couple(model: mujoco.MjModel, data: mujoco.MjData) -> None:
    """Put joints that equalities have follow others, or stay, to where those have them."""
    for index in np.flatnonzero((model.eq_type == int(mujoco.mjtEq.mjEQ_JOINT)) & (data.eq_active != 0)):
        follower, joint = int(model.jnt_qposadr[model.eq_obj1id[index]]), int(model.eq_obj2id[index])
        leader = int(model.jnt_qposadr[joint])
        moved = data.qpos[leader] - model.qpos0[leader] if joint >= 0 else 0.0
        data.qpos[follower] = model.qpos0[follower] + np.polyval(model.eq_data[index, 4::-1], moved)


def _with_drive(model: mujoco.MjModel, joints: tuple[Joint, ...], index: int) -> bool:
    tree = tree_of(model, index)
    return any(joint.driven and tree_of(model, other) == tree for other, joint in enumerate(joints))
