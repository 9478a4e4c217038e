"""Damages of a body against the same robot compiled from an edited text: all that MuJoCo derives, and where it goes."""

from __future__ import annotations

import re

import mujoco
import numpy as np
import pytest

import hebbax
from hebbax.damage.events import Event
from hebbax.engines.bodies import bodies_of
from hebbax.errors import HebbaxError
from hebbax.tasks import ant_run
from hebbax.worlds.base import BodyChange
from hebbax.worlds.mujoco.edits import remove_limb, shorten_limb

ANT = ant_run._MODEL.read_text()
NAMES = ("names", "paths", "signature")
LEG = "front-left lower leg"


def model_of(text: str) -> mujoco.MjModel:
    return hebbax.mujoco(lambda: mujoco.MjSpec.from_string(text), substeps=5).model


def damaged(task: hebbax.Task, kind: str, target: str | int | None = None, value: object = None) -> mujoco.MjModel:
    return bodies_of(task, [Event(kind, 0, 9, target, value)]).models[0]  # pyright: ignore[reportArgumentType]


def differences(one: mujoco.MjModel, other: mujoco.MjModel, tolerance: float = 1e-12) -> dict[str, float]:
    """Return by how much arrays of two models differ, of those that differ by more."""
    found = {}
    for name in dir(one):
        value, twin = (getattr(model, name) for model in (one, other)) if name not in NAMES else (None, None)
        if isinstance(value, np.ndarray) and value.dtype.kind in "fiub" and not name.startswith("name_"):
            assert value.shape == twin.shape, name
            difference = np.abs(value.astype(float) - twin.astype(float)).max(initial=0)
            found |= {name: difference} if difference > tolerance * max(1, np.abs(value).max(initial=0)) else {}
    gravity = np.abs(one.opt.gravity - other.opt.gravity).max()
    return found | ({"gravity": gravity} if gravity > tolerance else {})


def states(model: mujoco.MjModel, steps: int, height: float) -> np.ndarray:
    """Return the states of a robot that throws its limbs about, from so high above the floor."""
    data, random = mujoco.MjData(model), np.random.default_rng(0)
    data.qpos[2] = height
    rows = []
    for _ in range(steps):
        data.ctrl[:] = random.uniform(-1, 1, model.nu)
        mujoco.mj_step(model, data)
        rows.append(np.concatenate((data.qpos, data.qvel)))
    return np.array(rows)


def edited(pattern: str, replacement: str, text: str = ANT) -> str:
    new, count = re.subn(pattern, replacement, text)
    assert count, pattern
    return new


def with_torso(inertial: str) -> str:
    """Return the ant whose torso states its inertia."""
    return edited(r'<geom name="torso" ', f'{inertial}<geom name="torso" ')


def torso_inertial(mass: float = 0.0, shift: tuple[float, float, float] = (0.0, 0.0, 0.0)) -> str:
    model = model_of(ANT)
    place = " ".join(repr(float(number)) for number in model.body_ipos[1] + shift)
    inertia = " ".join(repr(float(number)) for number in model.body_inertia[1])
    turn = " ".join(repr(float(number)) for number in model.body_iquat[1])
    mass = float(model.body_mass[1]) + mass
    return f'<inertial pos="{place}" mass="{mass!r}" diaginertia="{inertia}" quat="{turn}"/>'


ANKLE = r'(<joint name="front-left ankle"[^/]*?)/>'
JOINT = r'<joint type="hinge" axis="0 0 1" range="-30 30" damping="1" armature="1"/>'

