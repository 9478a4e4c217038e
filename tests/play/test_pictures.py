"""What the small pictures show."""

from __future__ import annotations

import base64
import io
import re
import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest
from PIL import Image

from hebbax.play.pictures import course_drawing, layer_picture, layer_pixels, portrait, speed_drawing
from hebbax.report.style import BLUE, LAYER_COLOURS, VERMILLION


def svg(text):
    return ElementTree.fromstring(re.search(r"<svg.*</svg>", text)[0])


def lines(text):
    """Return the points [n, 2] of every line."""
    found = svg(text).findall("polyline")
    return [np.array([p.split(",") for p in line.get("points").split()], float) for line in found]


def test_a_layers_pixels_are_blue_white_and_red_in_its_own_scale():
    pixels = layer_pixels(np.array([[-2.0, 0.0, 2.0], [1.0, np.nan, 0.0]])).astype(int)
    (blue, white, red), (pink, grey, _) = pixels
    assert blue[2] > blue[0] + 50
    assert white.min() > 240
    assert red[0] > red[2] + 50
    assert white.sum() > pink.sum() > red.sum()
    assert len(set(grey.tolist())) == 1
    np.testing.assert_array_equal(layer_pixels(np.zeros((2, 2))), np.broadcast_to(white, (2, 2, 3)))


def test_a_layers_picture_holds_its_pixels_and_says_what_it_is():
    weights = np.array([[0.5, -0.25]])
    text = layer_picture("a<b", weights)
    file = base64.b64decode(re.search(r"base64,([^\"]+)", text)[1])
    np.testing.assert_array_equal(np.asarray(Image.open(io.BytesIO(file))), layer_pixels(weights))
    assert "a&lt;b · 1 pre × 2 post · max |w| 0.5" in text


def test_a_layer_of_many_weights_shows_some_of_them():
    weights = np.zeros((500, 1000))
    weights[0] = 1.0
    pixels = layer_pixels(weights)
    assert pixels.shape == (120, 300, 3)
    assert (pixels[0] == pixels[0, 0]).all()
    assert (pixels[1:] == pixels[1, 0]).all()


def test_speeds_stand_on_a_logarithmic_axis_without_ticks_that_stand_still():
    speeds = np.array([[1.0, 10.0], [0.1, 10.0], [0.0, 0.0], [0.01, 10.0], [np.nan, 1.0]])
    text = speed_drawing(np.arange(5.0), speeds, ["in", "out"])
    falling, level = lines(text)
    steps = np.diff(falling[:, 1])
    assert len(falling) == 3
    assert steps[0] > 0
    np.testing.assert_allclose(steps[0], steps[1], atol=0.11)
    assert len(set(level[:, 1])) == 1
    assert level[0, 1] < falling[0, 1]
    words = [word.text for word in svg(text).findall("text")]
    assert {"0.01", "0.1", "1", "10", "0.0 s", "3.0 s"} == set(words)


def test_a_portrait_fits_a_trajectory_and_marks_where_it_is():
    angles = np.linspace(0, 1.5 * np.pi, 50)
    text = portrait(np.stack([np.cos(angles), np.sin(angles)], 1), np.array([0.6, 0.4]))
    points = np.concatenate(lines(text))
    spans = points.max(axis=0) - points.min(axis=0)
    np.testing.assert_allclose(spans[0], spans[1], rtol=0.01)  # one scale for both axes
    dot = svg(text).find("circle")
    place = float(dot.get("cx")), float(dot.get("cy"))
    np.testing.assert_allclose(place, [points[:, 0].mean(), points[:, 1].max()], atol=30)
    np.testing.assert_allclose(place[1], points[:, 1].max(), atol=0.1)  # a circle that ends at its lowest place
    assert "60 and 40 % of the variance" in text


def test_a_fixed_point_is_a_dot_and_a_bar_says_how_large_its_motion_is():
    angles = np.linspace(0, 2 * np.pi, 50)
    ripple = np.stack([np.cos(angles), np.sin(angles)], 1)
    for size, width, part in ((1000.0, 1.6, 10), (10.0, 158, 10), (2.0, 158, 50)):
        text = portrait(ripple, np.array([0.5, 0.5]), size)
        spans = np.ptp(np.concatenate(lines(text)), axis=0)
        np.testing.assert_allclose(spans, width, atol=1.0)  # of the 158 units that the picture is high
        (label,) = [word.text for word in svg(text).findall("text")]
        assert label == f"{part} % of ‖W‖"
        begin, end = re.search(r"M(\d+) [\d.]+ H([\d.]+)", svg(text).find("path").get("d")).groups()
        # So many units are 1, the radius of the ripple, and the bar is a part of the norm.
        np.testing.assert_allclose(float(end) - float(begin), part / 100 * size * spans[0] / 2, rtol=0.3)
    assert svg(portrait(ripple, np.array([0.5, 0.5]))).find("path") is None


@pytest.mark.parametrize("draw", ["course", "speed"])
def test_harm_is_marked_where_it_was_done_if_that_is_still_shown(draw):
    seconds, marks = np.linspace(10.0, 20.0, 101), [5.0, 10.0, 15.0, 25.0]
    values = np.sin(seconds) + 2
    if draw == "course":
        text = course_drawing("reward", seconds, values, marks)
    else:
        text = speed_drawing(seconds, values[:, None], ["a"], marks)
    (line,) = lines(text)
    harm = [float(mark.get("x1")) for mark in svg(text).findall("line") if mark.get("class") == "harm"]
    np.testing.assert_allclose(harm, [line[0, 0], (line[0, 0] + line[-1, 0]) / 2], atol=0.2)


def test_a_course_has_a_zero_and_gaps():
    values = np.array([1.0, 2.0, np.nan, -2.0, 4.0, 4.0])
    text = course_drawing("reward per tick", np.arange(6.0), values)
    first, second = lines(text)
    assert (len(first), len(second)) == (2, 3)
    heights = np.concatenate([first[:, 1], second[:, 1]])
    known = values[np.isfinite(values)]
    np.testing.assert_allclose(
        np.diff(heights) / np.diff(heights).sum(), np.diff(known) / np.diff(known).sum(), atol=0.01
    )
    assert {word.text for word in svg(text).findall("text")} == {"−2", "0", "4", "0.0 s", "5.0 s"}
    assert "nothing yet" in course_drawing("reward", np.arange(3.0), np.array([np.nan, 1.0, np.nan]))


def test_nothing_is_written_in_a_colour_that_a_dark_page_hides():
    drawings = [
        portrait(np.random.default_rng(0).normal(size=(9, 2)), np.array([0.6, 0.4]), 5.0),
        speed_drawing(np.arange(5.0), np.ones((5, 2)), ["in", "out"]),
        course_drawing("reward", np.arange(5.0), np.arange(5.0)),
    ]
    for text in drawings:
        for element in svg(text).iter():
            for ink in (element.get("fill"), element.get("stroke")):
                assert ink in (None, "none", "currentColor", VERMILLION), ElementTree.tostring(element)
            if (style := element.get("style")) and "stroke" in style:
                colour = re.search(r"stroke: ([^;]+)", style)[1]
                assert colour == f"var(--hebbax-blue, {BLUE})" or colour in LAYER_COLOURS[1:]


def test_what_does_not_move_says_so():
    for text in (portrait(np.zeros((0, 2)), np.zeros(2)), speed_drawing(np.arange(3.0), np.zeros((3, 1)), ["a"])):
        assert "the weights do not move" in text
        assert lines(text) == []
