"""The tasks of the car: what they observe, by hand and in JAX, what pedals do, and when they stop."""

from __future__ import annotations

import types
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from hebbax.compiling.compiler import as_python
from hebbax.errors import HebbaxError
from hebbax.tasks import car_racing
from hebbax.tasks.car_racing_state import actuate, car_racing_state, observe
from hebbax.worlds.car import sight
from hebbax.worlds.car.columns import ANGLE, COSINE, OMEGA, OVER, PX, PY, REWARD, SINE, TURN, VX, VY
from hebbax.worlds.car.track import HEADING, MOST_TILES, X, Y
from hebbax.worlds.car.world import Car

GOLDEN = Path(__file__).parents[1] / "golden" / "car.npz"


@pytest.fixture(scope="module")
def state():
    """A car 2 m left of a road that leads to +y and turns left a quarter, turned by 0.3 rad to the left of it."""
    car = Car(*(np.zeros(shape) for shape in SHAPES))
    car.track[:, Y] = 3.5 * np.arange(MOST_TILES)
    car.track[10:, Y], car.track[10:, X] = 35.0, -3.5 * np.arange(MOST_TILES - 10)
    car.track[10:, HEADING] = np.pi / 2
    car.pose[0, [PX, PY, SINE, COSINE]] = -2.0, 7.0, np.sin(0.3), np.cos(0.3)
    car.body[0, [ANGLE, TURN, VX, VY]] = 0.3, 0.7, -3.0, 4.0
    car.body[1, ANGLE] = 0.5
    car.wheel[:, OMEGA] = 1.0, 2.0, 3.0, 4.0
    return car


SHAPES = ((MOST_TILES, 4), (MOST_TILES, 4), (MOST_TILES,), (1,), (5, 7), (5, 4), (4, 5), (4, 6), (MOST_TILES,), (8,))


def test_the_road_is_seen_from_the_car(state):
    """The nearest point is that of tile 2. Forwards is (-sin 0.3, cos 0.3), to the left (-cos 0.3, -sin 0.3)."""
    seen = observe(state, np.zeros(1))
    forwards, left = np.array([-np.sin(0.3), np.cos(0.3)]), np.array([-np.cos(0.3), -np.sin(0.3)])
    np.testing.assert_allclose(seen[:2], [(-3.0, 4.0) @ forwards, (-3.0, 4.0) @ left])
    np.testing.assert_allclose(seen[2:10], [0.7, 0.2, 1.0, 2.0, 3.0, 4.0, 2.0, 0.3], atol=1e-12)
    places = np.array([(0, 14), (0, 21), (0, 31.5), (-7, 35), (-21, 35), (-35, 35)]) - (-2.0, 7.0)
    np.testing.assert_allclose(seen[10:16], places @ forwards, atol=1e-12)
    np.testing.assert_allclose(seen[16:], places @ left, atol=1e-12)
    whole = car_racing_state()
    assert sum(group.size for group in whole.observation) == len(seen)


def test_jax_observes_the_same(state):
    traced = types.FunctionType(observe.__code__, {**observe.__globals__, "np": jnp})
    found = jax.jit(traced)(Car(*(jnp.asarray(array) for array in state)), jnp.zeros(1))
    np.testing.assert_allclose(found, observe(state, np.zeros(1)), rtol=1e-4, atol=1e-4)


def test_a_pedal_is_pressed_by_what_is_above_zero(state):
    np.testing.assert_array_equal(actuate(np.array([-0.5, -0.2, 0.3]), state, np.zeros(1)), [-0.5, 0.0, 0.3])
    np.testing.assert_array_equal(actuate(np.array([-3.0, 2.0, -1.0]), state, np.zeros(1)), [-1.0, 1.0, 0.0])


@pytest.mark.parametrize(("patience", "expected"), [(20, 21), (3, 4), (np.inf, None)])
def test_rewards_below_zero_in_a_row_end_a_life(state, patience, expected):
    outcome, memory, over = car_racing_state(patience).outcome, np.zeros(1), []
    score = state.score.copy()
    for reward in (-0.1, -0.1, 3.2, *[-0.1] * 40):
        score[REWARD] = reward
        found, done, memory = outcome(state, state._replace(score=score), np.zeros(3), memory)
        assert found == reward
        over.append(bool(done))
    assert over == [False] * 3 + [expected is not None and number >= expected for number in range(1, 41)]
    score[OVER], score[REWARD] = 1.0, 5.0
    assert outcome(state, state._replace(score=score), np.zeros(3), np.zeros(1))[1]


def test_lives_have_tracks_of_their_own():
    world, rng = car_racing_state().world, np.random.default_rng(0)
    with as_python():
        lengths = {
            float(world.start(world.example_noise()._replace(uniform=rng.uniform(-1, 1, world.noise_size))).length[0])
            for _ in range(3)
        }
    assert len(lengths) > 1


def test_pixels_are_gymnasiums_shrunk_by_area(monkeypatch):
    """Of one direction after the other: a pixel of 84 is the mean over 96/84 of a pixel of 96."""
    with np.load(GOLDEN) as golden:
        picture = golden["pictures"][0].transpose(2, 0, 1)
    monkeypatch.setattr(sight, "draw_car", lambda image, *room: np.copyto(image, picture))
    with as_python():
        seen = car_racing.observe(None, np.zeros(1)).reshape(car_racing.car_racing().observation_shape)
    edges = np.arange(85) * 96 / 84
    cells = np.arange(96)
    overlap = np.minimum(edges[1:, None], cells + 1) - np.maximum(edges[:-1, None], cells)
    shares = np.maximum(overlap, 0.0) * 84 / 96
    expected = np.einsum("yi,xj,cij->yxc", shares, shares, picture) / 255
    np.testing.assert_allclose(seen, expected, atol=1e-5)


def test_raw_outputs_become_the_published_actions():
    found = car_racing.actuate(np.array([0.5, -1.0, 2.0]), None, np.zeros(1))
    np.testing.assert_allclose(found, [np.tanh(0.5), 1 / (1 + np.e), 1 / (1 + np.exp(-2.0))])


@pytest.mark.parametrize("patience", [-1, np.nan, "long"])
def test_a_patience_that_is_none_is_one_line(patience):
    with pytest.raises(HebbaxError, match=r"patience=.*: expected a number of ticks of at least 0; nearest valid: 0"):
        car_racing_state(patience)


def test_when_lives_end_is_told():
    assert car_racing_state(3).termination.endswith("or the last 4 rewards were all negative")
    assert car_racing.car_racing(np.inf).termination == "all tiles are visited, or the car leaves the field"