ORACLES = {
    ("shorten-limb", LEG, 0.25): edited('fromto="0 0 0 0.4 0.4 0"', 'fromto="0 0 0 0.1 0.1 0"'),
    ("shorten-limb", "front-left upper leg", 0.5): edited(
        r'fromto="0 0 0 0.2 0.2 0"/>\s*<body name="front-left lower leg" pos="0.2 0.2 0"',
        'fromto="0 0 0 0.1 0.1 0"/><body name="front-left lower leg" pos="0.1 0.1 0"',
    ),
    ("scale-friction", None, 0.5): edited('friction="1 0.5 0.5"', 'friction="0.5 0.25 0.25"'),
    ("scale-gravity", None, 2.0): edited('timestep="0.01"', 'timestep="0.01" gravity="0 0 -19.62"'),
    ("add-mass", "torso", 1.5): with_torso(torso_inertial(mass=1.5)),
    ("shift-mass", "torso", (0.05, 0.02, -0.01)): with_torso(torso_inertial(shift=(0.05, 0.02, -0.01))),
    ("damp-joint", "front-left ankle", 2.0): edited(ANKLE, r'\1 damping="3"/>'),
    ("rub-joint", "front-left ankle", 4.0): edited(ANKLE, r'\1 frictionloss="4"/>'),
    ("scale-armature", "front-left ankle", 3.0): edited(ANKLE, r'\1 armature="3"/>'),
    ("scale-armature", None, 3.0): edited(JOINT, JOINT.replace('armature="1"', 'armature="3"')),
    ("offset-joint", "front-left ankle", np.radians(5.0)): edited(
        r'(<joint name="front-left ankle"[^/]*)range="30 70"/>', r'\1range="35 75" ref="5" springref="5"/>'
    ),
}


@pytest.mark.parametrize("case", ORACLES, ids=lambda case: f"{case[0]} {case[1]}")
def test_a_damaged_ant_is_the_ant_of_an_edited_text(case):
    ours, theirs = damaged(hebbax.make_task("ant_run"), *case), model_of(ORACLES[case])
    # States go by the same numbers where the inertial frame is stated, but MuJoCo takes another way to them.
    known = {"body_sameframe", "geom_sameframe", "site_sameframe"} if case[0] == "shift-mass" else set()
    assert differences(ours, theirs).keys() <= known
    assert differences(ours, model_of(ANT))
    np.testing.assert_allclose(states(ours, 200, 100.0), states(theirs, 200, 100.0), atol=1e-9)
    np.testing.assert_allclose(states(ours, 25, 0.5), states(theirs, 25, 0.5), atol=1e-9)


def test_uphill_is_gravity_turned():
    model = damaged(hebbax.make_task("ant_run"), "tilt-ground", None, 30.0)
    np.testing.assert_allclose(model.opt.gravity, [-9.81 / 2, 0, -9.81 * np.sqrt(3) / 2], atol=1e-12)


def test_a_limb_of_a_robot_whose_masses_are_scaled_to_a_total_is_shortened_alone():
    """Gymnasium's cheetah is scaled to 14 kg: a shorter foot must not make all else heavier."""
    task = hebbax.make_task("half_cheetah")
    whole, ours = task.world.model, damaged(task, "shorten-limb", "bfoot", 0.5)
    foot = whole.body("bfoot").id
    others = np.arange(whole.nbody) != foot
    np.testing.assert_allclose(ours.body_mass[others], whole.body_mass[others], rtol=1e-12)
    radius, half = whole.geom("bfoot").size[:2]
    volume = [2 * part * half + 4 / 3 * radius for part in (1.0, 0.5)]
    np.testing.assert_allclose(ours.body_mass[foot], whole.body_mass[foot] * volume[1] / volume[0], rtol=1e-12)


def test_a_free_joint_is_moved_by_what_it_carries_alone():
    task = hebbax.make_task("half_cheetah")
    model = damaged(task, "free-joint", "bthigh")
    dof = int(model.joint("bthigh").dofadr[0])
    data = mujoco.MjData(model)
    data.qvel[dof], data.qpos[model.joint("bthigh").qposadr], data.ctrl[:] = 1.0, 0.3, 1.0
    mujoco.mj_forward(model, data)
    assert data.qfrc_passive[dof] == data.qfrc_actuator[dof] == 0
    others = [int(model.joint(name).dofadr[0]) for name in ("bshin", "fthigh")]
    assert np.all(data.qfrc_actuator[others] != 0)


