"""`hebbax record`: where the file goes, what is said, and what is refused."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import time

import h5py
import pytest

from hebbax import zoo


def test_the_recording_goes_into_the_run(hebbax, copied_run):
    ran = hebbax("record", "copy", "--lifetimes", "2", "--ticks", "10")

    assert (ran.code, ran.error) == (0, "")
    assert re.fullmatch(r"(life [01]  return -?[\d.]+  10 ticks\n){2}copy/recording\.h5  2 lives, [\d.]+ MB\n", ran.out)
    with h5py.File(copied_run / "recording.h5") as file:
        assert list(file["lives"]) == ["0000", "0001"]
        assert file.attrs["ticks"] == 10


def test_ticks_are_the_runs_own_by_default(hebbax, copied_run):
    assert hebbax("record", "copy", "--lifetimes", "1", "--every", "3", "--out", "a/b.h5").code == 0

    with h5py.File("a/b.h5") as file:
        assert list(file["lives/0000/tick"]) == [0, 3, 6, 9, 12, 15, 18]
        assert file["lives/0000"].attrs["length"] == 20


def test_a_shipped_controllers_recording_goes_beside_the_user(hebbax, finished_run, tmp_path, monkeypatch):
    shutil.copytree(finished_run, tmp_path / "zoo/swimmer/han-e")
    monkeypatch.setattr(zoo, "_FOLDER", tmp_path / "zoo")
    monkeypatch.setattr(zoo, "__file__", str(tmp_path / "zoo/__init__.py"))

    ran = hebbax("record", "zoo:swimmer/han-e", "--lifetimes", "1")

    assert ran.out.splitlines()[-1].startswith("recording-swimmer-han-e.h5  1 life, ")
    assert (tmp_path / "recording-swimmer-han-e.h5").is_file()


def test_refusals(hebbax, copied_run):
    (copied_run / "recording.h5").write_text("mine")
    message = "hebbax: copy/recording.h5 exists already: remove it, or choose another file with --out\n"
    assert hebbax("record", "copy").error == message
    assert hebbax("record", "copy", "--every", "0", "--out", "x.h5").error == (
        "hebbax: every=0: expected a whole number of ticks of at least 1; nearest valid: 1\n"
    )
    assert hebbax("record", "copy", "--lifetimes", "0", "--out", "x.h5").error == (
        "hebbax: lifetimes=0: expected a whole number of at least 1; nearest valid: 1\n"
    )
    assert hebbax("record", "cpy").error == "hebbax: no run at cpy: did you mean 'copy'?\n"
    assert hebbax("record", "copy", "--every", "20", "--out", "x.h5").error == (
        "hebbax: every=20: of lives of 20 ticks only tick 0 would be kept; nearest valid: 19\n"
    )
    assert hebbax("record", "copy", "--out", "copy/config.yaml/x.h5").error == (
        "hebbax: cannot write copy/config.yaml/x.h5: copy/config.yaml is not a folder; choose another place\n"
    )
    assert (copied_run / "recording.h5").read_text() == "mine"


@pytest.mark.usefixtures("kept_lives")
def test_ctrl_c_keeps_what_was_lived(finished_run, tmp_path):
    path = tmp_path / "long.h5"
    command = [sys.executable, "-m", "hebbax", "record", str(finished_run), "--lifetimes", "1", "--ticks", "100000000"]
    process = subprocess.Popen(
        [*command, "--out", str(path)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=os.environ
    )
    temporary = path.with_name("long.h5.tmp")
    while process.poll() is None and not (temporary.exists() and temporary.stat().st_size > 2_000_000):
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    out, error = process.communicate(timeout=60)

    assert process.returncode == 130
    assert error == "stopping; Ctrl-C again to stop at once\n"
    assert re.match(r"life 0  return ", out)
    assert not temporary.exists()
    with h5py.File(path) as file:
        life = file["lives/0000"]
        assert life.attrs["end"] == "stopped"
        assert life.attrs["length"] == len(life["tick"]) == len(life["weights/0"]) > 1000
