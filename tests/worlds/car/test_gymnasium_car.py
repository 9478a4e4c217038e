"""The world `car` beside Gymnasium's CarRacing-v3, where Box2D and pygame are installed.

Run as a program, this file writes the golden numbers and pictures that are tested without them.
"""

from __future__ import annotations

import sys
import warnings
from dataclasses import replace
from pathlib import Path

import gymnasium
import jax
import numpy as np
import pytest

from hebbax.compiling.compiler import outermost
from hebbax.compiling.noise import fold_in, uniform
from hebbax.config.policy import PRESETS
from hebbax.engines.make_engine import make_engine
from hebbax.engines.scenario import Scenario
from hebbax.engines.vector import environment_seed
from hebbax.keys import life_key, words_of
from hebbax.policies.make_policy import make_policy
from hebbax.streams import BODY_STREAM
from hebbax.tasks.car_racing import car_racing
from hebbax.tasks.external.gymnasium_car import CAR_TASK
from hebbax.tasks.registry import make_task
from hebbax.worlds.car.columns import DRIVEN, OMEGA, OVER, REWARD, UNTOUCHED
from hebbax.worlds.car.film import picture_of
from hebbax.worlds.car.track import HALF_WIDTH
from hebbax.worlds.car.world import WHOLE, advance, born, car, draws_of_seed

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)  # SWIG's types, as Python imports them
    pytest.importorskip("Box2D")
pytest.importorskip("pygame")

GOLDEN = Path(__file__).parents[2] / "golden" / "car.npz"
SEEDS = (0, 36)  # the first attempt of the second fails
KEY, FRAMES = 5, 300
STATES_AT = (*range(0, 25, 4), *range(25, FRAMES, 25), FRAMES - 1)
PICTURES_AT = (24, 200)
TEXT = np.s_[85:, :13]  # the score, whose digits are our own


def make_environment(*, pictures):
    environment = gymnasium.make("CarRacing-v3").unwrapped
    if not pictures:
        environment._render = lambda mode: None  # which it calls at every step
    return environment


def numbers_of(environment):
    """Return centre, angle and velocities of hull and wheels [5, 6], and how fast wheels turn [4]."""
    bodies = [environment.car.hull, *environment.car.wheels]
    rows = [(*b.worldCenter, b.angle, *b.linearVelocity, b.angularVelocity) for b in bodies]
    return np.array(rows), np.array([wheel.omega for wheel in environment.car.wheels])


