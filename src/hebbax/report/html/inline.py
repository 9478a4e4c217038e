"""Figures and films as parts of a page: nothing is fetched from elsewhere."""

from __future__ import annotations

import base64
import io
import re
from html import escape
from pathlib import Path

from matplotlib.figure import Figure

from hebbax.report.html.compact_svg import compact_svg
from hebbax.report.html.numbers import numbers_html
from hebbax.report.style import BLUE, DOTS_PER_INCH, GRID, INK, MUTED, figure_style, vector_bytes

SVG_BYTES = 200_000
"""A figure that is larger as SVG goes into the page as PNG."""

_PIXELS_PER_INCH = 100  # of the page, that a figure takes at most
_IMAGE_DOTS_PER_INCH = 120  # of images in a figure: no finer than they are shown

# What has a dark look too: the page's own colours in place of the figures'. Data keep theirs, but for a dark blue.
_THEME = {
    BLUE: "var(--limb1)",
    INK: "var(--ink)",
    "#000000": "var(--ink)",
    MUTED: "var(--muted)",
    GRID: "var(--line)",
    "#cccccc": "var(--line)",
    "#f2f2f2": "var(--shade)",  # the walls behind axes in three dimensions, in three greys
    "#e6e6e6": "var(--shade)",
    "#ececec": "var(--shade)",
    "#ffffff": "var(--panel)",
}


def figure_html(figure: Figure, alt: str, *, caption: str = "", wide: bool = False) -> str:
    """Return a figure with a text for those who do not see it, and one below it; `wide` takes the whole width."""
    svg = vector_bytes(figure, "svg", dots_per_inch=_IMAGE_DOTS_PER_INCH).decode("utf-8")
    picture = compact_svg(_apply_theme(svg, alt))
    content = picture if len(picture) <= SVG_BYTES else png_html(png_bytes(figure), alt)
    width = round(float(figure.get_size_inches()[0]) * _PIXELS_PER_INCH)
    figcaption = f"<figcaption>{escape(caption)}</figcaption>" if caption else ""
    kind = ' class="wide"' if wide else ""
    numbers = numbers_html(figure, alt)  # after it was drawn, which says where its axes are
    return f'<figure{kind}><div style="max-width:{width}px">{content}</div>{figcaption}{numbers}</figure>'


def png_bytes(figure: Figure) -> bytes:
    """Return a figure as PNG."""
    picture = io.BytesIO()
    with figure_style():
        figure.savefig(picture, format="png", dpi=DOTS_PER_INCH)
    return picture.getvalue()


def png_html(picture: bytes, alt: str) -> str:
    """Return a PNG as an image that the page holds."""
    return f'<img alt="{escape(alt)}" src="data:image/png;base64,{_base64(picture)}">'


def film_html(path: Path, label: str) -> str:
    """Return an MP4 as a silent film that the page holds, and that the player moves."""
    source = f"data:video/mp4;base64,{_base64(path.read_bytes())}"
    return f'<video id="film" muted playsinline preload="auto" aria-label="{escape(label)}" src="{source}"></video>'


def _base64(content: bytes) -> str:
    return base64.b64encode(content).decode("ascii")


def _apply_theme(picture: str, alt: str) -> str:
    """Return an SVG document as an element of a page, in the page's colours."""
    svg = picture[picture.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    # A rule for everything, which would reach the whole page; the page has it for figures.
    svg = re.sub(r'<defs>\s*<style type="text/css">.*?</style>\s*</defs>', "", svg, count=1, flags=re.DOTALL)
    svg = re.sub(r'<g id="[^"]*"', "<g", svg)  # unique within one figure only
    for colour, variable in _THEME.items():
        svg = re.sub(rf"(?<=: ){colour}\b", variable, svg, flags=re.IGNORECASE)
    box = re.search(r'viewBox="[^"]*"', svg)
    begin = (
        f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" {box[0] if box else ""}'
    )
    return begin + f' role="img" aria-label="{escape(alt)}">' + svg[svg.index(">") + 1 :]
