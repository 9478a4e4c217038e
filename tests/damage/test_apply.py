"""What events do to lives: each alone by hand, and all alike on both engines."""

import dataclasses

import jax
import mujoco
import numpy as np
import pytest

from hebbax.damage.apply import change_values, plasticity_scale
from hebbax.damage.event_table import ACTION, states_of
from hebbax.damage.events import KINDS, Event
from hebbax.engines.hooks import damage_table
from hebbax.engines.lockstep import LockstepEngine
from hebbax.engines.native import NativeEngine
from hebbax.engines.scenario import Scenario
from hebbax.policies.open_loop import Replay
from hebbax.streams import EVENT_STREAM
from hebbax.tasks.registry import make_task
from hebbax.tasks.task import Task

KEY = jax.random.key(5)
TICKS = 20
NO_KEY = np.zeros(2, np.uint32)


@pytest.fixture(scope="module")
def native(swimmer, han_e):
    return NativeEngine(swimmer, han_e, threads=1)


@pytest.fixture(scope="module")
def lockstep(swimmer, han_e):
    return LockstepEngine(swimmer, han_e, threads=1)


@pytest.fixture(params=["native", "lockstep"])
def engine(request):
    return request.getfixturevalue(request.param)


@pytest.fixture(scope="module")
def free(native, lockstep, genomes):
    """The record of a life to which nothing happens, by engine."""
    return {engine.name: record_of(engine, genomes) for engine in (native, lockstep)}


def record_of(engine, genomes, *events, ticks=TICKS):
    return engine.record(genomes[0], KEY, Scenario(ticks=ticks, damages=events))[1]


def test_a_freeze_holds_from_onset_for_its_duration(swimmer, han_e):
    events = [Event("freeze-plasticity", onset=2, duration=3), Event("scale-plasticity", 4, 2, value=0.5)]
    table = damage_table(events, swimmer, han_e)
    assert [plasticity_scale(table, tick, states_of(table), *NO_KEY) for tick in range(7)] == [1, 1, 0, 0, 0, 0.5, 1]


def test_pins_come_before_scales(swimmer, han_e):
    events = [
        Event("scale-actuator", 1, 2, target=1, value=0.5),
        Event("pin-actuator", 1, 1, value=3.0),
        Event("scale-actuator", 2, 1, target=0, value=0.0),
    ]
    table = damage_table(events, swimmer, han_e)
    for tick, expected in enumerate([[8, 8], [3, 1.5], [0, 4], [8, 8]]):
        action = np.full(2, 8.0)
        change_values(table, tick, ACTION, states_of(table), *NO_KEY, action)
        np.testing.assert_array_equal(action, expected)


def test_an_empty_table_does_nothing(swimmer, han_e):
    table, action = damage_table([], swimmer, han_e), np.ones(2)
    change_values(table, 0, ACTION, states_of(table), *NO_KEY, action)
    assert plasticity_scale(table, 0, states_of(table), *NO_KEY) == 1
    np.testing.assert_array_equal(action, 1)


