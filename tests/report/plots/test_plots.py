"""The field's pictures show the numbers that they are given."""

from itertools import pairwise

import numpy as np
import pytest
from matplotlib.collections import QuadMesh
from matplotlib.colors import to_hex
from matplotlib.figure import Figure

from hebbax.attractors.principal_components import principal_components
from hebbax.attractors.recurrence import self_distance
from hebbax.attractors.spectra import amplitude_spectrum
from hebbax.attractors.verdict import LABELS
from hebbax.errors import HebbaxError
from hebbax.report.plots import (
    plot_coefficients,
    plot_phase_diagram,
    plot_returns,
    plot_self_distance,
    plot_spectra,
    plot_trajectory,
)
from hebbax.report.style import VERDICT_COLOURS

PERIOD = 0.05


def circle(ticks=400, period=20, weights=6):
    """Return weights that go round a circle in a plane of their space."""
    angle = 2 * np.pi * np.arange(ticks) / period
    plane = np.linalg.qr(np.random.default_rng(0).standard_normal((weights, 2)))[0]
    return np.stack([np.cos(angle), np.sin(angle)], axis=1) @ plane.T


def texts(ax):
    return [text.get_text() for text in ax.texts]


def test_every_verdict_has_a_colour_of_its_own():
    assert tuple(VERDICT_COLOURS) == LABELS
    assert len(set(VERDICT_COLOURS.values())) == len(LABELS)


def test_a_trajectory_is_its_scores_in_the_colours_of_time():
    parts = principal_components(circle(100), 3)

    ax = plot_trajectory(parts, PERIOD)

    (line,) = [drawn for drawn in ax.collections if drawn.get_array() is not None and len(drawn.get_array()) == 99]
    np.testing.assert_allclose(line.get_segments()[7], parts.scores[7:9, :2])
    np.testing.assert_allclose(line.get_array(), np.arange(99) * PERIOD)
    assert ax.get_xlabel() == "PC1 (50% of the variance)"


@pytest.mark.parametrize("dimensions", [2, 3])
def test_a_long_trajectory_has_few_colours_and_every_tick(dimensions):
    parts = principal_components(circle(1002), 3)

    ax = plot_trajectory(parts, PERIOD, dimensions=dimensions)

    line = next(drawn for drawn in ax.collections if drawn.get_array() is not None and len(drawn.get_array()) > 1)
    assert len(line.get_array()) == 126  # 1,001 steps, eight of a colour
    np.testing.assert_allclose(line.get_array()[:2], [3.5 * PERIOD, 11.5 * PERIOD])
    assert line.get_clim() == pytest.approx((0, 1000 * PERIOD))
    if dimensions == 2:
        whole = line.get_segments()
        assert all((before[-1] == after[0]).all() for before, after in pairwise(whole))
        np.testing.assert_allclose(np.concatenate([whole[0], *(part[1:] for part in whole[1:])]), parts.scores[:, :2])


def test_a_trajectory_in_three_dimensions():
    parts = principal_components(circle(), 3)
    given = Figure().add_subplot(projection="3d")

    assert plot_trajectory(parts, PERIOD, given, dimensions=3) is given
    assert given.get_zlabel() == "PC3 (0%)"
    np.testing.assert_allclose(given.get_xlim(), [-1, 1], atol=0.15)


def test_a_trajectory_that_begins_later_has_the_times_of_the_life():
    parts = principal_components(circle(200)[100:], 3)

    ax = plot_trajectory(parts, PERIOD, dimensions=3, start=100)

    times = [drawn.get_array() for drawn in ax.collections if drawn.get_array() is not None]
    np.testing.assert_allclose(next(found for found in times if len(found) == 99), np.arange(100, 199) * PERIOD)
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["at 5 s", "end"]
    assert [text.get_text() for text in plot_trajectory(parts, PERIOD).get_legend().get_texts()] == ["birth", "end"]


@pytest.mark.parametrize(("dimensions", "message"), [(4, "expected 2 or 3"), (3, "2 components cannot be drawn in 3")])
def test_dimensions_that_there_are_not(dimensions, message):
    with pytest.raises(HebbaxError, match=message):
        plot_trajectory(principal_components(circle(), 2), PERIOD, dimensions=dimensions)


def test_spectra_peak_where_the_signals_swing_each_over_its_own_highest():
    weights = circle(400, 20)  # 1 Hz
    spectra = {
        "weights": amplitude_spectrum(weights, PERIOD),
        "actions": amplitude_spectrum(100 * weights[:, :2], PERIOD),
    }

    ax = plot_spectra(spectra, gait=1.0)

    for line, name in zip(ax.get_lines(), ["weights", "actions", "gait, 1.00 Hz"], strict=True):
        assert line.get_label() == name
    for line in ax.get_lines()[:2]:
        assert line.get_xdata()[np.argmax(line.get_ydata())] == pytest.approx(1.0)
        assert max(line.get_ydata()) == 1.0
    assert ax.get_yscale() == "log"


