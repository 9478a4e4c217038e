"""What experiments say of robots that have no gait to lose."""

from __future__ import annotations

import numpy as np
import pytest

from hebbax.damage.events import Event
from hebbax.experiments import Context, draw, lifted, run_experiment
from hebbax.experiments.context import Life
from hebbax.types import Normaliser, Record

TICKS = 200  # too few for a verdict
SPEED = 1.0  # m/s


def life(number: int, motion: str) -> Life:
    """A made-up life of a swimmer that may have feet: its joints, actions and feet have a rhythm of 10 ticks."""
    ticks = np.arange(TICKS)
    swing = np.sin(2 * np.pi * ticks / 10)
    states = np.repeat(swing[:, None], 5, axis=1)
    states[:, 0] = 0.0 if motion == "stands" else SPEED * 0.04 * ticks
    contacts = np.zeros((TICKS, 4), np.float32)
    contacts[:, 3] = (ticks % 10 < 4) & (motion != "moves")
    blank = np.zeros((TICKS, 2))
    weights = np.random.default_rng(number).uniform(-1, 1, (TICKS, 6)).astype(np.float32)
    actions = swing[:, None] * np.ones(2)
    record = Record(
        states, states, blank, actions, np.ones(TICKS), np.zeros(TICKS, bool), weights, contacts, blank, blank
    )
    return Life(number, record, False, float(TICKS))


@pytest.fixture
def run(monkeypatch, swimmer, han_e, genomes):
    """Return the result of an experiment whose lives, disturbed or not, do what is given."""

    def made(name: str, *motions: str):
        lives = [life(number, motion) for number, motion in enumerate(motions)]
        monkeypatch.setattr(Context, "record_each", lambda self, measure, events=(): [measure(one) for one in lives])
        monkeypatch.setattr(lifted, "lifting", lambda *_: [Event("hold-coordinate", 60, 80, 1, 2.0)])
        identity = Normaliser.identity(swimmer.observation_size)
        context = Context("a run", swimmer, han_e, genomes[0], identity, TICKS, lifetimes=len(lives))
        return run_experiment(name, context) if name == "interrupt" else lifted.run(context)

    return made


def title_of(result) -> str:
    return draw(result).get_suptitle()


def test_a_gait_that_all_twins_have_survives_by_that_name(run):
    result = run("interrupt", "gait", "gait")
    assert "no_gait" not in result.values["groups"][0]
    assert "the gait of han-e survives in 2 of 2 lives that have one" in result.sentence
    assert "Does the gait survive" in title_of(result)


@pytest.mark.parametrize(
    ("motions", "counts", "told"),
    [
        (("stands", "stands"), {"stands": 2}, "it stands still in 2 of 2 lives."),
        (("moves", "moves"), {"moves": 2}, "it moves without a gait in 2 of 2 lives."),
        (("gait", "stands"), {"stands": 1}, "it stands still in 1 of 2 lives."),
    ],
)
def test_where_a_twin_has_no_gait_a_reward_rate_survives(run, motions, counts, told):
    result = run("interrupt", *motions)
    assert result.values["groups"][0]["no_gait"] == counts
    assert "the reward rate of han-e survives in 2 of 2 lives that have one" in result.sentence
    assert f"With updates, {told}" in result.sentence
    assert "the gait of" not in result.sentence
    assert "Does the reward rate survive" in title_of(result)


def test_a_robot_that_walks_is_asked_whether_it_stops_walking(run):
    result = run("lifted", "gait", "gait")
    assert "no_gait" not in result.values
    assert "0 of 2 lives that walk on the ground stop; the actions keep 1 of" in result.sentence
    assert "walk again as before" in result.sentence
    assert "Does it stop walking in the air?" in title_of(result)


@pytest.mark.parametrize(("motion", "told"), [("stands", "stands still"), ("moves", "moves without a gait")])
def test_a_robot_that_does_not_walk_is_not_said_to(run, motion, told):
    result = run("lifted", motion, motion)
    assert result.values["no_gait"] == {motion: 2}
    assert "the actions of 0 of 2 lives stop; they keep 1 of their amplitude" in result.sentence
    assert f"On the ground, it {told} in 2 of 2 lives." in result.sentence
    assert "earn as much as before" in result.sentence
    assert "walk" not in result.sentence + title_of(result)
