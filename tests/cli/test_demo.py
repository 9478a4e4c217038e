"""The demo from end to end, made small; and the folders it leaves alone."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hebbax import zoo
from hebbax.cli import demo, demo_go1
from hebbax.report.film import life_film

SMALL = ("demo", "--task", "swimmer", "--seconds", "0.2")


@pytest.fixture(autouse=True)
def small(monkeypatch):
    """A renderer that only leaves a file."""

    def render(model: Path, qpos: np.ndarray, path: Path, **options: Any) -> None:
        path.write_bytes(b"film")

    monkeypatch.setattr(life_film, "render_video", render)


@pytest.fixture
def shipped(monkeypatch, tmp_path_factory, finished_run):
    """A zoo that holds the tiny run in place of the shipped controller."""
    folder = tmp_path_factory.mktemp("zoo")
    shutil.copytree(finished_run, folder / "swimmer/han-e")
    monkeypatch.setattr(zoo, "_FOLDER", folder)
    monkeypatch.setattr(demo, "SHIPPED", "swimmer/han-e")


@pytest.mark.usefixtures("shipped")
def test_the_whole_demo_twice(hebbax, tmp_path):
    first = hebbax(*SMALL)

    assert (first.code, first.error) == (0, "")
    files = ["learning-curve.png", "weights.png", "life.mp4", "evolved-against-random.png", "shipped-life.mp4"]
    printed = [line for line in first.out.splitlines() if line.startswith("demo/")]
    assert printed == [f"demo/{name}" for name in files]
    assert {path.name for path in (tmp_path / "demo").iterdir()} == {*files, "run", ".hebbax-demo"}
    told = "lives of training: 200 ticks at first, then growing; evaluations are over full lives of 1,000 ticks\n"
    assert told in first.out
    assert re.search(r"^best mean genome: mean return \S+ over 16 lives ", first.out, re.MULTILINE)
    for name in ("evolved here in 0.2 s", "zoo:swimmer/han-e", "random rules"):
        assert re.search(rf"^{name}: mean return \S+ over \d+ lives$", first.out, re.MULTILINE)

    (tmp_path / "demo/run/notes.txt").touch()
    (tmp_path / "demo/mine.txt").write_text("kept")
    again = hebbax(*SMALL)
    assert (again.code, again.error) == (0, "note: the earlier demo in demo is replaced; --out chooses another place\n")
    assert not (tmp_path / "demo/run/notes.txt").exists()
    assert (tmp_path / "demo/mine.txt").read_text() == "kept"


@pytest.mark.slow
def test_a_go1_whose_knee_breaks(hebbax, tmp_path, monkeypatch):
    """Pictures are drawn where this machine can; the way is told of both lives, which are the same until 8 s."""
    monkeypatch.setattr(demo_go1, "AT", 0.1)  # a Go1 of no generation falls soon

    ran = hebbax("demo", "go1", "--seconds", "0.2", "--out", "there")

    assert ran.code == 0
    assert "Evolving rules of plasticity for go1_walk_economical from scratch, for 0.2 s:" in ran.out
    assert "The same life, but the front-left knee breaks at 0.1 s:" in ran.out
    if "no broken-knee.png" not in ran.error:
        assert {"broken-knee.png", "broken-knee.mp4"} <= {path.name for path in (tmp_path / "there").iterdir()}
        assert re.search(r"^unharmed: \S+ m in \d+ s\nwith a broken knee: \S+ m in \d+ s$", ran.out, re.MULTILINE)


def test_a_go1_has_its_own_task(hebbax):
    message = "--task swimmer with go1: expected one of them"
    assert hebbax("demo", "go1", "--task", "swimmer") == (2, "", f"hebbax: {message}\n")


def test_without_a_shipped_controller(hebbax, tmp_path, monkeypatch):
    monkeypatch.setattr(zoo, "_FOLDER", tmp_path / "none")

    ran = hebbax(*SMALL, "--out", "there")

    assert ran.code == 0
    assert ran.error == (
        "note: zoo:half_cheetah/han-e does not ship with this version of hebbax, so there is nothing to compare\n"
    )
    assert (tmp_path / "there/life.mp4").exists()


def test_files_of_others_are_left_alone(hebbax, tmp_path):
    (tmp_path / "demo").mkdir()
    (tmp_path / "demo/thesis.txt").write_text("all of it")

    message = "demo holds files that are not a demo's: choose another folder with --out"
    assert hebbax(*SMALL) == (2, "", f"hebbax: {message}\n")
    assert [path.name for path in (tmp_path / "demo").iterdir()] == ["thesis.txt"]


def test_bad_input_leaves_an_earlier_demo_alone(hebbax, tmp_path):
    (tmp_path / "demo").mkdir()
    for name in (".hebbax-demo", "life.mp4"):
        (tmp_path / "demo" / name).touch()

    message = "unknown task 'swimer': did you mean 'swimmer'?"
    assert hebbax("demo", "--task", "swimer") == (2, "", f"hebbax: {message}\n")
    assert hebbax("demo", "--seed", "-1") == (2, "", "hebbax: seed=-1: expected 0 to 4294967295; nearest valid: 0\n")
    assert (tmp_path / "demo/life.mp4").exists()


def test_a_file_in_the_way(hebbax, tmp_path):
    (tmp_path / "demo").touch()

    message = "cannot write demo: File exists; make room or choose a writable folder, then try again"
    assert hebbax(*SMALL) == (2, "", f"hebbax: {message}\n")
