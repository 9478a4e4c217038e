"""What can happen to a robot's body and its surroundings: another model from the onset on, the own one in the end."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import numpy as np

from hebbax.damage.kind import Edit, make_kind
from hebbax.damage.shipped.changes import add, scale, stop


def _tilt(values, value, state, noise):
    sine, cosine = np.sin(np.radians(value)), np.cos(np.radians(value))
    x, y, z = values[0], values[1], values[2]
    return np.array((cosine * x + sine * z, y, cosine * z - sine * x)), state


def _edit(name: str, module: str = "edits") -> Edit:
    """Return a function of a module of `worlds/mujoco`, which is imported when a body is made: it imports MuJoCo."""

    def edit(spec: Any, element: Any, value: Any) -> None:
        getattr(import_module(f"hebbax.worlds.mujoco.{module}"), name)(spec, element, value)

    return edit


KINDS = (
    make_kind(
        "shorten-limb",
        edit=_edit("shorten_limb"),
        stage="model",
        target="body",
        unit="share of the length left",
        minimum=0.0,
        maximum=1.0,
        whole=1.0,
        worst=0.1,
        summary="the limb's length, with the mass in it, becomes `value` of what it was, measured from its joint",
    ),
    make_kind(
        "remove-limb",
        edit=_edit("remove_limb"),
        stage="model",
        target="body",
        value="",
        summary="the limb and all that hangs on it are gone: mass, touch, and the force of its motors",
    ),
    make_kind(
        "scale-mass",
        scale,
        stage="model",
        target="body",
        all=True,
        unit="times the mass",
        minimum=0.0,
        whole=1.0,
        worst=3.0,
        fields=("body_mass", "body_inertia"),
        summary="the body's mass and moments of inertia are multiplied by `value`",
    ),
    make_kind(
        "add-mass",
        add,
        stage="model",
        target="body",
        unit="kg",
        minimum=0.0,
        whole=0.0,
        fields=("body_mass",),
        summary="a payload of `value` kg at the body's centre of mass",
    ),
    make_kind(
        "shift-mass",
        add,
        stage="model",
        target="body",
        value="vector",
        unit="m",
        fields=("body_ipos",),
        summary="the body's centre of mass is moved by `value` (x, y, z in m, along the body's own axes)",
    ),
    make_kind(
        "lock-joint",
        edit=_edit("lock_joint"),
        stage="model",
        target="joint",
        value="",
        summary="the joint is held where it is, by friction that nothing overcomes",
    ),
    make_kind(
        "free-joint",
        stop,
        stage="model",
        target="joint",
        value="",
        fields=(
            *("jnt_stiffness", "dof_damping", "dof_frictionloss", "actuator_gainprm", "actuator_biasprm"),
            *("jnt_stiffnesspoly", "dof_dampingpoly"),
        ),
        summary="nothing moves or holds the joint: neither motor, spring, damping nor friction",
    ),
    make_kind(
        "damp-joint",
        add,
        stage="model",
        target="joint",
        all=True,
        unit="N·m·s/rad",
        minimum=0.0,
        whole=0.0,
        fields=("dof_damping",),
        summary="the joint's damping is larger by `value` (N·m·s/rad; of a slide N·s/m)",
    ),
    make_kind(
        "rub-joint",
        add,
        stage="model",
        target="joint",
        all=True,
        unit="N·m",
        minimum=0.0,
        whole=0.0,
        fields=("dof_frictionloss",),
        summary="the joint has so much more dry friction (N·m; of a slide N)",
    ),
    make_kind(
        "scale-armature",
        scale,
        stage="model",
        target="joint",
        all=True,
        unit="times the rotor's inertia",
        minimum=0.0,
        whole=1.0,
        worst=3.0,
        fields=("dof_armature",),
        summary="the inertia of the joint's rotor is multiplied by `value`",
    ),
    make_kind(
        "offset-joint",
        add,
        stage="model",
        target="joint",
        all=True,
        unit="rad",
        whole=0.0,
        worst=0.3,
        fields=("qpos0", "qpos_spring", "jnt_range"),
        summary="the joint's zero is `value` (rad; of a slide m) off: at the onset its reading stays, and it jumps",
    ),
    make_kind(
        "scale-friction",
        scale,
        stage="model",
        unit="times the friction",
        minimum=0.0,
        whole=1.0,
        worst=0.1,
        fields=("geom_friction", "pair_friction"),
        own=("grip",),
        summary="the friction of all that touches is multiplied by `value`",
    ),
    make_kind(
        "scale-gravity",
        scale,
        stage="model",
        unit="times the gravity",
        whole=1.0,
        worst=2.0,
        fields=("gravity",),
        summary="gravity is multiplied by `value`",
    ),
    make_kind(
        "tilt-ground",
        _tilt,
        stage="model",
        unit="degrees",
        whole=0.0,
        worst=20.0,
        fields=("gravity",),
        summary="uphill along +x by `value` degrees: gravity is turned, so positions are along the slope",
    ),
    make_kind(
        "roughen-ground",
        edit=_edit("roughen_ground", "rough_ground"),
        stage="model",
        target="seed",
        all=True,
        unit="m",
        minimum=0.0,
        whole=0.0,
        worst=0.2,
        summary="random heights of up to `value` m from peak to trough in place of the plane; the target is their seed",
    ),
    make_kind(
        "blow-wind",
        edit=_edit("blow_wind"),
        stage="model",
        value="vector",
        unit="m/s",
        summary="the air moves by `value` (x, y, z in m/s), and is as dense as air where it had no density",
    ),
)
