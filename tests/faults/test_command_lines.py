"""Bad command lines: each is refused in one line that is for people, with exit code 2, and leaves nothing behind."""

from __future__ import annotations

import random
import traceback
from pathlib import Path

import numpy as np
import pytest
from command_lines import bad_command_lines
from published_files import older

from hebbax.cli.main import main

QUICK = 60


def lay_out(folder: Path) -> set[Path]:
    (folder / "a-file").write_text("not a run\n")
    (folder / "coefficients.dat").write_bytes(older(np.ones((10, 5), np.float32)))  # of a swimmer with one hidden unit
    (folder / "a-folder").mkdir()
    return set(folder.rglob("*"))


def fault_of(line: tuple[str, ...], folder: Path, there: set[Path], capsys: pytest.CaptureFixture[str]) -> str | None:
    """Run a command line; return what is wrong with how it was refused, or None."""
    try:
        code = main(list(line))
    except BaseException:  # an exit too is none of what a command returns
        return traceback.format_exc(limit=-2)
    told = [text for text in capsys.readouterr().err.splitlines() if not text.startswith("note: ")]
    left = set(folder.rglob("*")) - there
    if code != 2:
        return f"exit code {code}: {told}"
    if len(told) != 1 or not told[0].startswith("hebbax: ") or len(told[0]) < 20:
        return f"told {told}"
    return f"left {sorted(left)}" if left else None


def check(lines: list[tuple[str, ...]], folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    there = lay_out(folder)
    faults = {line: fault for line in lines if (fault := fault_of(line, folder, there, capsys))}
    with capsys.disabled():
        print(f"\n{len(lines)} bad command lines: {len(lines) - len(faults)} refused in one line, {len(faults)} not")
    assert not faults, "\n".join(f"hebbax {' '.join(map(repr, line))}\n    {fault}" for line, fault in faults.items())


def test_some_bad_command_lines(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    lines = list(bad_command_lines())
    check(random.Random(2026).sample(lines, QUICK), tmp_path, capsys)


@pytest.mark.slow
def test_all_bad_command_lines(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    lines = list(bad_command_lines())
    assert len(lines) >= 200
    check(lines, tmp_path, capsys)
