"""A robot that somebody else has modelled, made ready for a task: its birth, floor and tip, and what moves it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import mujoco
import numpy as np

from hebbax.errors import HebbaxError
from hebbax.worlds.mujoco.anatomy.drives import Drive, drives_of, holding
from hebbax.worlds.mujoco.anatomy.limb import Targets, targets_of, tip_body, tip_site
from hebbax.worlds.mujoco.anatomy.parts import Joint, joints_of
from hebbax.worlds.mujoco.anatomy.posture import HOME, add_floor, add_light, birth_key, floor_height, floors, lowest
from hebbax.worlds.mujoco.anatomy.stance import Stance, stance_of, up_in
from hebbax.worlds.mujoco.anatomy.steady import check_steady
from hebbax.worlds.mujoco.proven_model import compiled_model

CONTROL_PERIOD = 0.02
"""Seconds of a control tick, as nearly as whole physics steps make it."""

_DEEP = 0.01  # m; a contact lets a foot sink in by less


@dataclass(frozen=True, eq=False)
class Anatomy:
    """What a task says of a robot, and the source that it says it of, compiled too."""

    spec: mujoco.MjSpec
    model: mujoco.MjModel
    keyframe: str
    timestep: float  # s
    substeps: int
    joints: tuple[Joint, ...]
    drives: tuple[Drive, ...]
    qpos: np.ndarray  # [nq] at birth
    loose: bool  # whether noise may move joints one by one: no equality holds them together
    velocities: int
    stance: Stance | None  # None of a robot that is fixed to the world
    floor: float  # m
    height: float  # m of the root above the floor, at birth
    up: np.ndarray  # [3] of the root's frame
    targets: Targets | None  # of a robot that is fixed to the world
    notes: tuple[str, ...]  # what was found and changed, a line each


def examine(spec: mujoco.MjSpec) -> Anatomy:
    """Return the anatomy of a model, whose source gets what it lacks: a keyframe of births, a floor, a tip.

    Raises HebbaxError for a source that does not compile, and for a model of which no task can be made.
    """
    model = compiled_model(spec)
    joints, key, data, notes = joints_of(model), birth_key(spec, model), _born(spec, model), list[str]()
    drives_of(model, data, walks=True)  # refuses first what has none: what moves is known by its actuators
    stance = stance_of(model, data, joints)
    if stance is None and not any(joint.driven for joint in joints):
        raise HebbaxError("no joint of the model is moved by an actuator: expected one at least")
    notes.append(_birth_note(key))
    if stance is not None and stance.height is not None:
        notes += _stand(spec, model, data, stance, key)
    # The tip first: what else is added takes the bodies of a source their numbers.
    tip = _tip(spec, model, data, joints, notes) if stance is None else None
    key = key or _add_home(spec, model, data)
    if not spec.lights:
        add_light(spec)
        notes.append("the file has no light: one was added to the copy")
    model = compiled_model(spec)
    drives = drives_of(model, data, walks=stance is not None)
    check_steady(model, key, drives)
    floor = 0.0 if stance is None else _floor(model, key, stance)
    return Anatomy(
        spec=spec,
        model=model,
        keyframe=key,
        timestep=float(model.opt.timestep),
        substeps=max(1, round(CONTROL_PERIOD / model.opt.timestep)),
        joints=joints,
        drives=drives,
        qpos=data.qpos.copy(),
        loose=model.neq == 0,
        velocities=model.nv,
        stance=stance,
        floor=floor,
        height=0.0 if stance is None else float(data.xpos[stance.body, 2] - floor),
        up=np.array([0.0, 0.0, 1.0]) if stance is None else up_in(data, stance.body),
        targets=targets_of(model, key, joints, drives, tip) if stance is None else None,
        notes=(*notes, *_further_notes(drives)),
    )


def _born(spec: mujoco.MjSpec, model: mujoco.MjModel) -> mujoco.MjData:
    """Return data of the pose of births, that of the keyframe or as the model is drawn."""
    data, names = mujoco.MjData(model), [key.name for key in spec.keys]
    if names:
        mujoco.mj_resetDataKeyframe(model, data, names.index(HOME) if HOME in names else 0)
    mujoco.mj_forward(model, data)
    return data


def _floor(model: mujoco.MjModel, key: str, stance: Stance) -> float:
    """Return the height (m) of the floor of births."""
    data = mujoco.MjData(model)
    mujoco.mj_resetDataKeyframe(model, data, model.key(key).id)
    mujoco.mj_kinematics(model, data)
    return floor_height(model, data, stance.body)


def _birth_note(key: str | None) -> str:
    if key is not None:
        return f"it is born as in the keyframe {key!r}"
    return f"the model has no keyframe: it is born as it is drawn (qpos0), which the copy calls {HOME!r}"


def _stand(
    spec: mujoco.MjSpec, model: mujoco.MjModel, data: mujoco.MjData, stance: Stance, key: str | None
) -> list[str]:
    """Put a robot without a keyframe onto the floor, and a floor below one that has none; say what was done."""
    notes: list[str] = []
    has_floor, bottom = bool(len(floors(model))), lowest(model, data, stance.body)
    floor = floor_height(model, data, stance.body)
    assert stance.height is not None
    if key is None and abs(bottom - floor) > 1e-6:
        axis = 1.0 if stance.free else _upwards(model, data, stance.height)
        data.qpos[stance.height] += axis * (floor - bottom)
        mujoco.mj_forward(model, data)
        notes.append(f"it is {'lowered' if bottom > floor else 'raised'} by {abs(bottom - floor):.3g} m onto the floor")
        bottom = floor
    if not has_floor:
        floor = 0.0 if bottom > -_DEEP else bottom
        add_floor(spec, model, floor)
        notes.append(f"the file has no floor: a plane at a height of {floor:.3g} m was added to the copy")
    elif bottom < floor - _DEEP:
        notes.append(f"at birth it is {floor - bottom:.3g} m deep in the floor: mend the keyframe, or it is thrown up")
    return notes


def _upwards(model: mujoco.MjModel, data: mujoco.MjData, place: int) -> float:
    """Return the sign of a slide along z."""
    joint = int(np.flatnonzero(model.jnt_qposadr == place)[0])
    return float(np.sign(data.xaxis[joint, 2]))


def _add_home(spec: mujoco.MjSpec, model: mujoco.MjModel, data: mujoco.MjData) -> str:
    """Add the keyframe of births; servos hold it."""
    affine = model.actuator_biastype == int(mujoco.mjtBias.mjBIAS_AFFINE)
    for index in np.flatnonzero(affine & (model.actuator_biasprm[:, 1] != 0)):
        held = holding(model, data, int(index))
        if model.actuator_actadr[index] >= 0:  # of an integrator, or a filter
            data.act[model.actuator_actadr[index]] = held
        if model.actuator_dyntype[index] != int(mujoco.mjtDyn.mjDYN_INTEGRATOR):
            low, high = model.actuator_ctrlrange[index] if model.actuator_ctrllimited[index] else (held, held)
            data.ctrl[index] = np.clip(held, low, high)
    spec.add_key(name=HOME, qpos=data.qpos.tolist(), act=data.act.tolist(), ctrl=data.ctrl.tolist())
    return HOME


def _tip(
    spec: mujoco.MjSpec, model: mujoco.MjModel, data: mujoco.MjData, joints: tuple[Joint, ...], notes: list[str]
) -> str | None:
    """Return the site at the tip of an arm, None for what is no arm; say which."""
    body = tip_body(model, joints)
    if body is None:
        notes.append("it is fixed to the world and no arm: its task is to take poses that are drawn at birth")
        return None
    before = {site.name for site in spec.sites}
    tip = tip_site(spec, model, data, body)
    added = "" if tip in before else " (added to the copy, at the end of the last link)"
    notes.append(f"it is an arm: its task is to bring the site {tip!r}{added} to places that are drawn at birth")
    return tip


def _further_notes(drives: Sequence[Drive]) -> list[str]:
    endless = [drive.name for drive in drives if not drive.ranged]
    if not endless:
        return []
    return [f"no range of control is said of {', '.join(endless[:3])}{' …' if len(endless) > 3 else ''}"]
