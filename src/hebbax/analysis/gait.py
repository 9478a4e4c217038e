"""Whether a body walks, how, and what that takes it, from plain arrays of one life."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from hebbax.attractors.spectra import dominant_frequency
from hebbax.attractors.trajectory import check_control_period
from hebbax.errors import HebbaxError

GRAVITY = 9.81
"""m/s², on Earth"""

SLOWEST = 0.05
"""Mean speed in m/s, forward or backward, at which a body moves; below it, it stands."""

FEWEST_TOUCH_DOWNS = 4
"""Touch-downs of a foot from which on they can have a rhythm."""

Motion = Literal["gait", "moves", "stands"]
"""What a body does: it moves with feet that touch down in rhythm, moves without that, or stays where it is."""

MOTIONS: dict[Motion, str] = {"gait": "has a gait", "moves": "moves without a gait", "stands": "stands still"}
"""The same in words, of which "it" is the subject."""

_FEWEST_TICKS = 8


@dataclass(frozen=True, eq=False)
class Gait:
    """Speed, rhythm, feet and effort of one life. Of feet that never touch, and quotients by nothing, NaN."""

    motion: Motion  # whether it is a gait at all; without one, the other values are numbers of something else
    forward_speed: float  # m/s
    stride_frequency: float  # Hz, of the strongest common oscillation of the joints; NaN where none stands out
    duty_factor: np.ndarray  # float64 [feet], part of the time on the ground
    air_time: np.ndarray  # float64 [feet], s, mean of the flights that begin and end within the record
    touch_downs: np.ndarray  # float64 [feet], 1/s
    torque_mean: float  # N·m, mean over ticks and actuators of its size
    torque_peak: float  # N·m
    cost_of_transport: float  # work over weight and way: Σ |τ ω| Δt / (m g |x|)


def measure_gait(
    forward: np.ndarray,
    joints: np.ndarray,
    joint_speeds: np.ndarray,
    torques: np.ndarray,
    contacts: np.ndarray,
    *,
    mass: float,
    gravity: float = GRAVITY,
    control_period: float,
) -> Gait:
    """Measure the gait of one life, best after its start.

    Args:
        forward: float [ticks], m, the body's place along the way it is to go.
        joints: float [ticks, actuators], rad, of the actuated joints.
        joint_speeds: float [ticks, physics steps, actuators], rad/s; without the second axis where each tick has one.
        torques: likewise, N·m, at these joints. Where ticks have no physics steps, effort is NaN: it is not known.
        contacts: float [ticks, feet], 0 to 1, part of each tick that a foot touches; a whole tick is where it is bool.
        mass: kg, of the whole body; NaN where it is not one number, and then transport has no cost.
        gravity: m/s², likewise.
        control_period: seconds per tick.

    Work counts in size whether a motor drives or brakes, as a motor that stores nothing has to pay for both. Raises
    HebbaxError for fewer than 8 ticks, arrays of unequal length, or a mass or control period that is not above 0.
    """
    arrays = {"joints": joints, "joint_speeds": joint_speeds, "torques": torques, "contacts": contacts}
    for name, array in arrays.items():
        axes = (2, 3) if name in ("joint_speeds", "torques") else (2,)
        if array.ndim not in axes or len(array) != len(forward):
            expected = "two or three" if 3 in axes else "two"
            raise HebbaxError(
                f"{name} has shape {array.shape}: expected {expected} axes, the first of {len(forward)} ticks"
            )
    if len(forward) < _FEWEST_TICKS:
        raise HebbaxError(f"{len(forward)} ticks are too few for a gait: expected at least {_FEWEST_TICKS}")
    if torques.shape != joint_speeds.shape:
        raise HebbaxError(f"torques have shape {torques.shape}: expected {joint_speeds.shape}, as joint_speeds have")
    if mass <= 0:
        raise HebbaxError(f"mass={mass}: expected a number of kilograms above 0")
    check_control_period(control_period)
    feet = contacts > 0
    way = float(forward[-1] - forward[0])
    stride = dominant_frequency(joints, control_period) if joints.shape[1] else None
    # The power at a tick acts until the next one, so the last tick's belongs to no way that was measured.
    power = np.abs(torques * joint_speeds, dtype=np.float64)
    known = power.ndim == 2 or power.shape[1] > 0
    if power.ndim == 3 and known:
        power = np.mean(power, axis=1)
    work = float(np.sum(power[:-1])) * control_period if known else float("nan")
    touches = np.any(feet, axis=0)
    return Gait(
        motion=motion_of(forward, contacts, control_period),
        forward_speed=way / ((len(forward) - 1) * control_period),
        stride_frequency=stride.frequency if stride is not None and stride.significant else float("nan"),
        duty_factor=np.where(touches, np.mean(contacts, axis=0, dtype=np.float64), np.nan),
        air_time=np.array([_mean_flight(foot) for foot in contacts.T]) * control_period,
        touch_downs=np.where(
            touches, np.sum(feet[1:] & ~feet[:-1], axis=0) / ((len(feet) - 1) * control_period), np.nan
        ),
        torque_mean=float(np.mean(np.abs(torques))) if torques.size else float("nan"),
        torque_peak=float(np.max(np.abs(torques))) if torques.size else float("nan"),
        cost_of_transport=work / (mass * gravity * abs(way)) if way and gravity else float("nan"),
    )


def motion_of(forward: np.ndarray, contacts: np.ndarray, control_period: float) -> Motion:
    """Return whether a body that is at `forward` [ticks], in m, has a gait, moves without one, or stands.

    It moves if its mean speed is at least `SLOWEST`. It has a gait if it moves, and the touch-downs of those of its
    feet (`contacts` [ticks, feet], 0 to 1) that have at least `FEWEST_TOUCH_DOWNS` have a common rhythm: one that white
    noise would have in less than one record of a thousand. Raises HebbaxError for fewer than 8 ticks.
    """
    # Not "below", so that a place that is no number stands.
    if not abs(forward[-1] - forward[0]) >= SLOWEST * (len(forward) - 1) * control_period:
        return "stands"
    feet = contacts > 0
    # Their first ticks alone: spells of contact that come as they like would have much power at low frequencies.
    touch_downs = feet & ~np.concatenate([feet[:1], feet[:-1]])
    touch_downs = touch_downs[:, np.sum(touch_downs, axis=0) >= FEWEST_TOUCH_DOWNS]
    rhythm = dominant_frequency(touch_downs, control_period) if touch_downs.shape[1] else None
    return "gait" if rhythm is not None and rhythm.significant else "moves"


def _mean_flight(contact: np.ndarray) -> float:
    """Return the mean length of the flights between two touches, in ticks; NaN if there is none.

    `contact` [ticks] is the part of each tick that a foot touches. What is left of the tick in which a touch begins
    belongs to the flight before it, and of that in which it ends to the flight after it; where both are one tick, half
    of it to each.
    """
    touching = np.concatenate([[False], contact > 0, [False]])
    changes = np.diff(touching.astype(np.int8))
    begins, ends = np.flatnonzero(changes > 0), np.flatnonzero(changes < 0) - 1  # the touches' first and last ticks
    if len(begins) < 2:
        return float("nan")
    parts = np.where(begins == ends, 0.5, 1.0)
    before, after = parts * (1 - contact[begins]), parts * (1 - contact[ends])
    return float(np.mean(begins[1:] - ends[:-1] - 1 + before[1:] + after[:-1]))
