"""What evolution made of the coefficients of a rule: one histogram per coefficient, over where they began."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes

from hebbax.errors import HebbaxError
from hebbax.policies.policy import Policy
from hebbax.report.style import BLUE, MUTED, axes_or_new, figure_style

_SIGNS = {"eta": "η"}  # as the equations have it
_BINS = 60
_OVERLAP = 0.9  # height of the highest bar, in rows


def coefficients_of(policy: Policy, genomes: np.ndarray) -> dict[str, np.ndarray]:
    """Return all values of each coefficient in genomes [population, genome_size], by its sign in the equations."""
    values: dict[str, list[np.ndarray]] = {}
    for genome in genomes:
        for layer in policy.unpack(genome):
            for name, array in layer.items():
                values.setdefault(name, []).append(np.ravel(array))
    return {_SIGNS.get(name, name): np.concatenate(parts) for name, parts in values.items()}


def plot_coefficients(
    evolved: Mapping[str, np.ndarray], initial: Mapping[str, np.ndarray] | None = None, ax: Axes | None = None
) -> Axes:
    """Draw one row per coefficient: a histogram of its evolved values [any shape], and in outline of its first values.

    `initial` has the same names; how many values each has does not matter, as every histogram is a density. Bars of one
    row share a scale. Raises HebbaxError if there is no coefficient, a value is not finite, or the names differ.
    """
    if not evolved:
        raise HebbaxError("there is no coefficient to draw: give at least one")
    if initial is not None and list(initial) != list(evolved):
        raise HebbaxError(f"initial coefficients {list(initial)}: expected {list(evolved)}")
    groups = [evolved] if initial is None else [evolved, initial]
    values = np.concatenate([np.ravel(array) for group in groups for array in group.values()])
    if not np.isfinite(values).all():
        raise HebbaxError("cannot draw coefficients that are not finite")
    edges = np.linspace(values.min() - 1e-6, values.max() + 1e-6, _BINS + 1)
    with figure_style():
        ax = axes_or_new(ax, 5.0, 0.55 * len(evolved) + 0.9)
        for row, name in enumerate(reversed(list(evolved))):
            heights = [np.histogram(np.ravel(group[name]), edges, density=True)[0] for group in groups]
            scale = _OVERLAP / max(float(height.max()) for height in heights)
            in_legend = row == len(evolved) - 1  # one entry each in the legend
            ax.stairs(row + heights[0] * scale, edges, baseline=row, fill=True, color=BLUE, alpha=0.75,
                      label="evolved" if in_legend else None)  # fmt: skip
            if initial is not None:
                ax.stairs(row + heights[1] * scale, edges, baseline=row, color=MUTED, linewidth=1.0,
                          label="first generation" if in_legend else None)  # fmt: skip
            ax.axhline(row, color=MUTED, linewidth=0.6)
        ax.set_yticks(range(len(evolved)), list(reversed(list(evolved))))
        ax.set(
            xlabel="value of the coefficient",
            title="coefficients of the rule",
            ylim=(-0.05, len(evolved)),
        )
        ax.grid(axis="y", visible=False)
        ax.spines["left"].set_visible(False)
        ax.tick_params(axis="y", length=0)
        if initial is not None:
            ax.legend(loc="lower right", bbox_to_anchor=(1.0, 1.0), ncols=2, borderaxespad=0)
    return ax
