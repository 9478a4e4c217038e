"""A page about a run in a real browser: it loads, plays and can be read on every screen, without a network."""

from __future__ import annotations

import io
import itertools
import re
import time
from pathlib import Path
from urllib.parse import unquote, urlsplit

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


@pytest.fixture(scope="module")
def beside(address) -> str:
    """The page about that run beside itself, two lives of each."""
    run = Path(unquote(urlsplit(address).path)).parent
    page = run.parent / "beside.html"
    words = ["--lifetimes", "2", "--side-by-side", "2", "--out", str(page)]
    assert main(["report", str(run), str(run), *words]) == 0
    return page.as_uri()


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
@pytest.mark.parametrize("page", ["address", "beside"])
def test_it_fits_every_screen(browser_page, request, page, width):
    browser_page.open(request.getfixturevalue(page))
    browser_page.wait_for(READOUT)
    browser_page.resize(width, 800)

    assert browser_page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_link_leads_to_a_moment(browser_page, address):
    browser_page.open(f"{address}#tick=31")
    assert browser_page.wait_for(READOUT).startswith("1.24 s · tick 31 ")
    assert browser_page.evaluate("document.getElementById('link').getAttribute('href')") == "#tick=31"

    browser_page.evaluate("location.hash = '#tick=12'")

    browser_page.wait_for(f"{READOUT}.includes('tick 12 ')")


def press(page, key: str, modifiers: int = 0) -> None:
    for kind in ("keyDown", "keyUp"):
        page.call("Input.dispatchKeyEvent", type=kind, key=key, modifiers=modifiers)


def test_keys_play_and_step(opened):
    press(opened, "ArrowRight")
    assert "tick 126 " in opened.evaluate(READOUT)
    press(opened, "ArrowLeft", modifiers=8)  # Shift
    assert "tick 116 " in opened.evaluate(READOUT)
    assert opened.evaluate("document.getElementById('moment').getAttribute('aria-valuetext')") == opened.evaluate(
        READOUT
    )
    press(opened, "k")
    opened.wait_for("document.getElementById('play').textContent == 'Pause'")
    press(opened, "k")
    opened.wait_for("document.getElementById('play').textContent == 'Play'")


def test_everything_can_be_reached_and_has_a_name(opened):
    nameless = """[...document.querySelectorAll("button, input, select, a, canvas, svg[role], img, video")].filter(
      (one) => !(one.ariaLabel || one.getAttribute("alt") || one.textContent.trim())).map(
      (one) => one.outerHTML.slice(0, 80))"""
    assert opened.evaluate(nameless) == []
    ids = opened.evaluate("[...document.querySelectorAll('[id]')].map((one) => one.id)")
    assert len(ids) == len(set(ids))
    assert opened.evaluate("document.documentElement.lang") == "en"
    press(opened, "Tab")
    assert opened.evaluate("document.querySelectorAll('[tabindex]').length") == 0
    levels = opened.evaluate("[...document.querySelectorAll('h1, h2, h3')].map((one) => Number(one.tagName[1]))")
    assert levels[0] == 1
    assert all(later <= before + 1 for before, later in itertools.pairwise(levels))


def test_the_numbers_of_a_figure_are_said_under_the_pointer_and_can_be_saved(opened, tmp_path):
    figure = "document.querySelector('[data-name=\"speed-of-the-weights-over-time.csv\"]').closest('figure')"
    opened.evaluate(f"{figure}.scrollIntoView({{block: 'center', behavior: 'instant'}})")
    x, y = opened.evaluate(f"(() => {{ const r = {figure}.querySelector('svg, img').getBoundingClientRect();"
                           " return [r.x + r.width / 2, r.y + r.height / 2]; })()")  # fmt: skip
    opened.call("Input.dispatchMouseEvent", type="mouseMoved", x=x, y=y)
    assert re.search(r"[\d.e-]+, [\d.e-]+$", opened.wait_for(f"{figure}.querySelector('output').textContent"))

    opened.call("Page.setDownloadBehavior", behavior="allow", downloadPath=str(tmp_path))
    opened.click_on(f"{figure}.querySelector('button')")
    saved = tmp_path / "speed-of-the-weights-over-time.csv"
    end = time.monotonic() + 30
    while not saved.is_file() and time.monotonic() < end:
        time.sleep(0.1)
    assert saved.read_text().startswith("panel,series,x,y,value\n0,")
    assert opened.console_errors == []


def test_lives_of_two_runs_move_together(browser_page, beside):
    browser_page.open(beside)
    browser_page.wait_for(READOUT)
    assert browser_page.evaluate("document.querySelectorAll('section.life').length") == 4
    for name in ("robot-2", "weights-2", "path-4", "speed-3"):
        assert browser_page.evaluate(INK_OF % name) > 10_000, name

    browser_page.evaluate("(() => { const s = document.getElementById('moment'); s.value = 7;"
                          " s.dispatchEvent(new Event('input')); })()")  # fmt: skip

    for number in ("", "-2", "-3", "-4"):
        assert "tick 7 " in browser_page.evaluate(f"document.getElementById('readout{number}').textContent")
    assert browser_page.console_errors == []


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
