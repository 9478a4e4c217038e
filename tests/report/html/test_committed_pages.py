"""Pages that are kept in the repository are small and open without a network."""

import re
from pathlib import Path

import pytest

PAGES = sorted((Path(__file__).parents[3] / "docs/reports").glob("*.html"))
LARGEST = 1_000_000  # bytes, as of every file in the repository


def test_there_are_pages():
    assert PAGES


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_a_page_is_small_and_fetches_nothing(path):
    page = path.read_text("utf-8")

    assert path.stat().st_size < LARGEST
    assert "default-src 'none'" in page
    addresses = re.findall(r"""\s(?:src|href|action|poster|srcset)=["']([^"']*)""", page)
    assert {address[:5] for address in addresses if not address.startswith("#")} == {"data:"}
    assert "url(" not in page.replace("url(#", "")
    assert not re.search(r"@import|<script[^>]*\ssrc|fetch\(|XMLHttpRequest|WebSocket", page)


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_every_letter_and_mark_of_a_page_is_on_it(path):
    page = path.read_text("utf-8")

    names = re.findall(r'<path id="([^"]*)"', page)
    assert len(names) == len(set(names))
    assert set(re.findall(r'<use href="#([^"]*)"', page)) <= set(names)
