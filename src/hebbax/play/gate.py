"""Who may see and drive a page that `hebbax play` serves: whoever has its address, and no other web page.

A page that a browser has open somewhere else can send requests to a server on this machine. So each request, the
handshake of a WebSocket too, has to carry the token of the address, or the cookie that answers it; has to be for a host
that is this server's, or a name could be pointed here later (DNS rebinding); and, where a page sends it, has to come
from this server's own page.
"""

from __future__ import annotations

import http
import inspect
import ipaddress
import re
import secrets
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.cookies import CookieError, SimpleCookie
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

from hebbax.errors import HebbaxError
from hebbax.installing import pip_install

if TYPE_CHECKING:
    from websockets.http11 import Request, Response

_HOST = re.compile(r"(?P<name>\[[0-9a-f:.]+\]|[a-z0-9._-]+)(:\d{1,5})?")  # as a Host header has it, in small letters

_HEADERS = {
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
}  # the token goes, and the page is, nowhere else

_patching = threading.Lock()


class Gate:
    """Lets requests through that carry the token, are for a host of this server and come from its own page.

    `host` is what the server listens on. The machine itself is let in under the names of its loopback with any port, as
    an SSH tunnel needs. A server that listens for other machines is reached as `host`, by the machine's own name, or by
    any IP address: only names can be made to point elsewhere.
    """

    def __init__(self, host: str) -> None:
        self.token = secrets.token_urlsafe(24)
        # Of this server alone: cookies do not tell the ports of a machine apart, and tunnels can share one.
        self._cookie = f"hebbax-{secrets.token_hex(4)}"
        self._names = {"localhost"}
        self._beyond_loopback = not _is_loopback(host)
        if self._beyond_loopback:
            self._names |= {host.casefold(), socket.gethostname().casefold()}

    def refusal(self, request: Request) -> str | None:
        """Return why a request is refused, in one line, or None for one that is let through."""
        hosts, origins = request.headers.get_all("Host"), request.headers.get_all("Origin")
        host = hosts[0].casefold() if len(hosts) == 1 else ""
        if not self._is_ours(host):
            return "this page is not served under that host: open the address that `hebbax play` printed"
        # Without an origin it is no script of a page, or a page's request for what is its own.
        if any(origin.casefold() not in (f"http://{host}", f"https://{host}") for origin in origins):
            return "another page cannot use this one: open the address that `hebbax play` printed"
        if not self._has_token(request):
            return "the token is missing or wrong: open the whole address that `hebbax play` printed"
        return None

    def answered(self, response: Response) -> Response:
        """Return an answer with the cookie that lets the page ask for its files and its WebSocket."""
        response.headers["Set-Cookie"] = f"{self._cookie}={self.token}; Path=/; HttpOnly; SameSite=Strict"
        for name, value in _HEADERS.items():
            response.headers[name] = value
        return response

    def _is_ours(self, host: str) -> bool:
        match = _HOST.fullmatch(host)
        if match is None:
            return False
        name = match["name"].strip("[]")
        return name in self._names or _is_loopback(name) or (self._beyond_loopback and _is_ip_address(name))

    def _has_token(self, request: Request) -> bool:
        given = parse_qs(urlsplit(request.path).query).get("token", [])
        for header in request.headers.get_all("Cookie"):
            try:
                cookie = SimpleCookie(header).get(self._cookie)
            except CookieError:
                continue  # of another server on this machine
            given += [] if cookie is None else [cookie.value]
        return any(secrets.compare_digest(token.encode(), self.token.encode()) for token in given)


@contextmanager
def guarded(gate: Gate, dress: Callable[[Response], Response] = lambda response: response) -> Iterator[None]:
    """Have a server of viser's that is made within the block let all its requests through a gate.

    `dress` gets each answer, and returns what goes out in its place.

    viser has no place for such a check, so its call of `websockets.asyncio.server.serve` gets one. Raises HebbaxError
    where it serves in another way than that: then nothing would be checked.
    """
    import websockets.asyncio.server as library

    serve, passed = library.serve, threading.Event()

    def serve_guarded(*arguments: Any, process_request: Callable[..., Any] | None = None, **options: Any) -> Any:
        passed.set()
        return serve(*arguments, process_request=_checked(gate, dress, process_request), **options)

    with _patching:
        library.serve = serve_guarded  # pyright: ignore[reportAttributeAccessIssue]
        try:
            yield
        finally:
            library.serve = serve
    if not passed.is_set():
        remedy = pip_install("viser<1.2")
        raise HebbaxError(f"this version of viser serves pages in a way that cannot be guarded: {remedy}")


def _checked(
    gate: Gate, dress: Callable[[Response], Response], answer: Callable[..., Any] | None
) -> Callable[..., Any]:
    """Return what websockets asks about each request before it goes on: the gate first, then viser."""

    async def process_request(connection: Any, request: Request) -> Response | None:
        refusal = gate.refusal(request)
        if refusal is not None:
            return connection.respond(http.HTTPStatus.FORBIDDEN, f"hebbax: {refusal}\n")
        response = None if answer is None else answer(connection, request)
        if inspect.isawaitable(response):
            response = await response
        return None if response is None else gate.answered(dress(response))

    return process_request


def _is_ip_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _is_loopback(name: str) -> bool:
    return name.casefold() == "localhost" or (_is_ip_address(name) and ipaddress.ip_address(name).is_loopback)
