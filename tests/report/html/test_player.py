"""The player keeps a film in step with the life, also where a tick is no time and a film shows one a frame."""

from __future__ import annotations

import re
from dataclasses import replace
from importlib.resources import files

import numpy as np
import pytest

from hebbax.report.film.life_film import film_period
from hebbax.report.html.animation import Shown, pack_life
from hebbax.report.html.player import lives_html, player_html
from hebbax.tasks.external.task import ExternalTask
from hebbax.types import Record

FRAME = 1 / 30  # s
PENDULUM = ExternalTask("gymnasium/Pendulum-v1", "Pendulum", 3, 1, 0.05, True, 200, {})
# In place of a film: what the player asks of one, 10 s long.
FILM = """<div id="film"></div><script>Object.assign(document.getElementById("film"), {
  duration: 10, currentTime: 0, playbackRate: 1, paused: true, seeking: false,
  async play() { this.paused = false; }, pause() { this.paused = true; } });</script>"""


def packed(period: float, film: float) -> dict:
    blank = np.zeros((600, 1))
    weights = np.zeros((600, 0), np.float32)
    record = Record(blank, blank, blank, blank, np.ones(600), np.zeros(600, bool), weights, blank, blank, blank)
    return pack_life(Shown(record, (), (), period, film, PENDULUM.world))


def test_a_tick_of_a_film_is_as_long_as_it_is_or_a_frame(swimmer):
    assert film_period(swimmer) == swimmer.control_period
    assert film_period(PENDULUM) == 0.05
    assert film_period(replace(PENDULUM, control_period=1.0, timed=False)) == pytest.approx(FRAME)


def test_the_caption_says_how_much_of_the_life_is_filmed():
    assert "filmed: the first 6 s." in player_html([packed(0.01, 0.01)], FILM)
    assert "filmed: the first 10 s." in player_html([packed(0.05, 0.05)], FILM)
    assert "filmed: the first 300 ticks, in 10 s." in player_html([packed(1.0, FRAME)], FILM)


def test_lives_side_by_side_have_names_and_views_of_their_own():
    page = player_html([packed(0.01, 0.01)] * 3, names=("one", "two", "<three>"))

    assert re.findall(r'<section class="life" aria-label="([^"]*)">', page) == ["one", "two", "&lt;three&gt;"]
    ids = re.findall(r' id="([^"]*)"', page)
    assert len(ids) == len(set(ids))
    assert {"readout", "readout-2", "readout-3"} < set(ids)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("period", "film", "moment", "pace", "end"),
    [(0.05, 0.05, 6.0, 0.25, "10 s"), (1.0, FRAME, 4.0, None, "tick 300")],
)
def test_the_film_shows_the_tick_of_the_slider(browser_page, tmp_path, period, film, moment, pace, end):
    life = packed(period, film)
    player = (files("hebbax.report.html") / "player.js").read_text("utf-8")
    page = tmp_path / "page.html"
    page.write_text(f"{player_html([life], FILM)}{lives_html([life])}<script>{player}</script>", "utf-8")
    browser_page.open(page.as_uri())
    browser_page.wait_for("document.getElementById('readout').textContent")
    begin = 5 * film / period  # s: the moment of the page is 5 s of the life
    assert browser_page.evaluate("document.getElementById('film').currentTime") == pytest.approx(begin)

    browser_page.evaluate("(() => { const s = document.getElementById('moment'); s.value = 120;"
                          " s.dispatchEvent(new Event('input')); })()")  # fmt: skip

    assert browser_page.evaluate("document.getElementById('film').currentTime") == pytest.approx(moment)
    assert browser_page.evaluate("document.getElementById('film-end').textContent") == f"the film ends at {end}"
    browser_page.evaluate("document.getElementById('rate').value = '0.25'")
    browser_page.click_on("document.getElementById('play')")
    browser_page.wait_for("Number(document.getElementById('moment').value) > 120")
    if pace is None:  # slower than a browser plays
        assert browser_page.evaluate("document.getElementById('film').paused")
        assert browser_page.wait_for("document.getElementById('film').currentTime > 121 / 30")
    else:
        assert browser_page.evaluate("document.getElementById('film').playbackRate") == pace
    assert browser_page.console_errors == []
