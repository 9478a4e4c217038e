"""The page of `hebbax play` has a title and a look of its own, however it is sent."""

from __future__ import annotations

import gzip
import re

import pytest

pytest.importorskip("websockets")
from websockets.datastructures import Headers
from websockets.http11 import Response

from hebbax.play.page_head import dressed

PAGE = b"<!doctype html><html><head><title>Viser</title></head><body><title>not this</title></body></html>"


@pytest.mark.parametrize("packed", [False, True])
def test_the_page_gets_a_title_and_a_head_and_says_how_long_it_is(packed):
    body = gzip.compress(PAGE) if packed else PAGE
    headers = Headers({"Content-Type": "text/html", "Content-Length": str(len(body))})
    headers["Content-Encoding"] = "gzip" if packed else "identity"

    answer = dressed(Response(200, "OK", headers, body), "swimmer · <b> · hebbax")

    assert answer.headers.get_all("Content-Length") == [str(len(answer.body))]
    page = (gzip.decompress(answer.body) if packed else answer.body).decode()
    assert re.findall("<title>(.*?)</title>", page) == ["swimmer · &lt;b&gt; · hebbax", "not this"]
    assert page.index("<head>") < page.index("prefers-color-scheme") < page.index("</head>")


def test_what_is_no_page_is_left_as_it_is():
    answer = Response(200, "OK", Headers({"Content-Type": "image/png"}), PAGE)
    assert dressed(answer, "title").body == PAGE
