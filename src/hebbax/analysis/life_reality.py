"""The reality check of one life: its arrays cut to the part that its gait is measured in, and each finding of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import numpy as np

from hebbax.analysis import reality
from hebbax.analysis.frame import Body, Frame, Life, body_in_time
from hebbax.analysis.reality import Finding, unknown
from hebbax.analysis.stretch import late_stretch
from hebbax.types import Record
from hebbax.worlds.ground import Ground, Limits

_STANDS = "it does not go anywhere"
_UNSEEN = "not all of the work is that of motors at single joints"
_EARLIER = "the recording is of before physics steps were kept: record it again"


def reality_of(life: Life, frame: Frame, gait: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return `reality`, the findings of a life by name, and `no_reality`, why there are none; one of them is None.

    `gait` is what `gait_of` returns of the same life.
    """
    body, record, rows = frame.body, life.record, late_stretch(life.record)
    if (why := _missing(life, body, gait, rows)) is not None:
        return {"reality": None, "no_reality": why}
    assert body is not None
    assert gait is not None
    # One row per physics step: a servo does most of its work at the start of a tick, and has settled at its end.
    torques, speeds = (_each_step(array[rows][..., body.torques]) for array in (record.torques, record.speeds))
    stands = gait["motion"] == "stands"
    findings = {
        **_of_effort(torques, speeds, body, life.body, gait),
        **_against_limits(torques, speeds, life.limits),
        **_on_the_ground(record, rows, body, frame, life.ground, None if stands else gait["forward_speed"]),
        "air": reality.air(record.contacts[rows][:, body.own]),
    }
    return {"reality": {name: asdict(findings[name]) for name in reality.FINDINGS}, "no_reality": None}


def _each_step(values: np.ndarray) -> np.ndarray:
    """Return values [ticks, physics steps, joints] as [all physics steps, joints]."""
    return values.reshape(values.shape[0] * values.shape[1], values.shape[2])


def _of_effort(
    torques: np.ndarray, speeds: np.ndarray, body: Body, laden: Body | str | None, gait: Mapping[str, Any]
) -> dict[str, Finding]:
    """Return what its motors do for its mass and for its weight."""
    weighed = body_in_time(body, laden)
    changes = laden if isinstance(laden, str) else "a damage changes {} in the time that is looked at"
    no_power = None
    if not len(torques):
        no_power = _EARLIER
    elif not body.whole_effort:
        no_power = _UNSEEN
    elif np.isnan(weighed.mass):
        no_power = changes.format("the mass")
    no_cost = _STANDS if gait["motion"] == "stands" else no_power
    if no_cost is None and np.isnan(weighed.gravity):
        no_cost = changes.format("gravity")
    if no_cost is None and weighed.gravity == 0:
        no_cost = "there is no gravity"
    return {
        "power": unknown("power", no_power) if no_power else reality.power(torques, speeds, weighed.mass),
        "cost_of_transport": unknown("cost_of_transport", no_cost)
        if no_cost
        else reality.cost_of_transport(gait["cost_of_transport"]),
    }


def _missing(life: Life, body: Body | None, gait: Mapping[str, Any] | None, rows: slice) -> str | None:
    """Return why nothing can be said of a life, or None."""
    if body is None or body.forward is None:
        return "no body is seen that could go forward"
    if life.end == "diverged":
        return "the life diverged"
    if gait is None:
        return "the body did not live long enough after its birth, or births were not kept"
    return None if life.record.contacts[rows][:, body.own].any() else "nothing of it touches anything"


def _against_limits(torques: np.ndarray, speeds: np.ndarray, limits: Limits | str) -> dict[str, Finding]:
    limits = limits if len(torques) else _EARLIER
    if isinstance(limits, str):
        return {name: unknown(name, limits) for name in ("torque_limits", "joint_speed", "speed_limits")}
    return {
        "torque_limits": reality.torque_limits(torques, limits.torques, limits.joints),
        "joint_speed": reality.joint_speed(speeds, limits.units, limits.joints),
        "speed_limits": reality.speed_limits(speeds, limits.speeds, limits.joints),
    }


def _on_the_ground(
    record: Record, ticks: slice, body: Body, frame: Frame, ground: Ground | str, speed: float | None
) -> dict[str, Finding]:
    """Return what depends on where the ground is; `speed` is None of a robot that stands."""
    if isinstance(ground, str):
        return {name: unknown(name, ground) for name in ("frequency", "below_ground", "slip")}
    ground = ground.rows(slice(0, ticks.stop - ticks.start))
    height = float(np.median(ground.centre))
    # A part can be low without a force, and feel one that is not the ground's: both have to be.
    bearing = ground.touching & (record.contacts[ticks][:, ground.bodies] > 0)
    return {
        "frequency": reality.frequency(record.qpos[ticks][:, body.joints], frame.row_period, height),
        "below_ground": reality.below_ground(ground.heights, ground.may_touch, ground.names, height),
        "slip": unknown("slip", _STANDS) if speed is None else reality.slip(ground.speeds, bearing, speed),
    }
