"""The kinds of damage that ship with hebbax, each one entry."""

from __future__ import annotations

from typing import Any

import numpy as np

from hebbax.damage.kind import Change, Kind, make_kind
from hebbax.registry import Registry


def _stop(values, value, state, noise):
    return 0.0 * values, state


def _scale(values, value, state, noise):
    return value * values, state


def _pin(values, value, state, noise):
    return np.full(values.shape, value), state


def _add(values, value, state, noise):
    return values + value, state


def _add_noise(values, value, state, noise):
    return values + value * noise.normal, state


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


def _place(values, value):
    return np.where(value[1] != 0.0, values[:1], 0.0)


def _hold(values, value, state, noise):
    return np.array((state[0] + value[0], 0.0)), state


_SHIPPED = (
    make_kind(
        "freeze-plasticity",
        _stop,
        stage="update",
        value="",
        summary="the weights, and the state of the rule, stand still",
    ),
    make_kind(
        "scale-plasticity",
        _scale,
        stage="update",
        unit="share of an update",
        minimum=0.0,
        whole=1.0,
        worst=0.0,
        summary="every update goes `value` times as far: W + value (U(W) - W), U the update with its normalisation",
    ),
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
        "scale-actuator",
        _scale,
        stage="action",
        target="actuator",
        all=True,
        unit="share of the action left",
        whole=1.0,
        worst=0.0,
        summary="the action is multiplied by `value`: 0 kills the actuator",
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
    make_kind(
        "push-body",
        _add,
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
    make_kind(
        "scale-observation",
        _scale,
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
        _add_noise,
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
        "scale-mass",
        _scale,
        stage="model",
        target="body",
        unit="times the mass",
        minimum=0.0,
        whole=1.0,
        worst=3.0,
        fields=("body_mass", "body_inertia"),
        summary="the body's mass and moments of inertia are multiplied by `value`",
    ),
)

KINDS: Registry[Kind] = Registry("damage", {kind.name: kind for kind in _SHIPPED})
"""All kinds, by name."""


def register_damage(name: str, change: Change, *, stage: str, target: str = "", **options: Any) -> None:
    """Add a kind of damage, or replace one of your own.

    Args:
        name: what it is called, as in `damage="weak(knee, 0.3)"`.
        change: see `Change`; compiled once, and called at the stage.
        stage: a key of STAGES.
        target: a key of TARGETS.
        options: the other fields of `Kind`.

    Raises HebbaxError for a name that ships or is a plug-in's or cannot be typed, an unknown stage, target, value or
    draw, a stage that has no such target, and functions that do not return what they should.
    """
    KINDS.register(name, make_kind(name, change, stage=stage, target=target, **options))
