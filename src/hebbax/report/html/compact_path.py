"""Paths of an SVG in fewer letters: hundredths of a point, each place from the one before it."""

from __future__ import annotations

import math
import re

PARTS = 100
"""Of a point: what coordinates are rounded to, about an eightieth of a pixel of the page."""

_TOLERANCE = 5  # parts by which a corner may leave the line without it: less than half of what Matplotlib allows a line
_LONGEST = 60  # corners that one straight line may take the place of

_TOKEN = re.compile(r"[A-Za-z]|-?\d+(?:\.\d+)?(?:e-?\d+)?")
_NUMBERS_OF = {"M": 2, "L": 2, "Q": 4, "C": 6, "Z": 0}  # what Matplotlib writes

Command = tuple[str, list[int]]
Place = tuple[int, int]


def compact_path(path: str) -> str:
    """Return the data of a path that looks the same. Raises ValueError for a command that Matplotlib does not write."""
    written, last = [], ""
    here = begin = (0, 0)
    for command, numbers in _thinned(_commands(path)):
        if command == "Z":
            written.append("z")
            here, last = begin, command
            continue
        told = _joined([number - here[index % 2] for index, number in enumerate(numbers)])
        # After a move, and after itself, a line needs no letter.
        letter = "" if command == last or (command == "L" and last == "M") else command.lower()
        written.append(letter + told if letter or told.startswith("-") else f" {told}")
        here, last = (numbers[-2], numbers[-1]), command
        begin = here if command == "M" else begin
    return "".join(written)


def compact_number(number: str) -> str:
    """Return a coordinate to the hundredth, without the digits that say nothing."""
    return _written(parts_of(number))


def parts_of(number: str) -> int:
    """Return a coordinate in hundredths."""
    return round(float(number) * PARTS)


def _written(parts: int) -> str:
    whole, rest = divmod(abs(parts), PARTS)
    digits = f"{whole or ''}{f'.{rest:02d}'.rstrip('0') if rest else ''}" or "0"
    return f"-{digits}" if parts < 0 else digits


def _joined(numbers: list[int]) -> str:
    """Return numbers as a path has them: a minus needs no space before it."""
    return " ".join(map(_written, numbers)).replace(" -", "-")


def _commands(path: str) -> list[Command]:
    """Return each command in capitals with its coordinates in hundredths."""
    tokens, commands, place = _TOKEN.findall(path), [], 0
    while place < len(tokens):
        command = tokens[place].upper()
        if command not in _NUMBERS_OF:
            raise ValueError(f"a path with {tokens[place]!r}: expected one of {', '.join(_NUMBERS_OF)}")
        end = place + 1 + _NUMBERS_OF[command]
        commands.append((command, [parts_of(token) for token in tokens[place + 1 : end]]))
        place = end
    return commands


def _thinned(commands: list[Command]) -> list[Command]:
    """Return a path without the corners that its straight lines pass within the tolerance."""
    thinned: list[Command] = []
    run: list[Place] = []  # where the last command ended, and the lines from there on
    for command, numbers in [*commands, ("", [])]:
        if command == "L" and run:
            run.append((numbers[0], numbers[1]))
            continue
        thinned += [("L", list(corner)) for corner in _corners(run)[1:]]
        if command:
            thinned.append((command, numbers))
        run = [(numbers[-2], numbers[-1])] if numbers else []
    return thinned


def _corners(run: list[Place]) -> list[Place]:
    """Return the first corner, the last, and those between that are needed."""
    corners, begin = run[:1], 0
    while begin < len(run) - 1:
        end = begin + 1
        while end + 1 < len(run) and end - begin < _LONGEST and _passes(run, begin, end + 1):
            end += 1
        corners.append(run[end])
        begin = end
    return corners


def _passes(run: list[Place], begin: int, end: int) -> bool:
    """Return whether a line from one corner to another passes all between, and does not end before one of them."""
    across, up = run[end][0] - run[begin][0], run[end][1] - run[begin][1]
    length = math.hypot(across, up)
    for place in run[begin + 1 : end]:
        x, y = place[0] - run[begin][0], place[1] - run[begin][1]
        if not length:
            if math.hypot(x, y) > _TOLERANCE:
                return False
            continue
        along = (x * across + y * up) / length
        if abs(x * up - y * across) > _TOLERANCE * length or not -_TOLERANCE <= along <= length + _TOLERANCE:
            return False
    return True
