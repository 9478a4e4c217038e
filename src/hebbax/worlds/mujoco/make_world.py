"""A world of MuJoCo from a model and the length of a control tick."""

from __future__ import annotations

from collections.abc import Sequence

from hebbax.errors import HebbaxError
from hebbax.worlds.mujoco.world import Build, MujocoWorld


def mujoco(
    build: Build,
    *,
    control_period: float | None = None,
    substeps: int | None = None,
    contact_forces: bool = False,
    keyframe: str | None = None,
    also: Sequence[str] = (),
) -> MujocoWorld:
    """Return a world that MuJoCo steps.

    Args:
        build: a path to MJCF, an `mujoco.MjSpec`, or a function that returns one; called when the model is needed.
        control_period: seconds from one control tick to the next, a whole number of physics steps; or
        substeps: physics steps per control tick.
        contact_forces: whether a function of the task reads `cfrc_ext`, which MuJoCo fills only when it is asked to.
        keyframe: of the model, by name, in which every body is born; what the task's `reset` returns goes before it.
        also: further fields of MuJoCo's data that functions of the task read, such as `time` ([1]) or `ten_length`.

    Raises HebbaxError unless exactly one of control_period and substeps is given; what is wrong with the model is said
    when it is needed.

    >>> mujoco("rail.xml", control_period=0.02, substeps=4)
    Traceback (most recent call last):
    hebbax.errors.HebbaxError: a MuJoCo world with both of control_period and substeps: expected one of them
    """
    if (control_period is None) == (substeps is None):
        both = "neither" if control_period is None else "both"
        raise HebbaxError(f"a MuJoCo world with {both} of control_period and substeps: expected one of them")
    return MujocoWorld(build, substeps, control_period, contact_forces, keyframe, tuple(also))
