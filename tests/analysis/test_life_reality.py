"""The reality check of whole lives: of robots made by hand, stepped by MuJoCo alone, with known answers."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import mujoco
import numpy as np
import pytest

from hebbax.analysis.analyze import _footing, _recorded_footing, analyze_source
from hebbax.analysis.frame import Body, Frame, Life, body_of
from hebbax.analysis.life_analysis import gait_of
from hebbax.analysis.life_reality import reality_of
from hebbax.analysis.reality import FINDINGS, UNITS
from hebbax.damage.events import Event
from hebbax.damage.text import parse_damages
from hebbax.policies.make_policy import make_policy
from hebbax.runs.stored_run import StoredRun
from hebbax.runs.trials import Source
from hebbax.tasks.registry import make_task
from hebbax.types import Record
from hebbax.worlds.ground import Ground
from hebbax.worlds.mujoco.ground import ground_of
from hebbax.worlds.mujoco.limits import limits_of

PERIOD, TICKS, HALF = 0.02, 400, slice(200, 400)
TRUNK = '<geom name="trunk" type="box" size="0.2 0.1 0.1" mass="2"/>'


def model_of(
    parts: str, actuators: str = "", *, option: str = "", friction: float = 0.5, beside: str = ""
) -> mujoco.MjModel:
    """Return a trunk of 2 kg that moves in the plane of x and z over a floor, with further parts."""
    return mujoco.MjModel.from_xml_string(
        f'<mujoco><option timestep="0.01" {option}/><default><geom friction="{friction} 0 0"/></default><worldbody>'
        f'<geom name="floor" type="plane" size="9 9 1"/><body name="trunk" pos="0 0 0.1">'
        f'<joint name="x" type="slide" axis="1 0 0"/><joint name="z" type="slide" axis="0 0 1"/>{parts}</body>'
        f"{beside}</worldbody><actuator>{actuators}</actuator></mujoco>"
    )


def lived(model: mujoco.MjModel, control: Callable[[int], Any], velocity: Sequence[float] = ()) -> Record:
    """Return a life that begins with some velocities; contacts are those of which MuJoCo tells a force."""
    data, bodies = mujoco.MjData(model), model.nbody
    data.qvel[: len(velocity)] = velocity
    qpos, qvel = np.zeros((TICKS, model.nq)), np.zeros((TICKS, model.nv))
    (torques, speeds), driven = np.zeros((2, TICKS, 2, model.nu)), model.jnt_dofadr[model.actuator_trnid[:, 0]]
    contacts = np.zeros((TICKS, bodies), np.float32)
    for tick in range(TICKS):
        qpos[tick], qvel[tick] = data.qpos, data.qvel
        data.ctrl[:] = control(tick)
        for step in range(2):
            mujoco.mj_step(model, data)
            torques[tick, step], speeds[tick, step] = data.actuator_force * model.actuator_gear[:, 0], data.qvel[driven]
            for number, contact in enumerate(data.contact):
                force = np.zeros(6)
                mujoco.mj_contactForce(model, data, number, force)
                contacts[tick, model.geom_bodyid[contact.geom]] += 0.5 if force[0] > 0 else 0.0
    none = np.zeros((TICKS, 0))
    contacts = np.minimum(contacts, 1)
    return Record(qpos, qvel, none, none, np.zeros(TICKS), np.zeros(TICKS, bool), none, contacts, torques, speeds)


def checked(model: mujoco.MjModel, record: Record, **changes: Any) -> dict[str, Any]:
    """Return what `reality_of` says of a life, and why it says nothing."""
    frame = Frame((), (), PERIOD, 1, body_of(model))
    ground = ground_of(model, record.qpos[HALF], record.qvel[HALF])
    life = Life(0, record, 0.0, TICKS, "reached", 0, *(() if ground is None else (ground,)), limits=limits_of(model))
    life = replace(life, **changes)
    return reality_of(life, frame, gait_of(record, frame))


def found(model: mujoco.MjModel, record: Record, **changes: Any) -> dict[str, Any]:
    told = checked(model, record, **changes)
    assert told["no_reality"] is None
    assert list(told["reality"]) == list(FINDINGS)
    return told["reality"]


KNEE = """<body name="leg"><joint name="hip" axis="0 1 0"/><geom name="knee" size="0.02" pos="0 0 -0.13" mass="1e-3"
contype="0" conaffinity="0"/></body>"""
MOTOR = '<motor joint="hip" gear="4" ctrlrange="-1 1"/>'


def test_a_knee_that_hangs_5_cm_under_the_floor():
    """The trunk lies on the floor, 10 cm under its middle; the knee's is 13 cm under that, with a radius of 2 cm."""
    model = model_of(TRUNK + KNEE)
    told = found(model, lived(model, lambda tick: []))

    assert told["below_ground"]["value"] == pytest.approx(0.05, abs=2e-3)  # and as much as the trunk sinks in
    assert (told["below_ground"]["where"], told["below_ground"]["verdict"]) == ("knee", "doubtful")
    assert told["below_ground"]["why"] == "the ground does not stop it"
    assert told["below_ground"]["threshold"] == pytest.approx(0.02 * 0.1, rel=0.03)


