"""What the arrays of a life are of: layers, time, and the parts of the body that its gait is measured from.

A simulator and tasks are imported where a function needs them: processes that only compute need not load them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from hebbax.policies.sizes import SIZES, sizes_of
from hebbax.types import Record
from hebbax.worlds.body import Body as Body
from hebbax.worlds.ground import Ground, Limits
from hebbax.worlds.mujoco.robot import body_of as body_of

if TYPE_CHECKING:
    from hebbax.policies.policy import Policy
    from hebbax.tasks.external.task import AnyTask


@dataclass(frozen=True, eq=False)
class Frame:
    """What all lives of one controller share."""

    layers: tuple[str, ...]  # names, as the network calls its connections; none for weights that do not change
    layer_shapes: tuple[tuple[int, int], ...]
    control_period: float  # s, a tick
    every: int  # ticks from one row of the arrays to the next
    body: Body | None  # none for the body of another package's environment
    sizes: Mapping[str, int | None] = field(default_factory=lambda: dict.fromkeys(SIZES))  # of the policy
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
    ground: Ground | str = "the world has no plane as ground"  # under its `late_stretch`, or why it is not known
    limits: Limits | str = "the world states no limits of joints"  # of its drives, or why they are not known
    body: Body | str | None = None  # with mass and gravity of its `late_stretch`, or why unknown; None for the frame's


def body_in_time(body: Body, laden: Body | str | None) -> Body:
    """Return a body with mass and gravity of its time; NaN where they are not known."""
    if isinstance(laden, str):
        return replace(body, mass=float("nan"), gravity=float("nan"))
    return body if laden is None else laden


def frame_of(task: AnyTask, policy: Policy, every: int = 1) -> Frame:
    """Return what lives of a policy on a task share, where every n-th tick was kept."""
    return Frame(
        layers=policy.layer_names,
        layer_shapes=policy.layer_shapes,
        control_period=task.control_period,
        every=every,
        body=task.world.body(),
        sizes=sizes_of(policy),
        # The weights of a policy without one may be bounded by their rule.
        bounded=True
        if policy.groups and all(plasticity.normalisation != "none" for plasticity, _ in policy.groups)
        else None,
    )
