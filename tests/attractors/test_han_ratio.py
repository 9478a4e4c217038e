"""The published rule, worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from hebbax.attractors.han_ratio import published_ratio


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
