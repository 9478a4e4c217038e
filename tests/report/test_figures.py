import io

import imageio.v3 as imageio
import matplotlib
import numpy as np
import pytest
from matplotlib.collections import PolyCollection
from matplotlib.colors import to_hex
from matplotlib.figure import Figure

from hebbax.errors import HebbaxError
from hebbax.report.figures import plot_learning_curve, plot_weights, save_figure
from hebbax.report.style import VERMILLION
from hebbax.report.weights_figure import weight_speed

LAYERS = [(3, 2), (2, 1)]  # 6 + 2 = 8 weights
PERIOD = 0.05


def metrics_of(means, **more):
    return [
        {
            "generation": index,
            "return_mean": mean,
            "return_max": None if mean is None else mean + 100,
            "return_min": None if mean is None else mean - 100,
            "return_std": None if mean is None else 10.0,
            **{key: values[index] for key, values in more.items()},
        }
        for index, mean in enumerate(means)
    ]


def line(ax, label):
    return next(drawn for drawn in ax.get_lines() if drawn.get_label() == label)


def texts(figure):
    return [text.get_text() for ax in figure.axes for text in ax.texts]


def titled(figure, title):
    return next(ax for ax in figure.axes if title in ax.get_title(loc="left"))


def life(ticks=100, seed=0):
    return np.random.default_rng(seed).uniform(-1, 1, (ticks, 8)).astype(np.float32)


def test_the_learning_curve_shows_the_numbers_of_the_metrics():
    ax = plot_learning_curve(metrics_of([0.0, 50.0, 75.0], mean_genome_return=[5.0, None, 90.0]))

    np.testing.assert_array_equal(line(ax, "population mean").get_xydata(), [[0, 0], [1, 50], [2, 75]])
    np.testing.assert_array_equal(line(ax, "best life").get_ydata(), [100, 150, 175])
    np.testing.assert_array_equal(line(ax, "mean genome").get_xydata(), [[0, 5], [2, 90]])


def test_the_band_reaches_one_standard_deviation_to_either_side():
    ax = plot_learning_curve(metrics_of([0.0, 50.0, 75.0]))

    (band,) = [drawn for drawn in ax.collections if isinstance(drawn, PolyCollection)]
    corners = {tuple(corner) for corner in band.get_paths()[0].vertices.round(6).tolist()}
    assert corners == {(0, -10), (0, 10), (1, 40), (1, 60), (2, 65), (2, 85)}


@pytest.mark.parametrize("missing", [None, float("nan")])
def test_a_generation_without_a_finite_life_is_a_gap_with_a_mark(missing):
    ax = plot_learning_curve(metrics_of([1.0, 2.0, missing, 4.0, 5.0], diverged=[0, 3, 8, 0, 0]))

    assert np.isnan(line(ax, "population mean").get_ydata()).tolist() == [False, False, True, False, False]
    assert line(ax, "all diverged").get_xdata().tolist() == [2]
    assert "11 lives diverged in 2 of 5 generations" in texts(ax.figure)


def test_without_divergence_nothing_is_said_of_it():
    ax = plot_learning_curve(metrics_of([1.0, 2.0], diverged=[0, 0]))

    assert texts(ax.figure) == []
    assert "all diverged" not in ax.get_legend_handles_labels()[1]


def test_a_generation_between_two_gaps_is_a_dot():
    ax = plot_learning_curve(metrics_of([1.0, None, 3.0, None, 5.0, 6.0]))

    mean = line(ax, "population mean")
    assert mean.get_marker() == "o"
    assert mean.get_markevery() == [True, False, True, False, False, False]


def test_a_run_in_which_every_life_diverged_says_so():
    ax = plot_learning_curve(metrics_of([None, None], diverged=[4, 4]))

    assert "every life diverged in every generation" in texts(ax.figure)


def test_the_learning_curve_is_drawn_into_the_given_axes():
    given = Figure().subplots()

    assert plot_learning_curve(metrics_of([1.0]), given) is given
    assert line(given, "population mean").get_xydata().tolist() == [[0, 1]]


def test_a_run_without_a_generation_has_no_learning_curve():
    with pytest.raises(HebbaxError, match="has not finished a generation"):
        plot_learning_curve([])


