"""No other web page can see or drive the page of `hebbax play`, whatever it knows of the address but its token."""

from __future__ import annotations

import base64
import re
import socket
import threading

import pytest

from hebbax.errors import HebbaxError
from hebbax.play.gate import Gate, guarded
from hebbax.play.server import PlayServer

pytest.importorskip("viser", minversion="1.1")
from websockets.datastructures import Headers
from websockets.http11 import Request


def ask(port: int, path: str, host: str, *headers: str, websocket: bool = False) -> tuple[int, str]:
    """Send a request as a browser does, byte by byte; return the status and all that came back with it."""
    lines = [f"GET {path} HTTP/1.1", f"Host: {host}", *headers]
    if websocket:
        lines += ["Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13"]
        lines += [f"Sec-WebSocket-Key: {base64.b64encode(bytes(16)).decode()}", "Sec-WebSocket-Protocol: viser-v1.1.1"]
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
        answer = b""
        while b"\r\n\r\n" not in answer and (part := connection.recv(65536)):
            answer += part
    text = answer.decode("latin-1")
    return int(text.split()[1]), text


@pytest.fixture(scope="module")
def server(session):
    """A page that nobody has open."""
    server, stop = PlayServer(session, port=0), threading.Event()
    thread = threading.Thread(target=server.run, args=(stop,))
    thread.start()
    yield server
    stop.set()
    thread.join(30)


def cookie_of(server) -> str:
    _, answer = ask(server.port, f"/?token={server.token}", f"127.0.0.1:{server.port}")
    found = re.search(r"Set-Cookie: ([^;]+); Path=/; HttpOnly; SameSite=Strict\r\n", answer)
    assert found is not None
    return f"Cookie: other=1; {found[1]}"


@pytest.mark.parametrize("websocket", [False, True])
@pytest.mark.parametrize("way", ["address", "cookie"])
def test_the_address_opens_the_page_and_its_cookie_the_rest(server, websocket, way):
    path = f"/?token={server.token}" if way == "address" else "/index.html"
    headers = [] if way == "address" else [cookie_of(server)]
    for host in (f"127.0.0.1:{server.port}", f"localhost:{server.port}", "localhost:9000", "LOCALHOST", "[::1]:8080"):
        origin = f"Origin: http://{host}"
        status, answer = ask(server.port, path, host, *headers, origin, websocket=websocket)
        assert status == (101 if websocket else 200), host
        assert websocket or "X-Frame-Options: DENY" in answer


@pytest.mark.parametrize("websocket", [False, True])
@pytest.mark.parametrize(
    "host", ["evil.example:{port}", "evil.example", "8.8.8.8", "localhost.evil.example", "a@localhost"]
)
def test_a_rebound_host_is_refused(server, websocket, host):
    host = host.format(port=server.port)
    for headers in ([], [f"Origin: http://{host}"], [cookie_of(server)]):
        status, answer = ask(server.port, f"/?token={server.token}", host, *headers, websocket=websocket)
        assert status == 403
        assert "Set-Cookie" not in answer
        assert server.token not in answer


@pytest.mark.parametrize("websocket", [False, True])
@pytest.mark.parametrize(
    "origin", ["http://evil.example", "null", "http://localhost:{other}", "http://localhost", "file://"]
)
def test_a_foreign_origin_is_refused(server, websocket, origin):
    host = f"localhost:{server.port}"
    origin = f"Origin: {origin.format(other=server.port + 1)}"
    for headers in ([origin], [origin, cookie_of(server)], [f"Origin: http://{host}", origin]):
        assert ask(server.port, f"/?token={server.token}", host, *headers, websocket=websocket)[0] == 403


@pytest.mark.parametrize("websocket", [False, True])
@pytest.mark.parametrize("path", ["/", "/?token=", "/?token=wrong", "/index.html", "/nothing", "/?token=%C3%A9", "//"])
def test_without_the_token_there_is_no_page_no_file_and_no_socket(server, websocket, path):
    host = f"127.0.0.1:{server.port}"
    name = cookie_of(server).split()[-1].partition("=")[0]
    for headers in ([], [f"Origin: http://{host}"], [f"Cookie: {name}=wrong"], ["Cookie: ==;;"]):
        status, answer = ask(server.port, path, host, *headers, websocket=websocket)
        assert status == 403
        assert "Set-Cookie" not in answer
        assert server.token not in answer


def test_no_host_or_two_are_refused(server):
    host = f"localhost:{server.port}"
    assert ask(server.port, f"/?token={server.token}", host, "Host: evil.example")[0] != 200


@pytest.mark.parametrize(
    ("listens", "ours", "foreign"),
    [
        ("0.0.0.0", ["10.1.2.3:8080", "[2001:db8::1]:8080", socket.gethostname()], ["evil.example"]),
        ("::", ["10.1.2.3", "localhost:9000"], ["evil.example:8080", ""]),
        ("robot.lab", ["robot.lab:8080", "ROBOT.LAB", "127.0.0.1:9000"], ["evil.example", "robot.lab.evil.example"]),
        ("::1", ["[::1]:8080", "localhost:1"], ["[2001:db8::1]:8080", "10.1.2.3"]),
        ("127.0.0.1", ["127.0.0.1:8080", "127.0.0.2"], ["10.1.2.3:8080", "::1"]),
    ],
)
def test_hosts_are_those_of_what_the_server_listens_on(listens, ours, foreign):
    gate = Gate(listens)
    asked = lambda host: gate.refusal(Request(f"/?token={gate.token}", Headers(Host=host)))  # noqa: E731
    assert [asked(host) for host in ours] == [None] * len(ours)
    assert all(asked(host) for host in foreign)


def test_a_server_that_cannot_be_guarded_is_an_error():
    with pytest.raises(HebbaxError, match="in a way that cannot be guarded"), guarded(Gate("127.0.0.1")):
        pass  # a viser that listens by other means


def test_every_server_has_a_token_of_its_own():
    tokens = {Gate("127.0.0.1").token for _ in range(10)}
    assert len(tokens) == 10
    assert min(map(len, tokens)) >= 32
