"""README and guides as a newcomer follows them: every command in order, in an empty folder, made quick."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from consoles import SHORT, sessions

ROOT = Path(__file__).parents[2]
GUIDES = ["README.md", "docs/first-hour.md", "docs/coming-from-leung.md"]

QUICK = SHORT | {
    "analyze": ("--lifetimes", "1"),
    "experiment": ("--quick", "--lifetimes", "2"),
    "record": ("--ticks", "40"),
    "stress": ("--lifetimes", "2"),
    "show": ("--seconds", "0.4"),
    "reproduce": ("--dry-run",),
}
NOT_HERE = {
    "play": "serves until somebody ends it; tests/cli/test_play.py plays",
    "demo": "takes a minute; tests/cli/test_demo.py runs it",
    "bench": "measures",
}


def quick(words: list[str]) -> list[str]:
    """Return a command that does the same for less long, and writes where the test looks."""
    words = words[: next((place for place, word in enumerate(words) if word in (">", ">>")), len(words))]
    if "--resume" in words:
        return [re.sub(r"^generations=.*", "generations=3", word) for word in words]
    short = QUICK.get(words[0], ())
    keys = {word.partition("=")[0] for word in short if "=" in word}
    return [words[0], *short, *(word for word in words[1:] if word.partition("=")[0] not in keys)]


def test_a_command_is_made_quick():
    assert quick(["train", "task=ant", "generations=100", "--run", "x"])[-3:] == ["task=ant", "--run", "x"]
    assert quick(["train", "--resume", "x", "generations=120"]) == ["train", "--resume", "x", "generations=3"]
    assert quick(["completion", "bash", ">>", "~/.bashrc"]) == ["completion", "bash"]


@pytest.mark.slow
@pytest.mark.parametrize("page", GUIDES)
def test_every_command_of_a_guide_runs_in_order(hebbax, install_package, tmp_path, page):
    model = (ROOT / "docs/your-own-robot.md").read_text("utf-8")
    (tmp_path / "crawler.xml").write_text(
        re.findall(r"^```xml\n(.*?)^```$", model, re.MULTILINE | re.DOTALL)[0], "utf-8"
    )
    commands = [words for words, _ in sessions(ROOT / page) if words[0] not in NOT_HERE]
    assert len(commands) >= 3
    for words in commands:
        ran = hebbax(*quick(words))
        assert ran.code == 0, (words, ran.error)
        assert [line for line in ran.error.splitlines() if not line.startswith("note: ")] == [], words
        if words[0] == "new":
            install_package(tmp_path / "crawler")