@pytest.mark.parametrize(("friction", "slip"), [(0.0, 1.0), (1.0, None)])
def test_a_sliding_block_slips_by_its_own_speed(friction, slip):
    """Without friction it goes on at 1.5 m/s, dragged along as a whole; with it, it stops and has no way to compare."""
    model = model_of(TRUNK, friction=max(friction, 1e-5), option='cone="elliptic"')
    record = lived(model, lambda tick: [], velocity=[1.5])
    told = found(model, record)["slip"]

    if slip is None:
        assert (told["value"], told["why"]) == (None, "it does not go anywhere")
    else:
        assert record.qvel[-1, 0] == pytest.approx(1.5, rel=0.01)
        assert told["value"] == pytest.approx(slip, rel=0.01)
        assert told["verdict"] == "doubtful"


def test_a_wheel_that_rolls_does_not_slip():
    wheel = '<body name="wheel"><joint name="axle" axis="0 1 0"/><geom name="tyre" size="0.1" mass="1"/></body>'
    box = '<geom name="load" type="box" size="0.05 0.05 0.02" pos="0 0 0.2" mass="1"/>'
    model = model_of(box + wheel, '<motor joint="axle"/>', friction=1.0)
    record = lived(model, lambda tick: [0.0], velocity=[1.0, 0.0, 10.0])
    told = found(model, record)

    assert record.qvel[-1, 0] == pytest.approx(1.0, rel=0.01)
    assert told["slip"]["value"] == pytest.approx(0.0, abs=5e-3)  # it rolls on a point a hair over its lowest
    assert told["slip"]["verdict"] == told["air"]["verdict"] == "plausible"
    assert told["air"]["value"] == 0
    assert told["joint_speed"]["value"] == pytest.approx(10.0, rel=0.02)
    assert told["joint_speed"]["where"] == "axle"


def test_a_ball_beside_a_robot_is_none_of_its_feet():
    """The ball lies on the floor all the time; the trunk drags along it, but for one tick."""
    ball = '<body name="ball" pos="0 3 0.1"><freejoint/><geom size="0.1"/></body>'
    model = model_of(TRUNK, '<motor joint="x"/>', friction=1e-5, beside=ball)
    record = lived(model, lambda tick: [0.0], velocity=[1.5])
    assert record.contacts[250:, 1:].all()
    record.contacts[250, 1] = 0

    assert found(model, record)["air"]["value"] == pytest.approx(1 / 200)
    gait = gait_of(record, Frame((), (), PERIOD, 1, body_of(model)))
    assert gait is not None
    assert list(gait["feet"]) == ["trunk"]


