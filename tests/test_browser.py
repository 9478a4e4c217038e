"""The browser that other tests look through must see what they rely on."""

from __future__ import annotations

import io
from urllib.parse import quote

import numpy as np
import pytest
from PIL import Image

PAGE = """<title>before</title>
<style>body { background: white } @media (prefers-color-scheme: dark) { body { background: black } }</style>
<button style="width: 200px; height: 100px" onclick="document.title = 'clicked'">press</button>"""


def _url(html: str) -> str:
    return f"data:text/html,{quote(html)}"


def _pixels(png: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGB"))


def test_a_click_reaches_the_page_and_a_good_page_logs_nothing(browser_page):
    browser_page.open(_url(PAGE))
    assert browser_page.evaluate("document.title") == "before"
    browser_page.click_on("document.querySelector('button')")
    assert browser_page.wait_for("document.title == 'clicked'")
    assert browser_page.console_errors == []
    assert browser_page.requests == [_url(PAGE)]


def test_errors_and_requests_of_a_page_are_seen(browser_page):
    browser_page.open(_url("<script>console.error('oh', 3); missing()</script><img src='http://127.0.0.1:9/a.png'>"))
    errors = sorted(browser_page.console_errors)
    assert errors[0].startswith("Failed to load resource")
    assert errors[1].startswith("ReferenceError: missing is not defined")
    assert errors[2:] == ["oh 3"]
    assert "http://127.0.0.1:9/a.png" in browser_page.requests


def test_a_screenshot_shows_the_page_in_the_size_and_scheme_asked_for(browser_page):
    browser_page.resize(390, 844)
    browser_page.open(_url(PAGE))
    light = _pixels(browser_page.screenshot())
    browser_page.prefer("dark")
    dark = _pixels(browser_page.screenshot())
    assert light.shape == dark.shape == (844, 390, 3)
    assert light[-1, -1].tolist() == [255, 255, 255]
    assert dark[-1, -1].tolist() == [0, 0, 0]


def test_webgl_draws(browser_page):
    browser_page.open(
        _url(
            "<body style='margin: 0'><canvas width=100 height=100></canvas><script>"
            "const gl = document.querySelector('canvas').getContext('webgl2', {preserveDrawingBuffer: true});"
            "gl.clearColor(1, 0, 0, 1); gl.clear(gl.COLOR_BUFFER_BIT);</script>"
        )
    )
    assert _pixels(browser_page.screenshot())[50, 50].tolist() == [255, 0, 0]


def test_what_goes_wrong_is_an_error(browser_page):
    with pytest.raises(RuntimeError, match="ReferenceError"):
        browser_page.evaluate("missing")
    with pytest.raises(TimeoutError, match=r"1 == 2 was not true within 0\.2 s"):
        browser_page.wait_for("1 == 2", timeout=0.2)
    with pytest.raises(RuntimeError, match="net::ERR"):
        browser_page.open("http://127.0.0.1:9/")
