"""Components by hand, and against NumPy's decomposition."""

from __future__ import annotations

import numpy as np
import pytest

from hebbax.attractors.principal_components import principal_components
from hebbax.errors import HebbaxError


def test_components_by_hand():
    """Points at ±2 along (0.6, 0.8) and ±1 across it, about (5, 7): variances 2 and ½ over four ticks."""
    along, across = np.array([0.6, 0.8]), np.array([0.8, -0.6])
    rows = np.array([5.0, 7.0]) + np.array([2 * along, -2 * along, across, -across])
    found = principal_components(rows)

    np.testing.assert_allclose(found.mean, [5, 7])
    np.testing.assert_allclose(found.axes, [along, across], atol=1e-12)
    np.testing.assert_allclose(found.variances, [2, 0.5])
    np.testing.assert_allclose(found.explained, [0.8, 0.2])
    np.testing.assert_allclose(found.scores, [[2, 0], [-2, 0], [0, 1], [0, -1]], atol=1e-12)


@pytest.mark.parametrize("shape", [(40, 7), (7, 40), (700, 600)])
def test_components_are_those_of_the_decomposition(shape):
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(shape[0], 5)) * [5, 4, 3, 2, 1] @ rng.normal(size=(5, shape[1]))
    rows += 0.01 * rng.normal(size=shape)
    _, singular, axes = np.linalg.svd(rows - rows.mean(axis=0), full_matrices=False)
    found = principal_components(rows, 4)

    np.testing.assert_allclose(found.variances, singular[:4] ** 2 / shape[0], rtol=1e-9)
    np.testing.assert_allclose(np.abs(np.sum(found.axes * axes[:4], axis=1)), 1, rtol=1e-9)
    assert found.total_variance == pytest.approx(np.sum(singular**2) / shape[0])


def test_axes_are_orthonormal_where_nothing_moves():
    found = principal_components(np.ones((5, 8)), 3)

    np.testing.assert_allclose(found.axes @ found.axes.T, np.eye(3), atol=1e-12)
    assert found.explained.tolist() == [0, 0, 0]


def test_a_wrong_count_is_an_error():
    with pytest.raises(HebbaxError, match="count=0"):
        principal_components(np.ones((3, 3)), 0)
