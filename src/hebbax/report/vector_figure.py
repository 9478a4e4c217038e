"""Figures as SVG and PDF, beside the PNG of `figures.save_figure`."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import matplotlib
from matplotlib.figure import Figure

from hebbax.errors import HebbaxError
from hebbax.files.atomic_write import write_bytes_atomically
from hebbax.report.style import DOTS_PER_INCH, figure_style

# A fixed salt and no date, so that the same curves give the same file.
_REPEATABLE: dict[Any, Any] = {"svg.hashsalt": "hebbax"}
_UNDATED: dict[str, dict[str, Any]] = {"svg": {"Date": None}, "pdf": {"CreationDate": None}}


def save_vector_figure(figure: Figure, path: Path) -> None:
    """Write a figure as SVG or PDF, as the path ends, whole or not at all.

    Raises HebbaxError for another ending, or where it cannot be written.
    """
    write_bytes_atomically(path, vector_bytes(figure, path.suffix.removeprefix(".")))


def vector_bytes(figure: Figure, kind: str, *, dots_per_inch: float = DOTS_PER_INCH) -> bytes:
    """Return a figure as "svg" or "pdf"; the same figure gives the same bytes.

    `dots_per_inch` is of the images in it. Raises HebbaxError for another kind.
    """
    if kind not in _UNDATED:
        raise HebbaxError(f"cannot write a figure as {kind!r}: expected {' or '.join(_UNDATED)}")
    picture = io.BytesIO()
    with figure_style(), matplotlib.rc_context(_REPEATABLE):
        figure.savefig(picture, format=kind, dpi=dots_per_inch, metadata=_UNDATED[kind])
    return picture.getvalue()
