"""Each finding of a reality check by hand, and on both sides of its threshold."""

from __future__ import annotations

import numpy as np
import pytest

from hebbax.analysis import reality
from hebbax.analysis.reality import FINDINGS, UNITS, natural_frequency, rows_of, together, unknown

TICKS, PERIOD = 400, 0.02
EITHER_SIDE = pytest.mark.parametrize(("share", "verdict"), [(0.98, "plausible"), (1.02, "doubtful")])


def swing(frequency: float) -> np.ndarray:
    """Return two joints that swing at a frequency in Hz, [ticks, 2]."""
    phase = 2 * np.pi * frequency * PERIOD * np.arange(TICKS)[:, None] + np.array([0.0, 1.0])
    return np.sin(phase)


def test_a_pendulum_of_a_metre_takes_two_seconds():
    assert natural_frequency(1.0) == pytest.approx(0.4985, abs=1e-4)
    assert natural_frequency(0.25) == pytest.approx(2 * natural_frequency(1.0))


@EITHER_SIDE
def test_strides_beside_a_pendulum_of_the_robots_height(share, verdict):
    found = reality.frequency(swing(share * 6 * natural_frequency(0.5)), PERIOD, 0.5)

    assert found.verdict == verdict
    assert found.value == pytest.approx(share * found.threshold, rel=2e-3)
    assert found.threshold == pytest.approx(6 * np.sqrt(9.81 / 0.5) / (2 * np.pi))


def test_a_frequency_that_cannot_be_judged_says_why():
    noise = np.random.default_rng(0).normal(size=(TICKS, 2))
    assert reality.frequency(noise, PERIOD, 0.5) == unknown("frequency", "no oscillation of the joints stands out")
    assert reality.frequency(np.zeros((TICKS, 2)), PERIOD, 0.5).value is None
    for height, why in ((-0.1, "not above the ground"), (np.nan, "not above the ground"), (0.002, "too far apart")):
        found = reality.frequency(swing(2.0), PERIOD, height)
        assert found.value == pytest.approx(2.0, rel=1e-2)
        assert found.verdict is None
        assert why in found.why


@EITHER_SIDE
def test_power_per_mass(share, verdict):
    """Two motors of 5 N·m at 10 rad/s, one of which brakes, are 100 W: 25 W/kg of 4 kg."""
    torques, speeds = np.full((9, 2), 5.0), np.full((9, 2), [10.0, -10.0])
    found = reality.power(torques, speeds, 4.0 / share)
    assert (found.verdict, found.threshold) == (verdict, 25.0)
    assert found.value == pytest.approx(25.0 * share)


@EITHER_SIDE
def test_cost_of_transport_beside_dragging(share, verdict):
    found = reality.cost_of_transport(share)
    assert (found.value, found.threshold, found.verdict) == (share, 1.0, verdict)


def square(share: float, high: float, low: float = 0.0) -> np.ndarray:
    """Return a column [1000, 1] that is high for a share of the time."""
    return np.where(np.arange(1000) < 1000 * share, high, low)[:, None]


def test_a_joint_that_is_at_its_limit_half_of_the_time():
    torques = np.concatenate([square(0.5, 12.0, -3.0), square(0.1, -7.0), square(1.0, 99.0)], axis=1)
    limits = np.array([[-12.0, 12.0], [-7.0, 3.0], [-np.inf, np.inf]])

    found = reality.torque_limits(torques, limits, ("hip", "knee", "tail"))

    assert (found.value, found.where, found.verdict) == (0.5, "hip", "doubtful")
    assert reality.torque_limits(torques[:, 1:], limits[1:], ("knee", "tail")).value == 0.1
    both = reality.torque_limits(np.abs(torques[:, :1]) - 12.0, np.array([[-9.0, 12.0]]), ("hip",))
    assert both.value == 0.5  # at the lower end


@EITHER_SIDE
def test_heat_of_torques_at_their_limit(share, verdict):
    """6.9 of 17 N·m for good are 0.165 of the heat at the peak."""
    torques = square(share * (6.9 / 17) ** 2, 0.995)
    found = reality.torque_limits(torques, np.array([[-1.0, 1.0]]), ("hip",))
    assert found.verdict == verdict
    assert reality.torque_limits(0.98 * torques, np.array([[-1.0, 1.0]]), ("hip",)).value == 0


def test_limits_that_are_not_stated_are_not_invented():
    endless = np.array([[-np.inf, np.inf]])
    assert reality.torque_limits(np.ones((9, 1)), endless, ("hip",)) == unknown("torque_limits", "no limit is stated")
    assert reality.speed_limits(np.ones((9, 1)), endless[:, 1], ("hip",)) == unknown(
        "speed_limits", "no limit is stated"
    )
    # A muscle at rest is at the lower end of what it can, and not at a limit.
    assert reality.torque_limits(np.zeros((9, 1)), np.array([[-5.0, 0.0]]), ("hip",)).value == 0
    assert reality.torque_limits(np.zeros((9, 1)), np.array([[0.0, 0.0]]), ("hip",)).value is None


