"""What can happen to a car: to its wheels, its engine and its brakes."""

from __future__ import annotations

import numpy as np

from hebbax.damage.kind import make_kind
from hebbax.damage.shipped.changes import scale


def _at_least(values, value, state, noise):
    return np.maximum(values, value), state


KINDS = (
    make_kind(
        "scale-grip",
        scale,
        stage="model",
        target="part",
        all=True,
        unit="share of the grip left",
        minimum=0.0,
        whole=1.0,
        worst=0.0,
        own=("grip",),
        summary="the friction between a wheel and the ground is multiplied by `value`: 0 is a wheel without grip",
    ),
    make_kind(
        "scale-engine",
        scale,
        stage="model",
        unit="share of the power left",
        minimum=0.0,
        whole=1.0,
        worst=0.0,
        own=("power",),
        summary="the engine's power is multiplied by `value`",
    ),
    make_kind(
        "drag-brake",
        _at_least,
        stage="model",
        target="part",
        all=True,
        unit="share of the brake",
        minimum=0.0,
        maximum=1.0,
        whole=0.0,
        worst=0.5,
        own=("drag",),
        summary="a wheel's brake drags: it is never pressed by less than `value`",
    ),
)