@pytest.mark.parametrize("name", ["ant_run", "half_cheetah", "walker2d"])
def test_a_removed_limb_weighs_nothing_touches_nothing_and_pushes_nothing(name):
    task = hebbax.make_task(name)
    limb = {"ant_run": "front-left upper leg", "half_cheetah": "bthigh", "walker2d": "leg"}[name]
    whole, model = task.world.model, damaged(task, "remove-limb", limb)
    gone = np.flatnonzero([limb in _above(whole, body) for body in range(whole.nbody)])
    assert len(gone) >= 2
    left = np.setdiff1d(np.arange(whole.nbody), gone)
    assert model.body_mass[gone].sum() < 1e-5 * whole.body_mass[gone].sum()
    np.testing.assert_allclose(model.body_mass[left], whole.body_mass[left], rtol=1e-12)
    bodies = {
        int(model.geom_bodyid[geom]) for pair in zip(model.pair_geom1, model.pair_geom2, strict=True) for geom in pair
    }
    assert bodies.isdisjoint(gone)
    dofs = np.isin(model.dof_bodyid, gone)
    data, twin = mujoco.MjData(model), mujoco.MjData(model)
    data.qpos[2] = twin.qpos[2] = 5.0
    for _ in range(100):
        on = [actuator for actuator in range(model.nu) if dofs[model.jnt_dofadr[model.actuator_trnid[actuator, 0]]]]
        data.ctrl[on] = 1.0
        mujoco.mj_step(model, data)
        mujoco.mj_step(model, twin)
    assert on
    np.testing.assert_array_equal(data.qpos, twin.qpos)
    assert np.all(np.isfinite(data.qpos))


def _above(model: mujoco.MjModel, body: int) -> set[str]:
    """Return a body and all that it hangs on, by name."""
    names = set()
    while body:
        names.add(model.body(body).name)
        body = int(model.body_parentid[body])
    return names


def test_rough_ground_is_flat_at_birth_and_rough_beyond_and_the_same_for_a_seed():
    task = hebbax.make_task("ant_run")
    one, same, other = (damaged(task, "roughen-ground", seed, 0.1) for seed in (3, 3, 4))
    np.testing.assert_array_equal(one.hfield_data, same.hfield_data)
    assert np.abs(one.hfield_data - other.hfield_data).max() > 0.5
    heights = _heights(one, np.linspace(-60, 60, 4001))
    x = np.linspace(-60, 60, 4001)
    np.testing.assert_allclose(heights[np.abs(x) < 0.25], 0.0, atol=1e-6)
    far = heights[np.abs(x) > 3]
    assert -0.05 <= far.min() < -0.03
    assert 0.03 < far.max() <= 0.05
    assert abs(far.mean()) < 0.005


def _heights(model: mujoco.MjModel, x: np.ndarray) -> np.ndarray:
    """Return how high the ground is along x, as a ray from above finds it."""
    data, found = mujoco.MjData(model), np.zeros(1, np.int32)
    data.qpos[1] = 30.0  # the robot is elsewhere
    mujoco.mj_forward(model, data)
    down = np.array([0.0, 0.0, -1.0])
    return np.array(
        [10 - mujoco.mj_ray(model, data, np.array([at, 0.0, 10.0]), down, None, 1, -1, found) for at in x.tolist()]
    )


def test_wind_carries_along_what_it_meets():
    task = hebbax.make_task("ant_run")
    model = damaged(task, "blow-wind", None, (20.0, 0.0, 0.0))
    calm, blown = (states(one, 100, 100.0)[-1] for one in (task.world.model, model))
    assert blown[0] - calm[0] > 0.05


@pytest.mark.parametrize(
    ("case", "said"),
    [
        (("shorten-limb", "tail", 0.5), "unknown body 'tail'"),
        (("remove-limb", "torso", None), "is the robot's root"),
        (("scale-armature", 0, 2.0), "joint 0, which has several coordinates: expected front-left hip"),
        (("roughen-ground", "hills", 0.1), "expected a seed, a whole number from 0 on"),
    ],
)
def test_what_a_robot_cannot_have_is_said_with_what_it_has(case, said):
    with pytest.raises(HebbaxError, match=said):
        damaged(hebbax.make_task("ant_run"), *case)


