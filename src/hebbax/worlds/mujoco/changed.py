"""A robot's model after something happened to its body or its surroundings."""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from typing import Any

import mujoco
import numpy as np

from hebbax.errors import HebbaxError
from hebbax.worlds.base import BodyChange
from hebbax.worlds.mujoco.edits import with_stated_masses
from hebbax.worlds.mujoco.proven_model import prove, proven_model, without_deprecations
from hebbax.worlds.mujoco.robot import parts_of

_ON_JOINTS = [int(mujoco.mjtTrn.mjTRN_JOINT), int(mujoco.mjtTrn.mjTRN_JOINTINPARENT)]
_OF_OPTIONS = ("gravity",)
_SIZES = ("nq", "nv", "nu", "na", "nbody", "njnt", "ngeom", "nsite", "ntendon", "nsensordata", "nM", "nC", "nmocap")
"""Sizes of a model that a simulation in the middle of its life must keep; `nbuffer` of its data holds all others."""


def changed_model(spec: mujoco.MjSpec, model: mujoco.MjModel, changes: Sequence[BodyChange]) -> mujoco.MjModel:
    """Return the model of a source after changes: edits of the source first, then of the compiled model's fields.

    Raises HebbaxError where an edit does not fit the robot, or MuJoCo cannot make or step what comes of it.
    """
    edits = [change for change in changes if change.edit is not None]
    changed = _edited(spec, model, edits) if edits else deepcopy(model)
    for change in changes:
        for field in change.fields:
            _change_field(changed, field, change)
    mujoco.mj_setConst(changed, mujoco.MjData(changed))  # what follows from masses and lengths
    prove(changed)
    return changed


def _edited(spec: mujoco.MjSpec, model: mujoco.MjModel, edits: Sequence[BodyChange]) -> mujoco.MjModel:
    with without_deprecations():
        copied = with_stated_masses(spec, model)
        for change in edits:
            assert change.edit is not None
            change.edit(copied, _element(copied, change), change.value)
    changed = proven_model(copied)
    old, new = mujoco.MjData(model), mujoco.MjData(changed)
    if [getattr(model, size) for size in _SIZES] != [getattr(changed, size) for size in _SIZES] or (
        old.nbuffer != new.nbuffer
    ):
        raise HebbaxError("the edit adds or takes away parts: expected the same bodies, joints, geoms and actuators")
    return changed


def _element(spec: mujoco.MjSpec, change: BodyChange) -> Any:
    """Return what an edit is aimed at: in a source, elements of a kind stand in the order of their numbers."""
    if change.target not in ("body", "joint"):
        return change.number
    elements = list(spec.bodies if change.target == "body" else spec.joints)
    assert change.number is not None
    return elements[change.number]


def _change_field(model: mujoco.MjModel, field: str, change: BodyChange) -> None:
    assert change.change is not None
    values = getattr(model.opt if field in _OF_OPTIONS else model, field)
    rows = _rows(model, field, change)
    values[rows] = np.reshape(change.change(values[rows].ravel().copy()), values[rows].shape)
    if field in ("body_ipos", "body_iquat"):
        _place_apart(model, rows)


def _rows(model: mujoco.MjModel, field: str, change: BodyChange) -> Any:
    """Return which rows of a field belong to the target, without a number all that the robot has.

    Those of no body and no joint are all there are.
    """
    if change.target not in ("body", "joint"):
        return slice(None)
    parts = parts_of(model)
    every = sorted(parts.bodies if change.target == "body" else parts.joints)
    chosen = np.array(every if change.number is None else [change.number], np.int64)
    return chosen if change.target == "body" else _of_joints(model, field, chosen)


def _of_joints(model: mujoco.MjModel, field: str, joints: np.ndarray) -> np.ndarray:
    """Return which rows of a field belong to joints [n], by their numbers."""
    if field.startswith("actuator_"):
        of_joint = np.isin(model.actuator_trntype, _ON_JOINTS)
        return np.flatnonzero(of_joint & np.isin(model.actuator_trnid[:, 0], joints))
    if field.startswith("jnt_"):
        return joints
    return (model.jnt_qposadr if field.startswith("qpos") else model.jnt_dofadr)[joints]


def _place_apart(model: mujoco.MjModel, bodies: np.ndarray) -> None:
    """Have MuJoCo compute the frames of bodies and of what is on them, where it would take one for the other."""
    if model.body_simple[bodies].any():
        name = model.body(int(bodies[0])).name
        raise HebbaxError(
            f"body {name!r} moves alone: expected one of a robot, whose inertia need not be its own frame's"
        )
    model.body_sameframe[bodies] = 0
    model.geom_sameframe[np.isin(model.geom_bodyid, bodies)] = 0
    model.site_sameframe[np.isin(model.site_bodyid, bodies)] = 0
