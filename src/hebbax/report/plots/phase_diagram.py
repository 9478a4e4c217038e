"""Which attractor the weights end on, over two settings."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap, to_rgb
from matplotlib.patches import Patch

from hebbax.errors import HebbaxError, unknown_name
from hebbax.report.style import DARK_LETTERS, VERDICT_COLOURS, axes_or_new, figure_style


def plot_phase_diagram(
    labels: np.ndarray,
    values: np.ndarray | None,
    row_names: Sequence[str],
    column_names: Sequence[str],
    ax: Axes | None = None,
    *,
    rows: str = "",
    columns: str = "",
    number: str = "{:,.0f}",
    title: str = "",
) -> Axes:
    """Draw a grid of verdicts, one colour per verdict, with a number in each cell.

    Args:
        labels: str [rows, columns], keys of VERDICT_COLOURS; "" for a cell that is not known.
        values: float [rows, columns] to write, such as mean returns; NaN for none.
        row_names: of each row, the first at the foot.
        column_names: of each column.
        ax: where to draw; by default on a new figure.
        rows: what the rows differ in.
        columns: what the columns differ in.
        number: how a value is written.
        title: above the grid.

    Raises HebbaxError for shapes that do not fit together, or a verdict that is not known.
    """
    labels, shape = np.asarray(labels), (len(row_names), len(column_names))
    for name, array in (("labels", labels), ("values", values)):
        if array is not None and np.shape(array) != shape:
            raise HebbaxError(f"{name} have shape {list(np.shape(array))}: expected {list(shape)}, as the names say")
    names = list(VERDICT_COLOURS)
    unknown = [label for label in np.unique(labels).tolist() if label and label not in names]
    if unknown:
        raise unknown_name("verdict", unknown[0], names)
    places = np.array([[names.index(label) if label else np.nan for label in row] for row in labels.tolist()])
    with figure_style():
        ax = axes_or_new(ax, 1.0 + 0.85 * shape[1], 1.1 + 0.6 * shape[0])
        colours = ListedColormap(list(VERDICT_COLOURS.values()))
        # Half towards white, so that letters are readable on every colour.
        pale = ListedColormap([_pale(colour) for colour in VERDICT_COLOURS.values()])
        edges = [np.arange(length + 1) - 0.5 for length in reversed(shape)]
        ax.pcolormesh(*edges, places, cmap=pale, vmin=-0.5, vmax=len(names) - 0.5, edgecolors="white", linewidth=2)
        _write(ax, labels, values, number)
        ax.set_xticks(range(shape[1]), list(column_names))
        ax.set_yticks(range(shape[0]), list(row_names))
        ax.set(xlabel=columns, ylabel=rows, title=title)
        ax.tick_params(length=0)
        ax.grid(False)
        ax.spines[:].set_visible(False)
        present = [name for name in names if name in labels]
        handles = [Patch(color=_pale(colours(names.index(name)))) for name in present]
        ax.legend(handles, present, loc="upper left", bbox_to_anchor=(1.0, 1.0))
    return ax


def _write(axes: Axes, labels: np.ndarray, values: np.ndarray | None, number: str) -> None:
    """Write the value of each cell, and its verdict in short: colour is never alone in telling them apart."""
    for (row, column), label in np.ndenumerate(labels):
        value = None if values is None else float(values[row, column])
        text = "" if value is None or np.isnan(value) else number.format(value).replace("-", "−")
        axes.text(column, row + 0.12, text, ha="center", va="center", color=DARK_LETTERS)
        axes.text(column, row - 0.26, str(label), ha="center", va="center", color=DARK_LETTERS, fontsize=6)


def _pale(colour: object) -> tuple[float, float, float]:
    red, green, blue = (0.5 + 0.5 * part for part in to_rgb(colour))  # pyright: ignore[reportArgumentType]
    return red, green, blue
