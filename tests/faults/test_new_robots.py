"""Models of which no task can be made: one line says why, with exit code 2, and nothing is written."""

from __future__ import annotations

from pathlib import Path

import pytest
from new_robots import MODELS, URDFS, model

from hebbax.cli.main import main
from hebbax.tasks.from_model import new_robot


def refused(folder: Path, text: str, capsys: pytest.CaptureFixture[str], *options: str) -> str:
    """Return the one line that a model is refused with."""
    (folder / "bad.xml").write_text(text, "utf-8")
    code = main(["new", "robot", "bad_robot", "--mjcf", "bad.xml", *options])
    told = capsys.readouterr().err.splitlines()
    assert (code, len(told)) == (2, 1), told
    assert told[0].startswith("hebbax: ")
    assert [path.name for path in folder.iterdir()] == ["bad.xml"]
    return told[0]


@pytest.mark.parametrize(("text", "told"), MODELS.values(), ids=MODELS)
def test_a_model_of_which_no_task_can_be_made(tmp_path, monkeypatch, capsys, text, told):
    monkeypatch.chdir(tmp_path)
    line = refused(tmp_path, text, capsys)
    assert told in line
    assert "bad.xml" in line


@pytest.mark.parametrize(("text", "told"), URDFS.values(), ids=URDFS)
def test_a_urdf_of_which_no_task_can_be_made(tmp_path, monkeypatch, capsys, text, told):
    monkeypatch.chdir(tmp_path)
    assert told in refused(tmp_path, text, capsys, "--base", "free")


def test_the_model_that_the_bad_ones_are_made_of_is_fine(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "good.xml").write_text(model())
    assert main(["new", "robot", "good_robot", "--mjcf", "good.xml"]) == 0
    assert (tmp_path / "good_robot/good_robot/good_robot.xml").is_file()


def test_mjcf_says_itself_what_holds_it(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert "leave --base out" in refused(tmp_path, model(), capsys, "--base", "free")


def test_a_disk_that_is_full_leaves_nothing(tmp_path, monkeypatch, capsys, file_limit):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "bad.xml").write_text(model())
    with file_limit(100):
        code = main(["new", "robot", "bad_robot", "--mjcf", "bad.xml"])
    told = capsys.readouterr().err
    assert code == 2
    assert told.startswith("hebbax: cannot write bad_robot: ")
    assert [path.name for path in tmp_path.iterdir()] == ["bad.xml"]


def test_a_task_that_breaks_its_word_is_not_written(tmp_path, monkeypatch, capsys):
    """What is written is tried first, in a folder beside."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(new_robot, "task_text", lambda *_: "def make_task():\n    return 1 / 0\n")
    (tmp_path / "good.xml").write_text(model())
    with pytest.raises(ZeroDivisionError):
        main(["new", "robot", "good_robot", "--mjcf", "good.xml"])
    assert [path.name for path in tmp_path.iterdir()] == ["good.xml"]
