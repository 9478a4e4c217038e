"""Figures as PNG, made without a display; `vector_figure` writes them as SVG and PDF."""

from __future__ import annotations

import io
from pathlib import Path

from matplotlib.figure import Figure

from hebbax.errors import HebbaxError
from hebbax.files.atomic_write import write_bytes_atomically
from hebbax.report.style import DOTS_PER_INCH, figure_style


def save_figure(figure: Figure, path: Path) -> None:
    """Write a figure as a PNG of 150 dots per inch, whole or not at all, making the folder if need be.

    Raises HebbaxError, naming the file and the reason, where it cannot be written.
    """
    with figure_style():
        picture = io.BytesIO()
        figure.savefig(picture, format="png", dpi=DOTS_PER_INCH)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise HebbaxError(f"cannot make the folder {path.parent}: {error.strerror}; choose another") from error
    write_bytes_atomically(path, picture.getvalue())
