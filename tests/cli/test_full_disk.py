"""Commands whose files the disk has no room for: one line that names the file, and nothing half-made."""

from __future__ import annotations

import errno
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from hebbax.cli import damages
from hebbax.cli.main import main
from hebbax.recording.reader import open_recording

COMMANDS = (
    "compare copy",
    "record copy --lifetimes 2",
    "show copy --no-video",
    "train task=swimmer policy=han-e strategy.population=2 generations=1 --run new",
    "train --resume copy generations=5",
    pytest.param("analyze copy --lifetimes 1 --json", marks=pytest.mark.slow),
    pytest.param("experiment freeze copy --lifetimes 2 --ticks 100 --quick", marks=pytest.mark.slow),
    pytest.param("report copy --lifetimes 2 --no-video", marks=pytest.mark.slow),
)


def files(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file() and path.name != ".lock"}


@pytest.mark.parametrize("command", COMMANDS)
def test_one_line_and_nothing_half_made(hebbax, copied_run, tmp_path, file_limit, command):
    before = files(tmp_path)
    with file_limit(300):
        ran = hebbax(*command.split())
    *notes, line = ran.error.splitlines()
    assert (ran.code, [note for note in notes if not note.startswith("note: ")]) == (2, [])
    assert re.fullmatch(r"hebbax: cannot write \S+: File too large; make room or choose a writable folder, .*", line)
    assert files(tmp_path) == before
    assert not (tmp_path / "new").exists()


@pytest.mark.slow
@pytest.mark.usefixtures("kept_lives")
def test_record_in_a_process_of_its_own_keeps_the_lives_that_were_whole(finished_run, tmp_path):
    """HDF5 crashed when the process ended."""
    path = tmp_path / "lives.h5"
    record = f"{sys.executable} -m hebbax record {finished_run} --ticks 1000 --lifetimes 20 --out {path}"
    command = f"ulimit -f 4000; {record}"  # of 1,024 bytes each: four lives or so
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, timeout=100)
    lives = len(re.findall(r"^life \d+ ", done.stdout, re.MULTILINE))
    assert done.returncode == 2
    assert re.fullmatch(
        rf"hebbax: cannot write {path}: File too large; .*; {path} holds the {lives} lives that were whole by then\n",
        done.stderr,
    )
    with open_recording(path) as recording:
        assert (
            [life.length for life in recording] == [len(life.record().rewards) for life in recording] == [1000] * lives
        )
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs a device that is full")
def test_lives_are_not_lost_where_nobody_hears_of_them(copied_run, tmp_path, monkeypatch, capfd):
    monkeypatch.chdir(tmp_path)
    with open("/dev/full", "w") as full, monkeypatch.context() as patch:
        patch.setattr(sys, "stdout", full)
        code = main(["record", "copy", "--lifetimes", "3", "--ticks", "10"])
    said = capfd.readouterr().err
    assert (code, said) == (
        2,
        "hebbax: cannot write the output: No space left on device; make room, or choose another file\n",
    )
    with open_recording(copied_run / "recording.h5") as recording:
        assert [life.length for life in recording] == [10, 10, 10]


@pytest.mark.parametrize(
    ("number", "code"), [(errno.ENOSPC, 2), (errno.EDQUOT, 2), (errno.EROFS, 2), (errno.EIO, None)]
)
def test_a_refusal_that_nobody_expected_is_one_line(hebbax, monkeypatch, number, code):
    def refuse(*_):
        raise OSError(number, os.strerror(number), "some/file")

    monkeypatch.setattr(damages, "run", refuse)
    if code is None:  # a fault, which is to be seen
        with pytest.raises(OSError, match="some/file"):
            hebbax("damages")
        return
    ran = hebbax("damages")
    assert ran.code == code
    assert ran.error.startswith(f"hebbax: cannot write some/file: {os.strerror(number)}; make room or choose")
    assert ran.error.count("\n") == 1
