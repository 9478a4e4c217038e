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
