"""The world `car`, uncompiled: Gymnasium's numbers and pictures as the golden file has them, and parts by hand.

`test_gymnasium_car.py` compares compiled functions with Gymnasium itself, and wrote the golden file.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from hebbax.compiling.compiler import as_python
from hebbax.errors import HebbaxError
from hebbax.worlds.car import sensing, solver, world
from hebbax.worlds.car.columns import OMEGA, OVER, PX, REWARD, TOTAL, VISITED
from hebbax.worlds.car.frame import FIELD, judge
from hebbax.worlds.car.picture import draw_car
from hebbax.worlds.car.raster import COVER, LAYERS, RED, REST, add_polygon
from hebbax.worlds.car.shape import (
    CENTRE_X,
    CENTRE_Y,
    HULL_INVERSE_INERTIA,
    HULL_INVERSE_MASS,
    WHEEL_INVERSE_INERTIA,
    WHEEL_INVERSE_MASS,
)
from hebbax.worlds.car.shrink import NARROW, WIDE, shrink

GOLDEN = Path(__file__).parents[2] / "golden" / "car.npz"
CLOSE = {"rtol": 1e-6, "atol": 1e-4}  # another C library may round sines otherwise


@pytest.fixture(scope="module")
def golden():
    with np.load(GOLDEN) as kept:
        return dict(kept)


@pytest.fixture(autouse=True)
def uncompiled():
    with as_python():
        yield


@pytest.fixture(scope="module")
def driven(golden):
    """States of the first 25 frames, the first one before any action."""
    with as_python():
        states = [world.born(golden["draws"].astype(float))]
        for action in golden["actions"][:25]:
            states.append(world.advance(states[-1], action.astype(float), 0.02, world.WHOLE))
    return states


def test_masses_and_inertias_are_those_that_box2d_reports():
    found = 1 / np.array([HULL_INVERSE_MASS, HULL_INVERSE_INERTIA, WHEEL_INVERSE_MASS, WHEEL_INVERSE_INERTIA])
    np.testing.assert_allclose(found, [7.06, 18.212276, 0.060480006, 0.007459201], rtol=1e-6)
    np.testing.assert_allclose([CENTRE_X, CENTRE_Y], [1.4774524e-09, -0.082530886], rtol=1e-6)


@pytest.mark.parametrize("seed", [0, 36])
def test_a_seed_has_gymnasiums_track(golden, seed):
    """The first attempt of seed 36 does not close."""
    state = world.born(world.draws_of_seed(seed))
    tiles = int(state.length[0])
    assert tiles == golden[f"length_{seed}"]
    np.testing.assert_allclose(state.track[:tiles:16], golden[f"track_{seed}"], rtol=1e-12)
    np.testing.assert_array_equal(state.track[tiles:], state.track[: len(state.track) - tiles])
    assert set(np.abs(state.kerb)) <= {0, 1, 2, 10, 20}
    assert np.count_nonzero(state.kerb[tiles:]) == 0


def test_no_track_that_closes_is_an_error(monkeypatch):
    monkeypatch.setattr(world, "make_track", lambda *room: 0)
    with pytest.raises(HebbaxError, match="world 'car': no track closes"):
        world.born(np.zeros(48))


def test_25_frames_are_gymnasiums(golden, driven):
    np.testing.assert_allclose([state.score[REWARD] for state in driven[1:]], golden["rewards"][:25], **CLOSE)
    for row, frame in enumerate(golden["frames"][golden["frames"] < 25]):
        np.testing.assert_allclose(driven[frame + 1].body[:, :6], golden["states"][row], **CLOSE)
        np.testing.assert_allclose(driven[frame + 1].wheel[:, OMEGA], golden["wheels"][row], **CLOSE)


def test_a_picture_is_gymnasiums_but_for_the_score(golden, driven):
    expected = golden["pictures"][0].astype(int)
    image, layers = np.full((3, 96, 96), np.nan, np.float32), np.zeros((LAYERS, 98, 96), np.float32)
    draw_car(image, layers, np.zeros((8, 2), np.float32), np.zeros((4, 2)), driven[golden["shown"][0] + 1])
    difference = np.abs(np.clip(image.transpose(1, 2, 0), 0, 255).astype(int) - expected)
    difference[85:, :13] = 0
    assert difference.mean() < 0.5


def test_stopped_at_their_cycle_velocity_passes_have_the_bits_of_180(driven, monkeypatch):
    """Impulses drift on after the cycle has begun: they are in the joints too."""
    control, made = np.array([1.0, 0.5, 0.0]), []
    state, passes = driven[-1], solver._solve_velocities.py_func

    def counted(*room):
        made.append(passes(*room))
        return made[-1]

    monkeypatch.setattr(solver, "_solve_velocities", counted)
    stopped = world.advance(state, control, 0.02, world.WHOLE)
    monkeypatch.setattr(solver, "_repeats", lambda *room: False)
    whole = world.advance(state, control, 0.02, world.WHOLE)
    assert made[0] < made[1] == 180
    for name in stopped._fields:
        np.testing.assert_array_equal(getattr(stopped, name), getattr(whole, name), err_msg=name)


def square(x, y, turned=0.0):
    """Return the corners of a square of side 1 m about a place, counter-clockwise."""
    corners = np.array([(-0.5, -0.5), (0.5, -0.5), (0.5, 0.5), (-0.5, 0.5)])
    s, c = np.sin(turned), np.cos(turned)
    return corners @ np.array([(c, s), (-s, c)]) + (x, y)


@pytest.mark.parametrize(
    ("other", "felt"),
    [
        (square(1.019, 0.3), True),
        (square(1.021, 0.3), False),
        # Corner to corner, 0.0198 and 0.0212 m apart, where both gaps along normals are below 0.02.
        (square(1.014, 1.014), True),
        (square(1.015, 1.015), False),
        # A corner points at a side: half a diagonal away, and 0.019 or 0.021 more.
        (square(0.5 + np.sqrt(0.5) + 0.019, 0.0, np.pi / 4), True),
        (square(0.5 + np.sqrt(0.5) + 0.021, 0.0, np.pi / 4), False),
        (square(0.1, 0.2, 1.0), True),
    ],
)
def test_sensors_feel_0_02_m_beyond_polygons(other, felt):
    points = np.concatenate((square(0.0, 0.0), other))
    assert sensing._touches(points, 0, 4, 4, 4) == felt
    assert sensing._touches(points, 4, 4, 0, 4) == felt


def test_leaving_the_field_replaces_the_reward_and_all_tiles_end_the_life():
    pose, score = np.zeros((5, 4)), np.zeros(8)
    score[TOTAL], score[VISITED] = 10.0, 2.0
    judge(3, pose, score)
    assert (score[REWARD], score[OVER]) == (pytest.approx(9.9), 0.0)
    score[VISITED] = 3.0
    judge(3, pose, score)
    assert (score[REWARD], score[OVER]) == (pytest.approx(-0.1), 1.0)
    pose[0, PX], score[VISITED] = -FIELD - 0.1, 2.0
    judge(3, pose, score)
    assert (score[REWARD], score[OVER]) == (-100.0, 1.0)


def coverage(corners, height=4, width=4):
    """Return the share of each pixel that a polygon covers, as it is drawn."""
    layers = np.zeros((LAYERS, height + 2, width), np.float32)
    ink = tuple(np.float32(value) for value in (1, 2, 3))
    add_polygon(layers, COVER, np.array(corners, np.float32), 0, len(corners), ink)
    sums = np.cumsum(layers, axis=1)[:, :height]
    np.testing.assert_allclose(sums[[RED, REST]], sums[COVER] * np.array([2, 3])[:, None, None], atol=1e-5)
    return np.abs(sums[COVER])


def test_a_pixel_has_the_share_of_its_area_that_is_covered():
    """By hand: a rectangle from (0.5, 0.25) to (2, 1.5), and a triangle with legs of 2 along the upper left."""
    across, down = np.array([0.5, 1, 0, 0]), np.array([0.75, 0.5, 0, 0])
    np.testing.assert_allclose(coverage([(0.5, 0.25), (2, 0.25), (2, 1.5), (0.5, 1.5)]), np.outer(down, across))
    expected = np.zeros((4, 4))
    expected[0, 0], expected[0, 1], expected[1, 0] = 1, 0.5, 0.5
    np.testing.assert_allclose(coverage([(0, 0), (2, 0), (0, 2)]), expected, atol=1e-6)


def test_what_lies_outside_of_the_image_changes_nothing_within():
    """A polygon over all four borders has in a small image what it has there in a large one."""
    rng = np.random.default_rng(0)
    for _ in range(20):
        angles = np.sort(rng.uniform(0, 2 * np.pi, 5))
        corners = 6 + rng.uniform(2, 7) * np.stack((np.cos(angles), np.sin(angles)), 1)
        large = coverage(corners + 8, 28, 28)
        np.testing.assert_allclose(coverage(corners - 4), large[12:16, 12:16], atol=2e-5)


def test_eight_pixels_become_seven_by_area():
    image, flat = np.zeros((3, 96, 96), np.float32), np.zeros(84 * 84 * 3, np.float32)
    image[0] = np.arange(96)
    image[1] = np.arange(96)[:, None]
    image[2] = 7.0
    shrink(image.reshape(-1), np.zeros(WIDE, np.float32), np.full(3 * NARROW, np.nan, np.float32), flat)
    out = 255 * flat.reshape(84, 84, 3)
    middle = (np.arange(84) + 0.5) * 96 / 84 - 0.5  # the mean over a pixel of what grows evenly, but within a pixel
    pixels = np.repeat(np.arange(96.0), 7).reshape(84, 8).mean(1)
    np.testing.assert_allclose(out[3, :, 0], pixels, atol=1e-4)
    np.testing.assert_allclose(out[:, 5, 1], pixels, atol=1e-4)
    assert np.max(np.abs(pixels - middle)) < 0.5
    np.testing.assert_allclose(out[:, :, 2], 7.0, atol=1e-5)