def test_drawing_leaves_the_settings_of_the_user_alone():
    before = dict(matplotlib.rcParams)

    plot_weights(life(3), LAYERS, PERIOD).savefig(io.BytesIO())
    plot_learning_curve(metrics_of([1.0]))

    assert dict(matplotlib.rcParams) == before


def test_an_image_shows_each_layer_at_each_moment_in_its_own_symmetric_scale():
    weights = life()
    figure = plot_weights(weights, LAYERS, PERIOD, ticks=[0, 7])

    shown = [ax.images[0] for ax in figure.axes if ax.images]
    first = weights[7, :6].reshape(3, 2)
    second = weights[7, 6:].reshape(2, 1)
    assert len(shown) == 4
    np.testing.assert_allclose(shown[1].get_array(), first / np.abs(first).max(), rtol=1e-6)
    np.testing.assert_allclose(shown[3].get_array(), second / np.abs(second).max(), rtol=1e-6)
    assert {image.get_clim() for image in shown} == {(-1, 1)}
    assert shown[1].axes.get_title() == "0.35 s"
    assert shown[1].axes.get_xlabel() == f"max |w| = {np.abs(first).max():.2g}"


def test_the_moments_are_birth_the_end_and_some_between():
    figure = plot_weights(life(1000), LAYERS, PERIOD)

    titles = [ax.get_title() for ax in figure.axes if ax.images and ax.get_title()]
    assert titles == ["birth", "0.05 s", "0.5 s", "5 s", "50 s"]


def test_the_traces_are_weights_over_seconds_and_the_same_on_every_call():
    weights = life()

    axes = [titled(plot_weights(weights, LAYERS, PERIOD, traces_per_layer=2), "sample") for _ in range(2)]

    traces = [np.array([drawn.get_ydata() for drawn in ax.get_lines()]) for ax in axes]
    np.testing.assert_array_equal(traces[0], weights[:, [0, 5, 6, 7]].T)
    np.testing.assert_array_equal(traces[0], traces[1])
    np.testing.assert_allclose(axes[0].get_lines()[0].get_xdata(), np.arange(100) * 0.05)


def test_the_speed_is_the_length_of_the_change():
    weights = np.array([[0, 0], [3, 4], [3, 4], [3, 5]], np.float32)

    assert weight_speed(weights).tolist() == [5, 0, 1]


def test_the_speed_is_drawn_on_a_log_axis_at_the_ticks_that_changed_a_weight():
    weights = np.repeat(life(5), 4, axis=0)  # an update every four ticks

    ax = titled(plot_weights(weights, LAYERS, PERIOD), "speed")

    (drawn,) = ax.get_lines()
    assert ax.get_yscale() == "log"
    np.testing.assert_allclose(drawn.get_xdata(), np.array([3, 7, 11, 15]) * PERIOD)
    np.testing.assert_allclose(drawn.get_ydata(), weight_speed(weights)[3::4], rtol=1e-6)


def test_weights_that_do_not_change_are_said_to():
    figure = plot_weights(np.repeat(life(1), 50, axis=0), LAYERS, PERIOD)

    assert "the weights do not change: the speed is zero" in texts(figure)
    assert titled(figure, "speed").get_lines() == []


def test_a_life_of_one_tick_is_drawn():
    figure = plot_weights(life(1), LAYERS, PERIOD)

    assert "too short a life to have a speed" in texts(figure)
    assert [ax.get_title() for ax in figure.axes if ax.images and ax.get_title()] == ["birth"]


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
    assert [ax.get_title() for ax in figure.axes if ax.images and ax.get_title()][-1] == "2.95 s"


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


def test_a_figure_is_saved_as_a_png_of_150_dots_per_inch(tmp_path):
    path = tmp_path / "new" / "curve.png"

    save_figure(Figure(figsize=(2, 1)), path)

    assert imageio.imread(path).shape[:2] == (150, 300)
    assert [entry.name for entry in path.parent.iterdir()] == ["curve.png"]


def test_a_figure_that_cannot_be_written_is_an_error_of_one_line(tmp_path):
    (tmp_path / "taken").write_text("a file")

    with pytest.raises(HebbaxError, match=r"taken") as caught:
        save_figure(Figure(), tmp_path / "taken" / "curve.png")

    assert "\n" not in str(caught.value)
