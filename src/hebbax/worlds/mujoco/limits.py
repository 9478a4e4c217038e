"""What the drives of a model can at most, as its text says it."""

from __future__ import annotations

import mujoco
import numpy as np

from hebbax.worlds.ground import Limits
from hebbax.worlds.mujoco.robot import driven_joint

SPEED_LIMIT = "speed_limit/"
"""A `<numeric>` of this name and a joint's states that joint's limit, in rad/s or m/s: MJCF has no word for it."""

_ALL = np.array([-np.inf, np.inf])
_IN_CONTROL_RANGE = [
    int(kind) for kind in (mujoco.mjtDyn.mjDYN_NONE, mujoco.mjtDyn.mjDYN_FILTER, mujoco.mjtDyn.mjDYN_FILTEREXACT)
]
"""Dynamics after which an actuator's activation is within the range of its control."""


def limits_of(model: mujoco.MjModel) -> Limits:
    """Return the limits of torques and speeds that a model states, in the order of `body_of(model).joints`."""
    driven = [(i, joint) for i in range(model.nu) if (joint := driven_joint(model, i)) is not None]
    return Limits(
        joints=tuple(model.joint(joint).name or f"joint {joint}" for _, joint in driven),
        units=tuple(_unit(model, joint) for _, joint in driven),
        torques=np.array([_torques(model, actuator, joint) for actuator, joint in driven]).reshape(-1, 2),
        speeds=np.array([_speed(model, model.joint(joint).name) for _, joint in driven]),
    )


def _torques(model: mujoco.MjModel, actuator: int, joint: int) -> np.ndarray:
    """Return the lowest and highest torque [2] of an actuator at its joint."""
    force = model.actuator_forcerange[actuator] if model.actuator_forcelimited[actuator] else _ALL
    force = _narrower(force, _by_control(model, actuator))
    torques = np.sort(_gear(model, actuator) * force) if _gear(model, actuator) else np.zeros(2)
    return _narrower(torques, model.jnt_actfrcrange[joint]) if model.jnt_actfrclimited[joint] else torques


def _by_control(model: mujoco.MjModel, actuator: int) -> np.ndarray:
    """Return the forces [2] of an actuator over its control range, where it has one and force depends on it alone."""
    fixed = model.actuator_gaintype[actuator] == int(mujoco.mjtGain.mjGAIN_FIXED)
    alone = model.actuator_biastype[actuator] == int(mujoco.mjtBias.mjBIAS_NONE)
    within = model.actuator_dyntype[actuator] in _IN_CONTROL_RANGE
    if not (model.actuator_ctrllimited[actuator] and fixed and alone and within):
        return _ALL
    return np.sort(model.actuator_gainprm[actuator, 0] * model.actuator_ctrlrange[actuator])


def _gear(model: mujoco.MjModel, actuator: int) -> float:
    """Return the torque at the joint per force of the actuator."""
    gear, target = model.actuator_gear[actuator, 0], int(model.actuator_trnid[actuator, 0])
    on_tendon = model.actuator_trntype[actuator] == int(mujoco.mjtTrn.mjTRN_TENDON)
    return float(gear * model.wrap_prm[model.tendon_adr[target]] if on_tendon else gear)


def _narrower(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    return np.array([max(one[0], other[0]), min(one[1], other[1])])


def _unit(model: mujoco.MjModel, joint: int) -> str:
    return "m/s" if model.jnt_type[joint] == int(mujoco.mjtJoint.mjJNT_SLIDE) else "rad/s"


def _speed(model: mujoco.MjModel, joint: str) -> float:
    number = mujoco.mj_name2id(model, mujoco.mjtObj.mjOBJ_NUMERIC.value, f"{SPEED_LIMIT}{joint}")
    return float("inf") if number < 0 else float(model.numeric_data[model.numeric_adr[number]])
