"""Models with something in a robot's way: weights on strings, or a slope."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import mujoco
import numpy as np

_RADIUS = 0.1  # m, of a weight, which is twice as high
_SPRING = 8.0  # N/m, by which a weight is pulled to its place; gravity does so by 360 N/m where 50 kg hang on 1.35 m
_DAMPING, _ARMATURE = 0.01, 0.1


def with_pendulums(path: Path, places: Sequence[float], mass: float, *, height: float, length: float) -> mujoco.MjSpec:
    """Return a model with weights that hang on strings: free bodies, each tied to a hook in the world.

    Spring, damping and armature are what the published weight has from its cheetah's joints.

    Args:
        path: of the model, with a default class `obstacle` for what can be hit.
        places: m along x, of the hooks.
        mass: kg, of each weight.
        height: m, of the hooks.
        length: m, of the strings.

    Source: Dittrich, van Diggelen and Floreano, ICRA 2026.
    """
    spec = mujoco.MjSpec.from_file(str(path))
    # A capsule that lies against a cylinder gets up to four contacts of MuJoCo 3.17's multiccd, which makes room for
    # two and raises: the life would end as diverged.
    spec.option.disableflags |= mujoco.mjtDisableBit.mjDSBL_MULTICCD
    for number, x in enumerate(places, 1):
        name = "pendulum" if len(places) == 1 else f"pendulum {number}"
        weight = spec.worldbody.add_body(name=name, pos=[x, 0, height - length])
        joint = weight.add_joint(name=name, type=mujoco.mjtJoint.mjJNT_FREE, armature=_ARMATURE)
        joint.stiffness[0], joint.damping[0] = _SPRING, _DAMPING
        cylinder, size = mujoco.mjtGeom.mjGEOM_CYLINDER, [_RADIUS, _RADIUS, 0]
        weight.add_geom(spec.find_default("obstacle"), name=name, type=cylinder, size=size, mass=mass)
        weight.add_site(name=name)
        spec.worldbody.add_site(name=f"{name} hook", pos=[x, 0, height])
        string = spec.add_tendon(name=name, limited=True, range=[0, length], width=0.01)
        string.wrap_site(f"{name} hook")
        string.wrap_site(name)
    return spec


def with_slope(path: Path, angle: float, *, flat: float, length: float) -> mujoco.MjSpec:
    """Return a model with a second plane that rises from its floor; as planes do not end, the higher one counts.

    Args:
        path: of the model, with a geom `floor` at a height of 0 and a default class `ground` for planes.
        angle: degrees, uphill along x.
        flat: m along x, where the slope begins.
        length: m, of the slope as it is drawn.
    """
    spec = mujoco.MjSpec.from_file(str(path))
    floor, tilt = spec.geom("floor"), np.deg2rad(angle)
    floor.pos[0], floor.size[0] = flat - 25, 25  # as it is drawn
    spec.worldbody.add_geom(
        spec.find_default("ground"),
        name="slope",
        pos=[flat + length / 2 * np.cos(tilt), 0, length / 2 * np.sin(tilt)],
        quat=[np.cos(tilt / 2), 0, -np.sin(tilt / 2), 0],
        size=[length / 2, floor.size[1], floor.size[2]],
    )
    return spec
