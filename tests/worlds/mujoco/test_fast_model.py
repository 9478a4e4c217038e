"""Models that step faster step the same, to the bit."""

from __future__ import annotations

import time

import mujoco
import numpy as np
import pytest

from hebbax.worlds.mujoco.fast_model import _possible_pairs, quick_model

# Three legs fall and roll on a floor and a ramp. Their softness, friction and margins are all different, so that every
# rule by which MuJoCo mixes them matters; two geoms have no name, and one pair of bodies is excluded.
CREATURE = """
<mujoco>
  <default><geom density="500"/><joint damping="0.2"/></default>
  <worldbody>
    <geom name="floor" type="plane" size="5 5 .1" friction=".7 .02 .003" solref=".03 1" margin=".01" condim="3"/>
    <body name="ramp" pos=".5 0 .05" euler="0 20 0">
      <geom type="box" size=".4 .4 .05" priority="1" friction="1.2 .01 .002" solimp=".8 .9 .02 .5 2"/>
    </body>
    <body name="trunk" pos=".2 0 .6">
      <freejoint/>
      <geom name="trunk" type="capsule" fromto="-.2 0 0 .2 0 0" size=".06" solmix="3" condim="6"/>
      <geom type="sphere" pos=".2 0 .1" size=".05" friction=".3 .004 .001"/>
      <body name="front" pos=".2 0 0">
        <joint name="front" axis="0 1 0" range="-60 60" limited="true"/>
        <geom name="front" type="capsule" fromto="0 0 0 .1 0 -.3" size=".03" solref="-900 -40" margin=".02"/>
      </body>
      <body name="back" pos="-.2 0 0">
        <joint name="back" axis="0 1 0" range="-60 60" limited="true"/>
        <geom name="back" type="capsule" fromto="0 0 0 -.1 0 -.3" size=".03" solimp=".7 .95 .01 .5 2" condim="4"/>
      </body>
      <body name="tail" pos="-.25 0 .05">
        <joint name="tail" axis="0 1 0" range="-170 170" limited="true"/>
        <geom name="tail" type="capsule" fromto="0 0 0 -.3 0 .1" size=".02" priority="2" condim="1"/>
      </body>
    </body>
  </worldbody>
  <contact><exclude body1="front" body2="tail"/></contact>
  <actuator>
    <motor joint="front" gear="6"/><motor joint="back" gear="6"/><motor joint="tail" gear="3"/>
  </actuator>
  MORE
</mujoco>
"""


def spec_of(more: str = "", **changes: str) -> mujoco.MjSpec:
    text = CREATURE.replace("MORE", more)
    for old, new in changes.items():
        text = text.replace(old, new)
    return mujoco.MjSpec.from_string(text)


def walk(model: mujoco.MjModel, steps: int = 600, births: int = 4) -> tuple[np.ndarray, set[tuple[int, int]]]:
    """Return the positions [births * steps, nq] under random torques, and which geoms touched."""
    generator = np.random.default_rng(0)
    data, path, touched = mujoco.MjData(model), [], set()
    for _ in range(births):
        mujoco.mj_resetData(model, data)
        data.qvel[:] = generator.normal(0, 2, model.nv)
        for step in range(steps):
            if step % 10 == 0:
                data.ctrl[:] = generator.uniform(-1, 1, model.nu)
            mujoco.mj_step(model, data)
            path.append(data.qpos.copy())
            touched |= {tuple(sorted(pair)) for pair in data.contact.geom.tolist()}
    return np.array(path), touched


def test_named_pairs_touch_as_those_that_mujoco_finds():
    spec = spec_of()
    plain, quick = spec.compile(), quick_model(spec)
    path, touched = walk(plain)

    assert quick.npair > 10
    assert len(touched) > 6, "too few geoms touch to say that all kinds of contact are the same"
    np.testing.assert_array_equal(walk(quick)[0], path)
    assert walk(quick)[1] == touched


def test_geoms_keep_their_places_and_the_source_stays_as_it_is():
    spec = spec_of()
    plain, before = spec.compile(), spec.to_xml()
    quick = quick_model(spec)

    np.testing.assert_array_equal(quick.geom_bodyid, plain.geom_bodyid)
    np.testing.assert_array_equal(quick.geom_size, plain.geom_size)
    assert quick.geom("tail").id == plain.geom("tail").id
    assert spec.to_xml() == before


