"""What the numbers of an observation or an action are: groups with a name, a unit and limits."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from hebbax.errors import HebbaxError, check_whole, is_number
from hebbax.types import MOST_UNITS

_NAME = re.compile(r"[a-z][a-z0-9]*([ -][a-z0-9]+)*")

Limit = float | tuple[float | None, ...] | None
"""Of all numbers of a group, or one each; None where there is none."""


@dataclass(frozen=True)
class Group:
    """Neighbouring numbers of an observation or an action.

    The name is an identifier that stays: lower-case words, digits after the first letter, with single spaces or hyphens
    between them; empty for numbers that nobody named. Raises HebbaxError for another name, a size below 1, or limits
    that do not fit.

    >>> Group("knee", 2, "rad", low=-1.0, high=(0.5, 1.0)).each("high", 0.0)
    array([0.5, 1. ])
    """

    name: str
    size: int  # how many numbers
    unit: str  # "1" for a number without a unit
    low: Limit = None
    high: Limit = None

    def __post_init__(self) -> None:
        if not isinstance(self.name, str):
            raise HebbaxError(f"group {self.name!r}: expected a name")
        if self.name and not is_identifier(self.name):
            raise HebbaxError(
                f"group {self.name!r}: expected lower-case words with single spaces or hyphens; "
                f"nearest valid: {nearest_identifier(self.name)!r}"
            )
        check_whole(f"group {self.name!r}: size", self.size, 1, MOST_UNITS)
        low, high = self.each("low", -np.inf), self.each("high", np.inf)
        if not np.all(low < high):  # NaN too
            raise HebbaxError(f"group {self.name!r}: low={self.low} and high={self.high}, expected low below high")

    def each(self, side: str, none: float) -> np.ndarray:
        """Return the limits of one side, float64 [size], with `none` where there is none."""
        limit: Limit = getattr(self, side)
        values = limit if isinstance(limit, tuple) else (limit,) * self.size
        if len(values) != self.size:
            raise HebbaxError(f"group {self.name!r}: {len(values)} limits {side} for a size of {self.size}")
        if not all(value is None or is_number(value) for value in values):
            raise HebbaxError(
                f"group {self.name!r}: {side}={limit!r}, expected a number, a tuple of {self.size}, or None"
            )
        return np.array([none if value is None else value for value in values], np.float64)


def is_identifier(name: str) -> bool:
    """Whether a name is lower-case words with single spaces or hyphens between them."""
    return _NAME.fullmatch(name) is not None


def nearest_identifier(name: str) -> str:
    """Return an identifier like a name."""
    words = re.sub(r"[^a-z0-9-]+", " ", name.lower()).strip(" -")
    return re.sub(r"^[^a-z]+", "", re.sub(r"[ -]*-[ -]*", "-", words)) or "sensor"


def as_groups(groups: Sequence[Group] | int) -> tuple[Group, ...]:
    """Return groups as a tuple; a size alone is one group without a name."""
    if isinstance(groups, int | np.integer):
        return (Group("", int(groups), ""),)
    return tuple(groups)


def size_of(groups: Sequence[Group]) -> int:
    """Return how many numbers groups hold together."""
    return sum(group.size for group in groups)


def repeated(names: Sequence[str]) -> str | None:
    """Return the first name that comes twice, or None."""
    return next((name for index, name in enumerate(names) if name in names[:index]), None)


def motors(strengths: Mapping[str, str]) -> tuple[Group, ...]:
    """Return a group for each motor, by its name: an action in [-1, 1] is a share of its strength, such as "5 N"."""
    return tuple(Group(name, 1, f"share of {strength}", -1, 1) for name, strength in strengths.items())


def image_of(shape: tuple[int, ...] | None) -> tuple[int, int, int] | None:
    """Return the shape of what is observed if that is an image: height, width, colours."""
    if shape is None or len(shape) != 3:
        return None
    height, width, colours = shape
    return height, width, colours
