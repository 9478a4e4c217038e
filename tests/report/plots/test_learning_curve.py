import numpy as np
import pytest
from matplotlib.collections import PolyCollection
from matplotlib.figure import Figure

from hebbax.errors import HebbaxError
from hebbax.report.plots import plot_learning_curve


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


def test_the_learning_curve_shows_the_numbers_of_the_metrics():
    ax = plot_learning_curve(metrics_of([0.0, 50.0, 75.0], mean_genome_return=[5.0, None, 90.0]))

    np.testing.assert_array_equal(line(ax, "population mean").get_xydata(), [[0, 0], [1, 50], [2, 75]])
    np.testing.assert_array_equal(line(ax, "best life").get_ydata(), [100, 150, 175])
    np.testing.assert_array_equal(line(ax, "mean genome").get_xydata(), [[0, 5], [2, 90]])


def test_the_axis_names_the_termination_that_returns_depend_on():
    assert plot_learning_curve(metrics_of([1.0])).get_ylabel() == "return"
    metrics = metrics_of([1.0, 2.0])  # which do not say, as those of earlier versions
    assert plot_learning_curve(metrics, termination="restart").get_ylabel() == "return (termination=restart)"
    for counts, label in (((0, 0), "return"), ((0, 3), "return (termination=restart)")):
        counted = [{**record, "terminations": count} for record, count in zip(metrics, counts, strict=True)]
        assert plot_learning_curve(counted, termination="restart").get_ylabel() == label


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


def labels(ax):
    return ax.get_legend_handles_labels()[1]


def test_lives_that_change_are_drawn_over_the_steps_that_they_took_and_named_by_their_lengths():
    metrics = metrics_of(
        [1.0, 2.0, 3.0], mean_genome_return=[5.0, None, 7.0], training_ticks=[20, 20, 30], steps=[200, 200, 300]
    )
    ax = plot_learning_curve(metrics, ticks=1000)

    assert ax.get_xlabel() == "control ticks"
    np.testing.assert_array_equal(line(ax, "population mean, 20 to 30 ticks").get_xdata(), [200, 400, 700])
    np.testing.assert_array_equal(line(ax, "mean genome, 1,000 ticks").get_xydata(), [[200, 5], [700, 7]])
    assert "best life, 20 to 30 ticks" in labels(ax)
    over = plot_learning_curve(metrics, ticks=1000, across="generations")
    assert over.get_xlabel() == "generation"
    np.testing.assert_array_equal(line(over, "mean genome, 1,000 ticks").get_xdata(), [0, 2])


def test_lives_of_one_length_are_drawn_over_generations():
    metrics = metrics_of([1.0, 2.0], training_ticks=[20, 20], steps=[200, 200])
    assert "population mean" in labels(plot_learning_curve(metrics, ticks=20))
    assert "population mean" in labels(plot_learning_curve(metrics))
    short = plot_learning_curve(metrics, ticks=100)
    assert "population mean, 20 ticks" in labels(short)
    assert short.get_xlabel() == "generation"
    steps = plot_learning_curve(metrics, ticks=20, across="steps")
    assert line(steps, "population mean").get_xdata().tolist() == [200, 400]
    with pytest.raises(HebbaxError, match="unknown axis 'step': did you mean 'steps'"):
        plot_learning_curve(metrics, across="step")
