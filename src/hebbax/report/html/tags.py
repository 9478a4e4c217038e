"""Small pieces of HTML; every text that goes in is escaped here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape


def paragraph(text: str, kind: str = "") -> str:
    """Return a paragraph of plain text."""
    return f"<p{_class(kind)}>{escape(text)}</p>"


def command(lines: Iterable[str]) -> str:
    """Return commands as a block, one per line."""
    return f"<pre><code>{escape(chr(10).join(lines))}</code></pre>"


def table(rows: Iterable[Sequence[str]], columns: Sequence[str] = (), *, numbers: Sequence[int] = ()) -> str:
    """Return a table, with names of its columns if given; the columns in `numbers` align to the right.

    On a phone a last column of text that stands after two others gets a line of its own.
    """
    rows = list(rows)
    width = len(rows[0]) if rows else len(columns)
    layout = f' told" style="--columns: {width - 1}' if width > 2 and width - 1 not in numbers else ""
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in columns)
    body = "".join(
        f"<tr>{''.join(_cell(cell, place in numbers) for place, cell in enumerate(row))}</tr>" for row in rows
    )
    return f'<div class="table{layout}"><table>{f"<tr>{head}</tr>" if head else ""}{body}</table></div>'


def details(summary: str, content: str) -> str:
    """Return content that opens when its summary is clicked."""
    return f"<details><summary>{escape(summary)}</summary>{content}</details>"


def section(title: str, *parts: str) -> str:
    """Return a section with its heading; empty parts are left out."""
    return "\n".join([f"<section><h2>{escape(title)}</h2>", *(part for part in parts if part), "</section>"])


def facts(values: Iterable[tuple[str, str]]) -> str:
    """Return numbers that stand out, each with what it is."""
    cards = (f"<div><b>{escape(value)}</b><span>{escape(what)}</span></div>" for value, what in values)
    return f'<div class="facts">{"".join(cards)}</div>'


def _cell(text: str, number: bool) -> str:
    return f"<td{_class('number' if number else '')}>{escape(text)}</td>"


def _class(kind: str) -> str:
    return f' class="{kind}"' if kind else ""
