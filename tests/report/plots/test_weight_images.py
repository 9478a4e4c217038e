"""The weights of a life: images, traces and speed, alone and below each other."""

import io

import matplotlib
import numpy as np
import pytest
from matplotlib.colors import to_hex
from matplotlib.figure import Figure

from hebbax.attractors.trajectory import weight_speed
from hebbax.errors import HebbaxError
from hebbax.report.plots import plot_weight_images, plot_weight_speed, plot_weight_traces
from hebbax.report.plots.weight_images import plot_weights
from hebbax.report.style import VERMILLION

LAYERS = [(3, 2), (2, 1)]  # 6 + 2 = 8 weights
PERIOD = 0.05


def texts(figure):
    return [text.get_text() for ax in figure.axes for text in ax.texts]


def titled(figure, title):
    return next(ax for ax in figure.axes if title in ax.get_title(loc="left"))


def moments(ax):
    return [label.get_text() for label in ax.get_xticklabels()]


def life(ticks=100, seed=0):
    return np.random.default_rng(seed).uniform(-1, 1, (ticks, 8)).astype(np.float32)


def test_an_image_shows_each_layer_at_each_moment_in_its_own_symmetric_scale():
    weights = life()
    ax = plot_weight_images(weights, LAYERS, PERIOD, ticks=[0, 7])

    shown = ax.images
    first = weights[7, :6].reshape(3, 2)
    second = weights[7, 6:].reshape(2, 1)
    assert len(shown) == 4
    np.testing.assert_allclose(shown[1].get_array(), first / np.abs(first).max(), rtol=1e-6)
    np.testing.assert_allclose(shown[3].get_array(), second / np.abs(second).max(), rtol=1e-6)
    assert {image.get_clim() for image in shown} == {(-1, 1)}
    assert moments(ax) == ["birth", "0.35 s"]
    assert ax.texts[1].get_text() == f"max |w| = {np.abs(first).max():.2g}"
    assert [label.get_text() for label in ax.get_yticklabels()] == [
        "layer 0\n3 pre × 2 post",
        "layer 1\n2 pre × 1 post",
    ]


def test_layers_have_the_names_of_the_connections_if_given():
    names = ["input-hidden", "hidden-output"]

    figure = plot_weights(life(), LAYERS, PERIOD, layer_names=names)

    assert [label.get_text().split("\n")[0] for label in figure.axes[0].get_yticklabels()] == names
    for title, more in (("sample", []), ("speed", ["all"])):
        legend = titled(figure, title).get_legend()
        assert [text.get_text() for text in legend.get_texts()] == [*names, *more]
    with pytest.raises(HebbaxError, match="expected 2 names"):
        plot_weights(life(), LAYERS, PERIOD, layer_names=["all-all"])


def test_the_moments_are_birth_the_end_and_some_between():
    assert moments(plot_weight_images(life(1000), LAYERS, PERIOD)) == ["birth", "0.05 s", "0.5 s", "5 s", "50 s"]


def test_the_traces_are_weights_over_seconds_and_the_same_on_every_call():
    weights = life()

    axes = [titled(plot_weights(weights, LAYERS, PERIOD, traces_per_layer=2), "sample") for _ in range(2)]

    traces = [np.array([drawn.get_ydata() for drawn in ax.get_lines()]) for ax in axes]
    np.testing.assert_array_equal(traces[0], weights[:, [0, 5, 6, 7]].T)
    np.testing.assert_array_equal(traces[0], traces[1])
    np.testing.assert_allclose(axes[0].get_lines()[0].get_xdata(), np.arange(100) * 0.05)


def test_the_speed_is_drawn_on_a_log_axis_at_the_ticks_that_changed_a_weight():
    weights = np.repeat(life(5), 4, axis=0)  # an update every four ticks

    ax = titled(plot_weights(weights, LAYERS, PERIOD), "speed")

    expected = weight_speed(weights, LAYERS)
    assert ax.get_yscale() == "log"
    assert [drawn.get_label() for drawn in ax.get_lines()] == ["layer 0", "layer 1", "all"]
    for drawn, speed in zip(ax.get_lines(), [*expected.layers, expected.total], strict=True):
        np.testing.assert_allclose(drawn.get_xdata(), np.array([3, 7, 11, 15]) * PERIOD)
        np.testing.assert_allclose(drawn.get_ydata(), speed[3::4], rtol=1e-6)


def test_weights_that_do_not_change_are_said_to():
    figure = plot_weights(np.repeat(life(1), 50, axis=0), LAYERS, PERIOD)

    assert "the weights do not change: the speed is zero" in texts(figure)
    assert titled(figure, "speed").get_lines() == []


def test_a_life_of_one_tick_is_drawn():
    figure = plot_weights(life(1), LAYERS, PERIOD)

    assert "too short a life to have a speed" in texts(figure)
    assert moments(figure.axes[0]) == ["birth"]


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_a_life_that_diverged_is_drawn_up_to_there(bad):
    weights = life(100)
    weights[60:, 3] = bad

    figure = plot_weights(weights, LAYERS, PERIOD)

    assert any("diverged at 3 s" in text for text in texts(figure))
    traces = titled(figure, "sample")
    assert max(len(drawn.get_xdata()) for drawn in traces.get_lines()) == 60
    assert [to_hex(patch.get_facecolor()) for patch in traces.patches] == [VERMILLION.lower()]
    assert traces.get_xlim()[1] >= 99 * PERIOD
    assert moments(figure.axes[0])[-1] == "2.95 s"


def test_weights_that_were_never_finite_are_said_to_be():
    figure = plot_weights(np.full((5, 8), np.nan, np.float32), LAYERS, PERIOD)

    assert "the weights were not finite at birth" in texts(figure)


def test_weights_that_grow_large_are_on_an_axis_that_shows_all_of_them():
    weights = life(100) * np.geomspace(1, 1e30, 100, dtype=np.float32)[:, None]

    assert titled(plot_weights(weights, LAYERS, PERIOD), "sample").get_yscale() == "symlog"
    assert titled(plot_weights(life(100), LAYERS, PERIOD), "sample").get_yscale() == "linear"


@pytest.mark.parametrize(
    ("weights", "ticks", "message"),
    [
        (life(5)[:, :7], None, r"shape \[ticks, 8\].*shape \[5, 7\]"),
        (life(5)[0], None, r"shape \[8\]"),
        (life(5)[:0], None, r"at least one tick, but it had shape \[0, 8\]"),
        (life(5), [0, 5], "tick 5 is not in the life: expected 0 to 4"),
    ],
)
def test_weights_that_do_not_fit_are_refused(weights, ticks, message):
    with pytest.raises(HebbaxError, match=message):
        plot_weights(weights, LAYERS, PERIOD, ticks=ticks)


def test_drawing_leaves_the_settings_of_the_user_alone():
    before = dict(matplotlib.rcParams)

    plot_weights(life(3), LAYERS, PERIOD).savefig(io.BytesIO())

    assert dict(matplotlib.rcParams) == before


@pytest.mark.parametrize("plot", [plot_weight_images, plot_weight_traces, plot_weight_speed])
def test_each_is_drawn_into_the_given_axes(plot):
    given = Figure().subplots()

    assert plot(life(50), LAYERS, PERIOD, given) is given


def test_one_layer_has_one_speed():
    ax = plot_weight_speed(life(50), [(4, 2)], PERIOD)

    assert len(ax.get_lines()) == 1
    assert ax.get_legend() is None
