"""What the arrays of a life are of: layers, time, and the parts of the body that its gait is measured from.

A simulator and tasks are imported where a function needs them: processes that only compute need not load them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from hebbax.types import Record
from hebbax.worlds.mujoco.robot import driven_joint, forward_coordinate

if TYPE_CHECKING:
    import mujoco

    from hebbax.policies.policy import Policy
    from hebbax.tasks.external.task import AnyTask


@dataclass(frozen=True, eq=False)
class Body:
    """Where a record's columns tell of the way forward, the driven joints and what can touch the ground."""

    forward: int | None  # column of qpos along the world's x, or none for a body that cannot go there
    joints: np.ndarray  # int64 [driven], columns of qpos
    joint_speeds: np.ndarray  # int64 [driven], columns of qvel
    torques: np.ndarray  # int64 [driven], columns of torques
    names: tuple[str, ...]  # of the bodies, in the order of the columns of contacts; the first is the world
    mass: float  # kg, of all bodies
    whole_effort: bool = True  # whether `torques` are of all actuators, so that work can be told from them


@dataclass(frozen=True, eq=False)
class Frame:
    """What all lives of one controller share."""

    layers: tuple[str, ...]  # names, as the network calls its connections; none for weights that do not change
    layer_shapes: tuple[tuple[int, int], ...]
    control_period: float  # s, a tick
    every: int  # ticks from one row of the arrays to the next
    body: Body | None  # none for the body of another package's environment
    bounded: bool | None = None  # whether a normalisation bounds the weights; none where that is to be seen from them

    @property
    def row_period(self) -> float:
        """Seconds from one row to the next."""
        return self.control_period * self.every

    @property
    def plastic(self) -> bool:
        """Whether there are weights that change."""
        return bool(self.layers)


@dataclass(frozen=True, eq=False)
class Life:
    """One life to look at."""

    number: int
    record: Record
    total_return: float
    length: int  # ticks
    end: str  # reached, terminated, diverged or stopped
    terminations: int


def frame_of(task: AnyTask, policy: Policy, every: int = 1) -> Frame:
    """Return what lives of a policy on a task share, where every n-th tick was kept."""
    from hebbax.tasks.task import Task

    names, shapes = (policy.network.layer_names, policy.network.layer_shapes) if policy.plasticity else ((), ())
    return Frame(
        layers=names,
        layer_shapes=shapes,
        control_period=task.control_period,
        every=every,
        body=body_of(task.model) if isinstance(task, Task) else None,
        # The weights of a policy without one may be bounded by their rule.
        bounded=True if policy.plasticity and policy.plasticity.normalisation != "none" else None,
    )


def body_of(model: mujoco.MjModel) -> Body:
    """Return where a gait is to be read from the records of a body."""
    joints = [driven_joint(model, actuator) for actuator in range(model.nu)]
    actuators = np.array([i for i, joint in enumerate(joints) if joint is not None], np.int64)
    driven = np.array([joint for joint in joints if joint is not None], np.int64)
    return Body(
        forward=forward_coordinate(model),
        joints=model.jnt_qposadr[driven].astype(np.int64),
        joint_speeds=model.jnt_dofadr[driven].astype(np.int64),
        torques=actuators,
        names=tuple(model.body(index).name or f"body {index}" for index in range(model.nbody)),
        mass=float(model.body_mass.sum()),
        whole_effort=len(actuators) == model.nu,
    )
