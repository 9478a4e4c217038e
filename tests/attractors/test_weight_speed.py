"""Speeds worked out by hand, and the published rule that rests on them."""

from __future__ import annotations

import numpy as np
import pytest

from hebbax.attractors.han_ratio import published_ratio
from hebbax.attractors.weight_speed import weight_speed
from hebbax.errors import HebbaxError


def test_speeds_by_hand():
    """Layers of one and two weights. Changes: (3 | 0 4), then (0 | 0 0). Norms before: 0 and 0, then 3 and 4."""
    rows = np.array([[0.0, 0, 0], [3, 0, 4], [3, 0, 4]])
    speed = weight_speed(rows, [(1, 1), (1, 2)])

    np.testing.assert_allclose(speed.layers, [[3, 0], [4, 0]])
    np.testing.assert_allclose(speed.total, [5, 0])
    np.testing.assert_allclose(speed.summed, [7, 0])
    np.testing.assert_array_equal(speed.relative_layers, [[np.inf, 0], [np.inf, 0]])
    np.testing.assert_array_equal(speed.relative, [np.inf, 0])


def test_a_relative_speed_does_not_depend_on_the_unit():
    rows = np.random.default_rng(0).normal(size=(6, 4))
    np.testing.assert_allclose(weight_speed(100 * rows).relative, weight_speed(rows).relative)


def test_without_shapes_all_weights_are_one_layer():
    rows = np.random.default_rng(0).normal(size=(6, 4))
    speed = weight_speed(rows)

    np.testing.assert_allclose(speed.layers[0], np.linalg.norm(np.diff(rows, axis=0), axis=1))
    np.testing.assert_allclose(speed.total, speed.summed)


def test_one_tick_has_no_speed():
    with pytest.raises(HebbaxError, match="at least 2"):
        weight_speed(np.zeros((1, 2)))


def stepping(early: float, late: float) -> np.ndarray:
    """Return 101 ticks of one weight: 100 steps, the first 5 of one size and the others of another."""
    return np.cumsum([0.0, *[early] * 5, *[late] * 95])[:, None]


@pytest.mark.parametrize(("late", "label"), [(0.39, "fixed-point"), (0.41, "limit-cycle"), (1.0, "limit-cycle")])
def test_the_published_ratio_by_hand(late, label):
    found = published_ratio(stepping(1.0, late))

    assert found.ratio == pytest.approx(late)
    assert found.label == label


def test_the_published_ratio_adds_layers_up():
    """Steps of (3, 4) and then (3, 0): 7 and 3 as two layers, 5 and 3 as one."""
    rows = np.concatenate([stepping(3.0, 3.0), stepping(4.0, 0.0)], axis=1)

    assert published_ratio(rows, [(1, 1), (1, 1)]).ratio == pytest.approx(3 / 7)
    assert published_ratio(rows).ratio == pytest.approx(3 / 5)


def test_the_published_ratio_of_weights_that_start_late_is_infinite():
    assert published_ratio(stepping(0.0, 1.0)).ratio == np.inf
    assert published_ratio(stepping(0.0, 0.0)).label == "fixed-point"
