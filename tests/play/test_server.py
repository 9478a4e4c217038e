"""`hebbax play` in a real browser: a person sees the robot, clicks, and the robot's life is another."""

from __future__ import annotations

import io
import socket
import threading
import time

import numpy as np
import pytest
from PIL import Image

from hebbax.damage.events import Event
from hebbax.errors import HebbaxError
from hebbax.play.server import PlayServer
from hebbax.play.session import FOREVER, Session
from hebbax.runs.stored_run import StoredRun

pytest.importorskip("viser", minversion="1.1")


@pytest.fixture(scope="module")
def cheetah():
    return Session.of_run(StoredRun.open("zoo:half_cheetah/han-e"))


@pytest.fixture
def server(cheetah):
    """A page of the shipped half-cheetah, live in a thread of its own."""
    cheetah.begin(0)
    server, stop = PlayServer(cheetah, port=0), threading.Event()
    thread = threading.Thread(target=server.run, args=(stop,))
    thread.start()
    yield server
    stop.set()
    thread.join(30)
    assert not thread.is_alive()


def button(text):
    return f"[...document.querySelectorAll('button')].find(e => e.textContent.trim() === {text!r})"


def wait_until(what, seconds=30.0):
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, "it did not come true in time"
        time.sleep(0.05)


@pytest.mark.slow
def test_a_person_watches_the_robot_and_does_harm_to_it(server, browser_page):
    page, session = browser_page, server.player.session
    page.resize(1000, 700)  # few pixels, because a processor draws them
    page.open(f"http://127.0.0.1:{server.port}/?token={server.token}")
    page.wait_for("document.body.textContent.includes('life 0 of seed 1')")
    wait_until(lambda: session.tick > 20)
    pixels = np.asarray(Image.open(io.BytesIO(page.screenshot())).convert("RGB"))
    middle = pixels[200:-100, 350:-350].reshape(-1, 3)
    assert len(np.unique(middle, axis=0)) > 50  # robot, floor and shadow, and not an empty canvas

    page.click_on(button("Pause"))
    page.wait_for(f"!!({button('Go on')})")
    tick = session.tick
    time.sleep(0.3)
    assert session.tick == tick
    page.click_on(button("Step"))
    wait_until(lambda: session.tick == tick + 1)

    page.click_on(button("Kill"))
    page.wait_for("document.body.textContent.includes('bthigh dead')")
    page.click_on(button("Step"))
    wait_until(lambda: session.tick == tick + 2)
    assert session.moment.action[0] == 0.0
    page.click_on(button("Push"))
    wait_until(lambda: len(session.events) == 2)
    page.click_on(button("Step"))
    wait_until(lambda: session.tick == tick + 3)
    page.click_on(button("Step"))
    wait_until(lambda: session.tick == tick + 4)
    assert [event.kind for event in session.events] == ["scale-actuator", "push-body"]

    harmed = session.moment
    unharmed = Session.of_run(StoredRun.open("zoo:half_cheetah/han-e"))
    while unharmed.moment.tick < harmed.tick:
        unharmed.step()
    assert not np.allclose(harmed.qpos, unharmed.moment.qpos, atol=1e-3)
    page.wait_for(f"document.body.textContent.includes('{harmed.tick + 1}')")

    page.click_on(button("Freeze plasticity"))
    page.wait_for(f"!!({button('Thaw plasticity')})")
    assert session.events[-1] == Event("freeze-plasticity", session.tick, FOREVER)
    page.click_on(button("Reset"))
    wait_until(lambda: session.events == ())
    page.wait_for("document.body.textContent.includes('unharmed')")
    page.click_on(button("Go on"))
    wait_until(lambda: session.tick > 5)

    assert page.console_errors == []
    asked = {url for url in page.requests if not url.startswith(("data:", "blob:"))}
    assert all(url.startswith(f"http://127.0.0.1:{server.port}/") for url in asked), asked


