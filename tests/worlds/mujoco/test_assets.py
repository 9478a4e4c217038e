"""What a model is made of beside its text is kept with a run, recognised, and there when the text is opened."""

from __future__ import annotations

import os
from pathlib import Path

import imageio.v3 as iio
import mujoco
import numpy as np
import pytest

import hebbax
from hebbax.runs.run_folder import RunFolder
from hebbax.worlds.mujoco import assets

FOOT = "v 0 0 0\nv {0} 0 0\nv 0 {0} 0\nv 0 0 {0}\nf 1 3 2\nf 1 2 4\nf 1 4 3\nf 2 3 4\n"
XML = """
<mujoco>
  <compiler meshdir="../parts" texturedir="pictures"/>
  <include file="floor.xml"/>
  <asset>
    <mesh name="foot" file="foot.obj"/>
    <texture name="skin" type="2d" file="foot.png"/>
    <material name="skin" texture="skin"/>
    <hfield name="hills" file="hills.png" size="1 1 1 .1"/>
  </asset>
  <worldbody>
    <geom type="hfield" hfield="hills"/>
    <body pos="0 0 2"><freejoint/><geom name="foot" type="mesh" mesh="foot" material="skin"/></body>
  </worldbody>
</mujoco>
"""


@pytest.fixture
def robot(tmp_path) -> Path:
    """Return the path of a robot whose text is in one folder, and most of its files in others."""
    for folder in ("robot", "robot/pictures", "parts"):
        (tmp_path / folder).mkdir()
    (tmp_path / "parts/foot.obj").write_text(FOOT.format(0.1))
    iio.imwrite(tmp_path / "parts/hills.png", np.arange(16, dtype=np.uint8).reshape(4, 4))
    iio.imwrite(tmp_path / "robot/pictures/foot.png", np.full((4, 4, 3), 200, np.uint8))
    (tmp_path / "robot/floor.xml").write_text("<mujoco><worldbody><geom name='floor' size='.1'/></worldbody></mujoco>")
    (tmp_path / "robot/robot.xml").write_text(XML)
    return tmp_path / "robot/robot.xml"


def kept(world, path: Path) -> mujoco.MjModel:
    """Return the model of a run's folder, opened by MuJoCo alone."""
    folder = RunFolder.create(path, config="", record={}, source=world.source(), files=world.files())
    return mujoco.MjModel.from_xml_path(str(folder.model_path))


def test_the_model_of_a_run_opens_without_the_files_of_its_author(robot, tmp_path):
    world = hebbax.mujoco(robot, substeps=1)
    expected = world.spec.compile()
    model = kept(world, tmp_path / "run")

    assert sorted(path.name for path in (tmp_path / "run/assets").iterdir()) == [
        "0-foot.png",
        "1-foot.obj",
        "2-hills.png",
    ]
    for field in ("mesh_vert", "tex_data", "hfield_data", "body_mass"):
        np.testing.assert_array_equal(getattr(model, field), getattr(expected, field))
    assert model.geom("floor").id == expected.geom("floor").id


def test_files_that_came_in_memory_are_kept_as_well(tmp_path):
    xml = "<mujoco><asset><mesh name='foot' file='foot.obj'/></asset><worldbody><body><freejoint/>"
    xml += "<geom type='mesh' mesh='foot'/></body></worldbody></mujoco>"
    spec = mujoco.MjSpec.from_string(xml, assets={"foot.obj": FOOT.format(0.1).encode()})
    assert kept(hebbax.mujoco(spec, substeps=1), tmp_path / "run").nmesh == 1


@pytest.mark.parametrize("file", ["parts/foot.obj", "parts/hills.png", "robot/pictures/foot.png", "robot/floor.xml"])
def test_another_file_is_another_model(robot, file):
    before = hebbax.mujoco(robot, substeps=1).origin()
    path = robot.parent.parent / file
    if path.suffix == ".png":
        iio.imwrite(path, 1 + iio.imread(path))
    else:
        path.write_text(path.read_text().replace("0.1", "0.2").replace("'.1'", "'.2'"))
    after = hebbax.mujoco(robot, substeps=1).origin()

    assert after != before
    assert (after["model_sha256"] == before["model_sha256"]) == (path.name != "floor.xml")


def test_a_part_from_another_model_is_recognised(robot, tmp_path):
    """Its text does not say where its files are: they are not kept, and a change is seen all the same."""

    def build():
        whole, part = mujoco.MjSpec(), mujoco.MjSpec.from_file(str(robot))
        whole.worldbody.add_frame().attach_body(part.worldbody.bodies[0], "part ", "")
        return whole

    before = hebbax.mujoco(build, substeps=1)
    first = before.origin()
    assert not before.files()
    foot = tmp_path / "parts/foot.obj"
    foot.write_text(FOOT.format(0.2))
    os.utime(foot, (1, 1))  # MuJoCo goes by the time
    assert hebbax.mujoco(build, substeps=1).origin() != first


def test_more_than_the_most_is_recognised_and_not_kept(robot, monkeypatch, caplog):
    expected = hebbax.mujoco(robot, substeps=1).origin()
    monkeypatch.setattr(assets, "MOST", 100)
    world = hebbax.mujoco(robot, substeps=1)
    assert not world.files()
    (said,) = [record.getMessage() for record in caplog.records]
    assert said.startswith("the files of the model are more than 0 MB")
    assert world.source()[1] == world.xml
    assert world.origin() == expected


def test_what_is_drawn_is_the_compiled_model(robot, tmp_path):
    world = hebbax.mujoco(robot, substeps=1)
    world.save_model(tmp_path / "model.mjb")
    drawn = mujoco.MjModel.from_binary_path(str(tmp_path / "model.mjb"))
    np.testing.assert_array_equal(drawn.mesh_vert, world.model.mesh_vert)


def test_a_model_without_files_is_what_it_was(swimmer):
    assert swimmer.world.source() == ("model.xml", swimmer.world.xml)
    assert not swimmer.world.files()
    assert list(swimmer.world.origin()) == ["model_sha256"]


def test_what_mujoco_writes_by_chance_is_no_other_model(robot, monkeypatch):
    """Of a mesh in the middle of its body MuJoCo 3 writes `pos="0 0 0"` in some processes and not in others."""
    found = set()
    for place in ("", ' pos="0 0 0"', ' quat="1 0 0 0"', ' pos="0 0 0" quat="1 0 0 0"'):
        text = f'<mujoco><geom name="foot"{place} type="mesh" mesh="foot"/><geom pos="0 0 0" size="1"/></mujoco>'
        monkeypatch.setattr(mujoco.MjSpec, "to_xml", lambda spec, text=text: text)
        found.add(hebbax.mujoco(robot, substeps=1).xml)
    assert found == {'<mujoco><geom name="foot" type="mesh" mesh="foot"/><geom pos="0 0 0" size="1"/></mujoco>'}
