"""One life's values, on lives made by hand: what is said of cycles, of too short a life, and of a gait."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from hebbax.analysis import life_analysis
from hebbax.analysis.examiners import AnalysisInput, measure
from hebbax.analysis.frame import Body, Frame, Life
from hebbax.analysis.life_analysis import analyze_life, gait_of, motion_between
from hebbax.attractors.lyapunov import Lyapunov
from hebbax.types import Record
from hebbax.worlds.body import Leg

TICKS, PERIOD = 600, 25
BODY = Body(0, np.array([1]), np.array([1]), np.array([0]), ("world", "torso", "foot"), np.array([1, 2]), 2.0)
FRAME = Frame(("input-hidden", "hidden-output"), ((4, 5), (5, 2)), 0.05, 1, BODY)


def cycle(ticks: int = TICKS, period: float = PERIOD) -> np.ndarray:
    """Return weights that go round a circle, with noise of their own."""
    rng = np.random.default_rng(1)
    phase = 2 * np.pi * np.arange(ticks)[:, None] / period
    circle = np.cos(phase) * rng.standard_normal(30) + np.sin(phase) * rng.standard_normal(30)
    return (rng.standard_normal(30) + circle + 0.01 * rng.standard_normal((ticks, 30))).astype("f4")


def walk(weights: np.ndarray) -> Record:
    """Return a walk at 2 m/s with a stride of 10 ticks, the foot on the ground in 4 of them."""
    ticks = np.arange(len(weights))
    swing = np.sin(2 * np.pi * ticks / 10)
    contacts = np.zeros((len(ticks), 3), np.float32)
    contacts[:, 2] = ticks % 10 < 4
    return Record(
        qpos=np.stack([2.0 * 0.05 * ticks, swing], axis=1),
        qvel=np.stack([np.full(len(ticks), 2.0), np.full(len(ticks), 3.0)], axis=1),
        observations=np.zeros((len(ticks), 4)),
        actions=swing[:, None],
        rewards=np.ones(len(ticks)),
        terminated=np.zeros(len(ticks), bool),
        weights=weights,
        contacts=contacts,
        torques=np.full((len(ticks), 2, 1), 4.0),
        speeds=np.full((len(ticks), 2, 1), 3.0),
    )


def life_of(record: Record, end: str = "reached", terminations: int = 0) -> Life:
    return Life(3, record, 12.5, len(record.rewards), end, terminations)


def test_a_cycle():
    found = analyze_life(life_of(walk(cycle())), FRAME)

    assert (found["life"], found["return"], found["length"], found["end"]) == (3, 12.5, TICKS, "reached")
    assert found["verdict"]["label"] == "limit-cycle"
    assert found["verdict"]["period_ticks"] == pytest.approx(PERIOD, rel=0.01)
    assert found["verdict"]["gait_ratio"] == pytest.approx(2.5, rel=0.02)
    assert found["published_ratio"]["label"] == "limit-cycle"
    assert found["published_ratio"]["agrees"] is True
    assert found["principal_components"]["components_for_90_percent"] == 2
    assert sum(found["principal_components"]["explained"]) == pytest.approx(1.0, abs=0.01)
    assert found["spectra"]["weights"]["frequency"] == pytest.approx(1 / (PERIOD * 0.05), rel=0.02)
    assert found["spectra"]["actions"]["frequency"] == pytest.approx(2.0, rel=0.02)
    for method in ("return_map", "autocorrelation"):
        assert found["recurrence"][method]["period_ticks"] == pytest.approx(PERIOD, rel=0.02)
        assert found["recurrence"][method]["closeness"] < 0.1
    speed = found["weight_speed"]
    squares = [layer["total"] ** 2 for layer in speed["layers"].values()]
    assert list(speed["layers"]) == ["input-hidden", "hidden-output"]
    assert speed["total"] == pytest.approx(np.sqrt(sum(squares)), rel=0.02)


def test_periods_of_every_fourth_tick_are_in_ticks_and_seconds_of_the_life():
    whole = walk(cycle(4 * TICKS, period=100))
    thin = Record(*(field[::4] for field in whole))

    found = analyze_life(life_of(thin), replace(FRAME, every=4))

    assert found["verdict"]["period_ticks"] == pytest.approx(100, rel=0.01)
    assert found["verdict"]["period_seconds"] == pytest.approx(5.0, rel=0.01)
    assert found["recurrence"]["return_map"]["period_ticks"] == pytest.approx(100, rel=0.02)
    assert found["spectra"]["weights"]["frequency"] == pytest.approx(0.2, rel=0.02)
    assert found["gait"]["forward_speed"] == pytest.approx(2.0)


def test_the_exponent_takes_part_in_the_verdict():
    noise = np.random.default_rng(0).standard_normal((TICKS, 30)).astype("f4")
    plain = analyze_life(life_of(walk(noise)), FRAME)
    sure = analyze_life(life_of(walk(noise)), FRAME, Lyapunov(0.05, 0.001, 100))

    assert plain["verdict"]["label"] == sure["verdict"]["label"] == "wandering"
    assert sure["verdict"]["evidence"]["lyapunov"] == 0.05
    assert sure["verdict"]["confidence"] >= plain["verdict"]["confidence"]
    assert sure["verdict"]["confidence"] > 0.75  # as sure as the last third of the record is like the one before


def test_too_short_a_life_has_no_verdict_but_says_why():
    found = analyze_life(life_of(walk(cycle(50)), "terminated"), FRAME)

    assert found["verdict"] is None
    assert found["no_verdict"] == "50 weight updates are too few for a verdict: expected at least 60"
    assert found["weight_speed"] is None
    assert found["gait"] is None


def test_a_life_that_diverged_is_diverging():
    weights = cycle(70)
    weights[60:] = np.nan

    found = analyze_life(life_of(walk(weights), "diverged"), FRAME)

    assert found["verdict"]["label"] == "diverging"
    assert found["recurrence"] is None


def test_weights_that_do_not_change_leave_the_gait():
    static = replace(FRAME, layers=(), layer_shapes=())

    found = analyze_life(life_of(walk(np.zeros((TICKS, 0), "f4"))), static)

    assert "verdict" not in found
    assert found["gait"]["forward_speed"] == pytest.approx(2.0)


def test_gait_and_effort():
    found = gait_of(walk(cycle()), FRAME)

    assert found is not None
    assert found["motion"] == "gait"
    assert found["forward_speed"] == pytest.approx(2.0)
    assert found["stride_frequency"] == pytest.approx(2.0, rel=0.01)
    assert found["torque_mean"] == found["torque_peak"] == 4.0
    # Power 4 N·m * 3 rad/s = 12 W; 2 kg at 9.81 m/s² and 2 m/s: 12 / 39.24.
    assert found["cost_of_transport"] == pytest.approx(12 / 39.24)
    assert list(found["feet"]) == ["foot"]
    assert found["feet"]["foot"]["duty_factor"] == pytest.approx(0.4, abs=0.01)
    assert found["feet"]["foot"]["air_time"] == pytest.approx(0.3)
    assert found["feet"]["foot"]["touch_downs"] == pytest.approx(2.0, rel=0.05)


def test_two_legs_that_step_in_turn_walk():
    """One foot stands in ticks 0 to 3 of 10, as `walk` has it, the other in ticks 5 to 8: a run."""
    record = walk(cycle())
    contacts = np.concatenate((record.contacts, record.contacts[:, 2:]), axis=1)
    contacts[:, 3] = np.arange(TICKS) % 10 >= 5
    contacts[:, 3] *= np.arange(TICKS) % 10 < 9
    legs = (Leg("left", (2,), 0.0, 0.1), Leg("right", (3,), 0.0, -0.1))
    names = (*BODY.names, "other foot")
    body = replace(BODY, names=names, own=np.array([1, 2, 3]), legs=legs)

    gait = gait_of(record._replace(contacts=contacts), replace(FRAME, body=body))

    assert gait is not None
    footfall = gait["footfall"]
    assert (footfall["name"], footfall["why"]) == ("run", None)
    assert footfall["frequency"] == pytest.approx(2.0, rel=0.01)
    assert footfall["legs"]["right"]["phase"] == pytest.approx(0.5, abs=0.01)
    measured = life_analysis.measure_gait
    with pytest.MonkeyPatch.context() as patch:  # touch-downs without a rhythm, as where feet bounce and knees scrape
        patch.setattr(life_analysis, "measure_gait", lambda *a, **k: replace(measured(*a, **k), motion="moves"))
        bouncing = gait_of(record._replace(contacts=contacts), replace(FRAME, body=body))
        without = gait_of(record._replace(contacts=0 * contacts), replace(FRAME, body=body))
    assert bouncing is not None
    assert (bouncing["motion"], bouncing["footfall"]["name"]) == ("gait", "run")
    assert bouncing["stride_frequency"] == pytest.approx(2.0, rel=0.01)
    assert without is not None
    assert (without["motion"], without["footfall"]["name"]) == ("moves", None)
    still = standing(cycle())._replace(contacts=contacts)
    stood = gait_of(still, replace(FRAME, body=body))
    assert stood is not None
    assert (stood["footfall"]["name"], stood["footfall"]["why"]) == (None, "stands still")
    one = gait_of(walk(cycle()), FRAME)
    assert one is not None
    assert one["footfall"] is None


def standing(weights: np.ndarray) -> Record:
    """Return the same rhythm of joint, foot and actions, of a body that creeps by 1.6 µm/s."""
    record = walk(weights)
    return record._replace(qpos=record.qpos * [1.6e-6 / 2, 1])


def test_a_body_that_stands_has_no_strides_no_cost_of_transport_and_no_gait_to_compare_with():
    found = analyze_life(life_of(standing(cycle())), FRAME)

    assert found["gait"]["motion"] == "stands"
    assert np.isnan(found["gait"]["stride_frequency"])
    assert np.isnan(found["gait"]["cost_of_transport"])
    assert found["gait"]["torque_mean"] == 4.0
    assert found["verdict"]["label"] == "limit-cycle"
    assert found["verdict"]["period_ticks"] == pytest.approx(PERIOD, rel=0.01)
    assert found["verdict"]["gait_ratio"] is None
    assert "gait_frequency" not in found["verdict"]["evidence"]


def test_a_body_that_moves_without_feet_has_a_cost_of_transport_alone():
    swims = walk(cycle())
    found = analyze_life(life_of(swims._replace(contacts=np.zeros_like(swims.contacts))), FRAME)

    assert found["gait"]["motion"] == "moves"
    assert np.isnan(found["gait"]["stride_frequency"])
    assert found["gait"]["cost_of_transport"] == pytest.approx(12 / 39.24)
    assert found["verdict"]["gait_ratio"] is None


def test_a_body_that_is_not_seen_has_no_gait_to_compare_with():
    found = analyze_life(life_of(walk(cycle())), replace(FRAME, body=None))

    assert found["gait"] is None
    assert found["verdict"]["gait_ratio"] is None


def test_motion_between_two_ticks_is_that_between_two_births():
    record = walk(cycle())
    record.qpos[300:, 0] -= 2.0 * 0.05 * 300 + record.qpos[0, 0]  # born again, back where it was
    record.terminated[299] = True

    def motion(begin, end, of=record):
        return motion_between(of, BODY, 0.05, begin, end)

    assert motion(240, 600) == motion(300, 900) == "gait"
    assert motion(240, 600, standing(cycle())) == "stands"
    assert motion(280, 320) is None
    assert motion(590, 700) is motion(700, 800) is None
    assert motion_between(record, replace(BODY, forward=None), 0.05, 0, 600) is None


def test_a_torque_works_on_the_speed_of_its_own_physics_step():
    record = walk(cycle())
    torques, speeds = np.zeros((2, TICKS, 2, 1))
    speeds[400, 1], torques[400, 1], torques[400, 0] = 5.0, 7.0, 99.0
    found = gait_of(record._replace(torques=torques, speeds=speeds), FRAME)

    assert found is not None
    way = 2.0 * 0.05 * (found["ticks"] - 1)
    assert found["cost_of_transport"] == pytest.approx(5.0 * 7.0 * 0.025 / (2.0 * 9.81 * way))
    assert found["torque_peak"] == 99.0


def test_effort_that_an_earlier_recording_has_not_is_not_known():
    record = walk(cycle())
    none = np.zeros((TICKS, 0, 1))
    found = analyze_life(life_of(record._replace(torques=none, speeds=none)), FRAME)

    effort = [found["gait"][name] for name in ("torque_mean", "torque_peak", "cost_of_transport")]
    assert np.isnan(effort).all()
    assert found["gait"]["forward_speed"] == pytest.approx(2.0)
    for name in ("power", "cost_of_transport", "torque_limits", "joint_speed", "speed_limits"):
        assert found["reality"][name]["value"] is None
        assert found["reality"][name]["why"].endswith("record it again")


def test_effort_that_is_not_all_seen_makes_no_cost_of_transport():
    found = gait_of(walk(cycle()), replace(FRAME, body=replace(BODY, whole_effort=False)))

    assert found is not None
    assert np.isnan(found["cost_of_transport"])
    assert found["torque_mean"] == 4.0


def test_a_gait_is_measured_between_two_births():
    record = walk(cycle())
    births = np.zeros(TICKS, bool)
    births[[349, 449]] = True  # so the body lives from 350 to 449, and from 450 to 599
    qpos = record.qpos.copy()
    qpos[450:, 0] -= 100.0

    found = gait_of(record._replace(terminated=births, qpos=qpos), FRAME)

    assert found is not None
    assert found["ticks"] == 150
    assert found["forward_speed"] == pytest.approx(2.0)


def test_no_gait_where_births_were_not_kept_or_nothing_is_seen():
    assert analyze_life(life_of(walk(cycle()), terminations=2), replace(FRAME, every=2))["gait"] is None
    assert gait_of(walk(cycle()), replace(FRAME, body=None)) is None
    assert gait_of(walk(cycle()), replace(FRAME, body=replace(BODY, forward=None))) is None


@pytest.mark.parametrize(("growth", "label", "compared"), [(0.0, "limit-cycle", 1), (3e-3, "diverging", 0)])
def test_only_what_stays_is_an_attractor_to_come_back_to(growth, label, compared):
    weights = cycle() + growth * np.arange(TICKS, dtype="f4")[:, None] * np.ones(30, "f4")
    case = AnalysisInput(life_of(walk(weights)), others={"redrawn": np.roll(weights, 3, axis=0)})
    found = measure(case, FRAME).values

    assert found["verdict"]["label"] == label
    assert len(found["basin"]) == compared
