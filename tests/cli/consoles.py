"""The consoles of a page: the commands that its reader types, made quick, and what the page says they show."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

SHORT = {
    "train": ("strategy.population=4", "evaluate_lifetimes=2", "threads=1", "task.ticks=60", "generations=2"),
    "evaluate": ("--lifetimes", "2"),
    "report": ("--lifetimes", "2"),
    "try": ("--seconds", "0.4"),
}
"""What makes a command quick; of a key that stands twice the last counts."""


def sessions(page: Path) -> list[tuple[list[str], list[str]]]:
    """Return the words of each command of a page's consoles, and the lines that it says are seen."""
    consoles = "".join(re.findall(r"^```console\n(.*?)^```$", page.read_text("utf-8"), re.MULTILINE | re.DOTALL))
    commands = re.findall(r"^\$ hebbax (.+)\n((?:(?!\$).+\n)*)", consoles, re.MULTILINE)
    return [(shlex.split(command, comments=True), seen.splitlines()) for command, seen in commands]


def shape_of(text: str) -> str:
    """Return a text with one space between words, and a sign for every number."""
    return re.sub(r"-?\d[\d,.]*", "#", re.sub(r"[ ─]+", " ", text)).strip()


def shortened(words: list[str]) -> list[str]:
    """Return a command that does the same for less long."""
    if words[0] == "train":
        words = [word for word in words if not word.startswith("generations=")]
    short = SHORT.get(words[0], ())
    return [*words[:2], *short, *words[2:]]
