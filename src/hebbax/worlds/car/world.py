"""The world `car`: its state, how a life of it starts on a track of its own, and how it goes on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from hebbax.compiling.compiler import compiled
from hebbax.errors import HebbaxError, check_seed
from hebbax.types import Array, Noise
from hebbax.worlds.car.film import picture_of
from hebbax.worlds.car.frame import judge, move, put_car
from hebbax.worlds.car.joint import GEOMETRY
from hebbax.worlds.car.sensing import POINTS
from hebbax.worlds.car.shape import F
from hebbax.worlds.car.solver import BLOCK
from hebbax.worlds.car.track import CHECKPOINTS, DRAWS, HALF_WIDTH, MOST_STEPS, MOST_TILES, edge_of, make_track
from hebbax.worlds.car.tyres import PERIOD, press
from hebbax.worlds.world import World

_ATTEMPTS = 8
"""Of which a life draws numbers of their own; a twentieth of attempts fails."""


class Car(NamedTuple):
    """A car on its track; `columns` and `track` say what stands where.

    What Box2D computes in float32 is rounded to it here too, so that a state is Box2D's to the bit.
    """

    track: Array  # [MOST_TILES, 4], ALPHA, HEADING (rad), X, Y (m); after the last tile it begins again
    road: Array  # [MOST_TILES, 4], left and right edge at the tile's point: x, y, x, y (m)
    kerb: Array  # [MOST_TILES], 0 none, 1 white, 2 red, with its side in the sign: +1 is right
    length: Array  # [1], tiles of the track
    body: Array  # [5, 7], centre, angle, velocities of the hull and four wheels
    pose: Array  # [5, 4], where their origins are, sine and cosine of their angles
    joint: Array  # [4, 5], impulses and limit of each wheel's joint
    wheel: Array  # [4, 6], pedals and spin of each wheel
    touched: Array  # [MOST_TILES], 0 by nothing, 1 by the car, 2 by a wheel
    score: Array  # [8], time, tiles visited, rewards


class Condition(NamedTuple):
    """What damages may change of a car, in the order of WHEELS; `WHOLE` is what Gymnasium's has."""

    grip: Array  # [4], share of the friction of each wheel
    power: Array  # [4], share of the engine's power at each wheel, of which it drives the rear ones
    drag: Array  # [4], share of the brake that each wheel has at least


WHEELS = ("front-left wheel", "front-right wheel", "rear-left wheel", "rear-right wheel")

WHOLE = Condition(np.ones(4), np.ones(4), np.zeros(4))


@compiled
def _room():
    """Return the arrays that a frame computes in."""
    return (
        np.zeros(4, np.float32),
        np.zeros((4, 2), np.float32),
        np.zeros((POINTS, 2)),
        np.zeros((4, GEOMETRY), np.float32),
        np.zeros((5, 5), np.float32),
        np.zeros((BLOCK, 4, 2), np.float32),
    )


@compiled
def _draw_track(draws, track, kerb):
    """Write a track that numbers in [0, 1) give; return how many tiles it has."""
    points, path, hard = np.zeros((CHECKPOINTS, 3)), np.zeros((MOST_STEPS, 4)), np.zeros(MOST_TILES)
    attempts = draws.shape[0] // DRAWS
    for attempt in range(draws.shape[0]):
        # Once all attempts with numbers of their own have failed, those of two neighbours make further ones.
        first = (attempt % attempts) * DRAWS + attempt // attempts
        tiles = make_track(draws, first, points, path, hard, track, kerb)
        if tiles > 0:
            return tiles
    raise HebbaxError("world 'car': no track closes, of all that a life may draw")


@compiled
def born(draws: Array) -> Car:
    """Return a car at rest on a track of random numbers in [0, 1), DRAWS for each attempt at one.

    As in `reset` of Gymnasium, a frame goes by without action: the reward for its tiles comes with the first tick.
    """
    track, kerb, road = np.zeros((MOST_TILES, 4)), np.zeros(MOST_TILES), np.zeros((MOST_TILES, 4))
    tiles = _draw_track(draws, track, kerb)
    for i in range(MOST_TILES):
        for k in range(4):
            track[i, k] = track[i % tiles, k]
        left_x, left_y = edge_of(track, i, -HALF_WIDTH)
        right_x, right_y = edge_of(track, i, HALF_WIDTH)
        road[i, 0], road[i, 1], road[i, 2], road[i, 3] = F(left_x), F(left_y), F(right_x), F(right_y)
    body, pose = np.zeros((5, 7), np.float32), np.zeros((5, 4), np.float32)
    put_car(track, body, pose)
    joint, wheel = np.zeros((4, 5), np.float32), np.zeros((4, 6))
    touched, score = np.zeros(MOST_TILES), np.zeros(8)
    whole = np.ones(4)
    move((track, road, tiles), (body, pose, joint, wheel, touched, score), (whole, whole), _room())
    length = np.full(1, float(tiles))
    return Car(
        track,
        road,
        kerb,
        length,
        body.astype(np.float64),
        pose.astype(np.float64),
        joint.astype(np.float64),
        wheel,
        touched,
        score,
    )


def draws_of_seed(seed: int) -> Array:
    """Return the numbers, float64, of which `reset(seed=…)` of Gymnasium makes its track; `born` makes the same."""
    return np.random.default_rng(seed).random(DRAWS * _ATTEMPTS)


def start(noise: Noise) -> Car:
    """Return a car on a track of the life's own."""
    return born(0.5 + 0.5 * noise.uniform)


def start_on(seeds: Sequence[int]) -> Callable[[Noise], Car]:
    """Return the start of lives on Gymnasium's tracks of some seeds, of which each life draws one.

    Raises HebbaxError for a seed that is none.
    """
    for seed in seeds:
        check_seed(seed)
    draws, count = np.stack([draws_of_seed(seed) for seed in seeds]), len(seeds)

    def start(noise: Noise) -> Car:
        return born(draws[int(count * (0.5 + 0.5 * noise.uniform[0]))])

    return start


def advance(state: Car, control: Array, period: float, model: Condition) -> Car:
    """Return the car a frame later; controls are steering (+1 right), gas (0 to 1) and brake (0 to 1)."""
    body, pose = state.body.astype(np.float32), state.pose.astype(np.float32)
    joint, wheel = state.joint.astype(np.float32), state.wheel.copy()
    touched, score, tiles = state.touched.copy(), state.score.copy(), int(state.length[0])
    press(wheel, control, model.drag)
    moving, condition = (body, pose, joint, wheel, touched, score), (model.grip, model.power)
    move((state.track, state.road, tiles), moving, condition, _room())
    judge(tiles, pose, score)
    return Car(
        state.track,
        state.road,
        state.kerb,
        state.length,
        body.astype(np.float64),
        pose.astype(np.float64),
        joint.astype(np.float64),
        wheel,
        touched,
        score,
    )


def car(seeds: Sequence[int] = ()) -> World:
    """Return the world: three controls as Gymnasium's CarRacing-v3 has them, 50 Hz.

    Every life has a track of its own, or, with seeds, one of Gymnasium's of these.
    """
    return World(
        "car",
        Car,
        start_on(seeds) if len(seeds) else start,
        advance,
        control_size=3,
        control_period=PERIOD,
        bounds=1e12,  # impulses of the joints drift
        noise_size=DRAWS * _ATTEMPTS,
        kept=("track", "road", "kerb", "length"),
        units={"track": "rad and m", "road": "m", "length": "tiles"},
        draw=picture_of,
        model=WHOLE,
        model_parts=WHEELS,
    )
