"""A life packed small enough for a web page: the robot, its weights, their speed and their path, tick by tick."""

from __future__ import annotations

import base64
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from hebbax.attractors.principal_components import principal_components
from hebbax.attractors.trajectory import finite_rows, split_layers, weight_speed
from hebbax.types import Record
from hebbax.worlds.base import WorldBase
from hebbax.worlds.skeleton import Skeleton

WEIGHT_BYTES = 1_500_000
"""What all weight images of a page may take; a life with more has fewer of them."""

FRAMES = 3000
"""Ticks that are shown of a life, evenly spaced where it has more."""

LEAST_SHOWN = 0.2
"""Part of the weights' norm that the picture of their path is wide at least: twice what counts as a fixed point."""

_PATH_ROOM = 3.0  # how many times farther than the rest the start of a path may go and still be in the picture
_MARGIN = 0.15  # around the robot, in parts of its own size


@dataclass(frozen=True)
class Shown:
    """A life to pack: what was recorded, and how to read it."""

    record: Record
    layer_shapes: Sequence[tuple[int, int]]
    layer_names: Sequence[str]  # as in a recording
    control_period: float  # s
    film_period: float  # s of a film that a tick takes
    world: WorldBase  # of which the robot is drawn, where it has one
    transient: int = 0  # ticks before the weights were on what they ended on
    lives: int = 1  # on the page, which share the room for images


def pack_life(shown: Shown) -> dict[str, Any]:
    """Return a life as JSON values; arrays are base64 of deflated little-endian numbers, whose layout the player knows.

    Without a body or with static weights, `robot` or `weights` is None.
    """
    ticks = len(shown.record.rewards)
    frames = np.arange(0, ticks, -(-ticks // FRAMES))
    earned = np.concatenate([[0.0], np.cumsum(shown.record.rewards)])[frames]
    weights = shown.record.weights[: finite_rows(shown.record.weights)]
    return {
        "period": shown.control_period,
        "film_period": shown.film_period,
        "ticks": ticks,
        "frames": _packed(frames, "<i4"),
        "earned": _packed(earned, "<f4"),
        "robot": _robot(shown, frames),
        "weights": _weights(weights, shown) if weights.size else None,
        "speed": _speed(weights),
        "path": _path(weights, shown.transient),
    }


def _packed(array: np.ndarray, kind: str) -> str:
    return base64.b64encode(zlib.compress(np.ascontiguousarray(array, kind).tobytes(), level=9)).decode("ascii")


def _robot(shown: Shown, frames: np.ndarray) -> dict[str, Any] | None:
    skeleton = shown.world.skeleton(shown.record.rows(frames))
    if skeleton is None:
        return None
    focus = _focus(skeleton)
    relative = skeleton.ends - focus[:, None, None, :]
    largest = max(float(np.abs(lengths).max(initial=0.0)) for lengths in (relative, skeleton.sides))
    unit = largest / 32767 or 1.0
    return {
        "view": skeleton.view,
        "lines": len(skeleton.radii),
        "ends": _packed(np.round(relative / unit), "<i2"),
        "boxes": skeleton.boxes.tolist(),
        "sides": _packed(np.round(skeleton.sides / unit), "<i2"),
        "unit": unit,
        "focus": _packed(focus, "<f4"),
        "radii": np.round(skeleton.radii, 4).tolist(),
        "limbs": skeleton.limbs.tolist(),
        "projection": skeleton.projection.tolist(),
        "floor": skeleton.floor,
        "forward": _packed(skeleton.root[:, 0], "<f4"),
        "bounds": _bounds(skeleton, relative),
    }


def _focus(skeleton: Skeleton) -> np.ndarray:
    """Return what stays in the middle of the picture, float32 [frames, 2]: from the side, height is not followed."""
    height = skeleton.root[:1] if skeleton.view == "side" else skeleton.root
    followed = np.concatenate([skeleton.root[:, :2], np.broadcast_to(height[:, 2:], (len(skeleton.root), 1))], axis=1)
    if skeleton.view == "oblique":
        followed[:, 2] = skeleton.root[0, 2]  # a robot that jumps is seen to
    return (followed @ skeleton.projection.T).astype(np.float32)


def _bounds(skeleton: Skeleton, relative: np.ndarray) -> list[float]:
    """Return left, right, foot and top of the picture in m about the focus: room for the robot in nearly all ticks."""
    thick = float(skeleton.radii.max())
    of_robot = skeleton.limbs >= 0
    moving = relative[:, of_robot] if of_robot.any() else relative
    low = np.quantile(moving.min(axis=(1, 2)), 0.02, axis=0) - thick
    high = np.quantile(moving.max(axis=(1, 2)), 0.98, axis=0) + thick
    room = _MARGIN * float((high - low).max())
    low, high = low - room, high + room
    return [float(low[0]), float(high[0]), float(low[1]), float(high[1])]


def _weights(weights: np.ndarray, shown: Shown) -> dict[str, Any]:
    """Return the finite weights [ticks, weights] where they change, each layer in 255 steps of its own largest."""
    changes = np.concatenate([[True], (weights[1:] != weights[:-1]).any(axis=1)])
    rows = np.flatnonzero(changes)
    rows = rows[:: -(-rows.size * weights.shape[1] // (WEIGHT_BYTES // shown.lives))]
    layers = split_layers(weights[rows], shown.layer_shapes)
    largest = np.stack([np.abs(layer).max(axis=1) for layer in layers], axis=1).astype(np.float32)
    steps = [
        np.round(127 * layer / np.where(top > 0, top, 1)[:, None]) for layer, top in zip(layers, largest.T, strict=True)
    ]
    return {
        "layers": [list(shape) for shape in shown.layer_shapes],
        "names": list(shown.layer_names),
        "ticks": _packed(rows, "<i4"),
        "values": _packed(np.concatenate(steps, axis=1), "i1"),
        "largest": _packed(largest, "<f4"),
    }


def _speed(weights: np.ndarray) -> str | None:
    """Return the speed of all weights at each tick, float32 [at most FRAMES]: the highest of every few ticks."""
    if len(weights) < 2 or not weights.shape[1]:
        return None
    speed = weight_speed(weights).total
    stride = -(-len(speed) // FRAMES)
    padded = np.pad(speed, (0, -len(speed) % stride))
    return _packed(padded.reshape(-1, stride).max(axis=1), "<f4")


def _path(weights: np.ndarray, transient: int) -> dict[str, Any] | None:
    """Return the weights in the plane in which they vary most after the transient, in parts of half the picture.

    The picture holds the whole path, but for a start that is so far away that the rest would be a dot. It shows no less
    than LEAST_SHOWN of the weights' norm, so that a fixed point looks like one.
    """
    if len(weights) - transient < 3 or not weights.shape[1]:
        return None
    parts = principal_components(weights[transient:], 2)
    if len(parts.variances) < 2 or not parts.total_variance > 0:
        return None
    rows = weights[:: -(-len(weights) // FRAMES)]
    path = (rows - parts.mean) @ parts.axes.T
    settled, whole = float(np.abs(parts.scores).max()), float(np.abs(path).max())
    inside = whole <= _PATH_ROOM * settled
    norm = float(np.linalg.norm(weights[transient:], axis=1).mean())
    reach = max(1.15 * (max(whole, settled) if inside else settled), LEAST_SHOWN / 2 * norm)
    return {
        "points": _packed(path / reach, "<f4"),
        "explained": [float(part) for part in parts.explained],
        "transient": transient,
        "inside": bool(np.abs(path).max() <= reach),
        "norm": norm / reach,
    }
