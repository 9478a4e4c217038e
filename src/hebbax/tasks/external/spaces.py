"""Gymnasium's spaces as plain vectors: what a network can read, and what its outputs mean."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from gymnasium import spaces
from gymnasium.spaces.utils import flatten, flatten_space

from hebbax.errors import HebbaxError
from hebbax.tasks.groups import Group, Limit, nearest_identifier, repeated, size_of

# A matrix of more numbers would be an image, if its numbers were bytes.
_MOST_OF_A_MATRIX = 1024
_MOST_COLOURS = 4

# Old environments write the largest float for "no bound"; no actuator is driven this far.
_UNBOUNDED = 1e9

Encode = Callable[[Any], np.ndarray]
"""From one observation of the environment to float64 [observation_size]."""

Decode = Callable[[np.ndarray], Any]
"""From outputs of a network, float64 [n, action_size], to n actions of the environment: an array, or a list of them."""


def read_observations(name: str, space: Any) -> tuple[tuple[Group], Encode]:
    """Return the observation as one group of numbers, and the function that makes a vector of it.

    Choices become one-hot, matrices go row by row, images pixel by pixel from 0 to 1, parts of dictionaries and tuples
    follow each other in Gymnasium's order. Raises HebbaxError, naming the task, for what is as large as an image and
    none, and for spaces without a fixed length.
    """
    if shape_of_image(space) is not None:
        pixels = Group("pixels", math.prod(space.shape), "share of 255", 0, 1)
        return (pixels,), lambda image: np.asarray(image, np.float64).reshape(-1) / 255.0
    for part in _parts(space):
        if isinstance(part, spaces.Box) and len(part.shape) > 1 and math.prod(part.shape) > _MOST_OF_A_MATRIX:
            shape = "×".join(map(str, part.shape))
            raise HebbaxError(
                f"task {name!r} observes {shape} arrays of {part.dtype}: expected vectors, matrices of at most "
                f"{_MOST_OF_A_MATRIX} numbers, or images of uint8 with at most {_MOST_COLOURS} colours, which come "
                "last; choose an environment, or a wrapper of it registered under an id of its own, that observes them"
            )
    if not space.is_np_flattenable:
        raise HebbaxError(
            f"task {name!r} observes a {type(space).__name__} space, which has no fixed length: expected Box, "
            "Discrete, MultiDiscrete, MultiBinary, or a Dict or Tuple of them"
        )
    if isinstance(space, spaces.Box):
        return (_group("observation", space),), lambda observation: np.asarray(observation, np.float64).reshape(-1)
    encode: Encode = lambda observation: np.asarray(flatten(space, observation), np.float64)  # noqa: E731
    return (_group("observation", flatten_space(space)),), encode


def shape_of_image(space: Any) -> tuple[int, int, int] | None:
    """Return height, width and colours where a space is images of bytes, with colours last or of one; else None."""
    if not isinstance(space, spaces.Box) or space.dtype != np.uint8 or math.prod(space.shape) <= _MOST_OF_A_MATRIX:
        return None
    if len(space.shape) == 2:
        return (*space.shape, 1)
    if len(space.shape) != 3 or space.shape[2] > _MOST_COLOURS:
        return None
    height, width, colours = space.shape
    return height, width, colours


def write_actions(name: str, space: Any) -> tuple[tuple[Group, ...], Decode]:
    """Return the outputs that an action needs as groups, and the function that makes actions of them.

    A group's limits are those of the space: what outputs of -1 and 1 stand for, where both are finite.

    A Box with finite bounds spans outputs from -1 to 1; outputs beyond are clipped, and where a bound is missing they
    are the action as they are, within the bound that there is. A Discrete takes the choice with the largest output, a
    MultiDiscrete one of each of its choices, and what is above 0 is on in a MultiBinary. Parts of a Dict or a Tuple
    follow each other. Raises HebbaxError, naming the task, for any other space.
    """
    if isinstance(space, spaces.Discrete):
        return (Group("choice", int(space.n), "1"),), lambda outputs: space.start + np.argmax(outputs, axis=1)
    if isinstance(space, spaces.Box):
        return (_group("action", space),), _decode_box(space)
    if isinstance(space, spaces.MultiDiscrete):
        sizes = space.nvec.reshape(-1)
        groups = tuple(Group(f"choice {index}", int(size), "1") for index, size in enumerate(sizes, start=1))
        return groups, _decode_choices(space)
    if isinstance(space, spaces.MultiBinary):
        switches = Group("switch", math.prod(space.shape), "1")
        return (switches,), lambda outputs: (outputs > 0).astype(space.dtype).reshape(-1, *space.shape)
    if isinstance(space, spaces.Dict | spaces.Tuple):
        return _write_parts(name, space)
    raise HebbaxError(
        f"task {name!r} acts in a {type(space).__name__} space: expected Box, Discrete, MultiDiscrete, MultiBinary, "
        "or a Dict or Tuple of them"
    )


def _write_parts(name: str, space: spaces.Dict | spaces.Tuple) -> tuple[tuple[Group, ...], Decode]:
    """Return the groups of all parts, by the names of the parts, and what puts their actions together."""
    keys, inner = (list(space), space.values()) if isinstance(space, spaces.Dict) else (None, space.spaces)
    parts = [write_actions(name, part) for part in inner]
    names = [nearest_identifier(str(key)) for key in keys or ()]
    if keys is None or repeated(names) is not None:
        names = [f"part {index}" for index in range(1, len(parts) + 1)]
    groups = [
        replace(group, name=f"{part} {group.name}")
        for part, (ours, _) in zip(names, parts, strict=True)
        for group in ours
    ]
    ends = np.cumsum([size_of(ours) for ours, _ in parts])[:-1]

    def decode(outputs: np.ndarray) -> list[Any]:
        each = [of_part(mine) for (_, of_part), mine in zip(parts, np.split(outputs, ends, axis=1), strict=True)]
        actions = zip(*each, strict=True)
        return [tuple(action) if keys is None else dict(zip(keys, action, strict=True)) for action in actions]

    return tuple(groups), decode


def _decode_choices(space: spaces.MultiDiscrete) -> Decode:
    ends = np.cumsum(space.nvec.reshape(-1))[:-1]

    def decode(outputs: np.ndarray) -> np.ndarray:
        chosen = [np.argmax(of_one, axis=1) for of_one in np.split(outputs, ends, axis=1)]
        return (np.stack(chosen, axis=1).reshape(-1, *space.shape) + space.start).astype(space.dtype)

    return decode


def _decode_box(space: spaces.Box) -> Decode:
    low, high = space.low.reshape(-1).astype(np.float64), space.high.reshape(-1).astype(np.float64)
    bounded = (np.abs(low) < _UNBOUNDED) & (np.abs(high) < _UNBOUNDED)
    middle = (np.where(bounded, high, 0.0) + np.where(bounded, low, 0.0)) / 2
    half = (np.where(bounded, high, 1.0) - np.where(bounded, low, -1.0)) / 2
    whole_numbers = np.issubdtype(space.dtype, np.integer)

    def decode(outputs: np.ndarray) -> np.ndarray:
        actions = np.clip(middle + half * outputs, low, high)
        actions = np.rint(actions) if whole_numbers else actions
        return actions.astype(space.dtype).reshape(-1, *space.shape)

    return decode


def _group(name: str, box: Any) -> Group:
    """Return the numbers of a Box with its limits: one of all where they are the same, None where there is none."""
    return Group(name, box.low.size, "", _limit(box.low), _limit(box.high))


def _limit(bound: np.ndarray) -> Limit:
    values = [float(value) if abs(value) < _UNBOUNDED else None for value in bound.reshape(-1)]
    return values[0] if len(set(values)) == 1 else tuple(values)


def _parts(space: Any) -> list[Any]:
    """Return the spaces that a space consists of, at any depth."""
    inner = space.spaces.values() if isinstance(space, spaces.Dict) else getattr(space, "spaces", ())
    return [part for each in inner for part in _parts(each)] or [space]
