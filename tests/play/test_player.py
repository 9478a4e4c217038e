"""A session under a clock."""

from __future__ import annotations

import math
import threading
import time

import numpy as np
import pytest

from hebbax.errors import HebbaxError
from hebbax.play import player as player_module
from hebbax.play.player import Player


@pytest.fixture
def player(session, monkeypatch):
    monkeypatch.setattr(player_module, "BUDGET", 60.0)  # however slow the machine is
    session.begin(0)
    return Player(session)


def test_it_lives_as_fast_as_the_clock_times_its_speed(player):
    period = player.session.task.control_period
    assert player.advance(10.5 * period) == 10
    assert player.advance(0.6 * period) == 1
    player.set_speed(0.5)
    assert player.advance(10 * period) == 5
    assert player.moment.tick == 16
    assert player.history.count == 17


@pytest.mark.parametrize("speed", [math.nan, math.inf, 1e300, 0.0, -1.0])
def test_a_speed_that_is_none_is_refused_and_life_goes_on_as_fast_as_before(player, speed):
    with pytest.raises(HebbaxError, match=r"^speed=\S+: expected 0.001 to 1000; nearest valid: "):
        player.set_speed(speed)
    assert player.advance(2.5 * player.session.task.control_period) == 2


def test_ticks_that_come_too_late_are_dropped(player, monkeypatch):
    monkeypatch.setattr(player_module, "BUDGET", 0.0)
    assert player.advance(1000 * player.session.task.control_period) == 0
    monkeypatch.setattr(player_module, "BUDGET", 60.0)
    assert player.advance(2.5 * player.session.task.control_period) <= 3


def test_a_pause_stops_the_clock_and_a_step_is_one_tick(player):
    player.advance(3 * player.session.task.control_period)
    player.step()
    assert player.paused
    assert player.advance(100.0) == 0
    assert player.moment.tick == 4
    _, after, fraction = player.pose()
    assert fraction == 1.0
    np.testing.assert_array_equal(after, player.moment.qpos)
    player.paused = False
    assert player.advance(1.5 * player.session.task.control_period) == 1


def test_the_pose_moves_between_ticks(player):
    player.advance(5.25 * player.session.task.control_period)
    before, after, fraction = player.pose()
    assert fraction == pytest.approx(0.25)
    np.testing.assert_array_equal(after, player.moment.qpos)
    assert not np.array_equal(before, after)


def test_what_it_earns_and_how_fast_it_goes_are_remembered(player):
    session, period = player.session, player.session.task.control_period
    places, rewards = [session.moment.qpos[0]], [session.moment.reward]
    for _ in range(30):
        player.step()
        places.append(session.moment.qpos[0])
        rewards.append(session.moment.reward)

    ticks, courses = player.history.courses(1)

    assert ticks.tolist() == list(range(31))
    np.testing.assert_allclose(courses[:, 0], rewards, rtol=1e-12)  # by differences of sums
    assert sum(rewards) == pytest.approx(session.moment.total)
    np.testing.assert_allclose(courses[1:, 1], np.diff(places) / period)
    assert np.isnan(courses[0, 1])


def test_a_new_life_begins_with_new_traces(player):
    player.advance(5 * player.session.task.control_period)
    player.begin(1)
    assert (player.moment.life, player.moment.tick, player.history.count) == (1, 0, 1)
    before, after, _ = player.pose()
    np.testing.assert_array_equal(before, after)


def test_commands_of_other_threads_are_done_in_order_and_wake_it(player):
    done = []

    def ask():
        time.sleep(0.1)
        player.post(lambda player: done.append((1, threading.current_thread())))
        player.post(lambda player: done.append((2, threading.current_thread())))

    thread = threading.Thread(target=ask)
    thread.start()
    started = time.perf_counter()
    player.obey(30.0)
    thread.join()
    player.obey(0.0)
    assert time.perf_counter() - started < 10
    assert done == [(1, threading.current_thread()), (2, threading.current_thread())]


def test_a_command_that_fails_does_not_lose_the_next(player):
    def fail(player):
        raise HebbaxError("no")

    done = []
    player.post(fail)
    player.post(lambda player: done.append(1))
    with pytest.raises(HebbaxError):
        player.obey(0.0)
    player.obey(0.0)
    assert done == [1]
