"""What an action does to an actuator: its control at rest, and how far an action of 1 moves it from there."""

from __future__ import annotations

from dataclasses import dataclass

import mujoco
import numpy as np

from hebbax.errors import HebbaxError
from hebbax.worlds.mujoco.robot import driven_joint

MOTOR, SERVO, SPEED = "motor", "servo", "speed servo"

_LEG_SHARE = 0.25
"""How much of its range an action of 1 moves the servo of a robot that walks, from its pose at birth either way."""

_FAR = {"rad": 0.5, "m": 0.05, "rad/s": 2.0, "m/s": 0.2, "N": 1.0, "N·m": 1.0, "1": 1.0}
"""How far an action of 1 moves a control that has no range, by its unit."""


@dataclass(frozen=True)
class Drive:
    """An actuator: its control is `rest + reach * action`."""

    name: str
    kind: str
    rest: float
    reach: float
    unit: str  # of the action, in words
    ranged: bool  # whether the model says how far its control may go


def drives_of(model: mujoco.MjModel, data: mujoco.MjData, walks: bool) -> tuple[Drive, ...]:
    """Return the actuators in the model's order.

    `data` holds the pose at birth with its controls, after `mj_forward`. Raises
    HebbaxError for a model without actuators, for one without a name, and for one of several controls.
    """
    if not model.nu:
        raise HebbaxError("the model has no actuators: expected <motor>, <position> or another in <actuator>")
    if np.any(model.actuator_ctrlnum != 1):
        raise HebbaxError("an actuator of the model has more than one control, or none: expected one of each")
    return tuple(_drive(model, data, index, walks) for index in range(model.nu))


def _drive(model: mujoco.MjModel, data: mujoco.MjData, index: int, walks: bool) -> Drive:
    name, what = _name(model, index), _kind(model, index)
    low, high = _range(model, index, what)
    ranged = bool(np.isfinite(low) and np.isfinite(high) and low < high)
    unit, ctrl = _control_unit(model, index, what), float(data.ctrl[index])
    if what == SERVO and (walks or not ranged):
        rest = ctrl if np.any(data.ctrl) else holding(model, data, index)  # a pose without controls: what holds it
        rest, reach = (np.clip(rest, low, high), _LEG_SHARE * (high - low)) if ranged else (rest, _FAR[unit])
        return Drive(name, what, float(rest), float(reach), f"share of {_quantity(reach, unit)} from rest", ranged)
    if not ranged:
        low, high = -_FAR[unit], _FAR[unit]
    elif what == SERVO:  # an arm or a finger goes everywhere
        ctrl = (low + high) / 2
    rest = ctrl if low < ctrl < high and (ctrl or low < 0) else (low + high) / 2
    reach, force = max(high - rest, rest - low), _force(model, index, what)
    words = f"share of {_quantity(reach * force, unit)}" + (f" from {_quantity(rest * force, unit)}" if rest else "")
    return Drive(name, what, float(rest), float(reach), words, ranged)


def _quantity(value: float, unit: str) -> str:
    return f"{value:.4g}" if unit == "1" else f"{value:.4g} {unit}"


def _name(model: mujoco.MjModel, index: int) -> str:
    name, target = model.actuator(index).name, int(model.actuator_trnid[index, 0])
    kind = mujoco.mjtTrn(model.actuator_trntype[index])
    if not name and kind in (mujoco.mjtTrn.mjTRN_JOINT, mujoco.mjtTrn.mjTRN_JOINTINPARENT):
        name = model.joint(target).name
    if not name and kind == mujoco.mjtTrn.mjTRN_TENDON:
        name = model.tendon(target).name
    if not name:
        raise HebbaxError(
            f"actuator {index} of the model has no name, nor has what it moves: expected name=… in the file, as "
            "actions are called by it"
        )
    return name