@pytest.mark.parametrize(("ticks", "verdict"), [(10, "plausible"), (11, "doubtful")])
def test_a_joint_that_spins_faster_than_its_motor_can(ticks, verdict):
    speeds = np.concatenate([square(0.0, 0.0, 30.0), square(ticks / 1000, -30.2, 30.0)], axis=1)
    found = reality.speed_limits(speeds, np.array([30.1, 30.1]), ("hip", "knee"))
    assert (found.value, found.verdict, found.where) == (ticks / 1000, verdict, "knee")


def test_the_fastest_joint_is_told_and_not_judged():
    speeds = np.array([[1.0, -7.0, 50.0], [2.0, 3.0, 0.0]])
    found = reality.joint_speed(speeds, ("rad/s", "rad/s", "m/s"), ("hip", "knee", "slide"))
    assert (found.value, found.unit, found.where, found.verdict) == (7.0, "rad/s", "knee", None)
    slide = reality.joint_speed(speeds[:, 2:], ("m/s",), ("slide",))
    assert (slide.value, slide.unit) == (50.0, "m/s")
    assert reality.joint_speed(np.zeros((2, 0)), (), ()).value is None


@EITHER_SIDE
@pytest.mark.parametrize(("stopped", "why"), [(True, "a foot gives less"), (False, "the ground does not stop it")])
def test_parts_below_the_ground(share, verdict, stopped, why):
    """2 cm per metre of height; only the lowest moment of the lowest part counts."""
    heights = np.array([[0.5, 0.1], [0.4, -share * 0.02], [0.3, 0.2]])
    found = reality.below_ground(heights, np.array([True, stopped]), ("trunk", "knee"), 1.0)
    assert found.value == pytest.approx(share * 0.02)
    assert (found.where, found.verdict, found.why) == ("knee", verdict, why if verdict == "doubtful" else None)


def test_a_robot_above_the_ground_is_0_m_below_it():
    found = reality.below_ground(np.full((3, 2), 0.1), np.ones(2, bool), ("trunk", "knee"), 1.0)
    assert (found.value, found.where, found.verdict) == (0.0, None, "plausible")
    assert reality.below_ground(np.full((3, 2), -0.1), np.ones(2, bool), ("a", "b"), -0.1).value is None


@EITHER_SIDE
@pytest.mark.parametrize("way", [1, -1])
def test_slip_is_that_of_parts_on_the_ground(share, verdict, way):
    """At 2 m/s either way, 0.4 m/s are a fifth; the swinging foot does not count."""
    speeds = np.tile([0.4 * share, 5.0], (10, 1))
    bearing = np.tile([True, False], (10, 1))
    found = reality.slip(speeds, bearing, 2.0 * way)
    assert found.value == pytest.approx(0.2 * share)
    assert found.verdict == verdict
    assert reality.slip(speeds, np.zeros_like(bearing), 2.0).value is None


@pytest.mark.parametrize(("flight", "verdict"), [(59, "plausible"), (61, "doubtful")])
def test_time_in_the_air_is_that_without_any_touch(flight, verdict):
    contacts = np.zeros((100, 2), np.float32)
    contacts[flight::2, 0] = contacts[flight + 1 :: 2, 1] = 1
    found = reality.air(contacts)
    assert (found.value, found.verdict) == (pytest.approx(flight / 100), verdict)
    assert reality.air(np.full((4, 2), [0.25, 0.75])).value == 0.25


def test_what_is_no_number_is_neither():
    found = reality.cost_of_transport(float("nan"))
    assert (found.value, found.verdict, found.why) == (None, None, "it is no number")


def plain(value: float | None, verdict: str | None, why: str | None = None, where: str | None = None) -> dict:
    return {"unit": "m", "value": value, "threshold": 1.0, "verdict": verdict, "why": why, "where": where}


def test_lives_together():
    low, deep, none = plain(0.5, "plausible"), plain(3.0, "doubtful", "deep", "knee"), plain(None, None, "unseen")

    assert together([low, deep, none, low, deep]) == {
        **{"unit": "m", "lives": 4, "doubtful": 2, "median": 1.75, "threshold": 1.0, "why": "deep", "where": "knee"}
    }
    assert together([low, none, low])["why"] == "unseen"
    assert together([low, low])["why"] is None
    assert together([none])["median"] is None


def test_a_table_of_lives():
    found = {name: together([{**plain(None, None, "unseen"), "unit": UNITS[name]}]) for name in FINDINGS}
    found["air"] = together([{**plain(0.856, "doubtful", "too long"), "unit": "of the time", "threshold": 0.6}] * 2)
    found["slip"] = together([plain(0.1, "plausible"), plain(3.0, "doubtful", "slides")])
    found["power"] = together([{**plain(2.0, "plausible"), "unit": "W/kg"}])
    found["below_ground"] = together([plain(0.0723, "doubtful", "deep", "knee")])

    rows = {name: rest for name, *rest in rows_of(found)}

    assert [name.removesuffix(" (knee)") for name in rows] == list(FINDINGS.values())
    assert rows["time in the air"] == ["85.6 %", "60 %", "doubtful: too long"]
    assert rows["slip of feet that bear weight, of its speed"][2] == "doubtful in 1 of 2 lives: slides"
    assert rows["power"] == ["2 W/kg", "1 W/kg", "plausible"]
    assert rows["deepest part below the ground (knee)"] == ["0.0723 m", "1 m", "doubtful: deep"]
    assert rows["dominant frequency"] == ["–", "1 Hz", "–: unseen"]