ALIKE = {
    "freeze-plasticity": Event("freeze-plasticity", 3, 8),
    "scale-plasticity": Event("scale-plasticity", 0, 18, value=0.5),
    "pin-actuator": Event("pin-actuator", 6, 5, value=-0.5),
    "scale-actuator": Event("scale-actuator", 3, 10, target=0, value=0.0),
    "zero-weights": Event("zero-weights", 7, value=0.5),
    "redraw-weights": Event("redraw-weights", 5, target=1, value=5.0),
    "nudge-weights": Event("nudge-weights", 2, value=0.5),
    "push-body": Event("push-body", 3, 4, target="back", value=(20.0, 30.0, 0.0)),
    "hold-coordinate": Event("hold-coordinate", 2, 6, target="motor1_rot", value=0.125, relative=True),
    "scale-observation": Event("scale-observation", 3, 10, target=0, value=0.0),
    "noise-observation": Event("noise-observation", 3, 10, value=0.5),
    "scale-mass": Event("scale-mass", 3, 10, target="back", value=3.0),
    "pose-leg": Event("pose-leg", 3, 10, target=1, value=(0.5, 0.0, 0.0)),
    "jitter-observation": Event("jitter-observation", 3, 10, value=0.5),
    "stick-actuator": Event("stick-actuator", 3, 10),
    "limit-actuator": Event("limit-actuator", 3, 10, value=0.05),
    "delay-actuator": Event("delay-actuator", 3, 10, value=4.0),
    "noise-actuator": Event("noise-actuator", 3, 10, value=0.5),
    "bias-observation": Event("bias-observation", 3, 10, target=0, value=1.0),
    "drop-observation": Event("drop-observation", 3, 10, value=0.5),
    "freeze-observation": Event("freeze-observation", 3, 10),
    "delay-observation": Event("delay-observation", 3, 10, target="joint angles", value=4.0),
    "lock-joint": Event("lock-joint", 3, 10, target="motor1_rot"),
    "shorten-limb": Event("shorten-limb", 3, 10, target="back", value=0.5),
    "remove-limb": Event("remove-limb", 3, 10, target="back"),
    "add-mass": Event("add-mass", 3, 10, target="back", value=50.0),
    "shift-mass": Event("shift-mass", 3, 10, target="back", value=(0.5, 0.0, 0.0)),
    "free-joint": Event("free-joint", 3, 10, target="motor1_rot"),
    "damp-joint": Event("damp-joint", 3, 10, value=50.0),
    "rub-joint": Event("rub-joint", 3, 10, value=50.0),
    "scale-armature": Event("scale-armature", 3, 10, value=20.0),
    "offset-joint": Event("offset-joint", 3, 10, target="motor1_rot", value=0.5),
    "scale-friction": Event("scale-friction", 3, 10, value=0.5),
    "scale-gravity": Event("scale-gravity", 3, 10, value=0.5),
    "tilt-ground": Event("tilt-ground", 3, 10, value=30.0),
    "roughen-ground": Event("roughen-ground", 0, 20, value=0.2),
    "blow-wind": Event("blow-wind", 3, 10, value=(2.0, 1.0, 0.0)),
}


ON_GROUND = ("scale-friction", "scale-gravity", "roughen-ground")


@pytest.mark.slow
@pytest.mark.parametrize("kind", ON_GROUND)
def test_both_engines_let_the_same_happen_to_what_stands(kind):
    task = make_task("hopper")
    replay = Replay(task.action_size, TICKS)
    genome = np.random.default_rng(3).uniform(-1, 1, (1, replay.genome_size)).astype(np.float32)
    engines = [make(task, replay, threads=1) for make in (NativeEngine, LockstepEngine)]
    one, other = (record_of(engine, genome, ALIKE[kind]) for engine in engines)
    np.testing.assert_allclose(one.qpos, other.qpos, atol=1e-9)
    assert np.abs(one.qpos - record_of(engines[0], genome).qpos).max() > 1e-4


@pytest.mark.parametrize("kind", [name for name, kind in KINDS.items() if name not in ON_GROUND and not kind.own_alone])
def test_both_engines_let_the_same_happen(native, lockstep, free, genomes, kind):
    one, other = (record_of(engine, genomes, ALIKE[kind]) for engine in (native, lockstep))
    for name in one._fields:
        tolerance = 150 * 3e-4 if name == "torques" else 3e-4  # a swimmer's gear is 150
        np.testing.assert_allclose(getattr(one, name), getattr(other, name), atol=tolerance, err_msg=name)
    difference = max(np.abs(getattr(one, n) - getattr(free["native"], n)).max() for n in ("qpos", "weights"))
    assert difference > 3e-3, "and it makes a difference"


def test_before_its_onset_and_after_the_life_an_event_does_nothing(engine, free, genomes):
    events = [dataclasses.replace(event, onset=TICKS) for kind, event in ALIKE.items() if kind not in ON_GROUND]
    late = record_of(engine, genomes, *events)
    for name in late._fields:
        np.testing.assert_array_equal(getattr(late, name), getattr(free[engine.name], name), err_msg=name)


