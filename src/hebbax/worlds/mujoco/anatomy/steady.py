"""Time that passes while controls are held, in a robot that is to stand it."""

from __future__ import annotations

from collections.abc import Sequence

import mujoco

from hebbax.errors import HebbaxError
from hebbax.worlds.mujoco.anatomy.drives import Drive

_DIVERGED = (mujoco.mjtWarning.mjWARN_BADQPOS, mujoco.mjtWarning.mjWARN_BADQVEL, mujoco.mjtWarning.mjWARN_BADQACC)


def hold(model: mujoco.MjModel, data: mujoco.MjData, seconds: float) -> None:
    """Let time pass with the controls as they are. Raises HebbaxError where the robot diverges."""
    mujoco.mj_step(model, data, max(1, round(seconds / model.opt.timestep)))
    if any(data.warning[int(kind)].number for kind in _DIVERGED):  # MuJoCo then puts it back to its start
        raise HebbaxError(
            "the robot diverges when it holds its controls: expected a shorter timestep than "
            f'{model.opt.timestep:g} s, or <option integrator="implicitfast"/>'
        )


def check_steady(model: mujoco.MjModel, key: str, drives: Sequence[Drive]) -> None:
    """Raise HebbaxError where a robot diverges in a second at rest from its birth."""
    data = mujoco.MjData(model)
    mujoco.mj_resetDataKeyframe(model, data, model.key(key).id)
    data.ctrl[:] = [drive.rest for drive in drives]
    hold(model, data, 1.0)
