"""What can happen to motors: to the action that the policy gives."""

from __future__ import annotations

import numpy as np

from hebbax.damage.kind import make_kind
from hebbax.damage.shipped.changes import add_noise, as_it_is, scale, stay
from hebbax.damage.shipped.delay import MOST_TICKS_LATE, delay, line_up


def _pin(values, value, state, noise):
    return np.full(values.shape, value), state


def _pose(values, value, state, noise):
    return value[np.arange(values.shape[0]) % 3], state


def _limit(values, value, state, noise):
    return np.minimum(np.maximum(values, -value), value), state


KINDS = (
    make_kind(
        "pin-actuator",
        _pin,
        stage="action",
        target="actuator",
        all=True,
        default=0.0,
        first=True,  # what is pinned can still be scaled
        summary="the action is `value`",
    ),
    make_kind(
        "pose-leg",
        _pose,
        stage="action",
        target="actuator",
        value="vector",
        unit="action",
        first=True,  # as a pin
        summary="the three actions of a leg are `value` (x, y, z), in their order",
    ),
    make_kind(
        "scale-actuator",
        scale,
        stage="action",
        target="actuator",
        all=True,
        unit="share of the action left",
        whole=1.0,
        worst=0.0,
        summary="the action is multiplied by `value`: 0 kills the actuator",
    ),
    make_kind(
        "stick-actuator",
        stay,
        stage="action",
        target="actuator",
        all=True,
        value="",
        begin=as_it_is,
        first=True,  # as a pin
        summary="the action stays what it is at the onset",
    ),
    make_kind(
        "limit-actuator",
        _limit,
        stage="action",
        target="actuator",
        all=True,
        unit="largest action either way",
        minimum=0.0,
        whole=1.0,
        worst=0.0,
        summary="the action saturates: it is at most `value` either way",
    ),
    make_kind(
        "delay-actuator",
        delay,
        stage="action",
        target="actuator",
        all=True,
        unit="ticks",
        minimum=0.0,
        maximum=MOST_TICKS_LATE,
        whole=0.0,
        worst=5.0,
        begin=line_up,
        summary="the action is that of `value` ticks ago",
    ),
    make_kind(
        "noise-actuator",
        add_noise,
        stage="action",
        target="actuator",
        all=True,
        unit="standard deviation of the action",
        minimum=0.0,
        whole=0.0,
        worst=1.0,
        draws="normal",
        summary="Gaussian noise of standard deviation `value`, new at every tick, is added to the action",
    ),
)
