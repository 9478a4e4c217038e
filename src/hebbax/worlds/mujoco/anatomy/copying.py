"""A copy of a model as files that stand alone: its text, with its includes in it, and its meshes and textures."""

from __future__ import annotations

import mujoco
import numpy as np

from hebbax.errors import HebbaxError
from hebbax.worlds.mujoco.assets import assets_of
from hebbax.worlds.mujoco.proven_model import without_deprecations

_MOST = 2**31  # bytes of all files
_SIZES = ("nq", "nv", "nu", "nbody", "ngeom", "nsite", "nkey", "neq", "ntendon")
_ALIKE = ("body_mass", "body_inertia", "jnt_range", "qpos0", "actuator_ctrlrange", "actuator_gainprm", "key_qpos")
_TOLERANCE = 1e-4  # relative, of numbers that MuJoCo writes with few digits


def copied_files(spec: mujoco.MjSpec, model: mujoco.MjModel, name: str) -> dict[str, bytes]:
    """Return the files of a copy by their paths, the text being NAME.xml. Raises HebbaxError where one is missing."""
    with without_deprecations():
        assets = assets_of(spec, model, spec.to_xml(), _MOST)
    if assets.missing:
        raise HebbaxError(f"the model cannot be copied: {assets.missing}")
    return {f"{name}.xml": assets.xml.encode(), **assets.files}


def check_copy(model: mujoco.MjModel, copy: mujoco.MjModel) -> None:
    """Raise HebbaxError where a copy is another robot than its source: MuJoCo can write a text that is."""
    same = [field for field in _SIZES if getattr(model, field) == getattr(copy, field)]
    if same == list(_SIZES):
        same += [field for field in _ALIKE if _close(getattr(model, field), getattr(copy, field))]
    for field in (*_SIZES, *_ALIKE):
        if field not in same:
            raise HebbaxError(
                f"MuJoCo wrote another robot than it has read, of which {field} differs; simplify the file"
            )


def _close(one: np.ndarray, other: np.ndarray) -> bool:
    return np.allclose(one, other, rtol=_TOLERANCE, atol=1e-6, equal_nan=True)