HANGING = f"""{TRUNK}<body name="arm"><joint name="hip" axis="0 1 0" damping="2"/><geom size="0.03" mass="1e-3"
contype="0" conaffinity="0"/></body>"""


@pytest.mark.parametrize(("size", "share"), [(1.0, 0.5), (0.9, 0.0)])
def test_a_joint_driven_by_a_square_wave_at_its_limit_half_of_the_time(size, share):
    model = model_of(HANGING, MOTOR)
    told = found(model, lived(model, lambda tick: [size if tick % 20 < 10 else -0.5]))

    assert told["torque_limits"]["value"] == pytest.approx(share, abs=0.01)
    assert told["torque_limits"]["where"] == ("hip" if share else None)
    assert told["speed_limits"]["value"] is None
    assert told["speed_limits"]["why"] == "no limit is stated"


@pytest.mark.parametrize(("gear", "verdict"), [(4.0, "plausible"), (20.0, "doubtful")])
def test_a_motor_of_known_power(gear, verdict):
    """Against damping of 2 N·m·s/rad a torque τ turns at τ / 2: power τ² / 2, over 2.001 kg; it stands meanwhile."""
    model = model_of(HANGING, MOTOR.replace('gear="4"', f'gear="{gear}"'))
    told = found(model, lived(model, lambda tick: [1.0]))

    assert told["power"]["value"] == pytest.approx(gear**2 / 2 / 2.001, rel=0.01)
    assert told["power"]["verdict"] == verdict
    assert (told["cost_of_transport"]["value"], told["cost_of_transport"]["why"]) == (None, "it does not go anywhere")


@pytest.mark.parametrize(("hertz", "verdict"), [(2.0, "plausible"), (12.5, "doubtful")])
def test_a_joint_that_buzzes(hertz, verdict):
    """A robot 10 cm high may swing its joints at 6 × 1.58 Hz."""
    model = model_of(HANGING.replace('mass="1e-3"', 'mass="1e-2"'), '<motor joint="hip" ctrlrange="-1 1"/>')
    told = found(model, lived(model, lambda tick: [np.sin(2 * np.pi * hertz * tick * PERIOD)]))["frequency"]

    assert told["value"] == pytest.approx(hertz, rel=0.01)
    assert told["threshold"] == pytest.approx(6 * np.sqrt(9.81 / 0.1) / 2 / np.pi, rel=0.02)
    assert told["verdict"] == verdict


def test_a_robot_that_stands_on_the_ground_is_plausible():
    task = make_task("ant_run")
    world: Any = task.world
    told = found(world.model, lived(world.model, lambda tick: np.zeros(8)))

    assert [name for name, one in told.items() if one["verdict"] == "doubtful"] == []
    judged = {"power", "torque_limits", "below_ground", "air"}
    assert {name for name, one in told.items() if one["verdict"] == "plausible"} >= judged
    assert told["power"]["value"] == 0


def test_a_body_that_never_touches_anything_is_not_checked():
    model = model_of(TRUNK)
    record = lived(model, lambda tick: [])
    assert found(model, record)["air"]["value"] == 0
    never = checked(model, record._replace(contacts=np.zeros_like(record.contacts)))
    assert never == {"reality": None, "no_reality": "nothing of it touches anything"}


def test_a_life_that_cannot_be_checked_says_why():
    model = model_of(HANGING, MOTOR)
    record = lived(model, lambda tick: [0.0])
    body = body_of(model)
    life = Life(0, record, 0.0, TICKS, "reached", 0)

    def why(life: Life, body: Body | None, gait: Any = ...) -> str:
        frame = Frame((), (), PERIOD, 1, body)
        return reality_of(life, frame, gait_of(record, frame) if gait is ... else gait)["no_reality"]

    assert why(life, None) == why(life, replace(body, forward=None)) == "no body is seen that could go forward"
    assert why(replace(life, end="diverged"), body) == "the life diverged"
    assert "did not live long enough" in why(life, body, None)