def test_a_share_of_a_layer_is_zeroed_at_one_tick(engine, free, genomes, han_e):
    size = han_e.network.connections[0].size
    record, calm = record_of(engine, genomes, Event("zero-weights", 9, target=0, value=0.25)), free[engine.name]
    np.testing.assert_array_equal(record.weights[:9], calm.weights[:9])
    zeroed = record.weights[9] == 0
    assert zeroed.sum() == zeroed[:size].sum() == round(size / 4)
    np.testing.assert_array_equal(record.weights[9][~zeroed], calm.weights[9][~zeroed])


def test_which_weights_is_up_to_the_key_and_the_place_in_the_table(native, genomes):
    def zeroed(key, *events):
        return native.record(genomes[0], key, Scenario(ticks=1, damages=events))[1].weights[0] == 0

    half, late = Event("zero-weights", 0, value=0.5), Event("freeze-plasticity", 50)
    np.testing.assert_array_equal(zeroed(KEY, half), zeroed(KEY, half, late))
    for other in (zeroed(KEY, late, half), zeroed(jax.random.key(6), half)):
        assert 0.2 < (other != zeroed(KEY, half)).mean() < 0.8


def test_fresh_weights_are_of_the_policys_own_distribution(engine, genomes, han_e):
    for onset in (0, 6):
        events = [Event("freeze-plasticity", 50), Event("redraw-weights", onset, value=2.0)]
        record = record_of(engine, genomes, *events)
        drawn = han_e.draw(jax.random.fold_in(jax.random.fold_in(KEY, EVENT_STREAM), 1))
        flat = np.concatenate([np.ravel(layer) for layer in drawn])
        np.testing.assert_allclose(record.weights[onset], 2 * flat, atol=1e-7)


def test_a_nudge_is_relative_to_the_weights(engine, free, genomes):
    record, calm = record_of(engine, genomes, Event("nudge-weights", 6, value=1e-3)), free[engine.name]
    np.testing.assert_array_equal(record.weights[:6], calm.weights[:6])
    step = np.linalg.norm(record.weights[6].astype(float) - calm.weights[6])
    assert step / np.linalg.norm(calm.weights[6]) == pytest.approx(1e-3, rel=1e-3)


def test_a_scaled_update_goes_part_of_the_way(engine, free, genomes):
    record, calm = record_of(engine, genomes, Event("scale-plasticity", 4, value=0.25)), free[engine.name]
    np.testing.assert_array_equal(record.weights[:5], calm.weights[:5])
    # han-e updates at tick 4: W[5] = W[4] + (U - W[4]) / 4, and U is where the other life went.
    np.testing.assert_allclose(record.weights[5], 0.75 * calm.weights[4] + 0.25 * calm.weights[5], atol=1e-6)


def test_updates_scaled_by_one_and_by_zero(engine, free, genomes):
    whole = record_of(engine, genomes, Event("scale-plasticity", 2, 15, value=1.0))
    np.testing.assert_array_equal(whole.weights, free[engine.name].weights)
    none = record_of(engine, genomes, Event("scale-plasticity", 2, 15, value=0.0))
    frozen = record_of(engine, genomes, Event("freeze-plasticity", 2, 15))
    np.testing.assert_array_equal(none.weights, frozen.weights)
    np.testing.assert_array_equal(none.qpos, frozen.qpos)


def test_updates_scaled_beyond_all_bounds_are_a_divergence(native, lockstep, genomes):
    for engine in (native, lockstep):
        lives, _ = engine.record(genomes[0], KEY, Scenario(ticks=9, damages=[Event("scale-plasticity", 4, value=1e12)]))
        assert lives.diverged.all()
        assert lives.lengths[0] == 5


