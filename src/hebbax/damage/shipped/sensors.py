"""What can happen to sensors: to the observation, before it is normalised."""

from __future__ import annotations

import numpy as np

from hebbax.damage.kind import make_kind
from hebbax.damage.shipped.changes import add, add_noise, as_it_is, scale, stay
from hebbax.damage.shipped.delay import MOST_TICKS_LATE, delay, line_up


def _jitter(values, value, state, noise):
    return values + value * noise.uniform, state


def _drop(values, value, state, noise):
    return np.where(0.5 * (noise.uniform + 1.0) < value, 0.0, values), state


KINDS = (
    make_kind(
        "scale-observation",
        scale,
        stage="sense",
        target="observation",
        all=True,
        unit="share of the observation left",
        whole=1.0,
        worst=0.0,
        summary="the observation is multiplied by `value`: 0 blinds the sensor",
    ),
    make_kind(
        "noise-observation",
        add_noise,
        stage="sense",
        target="observation",
        all=True,
        unit="standard deviation, in the unit of the observation",
        minimum=0.0,
        whole=0.0,
        worst=1.0,
        draws="normal",
        summary="Gaussian noise of standard deviation `value`, new at every tick, is added to the observation",
    ),
    make_kind(
        "jitter-observation",
        _jitter,
        stage="sense",
        target="observation",
        all=True,
        unit="most either way, in the unit of the observation",
        minimum=0.0,
        whole=0.0,
        worst=1.0,
        draws="uniform",
        summary="even noise of up to `value` either way, new at every tick, is added to the observation",
    ),
    make_kind(
        "bias-observation",
        add,
        stage="sense",
        target="observation",
        all=True,
        unit="in the unit of the observation",
        whole=0.0,
        worst=1.0,
        summary="`value` is added to the observation",
    ),
    make_kind(
        "drop-observation",
        _drop,
        stage="sense",
        target="observation",
        all=True,
        unit="share of the ticks",
        minimum=0.0,
        maximum=1.0,
        whole=0.0,
        worst=1.0,
        draws="uniform",
        summary="each number is 0 at the share `value` of the ticks, drawn anew at every tick",
    ),
    make_kind(
        "freeze-observation",
        stay,
        stage="sense",
        target="observation",
        all=True,
        value="",
        begin=as_it_is,
        summary="the observation stays what it is at the onset",
    ),
    make_kind(
        "delay-observation",
        delay,
        stage="sense",
        target="observation",
        all=True,
        unit="ticks",
        minimum=0.0,
        maximum=MOST_TICKS_LATE,
        whole=0.0,
        worst=5.0,
        begin=line_up,
        summary="the observation is that of `value` ticks ago",
    ),
)