def test_what_is_not_known_is_null_with_a_reason():
    model = model_of(HANGING, MOTOR)
    told = found(model, lived(model, lambda tick: [0.5]), ground="there is no plane", limits="they are elsewhere")

    for name, why in {
        **dict.fromkeys(("frequency", "below_ground", "slip"), "there is no plane"),
        **dict.fromkeys(("torque_limits", "joint_speed", "speed_limits"), "they are elsewhere"),
    }.items():
        none = dict.fromkeys(("value", "threshold", "verdict", "where"))
        assert told[name] == {"unit": UNITS[name], **none, "why": why}
    assert told["power"]["verdict"] == "plausible"


def test_a_torque_works_on_the_speed_of_its_own_physics_step():
    model = model_of(HANGING, MOTOR)
    record = lived(model, lambda tick: [0.0])
    record.speeds[300, 1, 0], record.torques[300, 1, 0], record.torques[300, 0, 0] = 5.0, 7.0, 99.0
    assert found(model, record)["power"]["value"] == pytest.approx(5 * 7 / 400 / 2.001)


def test_only_what_feels_a_force_bears_weight_and_only_the_robot_lands():
    model = model_of(TRUNK, friction=1e-5)
    record = lived(model, lambda tick: [], velocity=[1.5])
    record.contacts[200:, 1] = 0
    record.contacts[250, 1] = 1.0
    record.qvel[250, 0] = 0.75  # at the only tick that counts
    told = found(model, record)

    assert record.contacts[200:, 0].all()  # the world is touched all the time
    assert told["air"]["value"] == pytest.approx(199 / 200)
    assert told["slip"]["value"] == pytest.approx(0.5, rel=0.01)


def test_work_that_is_not_all_seen_is_not_judged():
    model = model_of(HANGING, MOTOR)
    record = lived(model, lambda tick: [0.5])
    frame = Frame((), (), PERIOD, 1, replace(body_of(model), whole_effort=False))
    told = reality_of(Life(0, record, 0.0, TICKS, "reached", 0), frame, gait_of(record, frame))["reality"]
    assert told["power"]["value"] is None
    assert told["power"]["why"] == "not all of the work is that of motors at single joints"


