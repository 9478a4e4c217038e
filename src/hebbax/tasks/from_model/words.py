"""Names and numbers as they stand in a task that is written from a model."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence

import numpy as np

from hebbax.tasks.groups import nearest_identifier
from hebbax.worlds.mujoco.anatomy.anatomy import Anatomy
from hebbax.worlds.mujoco.anatomy.drives import Drive
from hebbax.worlds.mujoco.anatomy.parts import BALL, FREE, SLIDE, Joint

_DIGITS = 6  # of a number in the text: more than anyone can measure of a robot
_NOTHING = 1e-9  # of any quantity: less is rounding
_WIDTH = 110
_NOISE = {SLIDE: 0.002}  # m
_HINGE_NOISE = 0.02  # rad
_OF_RANGE = 0.02  # of a joint's range, where that is less


def number(value: float) -> str:
    """Return a number as the text has it.

    >>> number(0.1 + 0.2), number(-0.0)
    ('0.3', '0.0')
    """
    return repr(float(f"{value:.{_DIGITS}g}") + 0.0) if abs(value) > _NOTHING else "0.0"


def said(name: str) -> str:
    r"""Return a name of a model as a comment or a text may hold it: what else is in it must not become code.

    >>> said('knee"\nimport os')
    'knee  import os'
    """
    return "".join(sign if sign.isprintable() and sign not in '"\\' else " " for sign in name)


def unique(names: Iterable[str]) -> list[str]:
    """Return names of groups like others, each once.

    >>> unique(["FL_hip", "fl-hip", "FL_hip"])
    ['fl hip', 'fl-hip', 'fl hip 2']
    """
    found: list[str] = []
    for name in map(nearest_identifier, names):
        tries = (name, *(f"{name} {count}" for count in range(2, len(found) + 3)))
        found.append(next(one for one in tries if one not in found))
    return found


def rows_of(values: np.ndarray) -> str:
    """Return the lines of an array of two dimensions, a row in brackets each, broken where it is long."""
    rows = ("[" + ", ".join(map(number, row)) + "]," for row in values)
    return "".join(textwrap.indent(textwrap.fill(row, _WIDTH), "    ") + "\n" for row in rows)


def without(whole: str, size: int, dropped: Sequence[int]) -> list[str]:
    """Return the slices of an array of a size that leave out places.

    >>> without("body.qpos", 9, (0, 1)), without("body.qpos", 9, (3,)), without("body.qpos", 9, ())
    (['body.qpos[2:]'], ['body.qpos[:3]', 'body.qpos[4:]'], ['body.qpos'])
    """
    kept = [index for index in range(size) if index not in dropped]
    if len(kept) == size:
        return [whole]
    starts = [index for index in kept if index - 1 not in kept]
    ends = [index + 1 for index in kept if index + 1 not in kept]
    return [f"{whole}[{start or ''}:{'' if end == size else end}]" for start, end in zip(starts, ends, strict=True)]


def birth_rows(anatomy: Anatomy) -> str:
    """Return the lines of the table of positions at birth: where, how far noise moves it, and whose it is."""
    lines = []
    held = () if anatomy.stance is None else anatomy.stance.root
    for index, joint in enumerate(anatomy.joints):
        noise = 0.0 if joint.kind in (FREE, BALL) or index in held or not anatomy.loose else _noise(joint)
        for place, part in enumerate(_parts(joint)):
            value = number(anatomy.qpos[joint.qpos + place])
            lines.append(f"    [{value}, {number(noise)}],  # {said(joint.name)}{part}\n")
    return "".join(lines)


def control_rows(drives: Sequence[Drive]) -> str:
    """Return the lines of the table of controls: at an action of 0, how far one of 1 is from there, and whose."""
    return "".join(f"    [{number(drive.rest)}, {number(drive.reach)}],  # {said(drive.name)}\n" for drive in drives)


def _noise(joint: Joint) -> float:
    most = _NOISE.get(joint.kind, _HINGE_NOISE)
    return min(most, _OF_RANGE * (joint.high - joint.low))


def _parts(joint: Joint) -> tuple[str, ...]:
    turn = (", orientation w", ", orientation x", ", orientation y", ", orientation z")
    if joint.kind == FREE:
        return (" x (m)", " y (m)", " z (m)", *turn)
    return turn if joint.kind == BALL else (f" ({joint.unit})",)


Row = tuple[str, int, str]
"""A group: its name before it is made an identifier, its size and its unit."""


def position_groups(anatomy: Anatomy) -> list[Row]:
    """Return the groups of the positions that are observed, in the model's order."""
    rows: list[Row] = []
    stance = anatomy.stance
    for index, joint in enumerate(anatomy.joints):
        own = stance is not None and index in stance.root
        if own and joint.kind == FREE:
            rows += [("height", 1, "m"), ("orientation", 4, "1")]
        elif joint.kind == FREE:
            rows += [(joint.name, 3, "m"), (f"{joint.name} orientation", 4, "1")]
        elif stance is None or joint.qpos not in stance.unseen:
            rows.append((joint.name, joint.widths[0], joint.unit))
    return rows


def velocity_groups(anatomy: Anatomy) -> list[Row]:
    """Return the groups of all velocities, in the model's order."""
    rows: list[Row] = []
    stance = anatomy.stance
    for index, joint in enumerate(anatomy.joints):
        unit = "m/s" if joint.kind == SLIDE else "rad/s"
        if joint.kind == FREE:
            own = stance is not None and index in stance.root
            before = "" if own else f"{joint.name} "
            rows += [(f"{before}velocity", 3, "m/s"), (f"{before}angular velocity", 3, "rad/s")]
        else:
            rows.append((f"{joint.name} velocity", joint.widths[1], unit))
    return rows


def group_lines(rows: Sequence[Row], more: str = "") -> str:
    """Return the lines of a list of groups."""
    names = unique(name for name, _, _ in rows)
    pairs = zip(names, rows, strict=True)
    return "".join(f'    Group("{name}", {size}, "{unit}"{more}),\n' for name, (_, size, unit) in pairs)
