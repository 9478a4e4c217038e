"""A gait worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from hebbax.analysis.gait import FEWEST_TOUCH_DOWNS, GRAVITY, SLOWEST, measure_gait, motion_of
from hebbax.errors import HebbaxError

TICKS, PERIOD = 101, 0.05


def walk(**changes):
    """Return the arguments of 5 s of walking at 1.5 m/s with strides of 0.5 s; the second foot never touches."""
    times = np.arange(TICKS) * PERIOD
    phase = np.arange(TICKS) % 10
    arguments = {
        "forward": 1.5 * times + 7,
        "joints": np.sin(2 * np.pi * 2 * times[:, None] + np.array([0, 1.0])),
        "joint_speeds": np.full((TICKS, 2), [2.0, -1.0]),
        "torques": np.full((TICKS, 2), [3.0, 4.0]),
        "contacts": np.stack([phase >= 6, np.zeros(TICKS, bool)], axis=1),
        "mass": 2.0,
        "control_period": PERIOD,
    }
    return arguments | changes


def test_a_gait_by_hand():
    """Each tick 2·3 + 1·4 = 10 W; 5 s of it are 50 J, over 2 kg · 9.81 · 7.5 m."""
    gait = measure_gait(**walk())

    assert gait.forward_speed == pytest.approx(1.5)
    assert gait.stride_frequency == pytest.approx(2, abs=0.01)
    assert (gait.torque_mean, gait.torque_peak) == (3.5, 4)
    assert gait.cost_of_transport == pytest.approx(50 / (2 * GRAVITY * 7.5))


@pytest.mark.parametrize("sign", [1, -1])
def test_a_body_moves_from_the_slowest_speed_on_either_way(sign):
    def motion(speed):
        return measure_gait(**walk(forward=sign * speed * np.arange(TICKS) * PERIOD)).motion

    assert motion(1.01 * SLOWEST) == "gait"
    assert motion(0.99 * SLOWEST) == "stands"
    assert motion(np.nan) == "stands"


def test_a_body_that_steps_on_the_spot_stands():
    """Its feet and joints have a rhythm, as those of a hopper that sways."""
    times = np.arange(TICKS) * PERIOD
    assert measure_gait(**walk(forward=0.1 * np.sin(2 * np.pi * 2 * times))).motion == "stands"


def spells(*lengths):
    """Return contacts [ticks, 1] of a foot that is up, down, up ... for so many ticks each."""
    return np.repeat(np.arange(len(lengths)) % 2 == 1, lengths)[:, None]


@pytest.mark.parametrize(
    ("contacts", "motion"),
    [
        (np.zeros((TICKS, 2)), "moves"),  # a swimmer
        (np.zeros((TICKS, 0)), "moves"),
        (np.ones((TICKS, 2)), "moves"),  # a sledge
        (spells(*[5, 5] * 10), "gait"),
        (spells(*[20, 5] * (FEWEST_TOUCH_DOWNS - 1), 20), "moves"),  # too few for a rhythm
        (np.random.default_rng(1).random((TICKS, 2)) < 0.5, "moves"),
        (spells(*np.random.default_rng(2).integers(3, 40, 60)), "moves"),  # long spells as they come
        (np.arange(8)[:, None] % 2, "moves"),  # the shortest record
    ],
)
def test_a_gait_is_feet_that_touch_down_in_rhythm(contacts, motion):
    forward = np.arange(len(contacts)) * PERIOD
    assert motion_of(forward, contacts, PERIOD) == motion


def test_feet_by_hand():
    """On the ground for 4 ticks of 10: 40 of 101, ten touch-downs in 5 s, and 6 ticks of flight between two."""
    gait = measure_gait(**walk())

    np.testing.assert_allclose(gait.duty_factor, [40 / 101, np.nan])
    np.testing.assert_allclose(gait.touch_downs, [2, np.nan])
    np.testing.assert_allclose(gait.air_time, [0.3, np.nan])


@pytest.mark.parametrize(
    ("contact", "expected"),
    [([0, 0, 1, 1, 0, 0, 0, 1, 0, 0], 0.15), ([1, 1, 0, 0, 0, 0, 0, 0, 0, 0], np.nan), ([1] * 10, np.nan)],
)
def test_only_whole_flights_count(contact, expected):
    arguments = walk(contacts=np.array(contact, bool)[:, None])
    arguments |= {name: arguments[name][:10] for name in ("forward", "joints", "joint_speeds", "torques")}
    np.testing.assert_allclose(measure_gait(**arguments).air_time, [expected])


@pytest.mark.parametrize("substeps", [2, 5])
def test_parts_of_ticks_give_the_flights_of_the_physics_steps(substeps):
    """A foot that is down for 13 and up for 17 physics steps, at every place within the ticks in turn."""
    steps = np.arange(TICKS * substeps * 60) % 30 < 13
    contacts = steps.reshape(60 * TICKS, substeps).mean(axis=1)[:, None]
    arguments = {
        name: np.resize(values, (60 * TICKS, *values.shape[1:])) if isinstance(values, np.ndarray) else values
        for name, values in walk().items()
    }
    gait = measure_gait(**(arguments | {"contacts": contacts}))

    np.testing.assert_allclose(gait.air_time, [17 / substeps * PERIOD], rtol=1e-3)
    np.testing.assert_allclose(gait.duty_factor, [13 / 30], rtol=1e-3)
    np.testing.assert_allclose(gait.touch_downs, [substeps / (30 * PERIOD)], rtol=1e-2)


def test_a_touch_within_one_tick_is_shared_by_the_flights_around_it():
    """Ten ticks from touch to touch, each a fifth of a tick long: flights of 9.8 ticks."""
    contacts = np.where(np.arange(TICKS) % 10 == 3, 0.2, 0.0)[:, None]
    np.testing.assert_allclose(measure_gait(**walk(contacts=contacts)).air_time, [9.8 * PERIOD])


def test_a_body_without_a_driven_joint_has_a_way_and_no_strides():
    none = np.zeros((TICKS, 0))
    gait = measure_gait(**walk(joints=none, joint_speeds=none, torques=none))

    assert gait.forward_speed == pytest.approx(1.5)
    assert np.isnan([gait.stride_frequency, gait.torque_mean, gait.torque_peak]).all()


def test_a_body_that_stays_has_no_cost_of_transport():
    gait = measure_gait(**walk(forward=np.zeros(TICKS), joints=np.zeros((TICKS, 2))))

    assert gait.forward_speed == 0
    assert np.isnan(gait.cost_of_transport)
    assert np.isnan(gait.stride_frequency)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"mass": 0.0}, "mass=0.0"),
        ({"torques": np.zeros(TICKS)}, "torques has shape .* two or three axes"),
        ({"torques": np.zeros((TICKS, 3))}, r"torques have shape \(101, 3\): expected \(101, 2\)"),
        ({"contacts": np.zeros((5, 2), bool)}, "contacts has shape .* of 101 ticks"),
        ({"control_period": 0.0}, "control_period=0.0"),
    ],
)
def test_wrong_input_is_named(changes, message):
    with pytest.raises(HebbaxError, match=message):
        measure_gait(**walk(**changes))
