"""Rows and columns of a picture as what a damage of sensors is aimed at: "rows 0-9", "columns 0-9"."""

from __future__ import annotations

import math
import re
from typing import NamedTuple

from hebbax.damage.events import Event
from hebbax.errors import HebbaxError
from hebbax.tasks.external.task import AnyTask


class PicturePart(NamedTuple):
    """Where rows or columns of a picture stand in the flat observation."""

    start: int
    size: int
    run: int = 0  # numbers that lie together, of columns
    step: int = 0  # from where those of a row begin to where those of the next do


def picture_part(event: Event, task: AnyTask) -> PicturePart | None:
    """Return which numbers "rows 0-9" or "columns 0-9" of an observation are; None for a target that is neither.

    Raises HebbaxError where the observation is no picture, or has no such rows or columns.
    """
    found = re.fullmatch(r"(rows|columns) (\d+)-(\d+)", event.target) if isinstance(event.target, str) else None
    if found is None:
        return None
    shape = task.observation_shape or ()
    if len(shape) < 2:
        raise HebbaxError(
            f"event {event.kind!r} on {event.target!r} of task {task.name!r}: expected one that observes a picture"
        )
    height, width, colours = shape[0], shape[1], math.prod(shape[2:])
    most = height if found[1] == "rows" else width
    first, last = int(found[2]), int(found[3])
    if not first <= last < most:
        raise HebbaxError(
            f"event {event.kind!r} on {event.target!r}: expected {found[1]} from 0 to {most - 1}, the lower one first"
        )
    if found[1] == "rows":
        return PicturePart(first * width * colours, (last - first + 1) * width * colours)
    run = (last - first + 1) * colours
    return PicturePart(first * colours, height * run, run, width * colours)
