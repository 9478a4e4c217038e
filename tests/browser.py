"""A headless Chromium for tests, driven over its DevTools protocol: no driver and no other package is needed.

Tests get a page of it as the fixture `browser_page` of tests/conftest.py, which skips where there is no Chromium.
"""

from __future__ import annotations

import base64
import itertools
import json
import queue
import shutil
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

NAMES = ("chromium", "chromium-browser", "chromium-headless-shell", "google-chrome")
FLAGS = (
    "--headless=new",
    "--no-sandbox",  # which root, as in a container, cannot have
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--no-first-run",
    "--hide-scrollbars",
    "--mute-audio",
    # WebGL without a graphics card.
    "--use-gl=angle",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
)
SECONDS = 60.0
"""How long to wait for anything, unless told otherwise: without a graphics card a first picture may take long."""


def find_chromium() -> str | None:
    """Return the path of a Chromium, or None."""
    return next((path for name in NAMES if (path := shutil.which(name))), None)


class Page:
    """One page. What it logs as errors and what it asks the network for gather while it is open."""

    def __init__(self, browser: Browser, session: str) -> None:
        self._browser, self._session = browser, session
        self._loaded: set[str] = set()  # the loaders of the documents that have loaded
        self.console_errors: list[str] = []  # console.error, uncaught exceptions and failed loads
        self.requests: list[str] = []  # URLs, also file: and data:
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")
        self.call("Page.setLifecycleEventsEnabled", enabled=True)

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Call a method of the protocol and return its result. Raises RuntimeError with what Chromium says."""
        return self._browser.call(method, self._session, **parameters)

    def open(self, url: str, timeout: float = SECONDS) -> None:
        """Go to a URL (http:, file:, ...) and wait until it has loaded."""
        answer = self.call("Page.navigate", url=url)
        if answer.get("errorText"):
            raise RuntimeError(f"{url}: {answer['errorText']}")
        end = time.monotonic() + timeout
        while answer["loaderId"] not in self._loaded:
            if time.monotonic() > end:
                raise TimeoutError(f"{url} did not load within {timeout:g} s")
            time.sleep(0.02)

    def evaluate(self, expression: str) -> Any:
        """Return the value, as JSON, of a JavaScript expression; a promise is awaited."""
        answer = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in answer:
            raise RuntimeError(f"{expression}: {_words(answer['exceptionDetails'])}")
        return answer["result"].get("value")

    def wait_for(self, expression: str, timeout: float = SECONDS) -> Any:
        """Return the first value of an expression that counts as true."""
        end = time.monotonic() + timeout
        while not (value := self.evaluate(expression)):
            if time.monotonic() > end:
                raise TimeoutError(f"{expression} was not true within {timeout:g} s")
            time.sleep(0.1)
        return value

    def click(self, x: float, y: float) -> None:
        """Press and release the left button at a place in CSS pixels."""
        for kind in ("mouseMoved", "mousePressed", "mouseReleased"):
            pressed: dict[str, Any] = {} if kind == "mouseMoved" else {"button": "left", "clickCount": 1}
            self.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, **pressed)

    def click_on(self, expression: str) -> None:
        """Click in the middle of the element that an expression gives, when it is there."""
        self.wait_for(f"!!({expression})")
        place = self.evaluate(
            f"(() => {{ const e = {expression}; e.scrollIntoView({{block: 'center', behavior: 'instant'}});"
            " const r = e.getBoundingClientRect(); return [r.x + r.width / 2, r.y + r.height / 2]; })()"
        )
        self.click(*place)

    def resize(self, width: int, height: int, scale: float = 1.0) -> None:
        """Make the window so many CSS pixels large; `scale` is device pixels a CSS pixel."""
        self.call(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=scale, mobile=False
        )

    def prefer(self, scheme: str) -> None:
        """Ask pages for their `light` or `dark` look."""
        self.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])

    def screenshot(self, whole: bool = False) -> bytes:
        """Return a PNG of what the window shows, or of the whole page."""
        answer = self.call("Page.captureScreenshot", format="png", captureBeyondViewport=whole)
        return base64.b64decode(answer["data"])

    def take_event(self, method: str, parameters: dict[str, Any]) -> None:
        """Note an event of this page."""
        if method == "Page.lifecycleEvent" and parameters["name"] == "load":
            self._loaded.add(parameters["loaderId"])
        elif method == "Network.requestWillBeSent":
            self.requests.append(parameters["request"]["url"])
        elif method == "Runtime.exceptionThrown":
            self.console_errors.append(_words(parameters["exceptionDetails"]))
        elif method == "Runtime.consoleAPICalled" and parameters["type"] in ("error", "assert"):
            said = [str(part.get("value", part.get("description", ""))) for part in parameters["args"]]
            self.console_errors.append(" ".join(said))
        elif method == "Log.entryAdded" and parameters["entry"]["level"] == "error":
            self.console_errors.append(f"{parameters['entry']['text']} {parameters['entry'].get('url', '')}".strip())


class Browser:
    """A running Chromium, to open pages in."""

    def __init__(self, connection: ClientConnection) -> None:
        self._connection, self._numbers = connection, itertools.count(1)
        self._answers: dict[int, queue.SimpleQueue[dict[str, Any]]] = {}
        self._pages: dict[str, Page] = {}
        threading.Thread(target=self._read, name="browser", daemon=True).start()

    @contextmanager
    def page(self, width: int = 1280, height: int = 800) -> Iterator[Page]:
        """Open an empty page of a window so many pixels large, and close it in the end."""
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        self._pages[session] = page = Page(self, session)
        page.resize(width, height)
        try:
            yield page
        finally:
            del self._pages[session]
            self.call("Target.closeTarget", targetId=target)

    def call(self, method: str, session: str | None = None, **parameters: Any) -> dict[str, Any]:
        """Call a method of the protocol and return its result. Raises RuntimeError with what Chromium says."""
        number = next(self._numbers)
        self._answers[number] = answers = queue.SimpleQueue()
        message = {"id": number, "method": method, "params": parameters}
        self._connection.send(json.dumps(message | ({"sessionId": session} if session else {})))
        try:
            answer = answers.get(timeout=SECONDS)
        except queue.Empty:
            raise TimeoutError(f"Chromium did not answer {method} within {SECONDS:g} s") from None
        finally:
            del self._answers[number]
        if "error" in answer:
            raise RuntimeError(f"{method}: {answer['error']['message']}")
        return answer["result"]

    def _read(self) -> None:
        try:
            for text in self._connection:
                message = json.loads(text)
                answers = self._answers.get(message.get("id", 0))
                page = self._pages.get(message.get("sessionId", ""))
                if answers is not None:
                    answers.put(message)
                elif page is not None and "method" in message:
                    page.take_event(message["method"], message["params"])
        except ConnectionClosed:
            return  # the browser has ended


@contextmanager
def run_chromium(path: str) -> Iterator[Browser]:
    """Run a Chromium with a profile of its own, and end it."""
    with tempfile.TemporaryDirectory(prefix="hebbax-chromium-", ignore_cleanup_errors=True) as profile:
        command = [path, *FLAGS, "--remote-debugging-port=0", f"--user-data-dir={profile}", "about:blank"]
        with (Path(profile) / "said").open("wb") as said:
            process = subprocess.Popen(command, stdout=said, stderr=said)
        try:
            with connect(_address(process, Path(profile)), max_size=None, proxy=None) as connection:
                yield Browser(connection)
        finally:
            process.terminate()
            process.wait(SECONDS)


def _address(process: subprocess.Popen[bytes], profile: Path) -> str:
    """Return where Chromium listens, which it writes into its profile."""
    end = time.monotonic() + SECONDS
    port = profile / "DevToolsActivePort"
    while process.poll() is None and time.monotonic() < end:
        lines = port.read_text().splitlines() if port.is_file() else []
        if len(lines) == 2:
            return f"ws://127.0.0.1:{lines[0]}{lines[1]}"
        time.sleep(0.05)
    raise RuntimeError(f"Chromium did not start: {(profile / 'said').read_text(errors='replace')}")


def _words(details: dict[str, Any]) -> str:
    exception = details.get("exception", {})
    return exception.get("description") or str(exception.get("value", "")) or details["text"]
