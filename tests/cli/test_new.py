"""`hebbax new robot`: from a model in somebody's layout to a task that every command knows."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from hebbax.installing import pip_install

TINY = ("policy=han-b", "task.ticks=25", "strategy.population=4", "evaluate_lifetimes=2", "threads=1", "generations=2")

ROBOTS = {
    "dog": ("write_quadruped", ("forward", "upright", "effort")),
    "arm": ("write_arm", ("distance", "effort")),
    "hand": ("write_hand", ("pose", "effort")),
    "leg": ("write_hopper", ("forward", "upright", "effort")),
}
"""The function that writes each model, and the terms that its task rewards."""


@pytest.fixture
def model_of(others_robots, tmp_path):
    """Write a model into a folder of its own; return its path."""

    def write(function: str) -> Path:
        return getattr(others_robots, function)(tmp_path / "theirs")

    return write


@pytest.mark.parametrize("name", ROBOTS)
def test_a_robot_becomes_a_task_that_is_listed(hebbax, model_of, install_package, tmp_path, name):
    function, reward = ROBOTS[name]
    ran = hebbax("new", "robot", f"my_{name}", "--mjcf", model_of(function))
    assert (ran.code, ran.error) == (0, "")
    written = [line for line in ran.out.splitlines() if line.startswith(f"my_{name}/")]
    assert all((tmp_path / path).is_file() for path in written)
    assert {Path(path).name for path in written} >= {"pyproject.toml", "README.md", "__init__.py", f"my_{name}.xml"}
    assert pip_install("-e", f"my_{name}") in ran.out
    assert " + ".join(reward) in ran.out
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []

    install_package(tmp_path / f"my_{name}")
    told = json.loads(hebbax("tasks", f"my_{name}", "--json").out)
    assert told["reward"] == list(reward)
    assert told["control_period"] == pytest.approx(0.02)
    assert all(group["name"] and group["unit"] for group in told["observation"] + told["action"])
    assert all((group["low"], group["high"]) == (-1, 1) for group in told["action"])


def test_an_installed_robot_is_not_made_again(hebbax, model_of, install_package, tmp_path):
    model = model_of("write_hopper")
    assert hebbax("new", "robot", "leg", "--mjcf", model, "--folder", "packages").code == 0
    assert (tmp_path / "packages/leg/leg.xml").is_file()
    ran = hebbax("new", "robot", "other", "--mjcf", model, "--folder", "packages")
    assert ran.error == (
        "hebbax: packages is there already, and nothing is written over: choose another with --folder\n"
    )
    install_package(tmp_path / "packages")
    ran = hebbax("new", "robot", "leg", "--mjcf", model, "--folder", "again")
    assert (ran.code, ran.error.count("\n")) == (2, 1)
    assert "there is a task of this name already; choose another, such as 'my_leg'" in ran.error


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("My-Robot", "nearest valid: 'my_robot'"),
        ("class", "nearest valid: 'my_class'"),
        ("7dof", "nearest valid: 'my_7dof'"),
        ("../up", "nearest valid: 'up'"),
        ("", "nearest valid: 'my_robot'"),
        ("swimmer", "there is a task of this name already"),
        ("numpy", "Python has a module of this name"),
    ],
)
def test_a_name_that_cannot_be_used_is_told(hebbax, model_of, tmp_path, name, told):
    ran = hebbax("new", "robot", name, "--mjcf", model_of("write_hopper"), "--folder", "new")
    assert (ran.code, ran.error.count("\n")) == (2, 1)
    assert told in ran.error
    assert not (tmp_path / "new").exists()


def test_what_else_there_is_to_make_is_told(hebbax):
    ran = hebbax("new", "robt", "dog", "--mjcf", "dog.xml")
    assert ran == (2, "", "hebbax: unknown thing to make 'robt': did you mean 'robot'?\n")
    assert "--mjcf" in hebbax("new", "robot", "dog").error


def test_a_urdf_says_what_holds_it(hebbax, model_of, install_package, tmp_path):
    model = model_of("write_urdf")
    ran = hebbax("new", "robot", "biped", "--mjcf", model)
    assert (ran.code, ran.error.count("\n")) == (2, 1)
    assert "add --base free or --base fixed" in ran.error
    assert hebbax("new", "robot", "biped", "--mjcf", model, "--base", "fre").error.endswith("did you mean 'free'?\n")
    assert hebbax("new", "robot", "biped", "--mjcf", model, "--base", "free").code == 0
    install_package(tmp_path / "biped")
    told = json.loads(hebbax("tasks", "biped", "--json").out)
    assert [(group["name"], group["unit"]) for group in told["action"]] == [
        ("left hip", "share of 12 N·m"),
        ("right hip", "share of 12 N·m"),
    ]
    assert told["reward"] == ["forward", "upright", "effort"]


@pytest.mark.slow
@pytest.mark.parametrize("name", ["dog", "arm", "hand"])
def test_every_command_knows_the_robot(hebbax, model_of, install_package, tmp_path, name):
    """Train, resume, evaluate, record, analyse, show, stress and report, from the command line alone."""
    assert hebbax("new", "robot", f"my_{name}", "--mjcf", model_of(ROBOTS[name][0])).code == 0
    install_package(tmp_path / f"my_{name}")
    for arguments in (
        ("try", f"my_{name}", "--actions", "random", "--seconds", "0.5"),
        ("train", f"task=my_{name}", *TINY, "--run", "mine"),
        ("train", "--resume", "mine", "generations=3"),
        ("evaluate", "mine", "--lifetimes", "2"),
        ("record", "mine", "--lifetimes", "1", "--out", "lives.h5"),
        ("analyze", "mine", "--lifetimes", "2", "--ticks", "60"),
        ("show", "mine"),
        ("report", "mine", "--lifetimes", "2"),
        ("stress", "mine", "--lifetimes", "2", "--suite", "actuators"),
    ):
        ran = hebbax(*arguments)
        assert ran.code == 0, (arguments, ran.error)
    assert (tmp_path / "lives.h5").is_file()
    assert list(tmp_path.rglob("report.html"))


@pytest.mark.slow
def test_pip_installs_it_with_its_model_and_its_test_passes(hebbax, model_of, tmp_path):
    """As others install it: pip builds a wheel, without a network, and what it holds is all that is needed."""
    version = tuple(map(int, pytest.importorskip("setuptools").__version__.split(".")[:2]))
    if version < (70, 1):  # from there on it makes wheels by itself
        pytest.importorskip("wheel")
    assert hebbax("new", "robot", "my_dog", "--mjcf", model_of("write_quadruped")).code == 0
    site = tmp_path / "site"
    quiet = ("--quiet", "--no-deps", "--no-build-isolation", "--disable-pip-version-check")
    install = [sys.executable, "-m", "pip", "install", *quiet, "--target", str(site), str(tmp_path / "my_dog")]
    subprocess.run(install, check=True, capture_output=True, text=True)
    assert (site / "my_dog/assets/0-trunk.stl").is_file()
    test = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(tmp_path / "my_dog/test_my_dog.py")]
    ran = subprocess.run(test, env=_with_path(site), cwd=tmp_path, check=False, capture_output=True, text=True)
    assert "1 passed" in ran.stdout, ran.stdout[-2000:]


def _with_path(folder: Path) -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(folder)}
