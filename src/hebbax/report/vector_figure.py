"""Figures as SVG, beside the PNG of `figures.save_figure`."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import matplotlib
from matplotlib.figure import Figure

from hebbax.evolution.atomic_write import write_bytes_atomically
from hebbax.report.style import figure_style

# A fixed salt and no date, so that the same curves give the same file.
_REPEATABLE: dict[Any, Any] = {"svg.hashsalt": "hebbax"}


def save_vector_figure(figure: Figure, path: Path) -> None:
    """Write a figure as SVG, whole or not at all. Raises HebbaxError where it cannot be written."""
    picture = io.BytesIO()
    with figure_style(), matplotlib.rc_context(_REPEATABLE):
        figure.savefig(picture, format="svg", metadata={"Date": None})
    write_bytes_atomically(path, picture.getvalue())
