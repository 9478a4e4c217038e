"""Figures as SVG in fewer bytes, and nothing of it to be seen: what Matplotlib writes has room to spare.

Paths have hundredths of a point, each place from the one before it.
"""

from __future__ import annotations

import base64
import io
import math
import re

from PIL import Image

_COLOURS = 256  # what a PNG with a palette can hold
_SHAPE = re.compile(r'<path id="([^"]*)"[^>]*/>')

PARTS = 100
"""Of a point: what coordinates are rounded to, about an eightieth of a pixel of the page."""

_TOLERANCE = 5  # parts by which a corner may leave the line without it: less than half of what Matplotlib allows a line
_LONGEST = 60  # corners that one straight line may take the place of

_TOKEN = re.compile(r"[A-Za-z]|-?\d+(?:\.\d+)?(?:e-?\d+)?")
_NUMBERS_OF = {"M": 2, "L": 2, "Q": 4, "C": 6, "Z": 0}  # what Matplotlib writes

Command = tuple[str, list[int]]
Place = tuple[int, int]


def compact_svg(svg: str) -> str:
    """Return an SVG element of Matplotlib's that looks the same, with coordinates in hundredths of a point.

    Scales, rotations, widths of lines and opacities stay as they are. Raises ValueError for a path with a command that
    Matplotlib does not write.
    """
    svg = re.sub(r"<!--.*?-->", "", svg, flags=re.DOTALL)
    svg = re.sub(r'(?<=base64,)[^"]*', lambda match: _with_palette(match[0]), svg)
    svg = re.sub(r'(?<= d=")[^"]*', lambda match: compact_path(match[0]), svg)
    svg = re.sub(r' (x|y)="([^"]*)"', lambda match: f' {match[1]}="{compact_number(match[2])}"', svg)
    svg = re.sub(r"translate\(([^)]*)\)", lambda match: f"translate({_round(match[1])})", svg)
    svg = re.sub(r' transform="translate\((\S+) 0\)"/>', r' x="\1"/>', svg)  # of a letter
    svg = svg.replace("xlink:href=", "href=").replace(' xmlns:xlink="http://www.w3.org/1999/xlink"', "")
    svg = re.sub(r'(?<=")(#?)DejaVuSans-', r"\1g", svg)  # the names of letters, of which there are many
    svg = re.sub(r'(?<= style=")[^"]*', lambda match: match[0].replace(": ", ":").replace("; ", ";"), svg)
    return _without_bare_groups(_without_repeated_strokes(re.sub(r">\s+<", "><", svg)))


def without_repeated_shapes(page: str) -> str:
    """Return a page where each letter and mark that its figures share stands once, in the first figure that has it."""
    shapes: set[str] = set()

    def first(match: re.Match[str]) -> str:
        is_new = match[0] not in shapes
        shapes.add(match[0])
        return match[0] if is_new else ""

    return _SHAPE.sub(first, page).replace("<defs></defs>", "")


def _round(numbers: str) -> str:
    return " ".join(map(compact_number, re.split(r"[ ,]+", numbers)))


def _with_palette(text: str) -> str:
    """Return a PNG in base64 with a palette where it has few enough colours, so that no pixel changes."""
    image = Image.open(io.BytesIO(base64.b64decode(text))).convert("RGBA")
    colours = image.getcolors(_COLOURS)
    if colours is None or image.getchannel("A").getextrema() != (255, 255):
        return text
    picture = io.BytesIO()
    with_palette = image.convert("RGB").quantize(len(colours), dither=Image.Dither.NONE)
    if with_palette.convert("RGBA").tobytes() != image.tobytes():
        return text
    with_palette.save(picture, "PNG", optimize=True)
    return min(base64.b64encode(picture.getvalue()).decode("ascii"), text, key=len)


def _without_repeated_strokes(svg: str) -> str:
    """Return an SVG where a mark whose shape says how it is stroked does not say so again at each of its places."""
    marks = {match[1] for match in _SHAPE.finditer(svg) if "stroke:" in match[0]}

    def shorten(match: re.Match[str]) -> str:
        if match[1] not in marks:
            return match[0]
        style = [part for part in match[3].split(";") if not part.startswith("stroke")]
        return f'<use href="#{match[1]}"{match[2]} style="{";".join(style)}"/>'

    return re.sub(r'<use href="#([^"]*)"([^>]*) style="([^"]*)"/>', shorten, svg)


def _without_bare_groups(svg: str) -> str:
    """Return an SVG without the groups that say nothing of what they hold."""
    open_groups: list[bool] = []

    def shorten(match: re.Match[str]) -> str:
        if match[0] == "</g>":
            return "</g>" if open_groups.pop() else ""
        open_groups.append(match[0] != "<g>")
        return match[0] if open_groups[-1] else ""

    return re.sub(r"<g\b[^>]*>|</g>", shorten, svg.replace("<g/>", ""))


def compact_path(path: str) -> str:
    """Return the data of a path that looks the same. Raises ValueError for a command that Matplotlib does not write."""
    pieces, last = [], ""
    here = begin = (0, 0)
    for command, numbers in _simplify(_commands(path)):
        if command == "Z":
            pieces.append("z")
            here, last = begin, command
            continue
        text = _join([number - here[index % 2] for index, number in enumerate(numbers)])
        # After a move, and after itself, a line needs no letter.
        letter = "" if command == last or (command == "L" and last == "M") else command.lower()
        pieces.append(letter + text if letter or text.startswith("-") else f" {text}")
        here, last = (numbers[-2], numbers[-1]), command
        begin = here if command == "M" else begin
    return "".join(pieces)


def compact_number(number: str) -> str:
    """Return a coordinate to the hundredth, without the digits that say nothing."""
    return _decimal(parts_of(number))


def parts_of(number: str) -> int:
    """Return a coordinate in hundredths."""
    return round(float(number) * PARTS)


def _decimal(parts: int) -> str:
    whole, rest = divmod(abs(parts), PARTS)
    digits = f"{whole or ''}{f'.{rest:02d}'.rstrip('0') if rest else ''}" or "0"
    return f"-{digits}" if parts < 0 else digits


def _join(numbers: list[int]) -> str:
    """Return numbers as a path has them: a minus needs no space before it."""
    return " ".join(map(_decimal, numbers)).replace(" -", "-")


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


def _simplify(commands: list[Command]) -> list[Command]:
    """Return a path without the corners that its straight lines pass within the tolerance."""
    path: list[Command] = []
    run: list[Place] = []  # where the last command ended, and the lines from there on
    for command, numbers in [*commands, ("", [])]:
        if command == "L" and run:
            run.append((numbers[0], numbers[1]))
            continue
        path += [("L", list(corner)) for corner in _corners(run)[1:]]
        if command:
            path.append((command, numbers))
        run = [(numbers[-2], numbers[-1])] if numbers else []
    return path


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
