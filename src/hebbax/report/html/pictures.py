"""The figures of a report, each with what it shows."""

from __future__ import annotations

from typing import Any

import jax
import numpy as np

from hebbax.analysis.footfall import contacts_of_legs
from hebbax.analysis.stretch import late_stretch
from hebbax.attractors.principal_components import principal_components
from hebbax.attractors.recurrence import self_distance
from hebbax.attractors.spectra import amplitude_spectrum, dominant_frequency
from hebbax.attractors.trajectory import finite_rows, split_layers
from hebbax.engines.members import Members
from hebbax.evolution.first_mean import first_generation
from hebbax.report.html.inline import figure_html
from hebbax.report.html.material import Material
from hebbax.report.plots import (
    plot_coefficients,
    plot_footfall,
    plot_learning_curve,
    plot_returns,
    plot_self_distance,
    plot_spectra,
    plot_trajectory,
    plot_weight_images,
    plot_weight_speed,
    plot_weight_traces,
)
from hebbax.report.plots.coefficients import coefficients_of
from hebbax.report.show import named_termination
from hebbax.report.style import axes_or_new, figure_of

_WIDTH = 4.8  # inches; on a phone a figure is as wide as the screen, and its letters stay readable
_MOST_COEFFICIENTS = 2**23  # of a first generation that does not live in memory
_STRIDES = 5  # in a footfall diagram
_FEWEST_TICKS = 20  # below which there is no path, spectrum or distance worth drawing


def evolution_figures(material: Material, metrics: list[dict[str, Any]]) -> str:
    """Return the learning curve and the coefficients."""
    figures = []
    if metrics:
        run = material.run
        axes = plot_learning_curve(
            metrics,
            axes_or_new(None, _WIDTH, 3.4),
            termination=named_termination(run),
            ticks=run.trained_ticks,
        )
        over = "the generations" if axes.get_xlabel() == "generation" else "the control ticks of the population"
        caption = (
            "Each generation tries variations of one genome. The return of the population, its best life, and the "
            f"genome in the middle of it, over {over}."
        )
        figures.append(figure_html(figure_of(axes), "Learning curve", caption=caption))
    if material.plastic:
        evolved, first = _coefficients(material)
        axes = plot_coefficients(evolved, first, axes_or_new(None, _WIDTH, 0.5 * len(evolved) + 0.9))
        when = "as evolved" if first is None else "in the first generation and as evolved"
        caption = f"Each coefficient of the rule, over all synapses: how many have which value, {when}."
        figures.append(figure_html(figure_of(axes), "Histograms of the coefficients", caption=caption))
    return figures_html(figures)


def returns_figure(material: Material) -> str:
    """Return the returns of all lives that did not diverge."""
    lives = material.evaluation.lives
    axes = plot_returns({"": lives.returns[~lives.diverged]}, axes_or_new(None, _WIDTH, 2.8))
    return figure_html(figure_of(axes), "Returns of the lives", caption="Each point is one life, the line their mean.")


def footfall_figure(material: Material) -> str:
    """Return when each leg bears weight in the first life; nothing where no gait of legs was seen."""
    gait = None if material.analysis is None else material.analysis["lives"][0]["gait"]
    body, period = material.run.task.world.body(), material.run.task.control_period
    if gait is None or body is None or gait.get("footfall") is None or gait["footfall"]["frequency"] is None:
        return ""
    footfall, rows = gait["footfall"], late_stretch(material.record)
    shown = material.record.contacts[rows][: round(_STRIDES / (footfall["frequency"] * period))]
    names = [leg.name for leg in body.legs]
    axes = plot_footfall(
        contacts_of_legs(shown, body.legs), names, period, axes_or_new(None, _WIDTH, 0.3 * len(names) + 1.0)
    )
    called = footfall["name"] or f"a gait without a name, as {footfall['why']}"
    nearest = ", ".join(f"{name} {value:.2f}" for name, value in list(footfall["agreement"].items())[:2])
    caption = f"When each leg bears weight, in some strides of the life above: {called}."
    caption += f" Agreement of the phases with patterns, 1 at most: {nearest}." if nearest else ""
    return figure_html(figure_of(axes), "Footfall diagram", caption=caption)


