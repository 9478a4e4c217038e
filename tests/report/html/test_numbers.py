"""The numbers behind figures: what is drawn can be downloaded, whatever draws it."""

from __future__ import annotations

import base64
import csv
import io
import json
import re
import zlib
from html import unescape

import numpy as np
import pytest
from matplotlib.figure import Figure

from hebbax.attractors.recurrence import self_distance
from hebbax.report.html.inline import figure_html
from hebbax.report.html.numbers import COLUMNS, MOST_POINTS, numbers_csv
from hebbax.report.plots import plot_coefficients, plot_learning_curve, plot_returns, plot_self_distance
from hebbax.report.style import figure_of


def numbers(figure: Figure) -> list[list[str]]:
    header, *rows = csv.reader(io.StringIO(numbers_csv(figure)))
    assert tuple(header) == COLUMNS
    return rows


def values(figure: Figure, series: str) -> np.ndarray:
    found = [[float(one) for one in row[2:] if one] for row in numbers(figure) if row[1] == series]
    return np.array(found)


@pytest.fixture
def axes():
    return Figure().add_subplot()


def test_a_line_is_its_points_and_a_mark_across_the_panel_is_none(axes):
    axes.plot([0, 1, 2], [3.0, 4.5, 1 / 3], label="speed, m/s")
    axes.axvline(1.5)
    axes.axhline(2.0, label="chance")

    rows = numbers(axes.figure)
    assert {row[1] for row in rows} == {"speed, m/s"}
    np.testing.assert_allclose(values(axes.figure, "speed, m/s"), [[0, 3], [1, 4.5], [2, 0.3333]])


def test_bars_points_bands_steps_and_images(axes):
    axes.bar([0, 1], [2.0, 3.0], label="bars")
    axes.scatter([5.0], [6.0], label="points")
    axes.fill_between([0, 1], [1, 2], [3, 4], label="band")
    axes.stairs([7.0, 8.0], [0, 1, 2], label="steps")
    axes.imshow([[1.0, 2.0], [3.0, 4.0]], extent=(0, 2, 0, 2), origin="lower", label="image")

    figure = axes.figure
    np.testing.assert_allclose(values(figure, "bars"), [[0, 0, 2], [1, 0, 3]])
    np.testing.assert_allclose(values(figure, "points"), [[5, 6]])
    assert {(0, 1), (1, 2), (0, 3), (1, 4)} <= set(map(tuple, values(figure, "band")))
    np.testing.assert_allclose(values(figure, "steps"), [[0.5, 7], [1.5, 8]])
    np.testing.assert_allclose(values(figure, "image"), [[0.5, 0.5, 1], [1.5, 0.5, 2], [0.5, 1.5, 3], [1.5, 1.5, 4]])


def test_an_image_that_begins_at_the_top_has_its_first_row_there(axes):
    axes.imshow([[1.0], [2.0]], label="image")

    np.testing.assert_allclose(values(axes.figure, "image"), [[0, 0, 1], [0, 1, 2]])


def test_a_long_series_says_that_it_has_fewer_points(axes):
    axes.plot(np.arange(10 * MOST_POINTS), np.zeros(10 * MOST_POINTS), label="long")

    rows = numbers(axes.figure)
    assert {row[1] for row in rows} == {"long (every 10 points)"}
    assert [float(row[2]) for row in rows[:3]] == [0, 10, 20]


def test_panels_are_counted_and_a_bar_of_colours_is_none():
    figure = Figure()
    left, right = figure.subplots(1, 2)
    image = left.imshow([[1.0]])
    figure.colorbar(image, ax=left)
    right.plot([1], [2], "o", label="there")

    assert [(row[0], row[1]) for row in numbers(figure)] == [("0", "series 0"), ("1", "there")]


def test_what_our_own_figures_draw_is_there():
    weights = np.random.default_rng(0).normal(size=(30, 4)).astype(np.float32)
    one = {"return_mean": 1.0, "return_max": 3.0, "return_min": 0.0, "return_std": 0.5, "mean_genome_return": 2.0}
    metrics = [{"generation": generation, **one} for generation in range(3)]
    for axes in (
        plot_returns({"ours": np.array([1.0, 2.0])}),
        plot_self_distance(self_distance(weights), 0.05),
        plot_coefficients({"A": weights}, None),
        plot_learning_curve(metrics),
    ):
        rows = numbers(figure_of(axes))
        assert rows
        assert all(np.isfinite([float(one) for one in row[2:4]]).all() for row in rows)


def test_a_figure_of_a_page_has_its_numbers_and_says_where_its_axes_are(axes):
    axes.plot([1, 10, 100], [0, 1, 2])
    axes.set_xscale("log")

    html = figure_html(axes.figure, "Speed of the weights")

    assert 'data-name="speed-of-the-weights.csv"' in html
    packed = re.search(r'data-csv="([^"]*)"', html)
    assert packed is not None
    assert zlib.decompress(base64.b64decode(packed[1])).decode() == numbers_csv(axes.figure)
    (panel,) = json.loads(unescape(re.search(r'data-panels="([^"]*)"', html)[1]))
    assert panel["x"][2] == "log"
    left, top, width, height = panel["box"]
    assert 0 < left < left + width < 1
    assert 0 < top < top + height < 1
