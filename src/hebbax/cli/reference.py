"""The reference of the command line as Markdown, written by the parsers themselves when the site is built."""

from __future__ import annotations

import re
from argparse import SUPPRESS, Action
from importlib import import_module
from typing import Any

from hebbax.cli.main import SUBCOMMANDS, module_of
from hebbax.cli.parser import Parser

MARK = re.compile(r"<!-- commands: .*? -->")
"""The line of a page in whose place the commands go."""

_SIGNS = re.compile(r"[<>*_|\[\]]")  # of Markdown and HTML


def on_page_markdown(markdown: str, **_: Any) -> str:
    """Return a page with the commands in place of their mark: what MkDocs calls for every page."""
    return MARK.sub(lambda _: reference(), markdown) if MARK.search(markdown) else markdown


def reference() -> str:
    """Return every subcommand: what it does, its arguments and options, and its examples."""
    return "\n\n".join(_command(name, import_module(module_of(name)).parser()) for name in SUBCOMMANDS)


def _command(name: str, parser: Parser) -> str:
    usage = " ".join(parser.format_usage().removeprefix("usage: ").split())
    typed = re.sub(r" \\\n +", " ", str(parser.epilog))  # a command over two lines
    examples = "\n".join(f"$ {line.strip()}" for line in typed.splitlines()[1:])
    rows = [row for action in parser._actions if (row := _row(action))]
    table = "\n".join(["| argument | what it is |", "|---|---|", *rows])
    parts = [
        f"## {name}",
        f"```text\n{usage}\n```",
        _described(str(parser.description)),
        table if rows else "",
        f"```console\n{examples}\n```",
    ]
    return "\n\n".join(part for part in parts if part)


def _described(text: str) -> str:
    """Return a description as prose; lines that are indented, as of a list, stay as they are."""
    return "\n\n".join(
        f"```text\n{part}\n```" if re.search(r"^ ", part, re.MULTILINE) else _plain(part)
        for part in re.split(r"\n\n", text.strip())
    )


def _plain(text: str) -> str:
    """Return words in which nothing is markup, but for code between backquotes."""
    parts = re.split(r"(`[^`]*`)", text)
    return "".join(
        part if part.startswith("`") else _SIGNS.sub(lambda sign: f"&#{ord(sign[0])};", part) for part in parts
    )


def _row(action: Action) -> str | None:
    """Return an option's line of the table; none for `--help`, which all have."""
    if action.help in (None, SUPPRESS) or "--help" in action.option_strings:
        return None
    value = str(action.metavar or "")
    if not action.option_strings:
        shown = value or f"[{' or '.join(map(str, action.choices or [action.dest]))}]"
    else:
        shown = " ".join([", ".join(action.option_strings), value]).strip()
    return f"| `{shown}` | {_plain(str(action.help).replace('%%', '%'))} |"
