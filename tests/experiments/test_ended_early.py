"""Lives that a termination ended early, or that diverged, where an experiment compares them with their twins."""

from __future__ import annotations

import numpy as np
import pytest

from hebbax.damage.events import Event
from hebbax.experiments import Context, draw, initial_weights, lifted, run_experiment
from hebbax.experiments.context import Life
from hebbax.experiments.interrupt import rate
from hebbax.types import Normaliser, Record

TICKS = 100  # too few for a verdict, which these lives would have none of


def life(number: int, ticks: int = TICKS, *, reward: float = 1.0, swing: float = 1.0, diverged: bool = False) -> Life:
    """A made-up life: the same reward at each tick, and actions that swing; its weights are noise of its number."""
    blank = np.zeros((ticks, 2))
    actions = swing * np.sin(np.arange(ticks))[:, None] * np.ones(2)
    weights = np.random.default_rng(number).uniform(-1, 1, (TICKS, 6)).astype(np.float32)[:ticks]
    rewards = np.full(ticks, reward)
    contacts = np.zeros((ticks, 9))  # as many bodies as a swimmer has, and more
    record = Record(blank, blank, blank, actions, rewards, np.zeros(ticks, bool), weights, contacts, blank, blank)
    return Life(number, record, diverged, float(rewards.sum()))


@pytest.fixture
def lived(monkeypatch, swimmer, han_e, genomes):
    """Return a context whose lives are made up: undisturbed ones, and what the others are, in order of being asked."""

    def make(*groups: list[Life]) -> Context:
        coming = iter(groups)
        monkeypatch.setattr(
            Context, "record_each", lambda self, measure, events=(): [measure(one) for one in next(coming)]
        )
        identity = Normaliser.identity(swimmer.observation_size)
        return Context("a run", swimmer, han_e, genomes[0], identity, TICKS, lifetimes=len(groups[0]), quick=True)

    return make


def test_a_life_that_ended_earns_nothing_for_the_rest_of_the_half():
    assert rate(np.ones(100), 50, 100) == 1.0
    assert rate(np.ones(60), 50, 100) == 0.2
    assert np.isnan(rate(np.ones(50), 50, 100))


def test_a_gait_that_falls_without_updates_does_not_survive(lived):
    twins = [life(0), life(1), life(2)]
    result = run_experiment("interrupt", lived(twins, [life(0), life(1, 65), life(2)]))
    group = result.values["groups"][0]
    assert group["survived"]["values"] == [True, False, True]
    assert group["kept_rate"]["values"] == [1.0, 0.3, 1.0]
    assert group["ended_early"] == {"without_updates": 1, "with_updates": 0}
    assert "Before their time ended 1 without updates and 0 with." in result.sentence


def test_where_no_life_ends_early_interrupt_does_not_speak_of_it(lived):
    result = run_experiment("interrupt", lived([life(0), life(1)], [life(0), life(1)]))
    assert "ended_early" not in result.values["groups"][0]
    assert "time" not in result.sentence


def shares_of(result) -> list[float | None]:
    return [group["same_attractor"]["share"] for group in result.values["groups"]]


def test_a_life_whose_twin_ended_early_is_not_compared_with_it(lived, monkeypatch):
    monkeypatch.setattr(initial_weights, "QUICK", (0, 3))
    twins = [life(0), life(1, 60), life(2, diverged=True), life(3)]
    others = [[life(0), life(1), life(2), life(3)], [life(0), life(1), life(2), life(3, 60)]]
    result = initial_weights.run(lived(twins, *others))
    assert shares_of(result) == [1.0, 1.0, 0.5]
    assert "on the same attractor as their twin in 50 to 100 % of the 2 lives whose twin has one." in result.sentence
    np.testing.assert_array_equal(draw(result).axes[1].get_lines()[0].get_ydata(), [2, 1])


def test_where_no_twin_has_an_attractor_none_is_said_to_be_missed(lived, monkeypatch):
    monkeypatch.setattr(initial_weights, "QUICK", (0, 3))
    others = [[life(0), life(1)], [life(0), life(1)]]
    result = initial_weights.run(lived([life(0, 60), life(1, 60)], *others))
    assert shares_of(result) == [None, None, None]
    assert "on the same attractor" not in result.sentence
    assert "no two twins could be compared: they ended early or diverged." in result.sentence
    assert draw(result).axes


def test_a_lifted_life_that_diverged_or_ended_in_the_air_is_not_one_that_walks_on(lived, monkeypatch):
    monkeypatch.setattr(lifted, "lifting", lambda *_: [Event("hold-coordinate", 30, 40, 1, 2.0)])
    ground = [life(n) for n in range(5)]
    air = [life(0, swing=0.0), life(1, diverged=True), life(2, 50), life(3, 80, swing=0.0), life(4)]
    result = lifted.run(lived(ground, air))
    assert result.values["compared"] == [True, False, False, True, True]
    assert result.values["stopped"]["values"] == [True, True, False]
    assert result.values["walks_again"]["values"] == [False, False, False]  # 30 ticks are too few to see it
    assert "the actions of 2 of 3 lives stop; they keep" in result.sentence
    assert result.values["no_gait"] == {"stands": 3}
    assert "2 lives ended before their time. 1 was in the air then, and left out." in result.sentence
    assert "1 life diverged and is left out" in result.sentence
