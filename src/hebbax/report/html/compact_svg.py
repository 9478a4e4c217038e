"""Figures as SVG in fewer bytes, and nothing of it to be seen: what Matplotlib writes has room to spare."""

from __future__ import annotations

import base64
import io
import re

from PIL import Image

from hebbax.report.html.compact_path import compact_number, compact_path

_COLOURS = 256  # what a PNG with a palette can hold
_SHAPE = re.compile(r'<path id="([^"]*)"[^>]*/>')


def compact_svg(svg: str) -> str:
    """Return an SVG element of Matplotlib's that looks the same, with coordinates in hundredths of a point.

    Scales, rotations, widths of lines and opacities stay as they are. Raises ValueError for a path with a command that
    Matplotlib does not write.
    """
    svg = re.sub(r"<!--.*?-->", "", svg, flags=re.DOTALL)
    svg = re.sub(r'(?<=base64,)[^"]*', lambda found: _with_palette(found[0]), svg)
    svg = re.sub(r'(?<= d=")[^"]*', lambda found: compact_path(found[0]), svg)
    svg = re.sub(r' (x|y)="([^"]*)"', lambda found: f' {found[1]}="{compact_number(found[2])}"', svg)
    svg = re.sub(r"translate\(([^)]*)\)", lambda found: f"translate({_rounded(found[1])})", svg)
    svg = re.sub(r' transform="translate\((\S+) 0\)"/>', r' x="\1"/>', svg)  # of a letter
    svg = svg.replace("xlink:href=", "href=").replace(' xmlns:xlink="http://www.w3.org/1999/xlink"', "")
    svg = re.sub(r'(?<=")(#?)DejaVuSans-', r"\1g", svg)  # the names of letters, of which there are many
    svg = re.sub(r'(?<= style=")[^"]*', lambda found: found[0].replace(": ", ":").replace("; ", ";"), svg)
    return _without_bare_groups(_stroked_once(re.sub(r">\s+<", "><", svg)))


def without_repeated_shapes(page: str) -> str:
    """Return a page where each letter and mark that its figures share stands once, in the first figure that has it."""
    shapes: set[str] = set()

    def first(found: re.Match[str]) -> str:
        new = found[0] not in shapes
        shapes.add(found[0])
        return found[0] if new else ""

    return _SHAPE.sub(first, page).replace("<defs></defs>", "")


def _rounded(numbers: str) -> str:
    return " ".join(map(compact_number, re.split(r"[ ,]+", numbers)))


def _with_palette(encoded: str) -> str:
    """Return a PNG in base64 with a palette where it has few enough colours, so that no pixel changes."""
    image = Image.open(io.BytesIO(base64.b64decode(encoded))).convert("RGBA")
    colours = image.getcolors(_COLOURS)
    if colours is None or image.getchannel("A").getextrema() != (255, 255):
        return encoded
    picture = io.BytesIO()
    indexed = image.convert("RGB").quantize(len(colours), dither=Image.Dither.NONE)
    if indexed.convert("RGBA").tobytes() != image.tobytes():
        return encoded
    indexed.save(picture, "PNG", optimize=True)
    return min(base64.b64encode(picture.getvalue()).decode("ascii"), encoded, key=len)


def _stroked_once(svg: str) -> str:
    """Return an SVG where a mark whose shape says how it is stroked does not say so again at each of its places."""
    stroked = {found[1] for found in _SHAPE.finditer(svg) if "stroke:" in found[0]}

    def told(found: re.Match[str]) -> str:
        if found[1] not in stroked:
            return found[0]
        kept = [part for part in found[3].split(";") if not part.startswith("stroke")]
        return f'<use href="#{found[1]}"{found[2]} style="{";".join(kept)}"/>'

    return re.sub(r'<use href="#([^"]*)"([^>]*) style="([^"]*)"/>', told, svg)


def _without_bare_groups(svg: str) -> str:
    """Return an SVG without the groups that say nothing of what they hold."""
    kept: list[bool] = []

    def told(found: re.Match[str]) -> str:
        if found[0] == "</g>":
            return "</g>" if kept.pop() else ""
        kept.append(found[0] != "<g>")
        return found[0] if kept[-1] else ""

    return re.sub(r"<g\b[^>]*>|</g>", told, svg.replace("<g/>", ""))
