"""Full disks: a command that has no room ends in one line, keeps what was whole, and goes on where there is room."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from kills import VICTIMS, Victim, contents, disagreement, run

SAID = ("hebbax: cannot write ", "hebbax: cannot lock ")
SHARES = (0.0, 0.05, 0.5, 0.95)
"""Of the size of the largest file that a command writes: times five commands, twenty disks."""

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="limits what a file may hold as Linux does")


def sizes(folder: Path) -> dict[Path, int]:
    return {path: path.stat().st_size for path in folder.rglob("*") if path.is_file()}


def _is_said(line: str) -> bool:
    return line.startswith(SAID)


def fault_of(victim: Victim, folder: Path, whole: dict[str, object], room: int) -> str | None:
    """Run a command where no file may be larger than `room`, look at what it left, go on; return what is wrong."""
    told = f"{victim.name} where files hold {room} bytes"
    ended = run(victim.first, folder, room=room)
    lines = [line for line in ended.stderr.splitlines() if not line.startswith("note: ")]
    runs = 2 if victim.name == "sweep" else 1  # each of which says its line, and the sweep that runs have failed
    if ended.returncode != (1 if runs > 1 else 2) or len(lines) != runs or not all(map(_is_said, lines)):
        return f"{told}: returned {ended.returncode} and {lines}"
    if wrong := disagreement(victim, folder, whole):
        return f"{told}: {wrong}"
    ended = run(victim.again(folder), folder)
    if ended.returncode != 0:
        return f"{told}: going on returned {ended.returncode}: {ended.stderr[-300:]}"
    return None if contents(victim, folder) == whole else f"{told}: going on ended with something else"


def check(
    victims: Sequence[Victim],
    shares: Sequence[float],
    finished: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    faults, count = [], 0
    for victim in victims:
        before = sizes(folder := shutil.copytree(finished, tmp_path / victim.name))
        ended = run(victim.first, folder)
        assert ended.returncode == 0, ended.stderr
        largest = max(size for path, size in sizes(folder).items() if before.get(path) != size)
        for share in shares:
            disk = shutil.copytree(finished, tmp_path / f"{victim.name}-{share}")
            fault = fault_of(victim, disk, contents(victim, folder), round(share * largest))
            faults += [fault] if fault else []
            count += 1
    with capsys.disabled():
        print(f"\n{count} full disks under {', '.join(victim.name for victim in victims)}: {len(faults)} faults")
    assert not faults, "\n".join(faults)


@pytest.mark.slow
def test_a_full_disk_under_train(finished, tmp_path, capsys):
    check(VICTIMS[:1], SHARES[2:3], finished, tmp_path, capsys)


@pytest.mark.slow
def test_all_full_disks(finished, tmp_path, capsys):
    assert len(SHARES) * len(VICTIMS) >= 20
    check(VICTIMS, SHARES, finished, tmp_path, capsys)