def weight_figures(material: Material) -> str:
    """Return what the weights of the first life do."""
    record, period = material.record, material.run.task.control_period
    shapes = material.run.policy.layer_shapes
    weights, names = record.weights, material.run.policy.layer_names
    axes = axes_or_new(None, 8.6, 1.5 * len(shapes) + 0.4)
    plot_weight_images(weights, shapes, period, axes, layer_names=names)
    caption = "Each layer as an image, from birth to the end of the life: red is positive, blue negative."
    figures = [figure_html(figure_of(axes), "The weights at some moments", caption=caption, wide=True)]
    axes = axes_or_new(None, _WIDTH, 3.0)
    plot_weight_traces(weights, shapes, period, axes, traces_per_layer=6, layer_names=names)
    figures.append(figure_html(figure_of(axes), "Some weights over time", caption="Some of the weights over time."))
    axes = plot_weight_speed(weights, shapes, period, axes_or_new(None, _WIDTH, 3.0), layer_names=names)
    caption = "How far the weights move in one tick. At a fixed point this falls; on a cycle it stays up."
    figures.append(figure_html(figure_of(axes), "Speed of the weights over time", caption=caption))
    finite = finite_rows(weights)
    transient = material.transient
    if finite - transient >= _FEWEST_TICKS:
        figures += _motion_figures(material, weights[:finite], record.actions[:finite], transient)
    return figures_html(figures)


def _motion_figures(material: Material, weights: np.ndarray, actions: np.ndarray, transient: int) -> list[str]:
    """Return path, spectra and self-distance of finite weights [ticks, weights]."""
    period, shapes = material.run.task.control_period, material.run.policy.layer_shapes
    late_weights, late_actions = weights[transient:], actions[transient:]
    figures = []
    moves = np.flatnonzero(np.ptp(weights, axis=0))
    later = f"The same in three directions, from {transient * period:.3g} s on: without the start of the life."
    for start, dimensions, caption in (
        (0, 2, "The path of all weights through the life, in the two directions in which they vary most."),
        (transient, 3, later if transient else "The same in three directions."),
    ):
        if len(moves) >= dimensions:
            parts = principal_components(weights[start:], dimensions)
            axes = plot_trajectory(parts, period, dimensions=dimensions, start=start)
            figures.append(
                figure_html(figure_of(axes), f"Path of the weights in {dimensions} directions", caption=caption)
            )
    spectra = {
        name: amplitude_spectrum(layer, period)
        for name, layer in zip(material.run.policy.layer_names, split_layers(late_weights, shapes), strict=True)
    }
    gait = dominant_frequency(late_actions, period)
    frequency = gait.frequency if material.shown_gait and gait is not None and gait.significant else None
    axes = plot_spectra(
        {**spectra, "actions": amplitude_spectrum(late_actions, period)}, axes_or_new(None, _WIDTH, 3.4), gait=frequency
    )
    caption = "How strongly weights and actions swing at each frequency. A rhythm is a narrow peak."
    figures.append(figure_html(figure_of(axes), "Spectra of weights and actions", caption=caption))
    caption = "How far apart the weights are at any two moments. A cycle makes dark stripes, rest one dark square."
    distance = self_distance(weights)
    figures.append(figure_html(figure_of(plot_self_distance(distance, period)), "Self-distance", caption=caption))
    return figures


def _coefficients(material: Material) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray] | None]:
    """Return the evolved values of each coefficient of all synapses, and those of the first generation.

    None of the first where the run began at a controller from elsewhere, which it does not hold.
    """
    run = material.run
    evolved = coefficients_of(run.policy, run.controller(material.evaluation.genome).genome[None])
    if run.trained.training.begins_elsewhere:
        return evolved, None
    first = first_generation(run.trained, run.policy)
    if isinstance(first, Members):  # as many as show how they are spread
        first = first[np.arange(max(_MOST_COEFFICIENTS // run.policy.genome_size, 1))]
    return evolved, coefficients_of(run.policy, np.asarray(jax.device_get(first)))


def figures_html(figures: list[str]) -> str:
    """Return figures side by side, as many as there is room for."""
    return f'<div class="figures">{"".join(figures)}</div>' if figures else ""
