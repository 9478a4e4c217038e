"""A page about a run in a real browser: it loads, plays and can be read on every screen, without a network."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from hebbax.cli.main import main

pytestmark = pytest.mark.slow  # a page takes a compiled life, twenty more, an analysis and a film

PICTURES = """(async () => {
  const found = [...document.querySelectorAll("img, svg image")].map((element) => element.src || element.href.baseVal);
  return Promise.all(found.map(async (address) => {
    const image = new Image();
    image.src = address;
    await image.decode();
    return image.naturalWidth;
  }));
})()"""
INK_OF = """(() => {
  const canvas = document.getElementById("%s");
  const pixels = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
  let sum = 0;
  for (let k = 3; k < pixels.length; k += 4) sum += pixels[k];
  return sum;
})()"""
READOUT = "document.getElementById('readout').textContent"


@pytest.fixture(scope="module")
def address(tmp_path_factory) -> str:
    """The page about a small run, with a film where one can be drawn."""
    folder = tmp_path_factory.mktemp("browser")
    words = (
        "task=swimmer policy=han-e policy.interval=0.04 task.ticks=200 strategy.population=2 evaluate_lifetimes=1 "
        "generations=1 threads=1"
    )
    assert main(["train", *words.split(), "--run", str(folder / "run")]) == 0
    assert main(["report", str(folder / "run"), "--lifetimes", "2"]) == 0
    return (folder / "run/report.html").as_uri()


@pytest.fixture
def opened(browser_page, address):
    browser_page.open(address)
    browser_page.wait_for(READOUT)  # the life is unpacked while the page goes on
    return browser_page


def test_it_loads_without_an_error_or_a_request(opened, address):
    opened.wait_for("document.readyState == 'complete'")

    assert opened.console_errors == []
    assert [url for url in opened.requests if not url.startswith("data:")] == [address]
    widths = opened.evaluate(PICTURES)
    assert len(widths) >= 4
    assert min(widths) > 0


def test_the_film_can_be_played(opened):
    if not opened.evaluate("!!document.getElementById('film')"):
        pytest.skip("no off-screen OpenGL draws here")

    assert opened.wait_for("document.getElementById('film').duration") == pytest.approx(8.0, abs=0.2)  # 200 × 0.04 s
    assert opened.evaluate("document.getElementById('film').videoWidth") == 480


def test_every_view_is_drawn_and_changes_with_the_moment(opened):
    assert opened.evaluate(READOUT).startswith("5.00 s · tick 125")
    views = ["robot", "weights", "path", "speed"]
    assert all(opened.evaluate(INK_OF % name) > 10_000 for name in views)
    pictures = {name: opened.evaluate(f"document.getElementById('{name}').toDataURL()") for name in views}

    opened.evaluate("(() => { const s = document.getElementById('moment'); s.value = 7;"
                    " s.dispatchEvent(new Event('input')); })()")  # fmt: skip

    assert opened.evaluate(READOUT).startswith("0.28 s · tick 7")
    for name in views:
        assert opened.evaluate(f"document.getElementById('{name}').toDataURL()") != pictures[name], name


def test_play_goes_on_and_pause_stops(opened):
    opened.evaluate("document.getElementById('rate').value = '0.1'")  # or a slow machine is at the end before the pause
    opened.click_on("document.getElementById('play')")
    opened.wait_for("Number(document.getElementById('moment').value) > 127")
    assert opened.evaluate("document.getElementById('play').textContent") == "Pause"
    opened.click_on("document.getElementById('play')")
    opened.wait_for("document.getElementById('play').textContent == 'Play'")

    stopped = opened.evaluate(READOUT)
    opened.evaluate("new Promise((done) => setTimeout(done, 300))")
    assert opened.evaluate(READOUT) == stopped
    assert opened.console_errors == []


@pytest.mark.parametrize("width", [360, 768, 1440])
def test_it_fits_every_screen(opened, width):
    opened.resize(width, 800)

    assert opened.evaluate("document.documentElement.scrollWidth") <= width


def test_it_is_light_or_dark_as_the_reader_likes(opened):
    shades = {}
    for scheme in ("light", "dark"):
        opened.prefer(scheme)
        opened.evaluate("new Promise((done) => setTimeout(done, 200))")
        shades[scheme] = np.asarray(Image.open(io.BytesIO(opened.screenshot())).convert("L")).mean()
        letters = opened.evaluate("getComputedStyle(document.querySelector('figure svg g use')).fill")
        assert letters != "none"

    assert shades["light"] > 200
    assert shades["dark"] < 60