def test_a_push_is_mujocos_own(engine, swimmer, genomes):
    force = np.array([1.0, -0.5, 0.25])
    events = [Event("push-body", 3, 4, target="mid", value=force), Event("push-body", 5, target="mid", value=force)]
    record = record_of(engine, genomes, *events, ticks=12)
    data = mujoco.MjData(swimmer.world.model)
    data.qpos[:], data.qvel[:] = record.qpos[0], record.qvel[0]
    mujoco.mj_forward(swimmer.world.model, data)
    for tick in range(12):
        np.testing.assert_array_equal(record.qpos[tick], data.qpos, err_msg=f"tick {tick}")
        data.xfrc_applied[2, :3] = force * {3: 1, 4: 1, 5: 2, 6: 1}.get(tick, 0)
        data.ctrl[:] = record.actions[tick]
        mujoco.mj_step(swimmer.world.model, data, nstep=swimmer.world.substeps)
        last = record.torques[tick, -1]
        np.testing.assert_array_equal(last, np.float32(150 * data.actuator_force))  # both have a gear of 150


def test_a_held_coordinate_stands_still(engine, free, genomes):
    events = [
        Event("hold-coordinate", 4, 3, target="slider1", value=0.5),
        Event("hold-coordinate", 4, 3, target="free_body_rot", value=0.25, relative=True),
    ]
    record, calm = record_of(engine, genomes, *events), free[engine.name]
    np.testing.assert_array_equal(record.qpos[:5], calm.qpos[:5])
    np.testing.assert_array_equal(record.qpos[5:8, 0], 0.5)
    np.testing.assert_array_equal(record.qpos[5:8, 2], calm.qpos[4, 2] + 0.25)
    np.testing.assert_array_equal(record.qvel[5:8, [0, 2]], 0.0)
    assert (record.qvel[8:, [0, 2]] != 0).all()
    assert (np.diff(record.qpos[4:9, 1]) != 0).all()


@pytest.mark.slow
@pytest.mark.parametrize("make", [NativeEngine, LockstepEngine])
def test_contacts_are_those_of_mujoco_until_the_robot_is_lifted(make):
    """Hopper falls on its foot; from tick 60 on it hangs in the air, where it is pushed."""
    task = make_task("hopper")
    assert isinstance(task, Task)
    engine = make(task, Replay(3, 120), threads=1)
    lifted = Event("hold-coordinate", 60, 60, target="rootz", value=1.0, relative=True)
    push = Event("push-body", 80, 10, target="torso", value=(5.0, 0.0, 0.0))
    events = [lifted, push]
    lives, record = engine.record(
        np.zeros(360, np.float32), KEY, Scenario(ticks=120, damages=events, termination="restart")
    )
    assert lives.lengths[0] == 120
    data, parts = mujoco.MjData(task.world.model), set()
    data.qpos[:], data.qvel[:] = record.qpos[0], record.qvel[0]
    for tick in range(59):
        steps = np.zeros(task.world.model.nbody)
        for _ in range(task.world.substeps):
            mujoco.mj_step(task.world.model, data)
            active = [contact for contact in data.contact if contact.efc_address >= 0]
            steps[
                list({int(task.world.model.geom_bodyid[geom]) for contact in active for geom in contact.geom} - {0})
            ] += 1
        np.testing.assert_array_equal(record.qpos[tick + 1], data.qpos)
        np.testing.assert_allclose(record.contacts[tick], steps / task.world.substeps, rtol=1e-6)
        parts |= set(steps)
        if record.terminated[tick + 1]:
            break
    assert {0, task.world.substeps} < parts, "no tick with a touch in a part of its steps"
    assert not record.contacts[60:].any()


@pytest.mark.slow
def test_a_record_of_contact_forces_does_not_change_the_life():
    ant = make_task("ant")
    engine = LockstepEngine(ant, Replay(8, 10), threads=1)
    actions = np.zeros(80, np.float32)
    lives, _ = engine.record(actions, KEY, Scenario(ticks=10))
    assert lives.returns[0] == engine.evaluate(actions[None], KEY[None], Scenario(ticks=10)).returns[0]
