"""What a trajectory has to be, which of its rows count, and how fast it changes."""

from __future__ import annotations

import numpy as np
import pytest

from hebbax.attractors.trajectory import (
    check_control_period,
    check_trajectory,
    finite_rows,
    split_layers,
    update_interval,
    weight_speed,
)
from hebbax.errors import HebbaxError


def test_integers_become_floats_and_floats_stay():
    assert check_trajectory(np.ones((3, 2), int)).dtype == np.float64
    assert check_trajectory(np.ones((3, 2), np.float32)).dtype == np.float32


@pytest.mark.parametrize("shape", [(3,), (3, 0), (3, 2, 2)])
def test_wrong_shapes_are_named(shape):
    with pytest.raises(HebbaxError, match=r"expected \[ticks, weights\]"):
        check_trajectory(np.zeros(shape))


def test_too_few_ticks_are_named():
    with pytest.raises(HebbaxError, match="trajectory has 3 ticks: expected at least 4"):
        check_trajectory(np.zeros((3, 1)), ticks=4)


@pytest.mark.parametrize("period", [0.0, -1.0, float("nan"), float("inf")])
def test_a_control_period_is_above_zero(period):
    with pytest.raises(HebbaxError, match="control_period="):
        check_control_period(period)


def test_finite_rows_end_at_the_first_that_is_not():
    rows = np.zeros((5, 2))
    assert finite_rows(rows) == 5
    rows[3, 1] = np.inf
    assert finite_rows(rows) == 3
    rows[0, 0] = np.nan
    assert finite_rows(rows) == 0


def test_the_update_interval_is_that_of_the_stairs():
    """An update at the end of ticks 0, 4, 8 …: rows 1, 5, 9 … are the first with new weights."""
    values = np.arange(11.0)[:, None]
    stairs = np.concatenate([values[:1], np.repeat(values[1:], 4, axis=0)])

    interval, first = update_interval(stairs)
    assert (interval, first) == (4, 1)
    np.testing.assert_array_equal(stairs[first::interval], values[1:])


def test_weights_that_change_every_tick_or_never_have_no_stairs():
    assert update_interval(np.arange(10.0)[:, None]) == (1, 0)
    assert update_interval(np.zeros((10, 1))) == (1, 0)


def test_weights_that_stop_have_no_interval():
    rows = np.full((400, 1), 2.0)
    rows[0], rows[1:41] = 0.0, 1.0
    assert update_interval(rows) == (1, 0)


def test_layers_are_views_in_order():
    rows = np.arange(20.0).reshape(2, 10)
    first, second = split_layers(rows, [(2, 3), (2, 2)])

    assert first[0].tolist() == [0, 1, 2, 3, 4, 5]
    assert second[1].tolist() == [16, 17, 18, 19]
    assert first.base is not None
    with pytest.raises(HebbaxError, match="hold 9 weights: expected 10"):
        split_layers(rows, [(3, 3)])


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
