"""Lines of text on the frames of a film, in the corner, on a dark ground that any picture can stand behind."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

_LINES = 22  # of text that would fill a frame
_SMALLEST = 8  # pixels
_GROUND, _INK, _HAPPENING = (0, 0, 0, 150), (255, 255, 255, 255), (255, 190, 90, 255)  # the first line, and the others


def with_captions(frames: Iterator[np.ndarray], captions: Sequence[str]) -> Iterator[np.ndarray]:
    """Yield frames, uint8 [height, width, 3], each with its own lines; without any caption as they are."""
    if not captions:
        yield from frames
        return
    for frame, caption in zip(frames, captions, strict=False):  # a life that diverged has fewer frames
        yield write_on(frame, caption) if caption else frame


def write_on(frame: np.ndarray, caption: str) -> np.ndarray:
    """Return a frame with lines of text in its upper left corner."""
    image = Image.fromarray(np.ascontiguousarray(frame))
    pen = ImageDraw.Draw(image, "RGBA")
    size = max(_SMALLEST, image.height // _LINES)
    widest = max(pen.textlength(line, _font(size)) for line in caption.split("\n"))
    size = max(_SMALLEST, min(size, int(size * (image.width - 2 * size) / max(widest, 1.0))))
    font, step, edge = _font(size), round(1.35 * size), size // 2
    lines = caption.split("\n")
    widest = max(pen.textlength(line, font) for line in lines)
    pen.rectangle((0, 0, widest + 2 * edge, step * len(lines) + edge), fill=_GROUND)
    for place, line in enumerate(lines):
        pen.text((edge, edge // 2 + step * place), line, font=font, fill=_HAPPENING if place else _INK)
    return np.asarray(image)


def _font(size: int) -> ImageFont.FreeTypeFont:
    """Return the letters of the figures, which ship with Matplotlib; that is not imported for them."""
    package = find_spec("matplotlib")
    assert package is not None
    assert package.origin is not None
    return ImageFont.truetype(str(Path(package.origin).parent / "mpl-data/fonts/ttf/DejaVuSans.ttf"), size)