def _kind(model: mujoco.MjModel, index: int) -> str:
    """Return what an actuator follows: a force, a length or angle, or a speed."""
    if model.actuator_biastype[index] != int(mujoco.mjtBias.mjBIAS_AFFINE):
        return MOTOR
    if model.actuator_dyntype[index] == int(mujoco.mjtDyn.mjDYN_INTEGRATOR):
        return SPEED
    if model.actuator_biasprm[index, 1]:
        return SERVO
    return SPEED if model.actuator_biasprm[index, 2] else MOTOR


def holding(model: mujoco.MjModel, data: mujoco.MjData, index: int) -> float:
    """Return the control with which a servo is at rest where it is."""
    gain, bias = float(model.actuator_gainprm[index, 0]), model.actuator_biasprm[index]
    return -float(bias[0] + bias[1] * data.actuator_length[index]) / gain if gain else 0.0


def _range(model: mujoco.MjModel, index: int, what: str) -> tuple[float, float]:
    """Return how far a control may go: what the model says of it, and of a motor no farther than its force grows."""
    limited = bool(model.actuator_ctrllimited[index])
    low, high = model.actuator_ctrlrange[index] if limited else (-np.inf, np.inf)
    if what == MOTOR or not limited:
        least, most = _implied(model, index, what)
        if max(low, least) < min(high, most):
            low, high = max(low, least), min(high, most)
    return float(low), float(high)


def _implied(model: mujoco.MjModel, index: int, what: str) -> tuple[float, float]:
    """Return the range of a control that follows from what the model says of joint or force."""
    joint, gear = driven_joint(model, index), float(model.actuator_gear[index, 0])
    gain, bias = float(model.actuator_gainprm[index, 0]), model.actuator_biasprm[index]
    found = [np.array([-np.inf, np.inf])]
    if what == SERVO and joint is not None and model.jnt_limited[joint] and gain:
        found.append(-(bias[0] + bias[1] * gear * model.jnt_range[joint]) / gain)
    if what == MOTOR and gain and _plain(model, index):
        if model.actuator_forcelimited[index]:
            found.append(model.actuator_forcerange[index] / gain)
        if gear and joint is not None and model.jnt_actfrclimited[joint]:
            found.append(model.jnt_actfrcrange[joint] / (gain * gear))
    return max(float(np.min(ends)) for ends in found), min(float(np.max(ends)) for ends in found)


def _plain(model: mujoco.MjModel, index: int) -> bool:
    """Whether force goes with control, at a gain that is one number, and not with what adds up of it."""
    fixed = model.actuator_gaintype[index] == int(mujoco.mjtGain.mjGAIN_FIXED)
    return bool(fixed and model.actuator_dyntype[index] != int(mujoco.mjtDyn.mjDYN_INTEGRATOR))


def _control_unit(model: mujoco.MjModel, index: int, what: str) -> str:
    """Return the unit of what a control is of; 1 where the model says it in units of its own, or moves no joint."""
    joint = driven_joint(model, index)
    if joint is None:
        return "1"
    slides = model.jnt_type[joint] == int(mujoco.mjtJoint.mjJNT_SLIDE)
    if what == MOTOR:
        plain = model.actuator_gaintype[index] == int(mujoco.mjtGain.mjGAIN_FIXED)
        return ("N" if slides else "N·m") if plain else "1"
    gain, bias = model.actuator_gainprm[index, 0], model.actuator_biasprm[index]
    held = bias[1] if what == SERVO or bias[1] else bias[2]
    if not np.isclose(gain, -held * model.actuator_gear[index, 0]):  # the control is not the joint's own
        return "1"
    return ("m" if slides else "rad") + ("/s" if what == SPEED else "")


def _force(model: mujoco.MjModel, index: int, what: str) -> float:
    """Return the force at the joint per control of a motor; 1 for what is no motor, or no plain one."""
    plain = model.actuator_gaintype[index] == int(mujoco.mjtGain.mjGAIN_FIXED)
    return (
        abs(float(model.actuator_gainprm[index, 0] * model.actuator_gear[index, 0])) if what == MOTOR and plain else 1.0
    )
