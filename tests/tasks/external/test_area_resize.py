"""Images of an environment made smaller by area, beside means by hand and our own, and the published car's rules."""

from __future__ import annotations

import gymnasium
import numpy as np
import pytest
from gymnasium import spaces

from hebbax.tasks.external.area_resize import AreaResize, area_shares
from hebbax.tasks.external.gymnasium_car import CAR_ID, PublishedCar, register_car
from hebbax.worlds.car.shrink import NARROW, WIDE, shrink


class Picture(gymnasium.Env):
    """Observes one picture, is rewarded as its actions' list says, and notes what it is told to do."""

    def __init__(self, picture: np.ndarray, rewards: tuple[float, ...] = ()) -> None:
        self.observation_space, self.action_space = spaces.Box(0, 255, picture.shape, np.uint8), spaces.Box(-1, 1, (3,))
        self.picture, self.rewards, self.told, self.begun = picture, list(rewards), [], []

    def reset(self, *, seed=None, options=None):
        self.begun.append(seed)
        return self.picture, {}

    def step(self, action):
        self.told.append(action)
        return self.picture, self.rewards.pop(0), False, False, {}


def test_shares_by_hand():
    """Of four pixels three: a quarter of the second is the first's, and half of the third the second's."""
    three = np.array([[3, 1, 0, 0], [0, 2, 2, 0], [0, 0, 1, 3]]) / 4
    np.testing.assert_allclose(area_shares(4, 3), three)
    np.testing.assert_allclose(area_shares(96, 84).sum(axis=1), 1.0)
    np.testing.assert_allclose(area_shares(5, 5), np.eye(5))


@pytest.mark.parametrize("colours", [1, 3])
def test_a_picture_halved_is_the_mean_of_four_pixels(colours):
    picture = np.random.default_rng(0).integers(0, 256, (40, 60, colours), np.uint8)
    small = AreaResize(Picture(picture if colours == 3 else picture[..., 0]), 20, 30)
    seen, _ = small.reset()

    means = picture.reshape(20, 2, 30, 2, colours).mean(axis=(1, 3))
    assert small.observation_space.contains(seen)
    np.testing.assert_array_equal(seen, np.rint(means))


def test_pixels_are_those_of_our_own_car_to_half_a_level():
    picture = np.random.default_rng(1).integers(0, 256, (96, 96, 3), np.uint8)
    ours = np.zeros(84 * 84 * 3, np.float32)
    flat = np.ascontiguousarray(picture.transpose(2, 0, 1), np.float32).reshape(-1)
    shrink(flat, np.zeros(WIDE, np.float32), np.zeros(3 * NARROW, np.float32), ours)
    seen, _ = AreaResize(Picture(picture), 84, 84).reset()

    np.testing.assert_allclose(seen.reshape(-1), 255 * ours, atol=0.501)


def test_actions_and_ends_are_the_published_ones():
    rewards = (-0.1,) * 20 + (3.0,) + (-0.1,) * 21
    inner = Picture(np.zeros((96, 96, 3), np.uint8), rewards)
    car = PublishedCar(inner)
    car.reset(seed=4)
    ends = [car.step(np.array([0.5, -1.0, 2.0]))[2] for _ in rewards]

    assert ends == [False] * 41 + [True], "after 21 in a row"
    np.testing.assert_allclose(inner.told[0], [np.tanh(0.5), 1 / (1 + np.e), 1 / (1 + np.exp(-2.0))])
    car.reset()
    inner.rewards = [-0.1]
    assert not car.step(np.zeros(3))[2], "another episode counts anew"
    assert inner.begun == [4, None]


def test_gymnasium_knows_the_car_once():
    register_car()
    before = gymnasium.registry[CAR_ID]
    register_car()
    assert gymnasium.registry[CAR_ID] is before
