"""A model with another ground or other servos."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import cycle
from pathlib import Path

import mujoco

from hebbax.worlds.mujoco.rough_ground import roughen_ground


def variant(
    path: Path,
    *,
    roughness: float = 0.0,
    friction: float | None = None,
    stiffness: float | None = None,
    damping: float | None = None,
    dry_friction: Sequence[float] | None = None,
) -> mujoco.MjSpec:
    """Return a model with something changed.

    Args:
        path: of the model, whose ground is called `floor`.
        roughness: of the ground, m from peak to trough, the same heights each time; 0 for the plane.
        friction: of the ground with feet, none for the model's.
        stiffness: of all servos, N·m/rad, none for the model's.
        damping: of all joints but the root, N·m·s/rad, none for the model's.
        dry_friction: of the joints of a limb one after another, the same for all limbs, N·m; none for the model's.
    """
    spec = mujoco.MjSpec.from_file(str(path))
    if roughness > 0:
        roughen_ground(spec, 0, roughness)
    if friction is not None:
        for geom in spec.geoms:  # of two geoms that touch MuJoCo takes the larger
            geom.friction[0] = friction
    if stiffness is not None:
        for actuator in spec.actuators:
            actuator.gainprm[0], actuator.biasprm[1] = stiffness, -stiffness
    joints = [joint for joint in spec.joints if joint.type != mujoco.mjtJoint.mjJNT_FREE]
    for joint in joints if damping is not None else ():
        joint.damping[0] = damping
    for joint, friction_loss in zip(joints, cycle(dry_friction), strict=False) if dry_friction is not None else ():
        joint.frictionloss = friction_loss
    return spec