@pytest.mark.parametrize(
    ("event", "known"),
    [
        (Event("scale-friction", 10, value=2.0), False),
        (Event("scale-friction", 10, value=1.0), True),  # which changes nothing
        (Event("scale-actuator", 10, target="bthigh", value=0.0), True),
    ],
)
def test_a_damage_of_the_body_leaves_ground_and_limits_unknown(event, known):
    task = make_task("half_cheetah")
    record = lived(task.world.model, lambda tick: np.zeros(6))
    told = _footing(task, record, (event,))
    if known:
        assert told["ground"].heights.shape == (TICKS // 2, 8)
        assert told["limits"].joints[0] == "bthigh"
    else:
        body = told.pop("body")
        assert (body.mass, body.gravity) == (pytest.approx(14.0), pytest.approx(9.81))
        assert told == dict.fromkeys(("ground", "limits"), "a damage changes the body or its world")


def test_a_recording_whose_damages_no_longer_mean_anything_leaves_them_unknown():
    task = make_task("half_cheetah")
    record = lived(task.world.model, lambda tick: np.zeros(6))
    life: Any = SimpleNamespace(number=3, key=np.zeros(2, np.uint32))
    policy: Any = make_policy("han-e", task)

    told = _recorded_footing(life, record, task, policy, "strangers-damage(bthigh)")
    assert set(told) == {"ground", "limits", "body"}
    assert "strangers-damage" in told["ground"]
    variants = "none | scale-friction(2)"  # life 3 meets the second
    assert _recorded_footing(life, record, task, policy, variants)["ground"] == "a damage changes the body or its world"
    life.number = 4
    assert isinstance(_recorded_footing(life, record, task, policy, variants)["ground"], Ground)


LADEN = {
    "scale-mass(1.25)": (1.25 * 14.0, 9.81),
    "add-mass(torso, 3)": (17.0, 9.81),
    "scale-gravity(1.25)": (14.0, 1.25 * 9.81),
    "tilt-ground(6)": (14.0, 9.81),
    "scale-mass(1.25, from=3, for=100)": (14.0, 9.81),  # it is over
    "scale-mass(1.25, from=100)": (1.25 * 14.0, 9.81),  # before the second half
    "scale-mass(1.25, from=250)": (None, 9.81),
    "scale-gravity(1.25, from=250, for=20)": (14.0, None),
    "scale-gravity(0)": (14.0, 0.0),
}


@pytest.mark.parametrize("damage", LADEN)
def test_power_and_transport_are_those_of_the_mass_and_gravity_of_their_time(damage):
    """By hand: Σ |τ ω| Δt over m g |x| and over m T, of motions that are the same whatever they weigh."""
    task, random = make_task("half_cheetah"), np.random.default_rng(0)
    record = lived(task.world.model, lambda tick: np.zeros(6))
    record.qpos[:, 0] = np.linspace(0, 12, TICKS)
    record.speeds[:], record.torques[:] = random.normal(size=(2, TICKS, 2, 6))
    body, frame = body_of(task.world.model), Frame((), (), PERIOD, 1, body_of(task.world.model))
    (events,) = parse_damages(damage, task.control_period)
    life = Life(0, record, 0.0, TICKS, "reached", 0, **_footing(task, record, events))
    gait = gait_of(record, frame, life.body)
    assert gait is not None
    told = reality_of(life, frame, gait)["reality"]

    mass, gravity = LADEN[damage]
    watts = np.abs(record.torques[200:] * record.speeds[200:]).mean(axis=1).sum(axis=1)
    way = record.qpos[399, 0] - record.qpos[200, 0]
    if mass is None:
        assert told["power"]["value"] is told["cost_of_transport"]["value"] is None
        assert told["power"]["why"] == "a damage changes the mass in the time that is looked at"
        return
    assert told["power"]["value"] == pytest.approx(watts.mean() / mass, rel=1e-4)
    if not gravity:
        why = "there is no gravity" if gravity == 0 else "a damage changes gravity in the time that is looked at"
        assert (told["cost_of_transport"]["value"], told["cost_of_transport"]["why"]) == (None, why)
        assert not np.isfinite(gait["cost_of_transport"])
        return
    cost = watts[:-1].sum() * PERIOD / (mass * gravity * way)
    assert gait["cost_of_transport"] == told["cost_of_transport"]["value"] == pytest.approx(cost, rel=1e-4)
    assert body.mass == pytest.approx(14.0)


@pytest.fixture(scope="module")
def shipped() -> dict[str, Any]:
    """The analysis of one short life of the controller that ships."""
    return analyze_source(Source.of_run(StoredRun.open("zoo:half_cheetah/han-e"), lifetimes=1, ticks=240), workers=1)


@pytest.mark.slow
def test_the_shipped_half_cheetah_has_every_finding(shipped):
    (life,), summary = shipped["lives"], shipped["summary"]

    assert life["no_reality"] is None
    assert list(life["reality"]) == list(summary["reality"]) == list(FINDINGS)
    for name, one in life["reality"].items():
        together = summary["reality"][name]
        assert one["unit"] == together["unit"] == UNITS[name]
        assert (together["median"], together["threshold"]) == (one["value"], one["threshold"])
        assert (together["lives"], together["doubtful"]) == (one["verdict"] is not None, one["verdict"] == "doubtful")
    missing = {name for name, one in life["reality"].items() if one["value"] is None}
    assert missing == {"speed_limits"}
    assert json.loads(json.dumps(shipped, allow_nan=False)) == shipped