def test_spectra_of_what_does_not_move():
    ax = plot_spectra({"weights": amplitude_spectrum(np.ones((50, 3)), PERIOD)})

    assert texts(ax) == ["nothing moves: there is no spectrum"]
    with pytest.raises(HebbaxError, match="no spectrum to draw"):
        plot_spectra({})


def test_a_self_distance_matrix_covers_the_life_and_stays_small():
    weights = circle(5000, 250)

    ax = plot_self_distance(self_distance(weights), PERIOD)

    (image,) = ax.images
    shown = np.asarray(image.get_array())
    assert shown.shape == (1667, 1667)  # every third tick: at most 2,000
    assert image.get_extent() == pytest.approx([0, 249.95, 0, 249.95], abs=0.1)
    assert shown[0, 125 // 3] == pytest.approx(2.0, abs=0.01)  # half a turn away
    np.testing.assert_allclose(np.diagonal(shown), 0)


def test_coefficients_are_histograms_in_the_order_given_the_first_at_the_top():
    evolved = {"A": np.full((3, 2), 0.5), "B": np.array([-1.0, 1.0])}
    initial = {"A": np.zeros(9), "B": np.zeros(9)}

    ax = plot_coefficients(evolved, initial)

    assert [label.get_text() for label in ax.get_yticklabels()] == ["B", "A"]
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["evolved", "first generation"]
    (bars,) = [patch for patch in ax.patches if patch.get_label() == "evolved"]
    heights, edges, baseline = bars.get_data()
    filled = np.flatnonzero(heights > baseline + 1e-9)
    assert len(filled) == 1
    assert edges[filled[0]] <= 0.5 <= edges[filled[0] + 1]


@pytest.mark.parametrize(
    ("evolved", "initial", "message"),
    [
        ({}, None, "no coefficient to draw"),
        ({"A": np.ones(2)}, {"B": np.ones(2)}, r"initial coefficients \['B'\]: expected \['A'\]"),
        ({"A": np.array([np.nan])}, None, "not finite"),
    ],
)
def test_coefficients_that_cannot_be_drawn(evolved, initial, message):
    with pytest.raises(HebbaxError, match=message):
        plot_coefficients(evolved, initial)


def test_a_phase_diagram_shows_verdict_and_value_of_each_cell():
    labels = np.array([["fixed-point", "limit-cycle"], ["", "diverging"]])
    values = np.array([[1234.4, -5.0], [np.nan, 7.0]])

    ax = plot_phase_diagram(labels, values, ["1", "4"], ["5", "10"], rows="interval", columns="window")

    places = {(round(text.get_position()[0]), round(text.get_position()[1])): [] for text in ax.texts}
    for text in ax.texts:
        places[round(text.get_position()[0]), round(text.get_position()[1])].append(text.get_text())
    assert places == {
        (0, 0): ["1,234", "fixed-point"],
        (1, 0): ["−5", "limit-cycle"],
        (0, 1): ["", ""],
        (1, 1): ["7", "diverging"],
    }
    (mesh,) = [drawn for drawn in ax.collections if isinstance(drawn, QuadMesh)]
    shown = np.ma.masked_invalid(mesh.get_array()).reshape(2, 2)
    assert shown.tolist() == [[1, 2], [None, 0]]
    legend = ax.get_legend()
    assert [text.get_text() for text in legend.get_texts()] == ["diverging", "fixed-point", "limit-cycle"]
    colours = [to_hex(patch.get_facecolor()) for patch in legend.get_patches()]
    assert colours == [to_hex(mesh.get_cmap()(place)) for place in range(3)]


@pytest.mark.parametrize(
    ("labels", "values", "message"),
    [
        (np.array([["fixed-point"]]), None, r"labels have shape \[1, 1\]: expected \[1, 2\]"),
        (np.array([["", ""]]), np.zeros((2, 1)), r"values have shape \[2, 1\]: expected \[1, 2\]"),
        (np.array([["", "fixed"]]), None, "unknown verdict 'fixed': did you mean 'fixed-point'"),
    ],
)
def test_a_phase_diagram_that_does_not_fit(labels, values, message):
    with pytest.raises(HebbaxError, match=message):
        plot_phase_diagram(labels, values, ["a"], ["b", "c"])


def test_returns_draw_every_life_and_the_mean():
    ax = plot_returns({"evolved": np.array([1.0, 3.0]), "random": np.array([])}, title="both")

    points, mean, none = ax.lines
    assert list(np.asarray(points.get_ydata())) == [1.0, 3.0]
    assert list(np.asarray(mean.get_ydata())) == [2.0, 2.0]
    assert len(np.asarray(none.get_ydata())) == 0
    assert [label.get_text() for label in ax.get_xticklabels()] == ["evolved", "random"]
