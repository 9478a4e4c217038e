"""What is done to a vector of weights, by hand and by count."""

import numpy as np
import pytest

from hebbax.kernels.weights import interpolate


def test_interpolation_by_hand():
    before, after = np.array([1.0, 2.0, -4.0], np.float32), np.array([2.0, 2.0, 4.0], np.float32)
    assert interpolate(before, after, np.float32(0.25))
    np.testing.assert_array_equal(after, [1.25, 2.0, -2.0])


@pytest.mark.parametrize("bad", [np.nan, np.inf, 3e8])
def test_an_interpolation_out_of_bounds_says_so(bad):
    after = np.array([0.0, bad], np.float32)
    assert not interpolate(np.zeros(2, np.float32), after, np.float32(0.5))
