"""The field's pictures: each is a function `plot_x(data, ax=None)` that returns the axes it drew on.

Without `ax` it makes a figure of its own, `axes.figure`, which needs no display; `save_figure` and `save_vector_figure`
write that to a file.
"""

from hebbax.report.plots.coefficients import plot_coefficients
from hebbax.report.plots.footfall import plot_footfall
from hebbax.report.plots.learning_curve import plot_learning_curve
from hebbax.report.plots.phase_diagram import plot_phase_diagram
from hebbax.report.plots.returns import plot_returns
from hebbax.report.plots.self_distance import plot_self_distance
from hebbax.report.plots.spectra import plot_spectra
from hebbax.report.plots.trajectory import plot_trajectory
from hebbax.report.plots.weight_images import plot_weight_images
from hebbax.report.plots.weight_speed import plot_weight_speed
from hebbax.report.plots.weight_traces import plot_weight_traces
from hebbax.report.style import save_figure, save_vector_figure

__all__ = [
    "plot_coefficients",
    "plot_footfall",
    "plot_learning_curve",
    "plot_phase_diagram",
    "plot_returns",
    "plot_self_distance",
    "plot_spectra",
    "plot_trajectory",
    "plot_weight_images",
    "plot_weight_speed",
    "plot_weight_traces",
    "save_figure",
    "save_vector_figure",
]
