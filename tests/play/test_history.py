"""The traces of the last ticks agree with those of a whole trajectory."""

from __future__ import annotations

import numpy as np
import pytest

from hebbax.attractors.principal_components import principal_components
from hebbax.attractors.trajectory import weight_speed
from hebbax.play.history import History

SHAPES = [(3, 2), (2, 4)]


def circle(ticks):
    """Return weights [ticks, 14] that go around an ellipse in two of their directions."""
    rng = np.random.default_rng(1)
    axes = np.linalg.qr(rng.normal(size=(14, 2)))[0].T
    angles = 2 * np.pi * np.arange(ticks) / 25
    return (np.stack([3 * np.cos(angles), np.sin(angles)], 1) @ axes + 0.5).astype(np.float32)


def filled(rows, ticks):
    history = History(SHAPES, ticks)
    for row in rows:
        history.append([row[:6].reshape(3, 2), row[6:].reshape(2, 4)])
    return history


@pytest.mark.parametrize("lived", [1, 2, 40, 100])
def test_speeds_are_those_of_the_trajectory_as_far_as_it_is_remembered(lived):
    rows = circle(lived)
    history = filled(rows, 40)
    ticks, speeds = history.speeds()
    np.testing.assert_array_equal(history.weights(), rows[-40:])
    np.testing.assert_array_equal(ticks, np.arange(max(1, lived - 40), lived))
    if lived > 1:
        expected = weight_speed(rows, SHAPES).layers.T[ticks - 1]
        np.testing.assert_allclose(speeds, expected, rtol=1e-5)


def test_courses_are_means_of_the_last_ticks_without_what_is_not_finite():
    rows = circle(60)
    history = History(SHAPES, 40)
    rewards, speeds = np.arange(60.0), np.where(np.arange(60) % 10 == 0, np.nan, 2.0)
    for row, reward, speed in zip(rows, rewards, speeds, strict=True):
        history.append([row[:6].reshape(3, 2), row[6:].reshape(2, 4)], reward, speed)

    ticks, courses = history.courses(5)

    np.testing.assert_array_equal(ticks, np.arange(20, 60))
    np.testing.assert_allclose(courses[4:, 0], [np.mean(rewards[t - 4 : t + 1]) for t in ticks[4:]])
    np.testing.assert_allclose(courses[:4, 0], [20.0, 20.5, 21.0, 21.5])  # of fewer at the beginning
    np.testing.assert_allclose(courses[1:, 1], 2.0)
    assert np.isnan(courses[0, 1])
    np.testing.assert_allclose(history.courses(100)[1][-1], [np.mean(rewards[20:]), 2.0])


def test_the_size_is_the_norm_of_the_weights():
    assert filled(np.full((7, 14), 3.0, np.float32), 40).size() == pytest.approx(3 * np.sqrt(14))


def test_components_are_those_of_the_remembered_trajectory_and_keep_their_directions():
    rows = circle(200)
    history = filled(rows[:60], 50)
    scores, explained = history.components()
    expected = principal_components(rows[10:60], 2)
    np.testing.assert_allclose(np.abs(scores), np.abs(expected.scores), atol=1e-4)
    np.testing.assert_allclose(explained, [0.9, 0.1], atol=0.02)
    for row in rows[60:]:
        place = scores[-1]
        history.append([row[:6].reshape(3, 2), row[6:].reshape(2, 4)])
        scores, _ = history.components()
        assert np.linalg.norm(scores[-1] - place) < 1.2  # the ellipse is 6 wide, so an axis that flipped is seen


def test_there_are_no_components_of_what_does_not_move_or_is_not_finite():
    rows = circle(20)
    for history in (filled(rows[:2], 40), filled(np.ones((20, 14), np.float32), 40)):
        scores, explained = history.components()
        assert scores.shape == (0, 2)
        assert explained.tolist() == [0.0, 0.0]
    rows[-1, 3] = np.nan
    assert len(filled(rows, 40).components()[0]) == 0
