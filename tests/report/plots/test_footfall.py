"""Bars of stances: where each begins and how long it lasts, the first leg at the top."""

import numpy as np
import pytest

from hebbax.errors import HebbaxError
from hebbax.report.plots import plot_footfall


def test_a_bar_for_each_stance():
    contacts = np.zeros((10, 2))
    contacts[2:5, 0], contacts[7:, 0], contacts[:4, 1] = 1.0, 0.3, 1.0
    axes = plot_footfall(contacts, ["left", "right"], 0.1)
    bars = [
        sorted((path.vertices[:, 0].min(), path.vertices[:, 0].max()) for path in drawn.get_paths())
        for drawn in axes.collections
    ]
    np.testing.assert_allclose(bars[0], [(0.2, 0.5), (0.7, 1.0)])
    np.testing.assert_allclose(bars[1], [(0.0, 0.4)])
    assert [label.get_text() for label in axes.get_yticklabels()] == ["left", "right"]
    low, high = axes.get_ylim()
    assert low > high  # the first is at the top


def test_a_name_for_each_leg():
    with pytest.raises(HebbaxError, match=r"\[ticks, 3\]"):
        plot_footfall(np.zeros((10, 2)), ["a", "b", "c"], 0.1)