def actions_of(kind, seed, frames=FRAMES):
    """Return actions [frames, 3] as float32: other ones each frame or every 20, or from one limit to the other."""
    rng = np.random.default_rng(100 + seed)
    if kind == "limits":
        steering = np.where(np.arange(frames) // 25 % 2, 1.0, -1.0)
        return np.stack((steering, np.full(frames, 0.6), np.zeros(frames)), 1).astype(np.float32)
    rows = np.stack((rng.uniform(-1, 1, frames), rng.uniform(0, 1, frames), rng.uniform(0, 1, frames)), 1)
    if kind == "held":
        rows[:, 2] **= 4
        rows = rows[np.arange(frames) // 20 * 20]
    return rows.astype(np.float32)


def life_draws():
    """Return what the life of a key makes its track from."""
    key0, key1 = fold_in(*np.asarray(jax.random.key_data(jax.random.key(KEY))), BODY_STREAM)
    low, high = np.float32(-1.0), np.float32(1.0)
    return 0.5 + 0.5 * np.array([uniform(key0, key1, i, low, high) for i in range(car().noise_size)], float)


class Given(np.random.Generator):
    """Numbers in [0, 1) that are given, as a generator gives them."""

    def __init__(self, draws):
        super().__init__(np.random.PCG64(0))
        self.left = iter(draws)

    def uniform(self, low, high):
        return low + (high - low) * next(self.left)


def golden():
    """Return what the golden file holds."""
    environment, found = make_environment(pictures=True), {}
    for seed in SEEDS:
        environment.reset(seed=seed)
        found[f"track_{seed}"] = np.array(environment.track)[::16]
        found[f"length_{seed}"] = np.array(len(environment.track))
    found["draws"], found["actions"] = life_draws().astype(np.float32), actions_of("held", 0)
    environment.np_random = Given(found["draws"].astype(float))
    picture, _ = environment.reset()
    rewards, states, wheels, pictures = [], [], [], []
    for frame, action in enumerate(found["actions"]):
        picture, reward, _, _, _ = environment.step(action)
        rewards.append(reward)
        bodies, omegas = numbers_of(environment)
        if frame in STATES_AT:
            states.append(bodies.astype(np.float32))
            wheels.append(omegas)
        if frame in PICTURES_AT:
            pictures.append(picture)
    found |= {"states": np.array(states), "wheels": np.array(wheels), "rewards": np.array(rewards)}
    return found | {"frames": np.array(STATES_AT), "pictures": np.array(pictures), "shown": np.array(PICTURES_AT)}


@pytest.fixture(scope="module")
def functions():
    """`born` and `advance`, compiled to be called from here."""
    return outermost(born.py_func), outermost(advance)


@pytest.fixture(scope="module")
def environment():
    return make_environment(pictures=False)


def test_the_golden_file_is_what_gymnasium_computes():
    with np.load(GOLDEN) as kept:
        found = golden()
        assert set(kept) == set(found)
        for name in kept:
            np.testing.assert_allclose(found[name], kept[name], atol=1e-4, err_msg=name)


def test_tracks_of_20_seeds(functions, environment):
    for seed in (*range(19), 36):
        environment.reset(seed=seed)
        state = functions[0](draws_of_seed(seed))
        tiles = int(state.length[0])
        np.testing.assert_array_equal(state.track[:tiles], environment.track)
        colours = [tuple(colour) for _, colour in environment.road_poly]
        kerbs = [colour for colour in colours if colour in ((255, 255, 255), (255, 0, 0))]
        ours = np.abs(state.kerb[:tiles])
        expected = [(255, 255, 255) if kerb in (1, 10) else (255, 0, 0) for kerb in ours if kerb]
        assert kerbs == expected
        corners = np.array([polygon for polygon, colour in environment.road_poly if tuple(colour) not in kerbs])
        left = np.stack((state.road[:tiles, 0], state.road[:tiles, 1]), 1)
        np.testing.assert_array_equal(left, corners[:, 0].astype(np.float32))
        assert np.hypot(*(state.road[:tiles, 2:] - left).T) == pytest.approx(2 * HALF_WIDTH, abs=1e-4)


@pytest.mark.parametrize("seed", range(10))
def test_states_and_rewards_to_the_bit(functions, environment, seed):
    """Both use this machine's C library, so that it does not matter how that rounds sines."""
    start, step = functions
    environment.reset(seed=seed)
    state = start(draws_of_seed(seed))
    for action in actions_of(("random", "held", "limits")[seed % 3], seed):
        _, reward, done, _, _ = environment.step(action)
        state = step(state, action.astype(float), 0.02, WHOLE)
        bodies, omegas = numbers_of(environment)
        np.testing.assert_array_equal(state.body[:, :6], bodies)
        np.testing.assert_array_equal(state.wheel[:, OMEGA], omegas)
        assert (state.score[REWARD], bool(state.score[OVER])) == (reward, done)
        if done:
            break
    tiles = int(state.length[0])
    np.testing.assert_array_equal(state.touched[:tiles] == DRIVEN, [tile.road_visited for tile in environment.road])
    plain = [np.array_equal(tile.color, environment.road_color) for tile in environment.road]
    np.testing.assert_array_equal((state.touched[:tiles] != UNTOUCHED) | (np.arange(tiles) % 3 == 0), plain)


def test_pixels_of_100_frames(functions):
    """The mean absolute difference is at most 0.5 of 255 outside of the score's text, and no frame is far off."""
    (start, step), environment, differences = functions, make_environment(pictures=True), []
    for seed in (0, 1):
        expected, _ = environment.reset(seed=seed)
        state = start(draws_of_seed(seed))
        for action in actions_of("held", seed, 50):
            difference = np.abs(picture_of(state, 96, 96).astype(int) - expected)
            difference[TEXT] = 0
            differences.append(difference.mean())
            expected, _, _, _, _ = environment.step(action)
            state = step(state, action.astype(float), 0.02, WHOLE)
    assert len(differences) == 100
    assert np.mean(differences) <= 0.5
    assert np.max(differences) <= 1.0


def test_a_controller_lives_in_gymnasiums_own_car_as_in_the_compiled_world():
    """On one track, from the same first weights: actions differ by what pixels do, which moves a tile by a frame."""
    key = life_key(1, 3)
    ours, own = car_racing(seeds=[int(environment_seed(key))]), make_task(CAR_TASK)
    policy = make_policy(replace(PRESETS["najarro-car"], hidden=[8]), ours)
    genome = np.random.default_rng(3).standard_normal(policy.genome_size).astype(np.float32)
    found = {}
    for task in (ours, own):
        lives = make_engine(task, policy).evaluate(genome[None], words_of(key)[None], Scenario(ticks=30))
        found[task.name] = float(lives.returns[0]), int(lives.lengths[0])
    (compiled, ticks), (gymnasiums, others) = found.values()
    assert abs(ticks - others) <= 1
    assert compiled == pytest.approx(gymnasiums, abs=4.0), "a tile is about 3.5"


if __name__ == "__main__":
    np.savez_compressed(sys.argv[1] if len(sys.argv) > 1 else GOLDEN, **golden())