@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_has_a_title_and_is_as_light_or_dark_as_the_reader_likes(server, browser_page, scheme):
    browser_page.prefer(scheme)
    browser_page.resize(1280, 800)
    browser_page.open(f"http://127.0.0.1:{server.port}/?token={server.token}")
    browser_page.wait_for("document.body.textContent.includes('life 0 of seed 1')")

    assert browser_page.evaluate("document.title") == "half_cheetah · han-e · hebbax"
    assert browser_page.evaluate("document.documentElement.dataset.mantineColorScheme") == scheme
    assert f"token={server.token}" in browser_page.evaluate("location.search")
    assert browser_page.console_errors == []


@pytest.mark.slow
def test_on_a_phone_robot_and_harm_are_seen_together(server, browser_page):
    """Harm is where a thumb is, without a panel to be opened first; the robot is above the sheet with the buttons."""
    width, height = 390, 844
    browser_page.resize(width, height)
    browser_page.open(f"http://127.0.0.1:{server.port}/?token={server.token}")
    browser_page.wait_for("document.body.textContent.includes('life 0 of seed 1')")
    for name in ("Pause", "Push", "Kill", "Freeze plasticity"):
        place = browser_page.evaluate(
            f"(() => {{ const e = {button(name)}; e.scrollIntoView({{block: 'center', behavior: 'instant'}});"
            " const r = e.getBoundingClientRect(); return [r.left, r.top, r.right, r.bottom]; })()"
        )
        assert 0 <= place[0] < place[2] <= width, name
        assert height * 0.3 < place[1] < place[3] <= height, name
    canvas = browser_page.evaluate(
        "(() => { const r = document.querySelector('canvas').getBoundingClientRect(); return [r.top, r.bottom]; })()"
    )
    sheet = browser_page.evaluate(
        f"(() => {{ let e = {button('Pause')}; while (getComputedStyle(e).position !== 'fixed') e = e.parentElement;"
        " const r = e.getBoundingClientRect(); return [r.left, r.top, r.right]; })()"
    )
    assert canvas[1] <= sheet[1] + 1  # nothing of the scene is behind the sheet
    assert [sheet[0], sheet[2]] == pytest.approx([0, width], abs=1)
    browser_page.click_on(button("Push"))
    wait_until(lambda: len(server.player.session.events) == 1)
    browser_page.click_on("[...document.querySelectorAll('[aria-label=\"Expand panel What it does\"]')][0]")
    browser_page.wait_for(
        "[...document.querySelectorAll('div')].some(e => e.children.length === 0 &&"
        " e.textContent.startsWith('reward per tick') && e.getBoundingClientRect().height > 0)"
    )


@pytest.mark.slow
def test_what_cannot_be_done_is_told_and_life_goes_on(server, browser_page):
    def fail(player):
        raise HebbaxError("a reason why not")

    browser_page.open(f"http://127.0.0.1:{server.port}/?token={server.token}")
    browser_page.wait_for("document.body.textContent.includes('life 0 of seed 1')")
    server.player.post(fail)
    browser_page.wait_for("document.body.textContent.includes('a reason why not')")
    tick = server.player.session.tick
    wait_until(lambda: server.player.session.tick > tick)


def test_a_taken_port_gives_way_to_the_next_and_a_wrong_address_is_an_error(server, cheetah):
    other = PlayServer(cheetah, port=server.port)
    assert other.port != server.port
    stop = threading.Event()
    stop.set()
    other.run(stop)
    with pytest.raises(HebbaxError, match=r"port=70000: expected 0 to 65535"):
        PlayServer(cheetah, port=70000)
    with pytest.raises(HebbaxError, match=r"cannot listen on 192\.0\.2\.1, port 8080: "):
        PlayServer(cheetah, host="192.0.2.1")


def test_addresses_of_ipv6_are_listened_on(cheetah):
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError as error:
        pytest.skip(f"this machine has no IPv6: {error}")
    server, stop = PlayServer(cheetah, host="::1", port=0), threading.Event()
    try:
        socket.create_connection(("::1", server.port), timeout=10).close()
    finally:
        stop.set()
        server.run(stop)