@pytest.mark.parametrize(
    ("geom", "said"),
    [
        (
            '<inertial pos="0 0 0" mass="1" diaginertia="1 1 1"/><geom type="capsule" fromto="0 0 0 1 0 0" size=".1"/>',
            "states",
        ),
        ('<geom type="mesh" mesh="m"/>', "has a mesh: expected capsules"),
    ],
)
def test_a_limb_that_cannot_be_shortened_is_said(geom, said):
    mesh = "0 0 0  1 0 0  0 1 0  0 0 1"
    limb = f'<body name="limb"><joint name="j"/>{geom}</body>'
    text = f'<mujoco><asset><mesh name="m" vertex="{mesh}"/></asset><worldbody>{limb}</worldbody></mujoco>'
    world = hebbax.mujoco(lambda: mujoco.MjSpec.from_string(text), substeps=1)
    with pytest.raises(HebbaxError, match=said):
        world.changed([BodyChange("body", 1, edit=shorten_limb, value=0.5)])


def test_a_locked_joint_stands_still_and_gives_the_body_no_energy():
    """In the air, without gravity and motors: a position that is put back at every step would add energy here."""
    task = hebbax.make_task("half_cheetah")
    model = damaged(task, "lock-joint", "bthigh")
    model.opt.gravity[:] = 0
    model.opt.enableflags |= mujoco.mjtEnableBit.mjENBL_ENERGY
    data, energies = mujoco.MjData(model), []
    data.qpos[1], data.qvel[:] = 10.0, np.random.default_rng(1).uniform(-3, 3, model.nv)
    dof = int(model.joint("bthigh").dofadr[0])
    for _ in range(200):
        mujoco.mj_step(model, data)
        energies.append(float(data.energy.sum()))
    assert np.diff(energies).max() < 1e-3 * energies[0]
    assert energies[-1] < energies[0]
    assert abs(data.qvel[dof]) < 1e-2


GROUNDED = [
    *("half_cheetah", "cheetah_run", "obstacle_cheetah", "obstacle_cheetah_pendulums", "obstacle_cheetah_slope"),
    *("hopper", "walker2d", "ant", "ant_run", "quadruped", "humanoid"),
]


@pytest.mark.parametrize("name", GROUNDED)
def test_rough_ground_lies_under_the_birth_and_the_way_of_every_robot(name):
    task, height = hebbax.make_task(name), 0.1
    model, whole = damaged(task, "roughen-ground", 1, height), task.world.model
    birth = whole.body_pos[1, 0]
    near, way = birth + np.linspace(-0.5, 0.5, 41), birth + np.arange(3.0, 44.0, 0.3)
    np.testing.assert_allclose(_ground(model, near), _ground(whole, near), atol=1e-3 * height)
    rough = _ground(model, way) - _ground(whole, way)
    assert np.abs(rough).max() <= height / 2 + 1e-6
    assert 0.015 < rough.std() < 0.03  # between corners of U(-0.05, 0.05), whose own is 0.029
    far = np.array([birth - 40.0, birth + 240.0])
    assert np.abs(_ground(model, far) - _ground(whole, far)).max() < 2 * height


def _ground(model: mujoco.MjModel, x: np.ndarray) -> np.ndarray:
    """Return how high the highest plane or field is along x, as rays from above find them."""
    data, down = mujoco.MjData(model), np.array([0.0, 0.0, -1.0])
    mujoco.mj_forward(model, data)
    heights = []
    for at in x.tolist():
        place, found = np.array([at, 0.013, 90.0]), []
        for geom in np.flatnonzero(model.geom_type <= int(mujoco.mjtGeom.mjGEOM_HFIELD)).tolist():
            if model.geom_type[geom] == int(mujoco.mjtGeom.mjGEOM_HFIELD):
                found.append(mujoco.mj_rayHfield(model, data, geom, place, down, None))
            else:  # by hand, because MuJoCo's planes end for rays where they are drawn to
                up = data.geom_xmat[geom].reshape(3, 3)[:, 2]
                found.append(float((place - data.geom_xpos[geom]) @ up / up[2]))
        heights.append(90.0 - min(one for one in found if one >= 0))
    return np.array(heights)