def test_a_robot_that_can_touch_nothing_has_no_contacts():
    spec = spec_of()
    for geom in spec.geoms:
        geom.contype = 0
    quick = quick_model(spec)

    assert quick.opt.disableflags & mujoco.mjtDisableBit.mjDSBL_CONTACT
    np.testing.assert_array_equal(walk(quick)[0], walk(spec.compile())[0])


@pytest.mark.parametrize(
    "spec",
    [
        spec_of(margin='gap=".005" margin'),
        spec_of("<contact><pair geom1='floor' geom2='tail'/></contact>"),
    ],
    ids=["gaps", "pairs of its own"],
)
def test_what_could_come_out_otherwise_is_left_to_mujoco(spec):
    plain, quick = spec.compile(), quick_model(spec)

    assert quick.npair == plain.npair
    np.testing.assert_array_equal(quick.geom_contype, plain.geom_contype)
    np.testing.assert_array_equal(walk(quick)[0], walk(plain)[0])


def test_several_trees_keep_their_islands():
    spec = spec_of()
    ball = spec.worldbody.add_body(name="ball", pos=[1.5, 0, 0.3])
    ball.add_freejoint()
    ball.add_geom(size=[0.1, 0, 0])
    quick = quick_model(spec)

    assert not quick.opt.disableflags & mujoco.mjtDisableBit.mjDSBL_ISLAND
    np.testing.assert_array_equal(walk(quick)[0], walk(spec.compile())[0])


def test_meshes_beside_the_file_are_found(tmp_path):
    (tmp_path / "foot.obj").write_text("v 0 0 0\nv .1 0 0\nv 0 .1 0\nv 0 0 .1\nf 1 3 2\nf 1 2 4\nf 1 4 3\nf 2 3 4\n")
    path = tmp_path / "robot.xml"
    path.write_text(
        "<mujoco><asset><mesh name='foot' file='foot.obj'/></asset><worldbody><geom type='plane' size='1 1 1'/>"
        "<body pos='0 0 .2'><freejoint/><geom type='mesh' mesh='foot'/></body></worldbody></mujoco>"
    )
    spec = mujoco.MjSpec.from_file(str(path))
    quick = quick_model(spec)

    assert quick.npair == 1
    path, touched = walk(quick)
    assert touched == {(0, 1)}
    np.testing.assert_array_equal(path, walk(spec.compile())[0])


def of_many(geoms: int, kind: int, legs: int = 0) -> mujoco.MjSpec:
    """Return a leg above a floor, in a world of so many spheres of a kind, and beside so many more legs."""
    spec = mujoco.MjSpec()
    spec.worldbody.add_geom(type=mujoco.mjtGeom.mjGEOM_PLANE, size=[5, 5, 1])
    for index in range(geoms):
        spec.worldbody.add_geom(size=[0.01, 0, 0], pos=[index, 0, -1], contype=kind, conaffinity=kind)
    for index in range(1 + legs):
        body = spec.worldbody.add_body(pos=[0, index, 1])
        body.add_freejoint()
        body.add_geom(size=[0.1, 0, 0])
    return spec


@pytest.mark.parametrize(
    ("spec", "pairs"),
    [
        pytest.param(of_many(3000, 0), 1, id="seen only"),
        pytest.param(of_many(3000, 2), 1, id="touching nothing that moves"),
        pytest.param(of_many(3000, 1), 0, id="ground"),
        pytest.param(of_many(0, 0, legs=3000), 0, id="bodies", marks=pytest.mark.slow),
    ],
)
def test_thousands_of_geoms_are_as_quick_as_a_few(spec, pairs):
    """Against the time that MuJoCo takes for the model itself, which says how fast the machine is."""
    start = time.perf_counter()
    model = spec.compile()
    compiled = time.perf_counter()
    quick = quick_model(spec)
    taken = time.perf_counter() - compiled

    assert quick.npair == pairs
    assert quick.ngeom == model.ngeom
    assert taken < 100 * (compiled - start)


def test_filters_are_those_of_mujoco(subtests):
    """Every pair of a creature that overlaps itself, by turns of each of MuJoCo's ways to let two geoms be."""
    for change in ({}, {"contype": 0}, {"conaffinity": 2}, {"filterparent": True}):
        spec = spec_of()
        for geom in spec.geoms[::2]:
            geom.contype, geom.conaffinity = change.get("contype", 1), change.get("conaffinity", 1)
        if change.get("filterparent"):
            spec.option.disableflags |= mujoco.mjtDisableBit.mjDSBL_FILTERPARENT
        model = spec.compile()
        touched = walk(model, steps=300)[1]
        named = _possible_pairs(model)
        with subtests.test(change=change):
            assert named is not None
            assert touched <= set(named)
