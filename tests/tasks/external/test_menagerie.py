"""Robots of MuJoCo Menagerie as tasks: a small robot of ours in its layout, without a network."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace

import numpy as np
import pytest

from hebbax.errors import HebbaxError
from hebbax.installing import pip_install_extra
from hebbax.tasks.contract import check_task
from hebbax.tasks.external import menagerie
from hebbax.tasks.registry import make_task


class MenagerieError(Exception):
    """As the package has it."""


@pytest.fixture
def package(monkeypatch) -> ModuleType:
    """A package in the place of mujoco-menagerie that knows one robot, whose files are not there yet."""
    module = ModuleType("mujoco_menagerie")

    def xml() -> Path:
        raise MenagerieError("https://example.org/dog.tar.xz: no route\nto host")

    module.names = lambda: ["our_dog", "our_cat"]
    module.get = lambda name: SimpleNamespace(name=name, display_name="Our Dog", xml=xml)
    module.MenagerieError = MenagerieError
    monkeypatch.setitem(sys.modules, "mujoco_menagerie", module)
    monkeypatch.setattr(menagerie.importlib.util, "find_spec", lambda name: module)
    return module


def test_a_robot_walks_from_its_keyframe(package, others_robots, tmp_path):
    scene = others_robots.write_quadruped(tmp_path / "our_dog", "our_dog")
    package.get = lambda name: SimpleNamespace(display_name="Our Dog", xml=lambda: scene)
    task = check_task(make_task("menagerie/our_dog"))
    assert (task.name, task.robot, task.observation_size, task.action_size) == ("menagerie/our_dog", "Our Dog", 27, 8)
    assert task.reward == ("forward", "upright", "effort")
    assert task.world.origin()["keyframe"] == "home"
    assert len(task.world.files()) == 1
    # As an action of zero has it, servos hold the keyframe.
    np.testing.assert_allclose(task.actuate(np.zeros(8), None, None), task.world.model.key_ctrl[0])


def test_a_robot_that_is_not_known_has_the_nearest_told(package):
    with pytest.raises(HebbaxError, match="unknown robot of Menagerie 'our_dgo': did you mean 'our_dog'"):
        make_task("menagerie/our_dgo")
    with pytest.raises(HebbaxError, match="task 'menagerie/': expected menagerie/ROBOT such as menagerie/unitree_go1"):
        make_task("menagerie/")


def test_without_a_network_one_line_says_what_to_do(package):
    with pytest.raises(
        HebbaxError, match=r"task 'menagerie/our_dog': its files cannot be had: .*MENAGERIE_ROOT"
    ) as error:
        make_task("menagerie/our_dog")
    assert "\n" not in str(error.value)


def test_what_is_wrong_with_its_model_is_told_with_the_task(package, others_robots, tmp_path):
    scene = others_robots.write_quadruped(tmp_path / "our_dog", "our_dog")
    (tmp_path / "our_dog/assets/trunk.stl").unlink()
    package.get = lambda name: SimpleNamespace(display_name="Our Dog", xml=lambda: scene)
    with pytest.raises(HebbaxError, match=r"task 'menagerie/our_dog': .*trunk\.stl"):
        make_task("menagerie/our_dog")


def test_without_the_package_one_line_says_what_to_install(monkeypatch):
    monkeypatch.setattr(menagerie.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(HebbaxError) as error:
        make_task("menagerie/unitree_go1")
    assert str(error.value) == (
        f"task 'menagerie/unitree_go1' needs the robots of Menagerie: {pip_install_extra('menagerie')}"
    )


def test_the_package_itself_finds_a_robot_in_a_folder(others_robots, tmp_path, monkeypatch):
    """With the real package, which must still have what is asked of it; ours stands in the place of its Go1."""
    pytest.importorskip("mujoco_menagerie")
    others_robots.write_quadruped(tmp_path / "unitree_go1", "go1")
    monkeypatch.setenv("MENAGERIE_ROOT", str(tmp_path))
    task = check_task(make_task("menagerie/unitree_go1"))
    assert (task.robot, task.action_size) == ("Unitree Go1", 8)
    with pytest.raises(HebbaxError, match="its files cannot be had: 'unitree_go2' not found under MENAGERIE_ROOT="):
        make_task("menagerie/unitree_go2")
