"""Environments that observe images: read as such, and lived in by a network that convolves them."""

import gymnasium
import numpy as np
import pytest
from gymnasium import spaces

from hebbax.config.policy import PolicyConfig
from hebbax.engines.make_engine import make_engine
from hebbax.engines.scenario import Scenario
from hebbax.keys import root_key
from hebbax.policies.make_policy import make_policy
from hebbax.tasks.external.spaces import read_observations, shape_of_image
from hebbax.tasks.registry import make_task

SHAPE = (18, 22, 3)


class Lamp(gymnasium.Env):
    """A light that wanders over a dark picture, and is to be told by its brightness."""

    observation_space = spaces.Box(0, 255, SHAPE, np.uint8)
    action_space = spaces.Box(-1, 1, (1,))

    def _look(self):
        picture = np.zeros(SHAPE, np.uint8)
        picture[self.place[0] % 18, self.place[1] % 22] = 255
        return picture

    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        self.place = self.np_random.integers(0, 100, 2)
        return self._look(), {}

    def step(self, action):
        self.place = self.place + self.np_random.integers(-2, 3, 2)
        return self._look(), float(action[0]), False, False, {}


@pytest.fixture(scope="module")
def task():
    gymnasium.register("hebbax-test/Lamp-v0", Lamp, max_episode_steps=40)
    yield make_task("gymnasium/hebbax-test/Lamp-v0")
    del gymnasium.registry["hebbax-test/Lamp-v0"]


@pytest.mark.parametrize(
    ("space", "shape"),
    [
        (spaces.Box(0, 255, (96, 96, 3), np.uint8), (96, 96, 3)),
        (spaces.Box(0, 255, (64, 80), np.uint8), (64, 80, 1)),
        (spaces.Box(0, 255, (4, 84, 84), np.uint8), None),  # colours first
        (spaces.Box(0, 1, (96, 96, 3), np.float32), None),
        (spaces.Box(0, 255, (30, 30), np.uint8), None),  # a matrix, as always
    ],
)
def test_which_spaces_are_images(space, shape):
    assert shape_of_image(space) == shape


def test_an_image_is_a_share_of_255_pixel_by_pixel():
    space = spaces.Box(0, 255, SHAPE, np.uint8)
    (group,), encode = read_observations("a", space)
    picture = np.random.default_rng(0).integers(0, 256, SHAPE, np.uint8)
    np.testing.assert_array_equal(encode(picture), picture.ravel() / 255)
    assert (group.name, group.size, group.low, group.high) == ("pixels", 18 * 22 * 3, 0, 1)


def test_a_plastic_network_lives_by_what_it_sees(task):
    assert (task.image, task.normalised_size) == (SHAPE, 0)
    config = PolicyConfig("p", "conv", [4], channels=[2], kernels=[3], strides=[2], pools=[2], output_activation="tanh")
    policy = make_policy(config, task)
    genomes = np.random.default_rng(0).standard_normal((2, policy.genome_size)).astype(np.float32)
    engine = make_engine(task, policy, "auto", 1)
    assert engine.name == "vector"
    lives, record = engine.record(genomes[0], root_key(3), Scenario(ticks=12))
    assert (lives.lengths[0], lives.observation_mean.shape, bool(lives.diverged.any())) == (12, (1, 0), False)
    assert record.observations.shape == (12, 18 * 22 * 3)
    # The same life tick by tick: the light is where the environment put it, and the weights follow from it.
    carry = policy.birth(_weight_key(3), genomes[0])
    for tick in range(12):
        np.testing.assert_allclose(np.concatenate([w.ravel() for w in carry.weights]), record.weights[tick], atol=1e-5)
        action, carry = policy.act(genomes[0], carry, record.observations[tick].astype(np.float32))
        np.testing.assert_allclose(action, record.actions[tick], atol=1e-5)
        carry = policy.adapt(genomes[0], carry)
    assert record.observations.sum() == 12 * 3


def _weight_key(seed):
    import jax

    from hebbax.streams import WEIGHT_STREAM

    return jax.random.fold_in(root_key(seed), WEIGHT_STREAM)
