"""What holds a robot or pushes it, while the physics of a tick is computed."""

from __future__ import annotations

import numpy as np

from hebbax.damage.kind import make_kind
from hebbax.damage.shipped.changes import add


def _place(values, value):
    return np.where(value[1] != 0.0, values[:1], 0.0)


def _hold(values, value, state, noise):
    return np.array((state[0] + value[0], 0.0)), state


KINDS = (
    make_kind(
        "push-body",
        add,
        stage="body",
        target="body",
        value="force",
        unit="N",
        summary="the force `value` (N, along the world's axes) on the centre of mass",
    ),
    make_kind(
        "hold-coordinate",
        _hold,
        stage="body",
        target="coordinate",
        value="position",
        unit="m or rad",
        default=0.0,
        begin=_place,
        summary="the position is `value` (m or rad) and its velocity 0, at every physics step",
    ),
)