UNNAMED = """<mujoco><worldbody><geom type="plane" size="9 9 1"/><body name="torso" pos="0 0 1"><freejoint/>
<geom type="box" size=".2 .1 .1"/><body name="thigh" pos=".2 0 0"><joint name="hip" axis="0 1 0"/>
<geom type="capsule" fromto="0 0 0 0 0 -.3" size=".03"/><body pos="0 0 -.3"><joint name="knee" axis="0 1 0"/>
<geom type="capsule" fromto="0 0 0 0 0 -.3" size=".03"/><body pos="0 0 -.3"><joint axis="0 1 0"/><site name="toe"/>
<geom type="capsule" fromto="0 0 0 .1 0 0" size=".03"/></body></body></body></body></worldbody>
<tendon><fixed name="hip"><joint joint="knee" coef="1"/></fixed></tendon>
<actuator><motor joint="hip"/><motor tendon="hip"/><motor site="toe" gear="1 0 0 0 0 0"/></actuator></mujoco>"""


def test_all_of_a_limb_is_removed_though_its_bodies_have_no_names():
    world = hebbax.mujoco(lambda: mujoco.MjSpec.from_string(UNNAMED), substeps=1)
    model = world.changed([BodyChange("body", 2, edit=remove_limb, value=0.0)])
    assert model.body_mass[2:].sum() < 1e-5 * world.model.body_mass[2:].sum()
    assert model.body_mass[1] == world.model.body_mass[1]
    touched = {int(geom) for pair in zip(model.pair_geom1, model.pair_geom2, strict=True) for geom in pair}
    assert {int(model.geom_bodyid[geom]) for geom in touched} == {0, 1}
    assert not model.actuator_gainprm.any()
    shank = world.changed([BodyChange("body", 3, edit=remove_limb, value=0.0)])
    assert shank.body_mass[2] == world.model.body_mass[2]
    assert shank.actuator_gainprm.any(axis=1).tolist() == [True, False, False]


def test_all_bodies_and_joints_are_the_robots_alone():
    task = hebbax.make_task("obstacle_cheetah")
    whole, heavy, stiff = (
        task.world.model,
        damaged(task, "scale-mass", None, 2.0),
        damaged(task, "damp-joint", None, 2.0),
    )
    assert (heavy.body_mass / np.where(whole.body_mass > 0, whole.body_mass, 1)).tolist() == [0, *[2] * 7, 1]
    assert (stiff.dof_damping - whole.dof_damping).tolist() == [0] * 3 + [2] * 6 + [0] * 6


def test_a_locked_joint_hardly_yields_to_full_motors():
    """Of half_cheetah it gave way by 0.05 rad in six seconds, and that of ant_run, solved by one iteration, by 0.37."""
    for name, joint in (("half_cheetah", "bthigh"), ("ant_run", "front-left ankle"), ("hopper", "thigh_joint")):
        task, random = hebbax.make_task(name), np.random.default_rng(1)
        whole, locked = task.world.model, damaged(task, "lock-joint", joint)
        data, places = mujoco.MjData(whole), []
        for tick in range(round(4 / task.control_period)):
            data.ctrl[:] = random.uniform(-1, 1, whole.nu)
            mujoco.mj_step(locked if tick * task.control_period > 1 else whole, data, nstep=task.world.substeps)
            places.append(float(data.joint(joint).qpos[0]))
        late = np.array(places[round(1.1 / task.control_period) :])
        assert np.ptp(late) < 0.005, name
