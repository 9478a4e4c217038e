"""What can happen to the weights and their plasticity."""

from __future__ import annotations

import numpy as np

from hebbax.damage.kind import make_kind
from hebbax.damage.shipped.changes import scale, stop


def _zero_share(values, value, state, noise):
    # Selection sampling: Knuth, The Art of Computer Programming 2, algorithm 3.4.2 S. Every choice is as likely.
    size = values.shape[0]
    left, wanted, changed = size, np.floor(value * size + 0.5), values.copy()
    for k in range(size):
        if left * (noise.uniform[k] + 1.0) / 2.0 < wanted:
            changed[k] = 0.0
            wanted -= 1.0
        left -= 1
    return changed, state


def _redraw(values, value, state, noise):
    return value * noise.fresh, state


def _nudge(values, value, state, noise):
    factor = value * np.sqrt(np.sum(np.square(values)) / np.sum(np.square(noise.normal)))
    return values + (factor * noise.normal).astype(np.float32), state


KINDS = (
    make_kind(
        "freeze-plasticity",
        stop,
        stage="update",
        value="",
        summary="the weights, and the state of the rule, stand still",
    ),
    make_kind(
        "scale-plasticity",
        scale,
        stage="update",
        unit="share of an update",
        minimum=0.0,
        whole=1.0,
        worst=0.0,
        summary="every update goes `value` times as far: W + value (U(W) - W), U the update with its normalisation",
    ),
    make_kind(
        "zero-weights",
        _zero_share,
        stage="weights",
        target="layer",
        all=True,
        unit="share of the weights",
        minimum=0.0,
        maximum=1.0,
        whole=0.0,
        worst=1.0,
        draws="uniform",
        summary="the share `value` of the weights, drawn by the life's key, is set to 0",
    ),
    make_kind(
        "redraw-weights",
        _redraw,
        stage="weights",
        target="layer",
        all=True,
        default=1.0,
        draws="fresh",
        summary="the weights are drawn anew as at birth, and multiplied by `value`",
    ),
    make_kind(
        "nudge-weights",
        _nudge,
        stage="weights",
        target="layer",
        all=True,
        unit="length of the weights",
        whole=0.0,
        worst=1.0,
        draws="normal",
        summary="a random direction, drawn by the life's key and `value` times as long as the vector of the weights, "
        "is added",
    ),
)
