"""The examples of docs/gymnasium.md, each where what it imports is installed."""

from __future__ import annotations

import re
from importlib.util import find_spec
from pathlib import Path

import pytest

PAGE = Path(__file__).resolve().parents[2] / "docs/gymnasium.md"
BLOCKS = re.findall(r"^```python\n(.*?)^```$", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL)
SLOW = ("Go1Walk", "stable_baselines3", "torchrl")  # which compile another task, or import for seconds


@pytest.mark.filterwarnings("ignore")  # of others' packages
@pytest.mark.parametrize(
    "block",
    [pytest.param(one, marks=pytest.mark.slow) if any(word in one for word in SLOW) else one for one in BLOCKS],
    ids=[str(number) for number in range(len(BLOCKS))],
)
def test_examples_run(block, capsys):
    imported = re.findall(r"^(?:from|import) (\w+)", block, re.MULTILINE)
    missing = [name for name in imported if find_spec(name) is None]
    if missing:
        pytest.skip(f"{', '.join(missing)} is not installed")
    assert len(block.splitlines()) <= 16
    exec(compile(block, PAGE.name, "exec"), {})
    assert "print(" not in block or capsys.readouterr().out


def test_there_are_examples():
    assert len(BLOCKS) >= 5
