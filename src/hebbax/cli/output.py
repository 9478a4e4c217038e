"""What the subcommands share when they print: numbers, notes, tables."""

from __future__ import annotations

import logging
import shlex
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, TypeVar

from hebbax.errors import one_line
from hebbax.registry import Registry

Part = TypeVar("Part")
Made = TypeVar("Made")

# Wide enough that no table wraps where there is no terminal to fit.
_WIDTH_WITHOUT_TERMINAL = 200


def note(text: str) -> None:
    """Tell the user something beside the result, on stderr so that output stays clean."""
    print(f"note: {text}", file=sys.stderr)


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
    """Print a table; the columns named by `right` hold numbers and align to the right."""
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table

    table = Table(box=SIMPLE_HEAD, pad_edge=False, header_style="bold")
    for column in columns:
        table.add_column(column, justify="right" if column in right else "left", overflow="fold")
    for row in rows:
        table.add_row(*(str(cell) for cell in row))
    Console(width=None if sys.stdout.isatty() else _WIDTH_WITHOUT_TERMINAL, highlight=False).print(table)


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
    """Print names and values in two aligned columns."""
    width = max(len(name) for name, _ in facts)
    for name, value in facts:
        print(f"{name:<{width}}  {value}")
