"""A compact figure looks as it did: what changes is how it is written."""

import base64
import io
import re

import numpy as np
import pytest
from matplotlib.figure import Figure
from PIL import Image

from hebbax.report.html.compact_svg import compact_path, compact_svg, without_repeated_shapes
from hebbax.report.html.inline import figure_html


@pytest.mark.parametrize(
    ("path", "compact"),
    [
        ("M 0 244.8 \nL 345.6 244.8 \nL 345.6 0 \nL 0 0 \nz\n", "m0 244.8 345.6 0 0-244.8-345.6 0z"),
        ("M 1.000001 2.5 \nL 1.25 2.499 \n", "m1 2.5 .25 0"),
        ("M 10 10 \nQ 20 10 20 20 \nQ 20 30 10 30 \nz\nM 0 0 \nL 5 5 \n", "m10 10q10 0 10 10 0 10-10 10zm-10-10 5 5"),
        ("M 0 1.5 \nC 0.397805 1.5 0.77937 1.341951 1.06066 1.06066 \n", "m0 1.5c.4 0 .78-.16 1.06-.44"),
        ("M 0 0 \nL 1 0.01 \nL 2 0 \nL 2 5 \n", "m0 0 2 0 0 5"),  # a corner that nobody sees
        ("M 0 0 \nL 2 0 \nL 1 0 \nL 3 1 \n", "m0 0 2 0-1 0 2 1"),  # but a line that turns back is as it was
        ("M 3 3 \nL 3 3 \n", "m3 3 0 0"),  # a dot
    ],
)
def test_a_path_is_told_in_steps_of_a_hundredth(path, compact):
    assert compact_path(path) == compact


def test_rounding_adds_up_to_nothing():
    places = np.cumsum(np.random.default_rng(0).uniform(-3, 3, (2000, 2)), axis=0)

    told = compact_path("M " + " L ".join(f"{x:.6f} {y:.6f}" for x, y in places))

    steps = np.array(re.findall(r"-?(?:\d+\.?\d*|\.\d+)", told), float).reshape(-1, 2)
    np.testing.assert_allclose(steps.sum(axis=0), places[-1], atol=0.0051)


def test_a_path_that_matplotlib_does_not_write():
    with pytest.raises(ValueError, match="a path with 'A'"):
        compact_path("M 0 0 A 1 1 0 0 0 1 1")


def test_scales_colours_and_opacities_stay():
    svg = (
        '<svg xmlns:xlink="http://www.w3.org/1999/xlink"><!-- a --><g>\n <g style="opacity: 0.123456; fill: #123456" '
        'transform="translate(1.23456 2.34567) rotate(-12.34567) scale(0.0156251 -0.08)">\n'
        '<use xlink:href="#DejaVuSans-2b" transform="translate(63.623047 0)"/></g></g></svg>'
    )

    assert compact_svg(svg) == (
        '<svg><g style="opacity:0.123456;fill:#123456" '
        'transform="translate(1.23 2.35) rotate(-12.34567) scale(0.0156251 -0.08)">'
        '<use href="#g2b" x="63.62"/></g></svg>'
    )


def test_a_mark_is_stroked_by_its_shape_alone():
    shapes = '<path id="m" d="M 0 0" style="stroke: #1"/><path id="c" d="M 0 0"/>'
    places = '<use xlink:href="#{}" x="1" y="2" style="fill: #2; stroke: #1"/>'

    compact = compact_svg(shapes + places.format("m") + places.format("c"))

    assert compact.endswith('x="1" y="2" style="fill:#2"/><use href="#c" x="1" y="2" style="fill:#2;stroke:#1"/>')


def test_letters_stand_once_on_a_page():
    letter, other = '<path id="a" d="m0 0"/>', '<path id="b" d="m1 1"/>'

    page = f"<defs>{letter}</defs>-<defs>{letter}{other}</defs>-<defs>{letter}</defs>"

    assert without_repeated_shapes(page) == f"<defs>{letter}</defs>-<defs>{other}</defs>-"


@pytest.mark.parametrize(("colours", "mode"), [(3, "P"), (256, "P"), (257, "RGBA")])
def test_a_picture_of_few_colours_has_a_palette_and_the_same_pixels(colours, mode):
    shades = np.random.default_rng(0).integers(0, 256, (colours, 4)) | [0, 0, 0, 255]
    pixels = shades[np.arange(6400).reshape(80, 80) % colours].astype(np.uint8)
    written = io.BytesIO()
    Image.fromarray(pixels).save(written, "PNG")
    encoded = base64.b64encode(written.getvalue()).decode()

    compact = compact_svg(f'<image xlink:href="data:image/png;base64,\n{encoded}"/>')

    image = Image.open(io.BytesIO(base64.b64decode(compact.split("base64,")[1].split('"')[0])))
    assert image.mode == mode
    np.testing.assert_array_equal(image.convert("RGBA"), pixels)


def test_a_figure_keeps_the_dark_look():
    figure = Figure()
    figure.add_subplot().plot([0, 1], [0, 1], color="#222222")

    html = figure_html(figure, "a line")

    assert "stroke:var(--ink)" in html
    assert "fill:var(--panel)" in html
