"""Edits of a robot's source: what becomes of a limb, the ground or the air is left to MuJoCo's compiler.

Each function gets a copy of the source, one element of it, and a number. What is derived from it, such as mass, centre
of mass and inertia, follows when the source is compiled. None may change how many bodies, geoms, joints or actuators
there are, because lives go on in the memory that they were born in.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import mujoco
import numpy as np

from hebbax.errors import HebbaxError
from hebbax.worlds.mujoco.robot import moved_bodies

_Geom = mujoco.mjtGeom
_LONG = (_Geom.mjGEOM_CAPSULE, _Geom.mjGEOM_CYLINDER)
_ROUND = (_Geom.mjGEOM_SPHERE, _Geom.mjGEOM_BOX, _Geom.mjGEOM_ELLIPSOID)
_LIGHT = 1e-6  # of its mass and inertia, what is left of a limb that is removed: MuJoCo moves nothing without mass
_AIR = 1.2  # kg/m³


def with_stated_masses(spec: mujoco.MjSpec, model: mujoco.MjModel) -> mujoco.MjSpec:
    """Return a copy whose compiler does not scale masses to a total: an edit of one limb would change all others.

    `model` is the source as compiled.
    """
    copied = spec.copy()
    total = copied.compiler.settotalmass
    if total <= 0:
        return copied
    copied.compiler.settotalmass = -1
    natural = copied.copy().compile()
    factor = model.body_mass.sum() / natural.body_mass.sum()
    for geom in copied.geoms:
        geom.density *= factor
        geom.mass *= factor  # NaN where the density says it, and stays so
    for body in copied.bodies:
        if body.explicitinertial:
            body.mass *= factor
            body.inertia *= factor
            body.fullinertia *= factor
    return copied


def shorten_limb(spec: Any, body: Any, share: float) -> None:
    """Leave a share of a limb's length, measured from its joint; its radius stays, and what hangs on it comes nearer.

    Capsules and cylinders keep their axis: ends and lengths are multiplied by the share, as Dittrich et al. (2026)
    mutilate the ants. Boxes and ellipsoids are shortened along their longest axis.

    Raises HebbaxError for a limb that is a mesh, has no geoms, or whose inertia is stated and not computed.
    """
    if body.explicitinertial:
        raise HebbaxError(f"body {body.name!r} states its inertia: expected one whose geoms have the mass")
    if not list(body.geoms):
        raise HebbaxError(f"body {body.name!r} has no geoms: expected one to be shortened")
    anchor = np.array(body.joints[0].pos) if len(body.joints) else np.zeros(3)
    for geom in body.geoms:
        _shorten(body, geom, anchor, share)
    for other in (*body.bodies, *body.sites):
        other.pos = anchor + share * (np.array(other.pos) - anchor)


def _shorten(body: Any, geom: Any, anchor: np.ndarray, share: float) -> None:
    if geom.type not in (*_LONG, *_ROUND):
        kind = _Geom(geom.type).name.removeprefix("mjGEOM_").lower()
        raise HebbaxError(f"body {body.name!r} has a {kind}: expected capsules, cylinders, boxes, ellipsoids, spheres")
    before = _volume(geom)
    if geom.type in _LONG and np.all(np.isfinite(geom.fromto)):
        ends = np.array(geom.fromto).reshape(2, 3)
        geom.fromto = (anchor + share * (ends - anchor)).ravel()
    else:
        geom.pos = anchor + share * (np.array(geom.pos) - anchor)
        size = np.array(geom.size)
        if geom.type in _LONG:
            size[1] *= share
        elif geom.type != _Geom.mjGEOM_SPHERE:
            size[np.argmax(size)] *= share
        geom.size = size
    if np.isfinite(geom.mass):
        geom.mass *= _volume(geom) / before


def _volume(geom: Any) -> float:
    """Return the volume of a geom, m³, up to a factor that its shape keeps."""
    radius, half = geom.size[0], geom.size[1]
    if geom.type not in _LONG:
        return float(np.prod(geom.size[:3])) if geom.type != _Geom.mjGEOM_SPHERE else 1.0
    if np.all(np.isfinite(geom.fromto)):
        half = np.linalg.norm(np.diff(np.array(geom.fromto).reshape(2, 3), axis=0)) / 2
    ends = 4 / 3 * radius if geom.type == _Geom.mjGEOM_CAPSULE else 0.0
    return math.pi * radius**2 * (2 * half + ends)


def remove_limb(spec: Any, body: Any, _: float) -> None:
    """Take away a limb and all that hangs on it: its mass, what it touches, what it looks like, its motors' force.

    Its joints stay as numbers, and come to rest: each has a hundredth of the inertia that it had, so that what is left
    can push the robot by no more than that, and is braked within a tenth of a second.
    Raises HebbaxError for a body that the robot has no other but.
    """
    limb = list(_subtree(body))
    joints = [joint for one in limb for joint in one.joints]
    if any(joint.type == mujoco.mjtJoint.mjJNT_FREE for joint in joints) or body.parent.id == 0:
        raise HebbaxError(f"body {body.name!r} is the robot's root: expected a limb")
    whole = spec.copy().compile()
    for one in limb:
        for geom in one.geoms:
            geom.contype = geom.conaffinity = 0
            geom.density *= _LIGHT
            geom.mass *= _LIGHT
            geom.rgba = (*geom.rgba[:3], 0.0)
        if one.explicitinertial:
            one.mass *= _LIGHT
            one.inertia *= _LIGHT
            one.fullinertia *= _LIGHT
    for joint in joints:
        inertia = float(whole.dof_M0[whole.jnt_dofadr[joint.id]])
        joint.armature, joint.damping, joint.stiffness = 0.01 * inertia, _brake(joint, 0.1 * inertia), _brake(joint, 0)
        joint.frictionloss = 0.0
    gone = {one.id for one in limb}
    for actuator in spec.actuators:
        if moved_bodies(whole, actuator.id) & gone:
            actuator.gaintype, actuator.biastype = mujoco.mjtGain.mjGAIN_FIXED, mujoco.mjtBias.mjBIAS_NONE
            actuator.gainprm = np.zeros_like(actuator.gainprm)


def _brake(joint: Any, value: float) -> Any:
    """Return a damping or stiffness in the form that the joint has them in."""
    return np.array([value, *np.zeros(np.size(joint.damping) - 1)]) if np.ndim(joint.damping) else value


def _subtree(body: Any) -> Iterator[Any]:
    yield body
    for child in body.bodies:
        yield from _subtree(child)


_LOCKED = 1e9  # N·m: what nothing moves
_HEAVIER = 1e2  # times a joint's inertia: by so much less a locked one gives way to the same torque


def lock_joint(spec: Any, joint: Any, _: float) -> None:
    """Let a joint be held by friction that nothing overcomes, as by a brake.

    A position that is put back at every step would not do: the body around it gets energy from nowhere, by which a
    cheetah with a locked foot ran faster than a whole one. The solver leaves a ten-thousandth of each push to any
    friction, by which the joint creeps; so its rotor is made heavy too, which takes nothing from the body and gives it
    nothing once it stands. It stands within two steps.
    """
    whole = spec.copy().compile()
    joint.armature += _HEAVIER * float(whole.dof_M0[whole.jnt_dofadr[joint.id]])
    joint.frictionloss = _LOCKED
    joint.solimp_friction = np.array([0.9999, 0.9999, *np.array(joint.solimp_friction)[2:]])
    joint.solref_friction = np.array([-1.0, -1.0 / spec.option.timestep])


def blow_wind(spec: Any, _: Any, velocity: np.ndarray) -> None:
    """Let the air move by so much, m/s; where it had no density it gets that of air, or it would carry nothing."""
    spec.option.wind = np.array(spec.option.wind) + velocity
    if spec.option.density == 0:
        spec.option.density = _AIR
