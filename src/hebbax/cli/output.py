"""What the subcommands share when they print: numbers, notes, tables."""

from __future__ import annotations

import logging
import re
import shlex
import sys
import textwrap
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from hebbax.errors import one_line
from hebbax.registry import Registry

Part = TypeVar("Part")
Made = TypeVar("Made")

_WIDTH_WITHOUT_TERMINAL = 100  # what most editors and mails show of a line
_GAP = 2  # spaces between two columns
_SHORTEST_PART = 12  # of a word that has to be cut in two


def note(text: str) -> None:
    """Tell the user something beside the result, on stderr so that output stays clean."""
    print(f"note: {text}", file=sys.stderr)


def note_replaced(paths: Iterable[Path], option: str = "--out") -> None:
    """Say which files of earlier results are about to be replaced, before the work that brings the new ones."""
    there = [path for path in paths if path.is_file()]
    if there:
        date = datetime.fromtimestamp(max(path.stat().st_mtime for path in there))
        names = ", ".join(map(str, there))
        note(f"{names} of {date:%Y-%m-%d %H:%M} will be replaced; {option} chooses another place")


class _Notes(logging.Handler):
    """Tells what the library logs as notes, through whatever stands for stderr just then."""

    def emit(self, record: logging.LogRecord) -> None:
        note(record.getMessage())


def log_as_notes() -> None:
    """Let the warnings that hebbax logs be notes, unless the process has said what happens to logs."""
    logger = logging.getLogger("hebbax")
    if not logger.hasHandlers():
        logger.addHandler(_Notes())


def waiting(text: str) -> None:
    """Tell someone who sits at a terminal what takes a while."""
    if sys.stderr.isatty():
        print(f"{text} ...", file=sys.stderr)


def number(value: float | None, decimals: int = 0) -> str:
    """Return a number with thousands separated, or a dash where there is none."""
    return "–" if value is None else f"{value:,.{decimals}f}"


def returned(value: float | None) -> str:
    """Return a return with as many decimals as its size deserves."""
    return number(value, 0 if value is None or abs(value) >= 1000 else 1)


def quoted(path: Path) -> str:
    """Return a path as a shell takes it."""
    return shlex.quote(str(path))


def duration(seconds: float) -> str:
    """Return a time as people say it."""
    seconds = round(seconds)
    if seconds < 60:
        return f"{seconds} s"
    minutes, seconds = divmod(seconds, 60)
    if minutes < 60:
        return f"{minutes} min {seconds:02d} s" if minutes < 10 else f"{minutes} min"
    return f"{minutes // 60} h {minutes % 60:02d} min"


def print_table(columns: Sequence[str], rows: Sequence[Sequence[Any]], *, right: Sequence[str] = ()) -> None:
    """Print a table as wide as the terminal; the columns named by `right` hold numbers and align to the right.

    Where there is no terminal, it is at most 100 columns wide. Nothing is left out: lines break between words, and only
    where that is not enough within them, but for numbers and names in the first column. A table of which even these
    are wider is wider.
    """
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    cells = [[str(cell) for cell in row] for row in rows]
    between = _GAP * (len(columns) - 1)
    may_break = [place > 0 and column not in right for place, column in enumerate(columns)]
    widths = _column_widths([columns, *cells], may_break, _width() - between)
    table = Table(box=SIMPLE_HEAD, padding=(0, _GAP - 1, 0, 0), pad_edge=False, show_edge=False, header_style="bold")
    for column, width in zip(columns, widths, strict=True):
        table.add_column(column, justify="right" if column in right else "left", overflow="fold", width=width)
    for row in cells:  # as Text, which is printed as it stands: [bold] is no order of ours
        table.add_row(*(Text(_with_breaks(cell, width)) for cell, width in zip(row, widths, strict=True)))
    # With a height too, or rich takes a dumb terminal for 80 columns wide.
    Console(width=sum(widths) + between, height=25, highlight=False).print("", table, "", sep="\n")


def _with_breaks(cell: str, width: int) -> str:
    """Return a cell in which words that are wider than its column break, after a hyphen if they can."""
    return re.sub(rf"\S{{{width + 1},}}", lambda word: "\n".join(textwrap.wrap(word[0], width)), cell)


def _width() -> int:
    """Return how many columns there are to print in."""
    from rich.console import Console

    return Console().width if sys.stdout.isatty() else _WIDTH_WITHOUT_TERMINAL


def _column_widths(rows: Sequence[Sequence[str]], may_break: Sequence[bool], room: int) -> list[int]:
    """Return the width of each column of a table: the widest give way until all have room, if they can.

    At first none gets narrower than its longest word, then those that `may_break` do.
    """
    from rich.cells import cell_len

    columns = list(zip(*rows, strict=True))
    widths = [max(cell_len(line) for cell in column for line in cell.split("\n")) for column in columns]
    words = [max((cell_len(word) for cell in column for word in cell.split()), default=1) for column in columns]
    parts = [min(word, _SHORTEST_PART) if breaks else word for word, breaks in zip(words, may_break, strict=True)]
    for least in (words, parts):
        while sum(widths) > room:
            wide = [place for place, width in enumerate(widths) if width > least[place]]
            if not wide:
                break
            widths[max(wide, key=lambda place: widths[place])] -= 1
    return widths


def print_parts(
    columns: Sequence[str], rows: Sequence[Sequence[Any]], packages: Sequence[str | None], *, right: Sequence[str] = ()
) -> None:
    """Print a table of parts, with one more column for the packages of plug-ins, if any part came from one."""
    if any(packages):
        columns = [*columns, "package"]
        rows = [[*row, package or ""] for row, package in zip(rows, packages, strict=True)]
    print_table(columns, rows, right=right)


def made(parts: Registry[Part], make: Callable[[Part], Made]) -> Iterator[tuple[str, Made]]:
    """Yield the name of every part, and what is made of it; a plug-in's, of which nothing can be made, is a note."""
    for name, part in parts.items():
        try:
            yield name, make(part)
        except Exception as error:  # any: it may be another's code
            if (package := parts.origin(name)) is None:
                raise
            note(f"{parts.kind} {name!r} of {package} is left out: {one_line(error)}")


def print_facts(facts: Sequence[tuple[str, str]]) -> None:
    """Print names and values in two aligned columns; on a terminal a long value goes on below its own beginning."""
    indent = max(len(name) for name, _ in facts) + 2
    for name, value in facts:
        lines = [value]
        if sys.stdout.isatty():
            room = max(_width() - indent, 2 * _SHORTEST_PART)
            lines = textwrap.wrap(value, room, break_long_words=False, break_on_hyphens=False) or [""]
        print(f"{name:<{indent}}" + f"\n{'':<{indent}}".join(lines))
