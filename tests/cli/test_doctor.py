"""The doctor's findings, and the combinations it knows to be bad."""

from __future__ import annotations

import errno
import json
import os
import re

import pytest

from hebbax.cli import doctor
from hebbax.cli.known_problems import known_problems
from hebbax.cores import available_cores

GOOD = dict.fromkeys(("numba", "numpy", "jax", "evosax", "optax", "gymnasium"), "1.0") | {
    "python": "3.11.7",
    "mujoco": "3.17.0",
}


@pytest.fixture
def drawing(monkeypatch) -> dict[str, str]:
    """What each backend answers, in place of trying it."""
    answers = {"egl": "works"}
    monkeypatch.setattr(doctor, "_drawing", lambda: answers)
    return answers


@pytest.fixture
def cache(monkeypatch, tmp_path) -> str:
    """A folder for compiled lives that can be written to, whatever the machine has."""
    monkeypatch.setenv("HEBBAX_CACHE", str(tmp_path / "cache"))
    return str(tmp_path / "cache")


@pytest.mark.usefixtures("drawing", "default_settings")
def test_json(hebbax, cache):
    ran = hebbax("doctor", "--json")

    assert (ran.code, ran.error) == (0, "")
    findings = json.loads(ran.out)
    assert (findings["problems"], findings["notes"]) == ([], [])
    assert findings["cores"]["available"] == available_cores()
    assert findings["engines"]["han-e"] == "native"
    assert "libmujoco" in findings["mujoco_library"]
    assert findings["versions"]["mujoco"].startswith("3.")
    assert findings["cache"] == cache


@pytest.mark.usefixtures("drawing")
def test_text_when_all_is_well(hebbax):
    ran = hebbax("doctor")

    assert ran.code == 0
    assert ran.out.splitlines()[-1].startswith("no problem found: `hebbax demo` evolves")
    assert re.search(r"\nengine of mlp +native\n", ran.out)


@pytest.mark.usefixtures("drawing")
def test_a_problem_is_told_and_changes_the_exit_code(hebbax, monkeypatch):
    monkeypatch.setenv("NUMBA_DISABLE_JIT", "1")

    ran = hebbax("doctor")

    assert ran.code == 1
    *_, problem, to_do = ran.out.splitlines()
    assert problem == "problem: NUMBA_DISABLE_JIT=1: no life can be compiled; unset it, or set it to 0"
    assert to_do.startswith("to do: run `hebbax doctor` again when the problem above is mended")


@pytest.mark.usefixtures("drawing")
def test_a_broken_part_is_a_problem_and_the_rest_is_still_told(hebbax, monkeypatch):
    def broken():
        raise OSError("no such\nlibrary")

    monkeypatch.setattr(doctor, "_mujoco_library", broken)

    ran = hebbax("doctor", "--json")

    assert ran.code == 1
    findings = json.loads(ran.out)
    assert findings["problems"] == ["OSError: no such library"]
    assert findings["mujoco_library"] is None
    assert findings["engines"]["mlp"] == "native"


@pytest.mark.usefixtures("default_settings")
def test_notes_are_no_problems(hebbax, monkeypatch, drawing, tmp_path):
    drawing["egl"] = "ImportError: no EGL"
    (tmp_path / "file").touch()
    monkeypatch.setenv("HEBBAX_CACHE", str(tmp_path / "file/cache"))

    ran = hebbax("doctor", "--json")

    assert ran.code == 0
    assert json.loads(ran.out)["notes"] == [
        "no video: off-screen OpenGL does not work; on Debian or Ubuntu: apt-get install libegl1",
        f"every process compiles its lives anew: cannot write to {tmp_path}/file/cache: {os.strerror(errno.ENOTDIR)}; "
        "set HEBBAX_CACHE to a folder that can be written to",
    ]


@pytest.mark.usefixtures("drawing")
def test_a_user_without_a_home_is_told_where_lives_could_be_kept(hebbax, monkeypatch):
    for variable in ("HOME", "XDG_CACHE_HOME", "HEBBAX_CACHE"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setattr("os.getuid", lambda: 4_000_000_000)  # of nobody in the system's list of users

    ran = hebbax("doctor")

    assert ran.code == 0
    assert "there is no home folder; set HEBBAX_CACHE to a folder" in ran.out
    assert re.search(r"\ncompiled lives +not kept\n", ran.out)


def test_backends_are_tried_in_processes_of_their_own():
    assert doctor._drawing_result("nothing").startswith(
        "RuntimeError: invalid value for environment variable MUJOCO_GL"
    )


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({}, None),
        ({"python": "3.13.1", "mujoco": "3.20.1"}, None),
        ({"python": "3.10.9"}, "Python 3.10.9 is too old: install Python 3.11 or newer"),
        ({"mujoco": "3.9.0"}, "mujoco 3.9.0 has no mujoco.batch: pip install 'mujoco>=3.17,<4'"),
        (
            {"mujoco": "4.0.0"},
            "mujoco 4.0.0 computes a wrong sparse Cholesky factor in its Newton solver (mujoco issue 3767): "
            "pip install 'mujoco>=3.17,<4'",
        ),
        ({"mujoco": "4.1.0"}, "mujoco 4.1.0 is newer than hebbax was tested with: pip install 'mujoco>=3.17,<4'"),
        ({"mujoco": "unknown"}, "mujoco is not installed: pip install mujoco"),
        ({"jax": "unknown"}, "jax is not installed: pip install jax"),
    ],
)
def test_known_problems_of_versions(change, problem):
    assert known_problems(GOOD | change, {}, "linux") == ([] if problem is None else [problem])


def test_known_problems_of_the_system():
    assert known_problems(GOOD, {"NUMBA_DISABLE_JIT": "0"}, "darwin") == []
    assert known_problems(GOOD, {}, "win32") == ["Windows has no locks for run folders: use WSL"]
