"""Many normal numbers at a time: jax's, whatever loop they come from, and sums in an order that does not change."""

from __future__ import annotations

import jax
import numpy as np
import pytest

from hebbax.compiling import noise
from hebbax.kernels.normals import LANES, add_weighted, sample_about, sum_of_squares
from hebbax.keys import root_key, words_of

SIZE = 200_000


def normals(seed: int, size: int, first: int = 0, sigma: float = 1.0) -> np.ndarray:
    found = np.empty(size, np.float32)
    mean = np.zeros(size, np.float32)
    mean.flags.writeable = False
    sample_about(*words_of(root_key(seed)), first, np.float32(sigma), mean, found)
    return found


@pytest.mark.parametrize("seed", [0, 1, 2**32 - 1])
def test_numbers_are_jaxs_to_rounding_far_out_too(seed: int) -> None:
    found, expected = normals(seed, SIZE), np.asarray(jax.random.normal(root_key(seed), (SIZE,)))
    np.testing.assert_allclose(found, expected, rtol=5e-7, atol=1e-7)
    assert np.abs(found).max() > 4
    assert found.std() == pytest.approx(1, abs=0.01)


def test_a_number_has_the_same_bits_wherever_a_loop_begins() -> None:
    whole = normals(3, 1000)
    for first in (1, 7, 16, 63, 64, 999):
        np.testing.assert_array_equal(normals(3, 1000 - first, first), whole[first:])
    np.testing.assert_array_equal([normals(3, 1, first)[0] for first in range(100)], whole[:100])


def test_numbers_beyond_the_first_four_billion_are_others() -> None:
    """Indices from 2³² on count in the other word of a block; lives draw the same numbers, one at a time."""
    far = 2**32 + 5
    found = normals(4, 64, far)
    expected = [noise.normal(*words_of(root_key(4)), far + number) for number in range(64)]
    np.testing.assert_allclose(found, expected, rtol=5e-7, atol=1e-7)
    assert not np.isin(found, normals(4, 1000)).any()


def test_the_other_of_a_pair_is_the_negative() -> None:
    np.testing.assert_array_equal(normals(5, 999, sigma=-0.25), -normals(5, 999, sigma=0.25))


def test_weighted_sums_by_hand_in_any_blocks_of_columns() -> None:
    rows, size = 7, 300
    weights = np.linspace(-1, 2, rows)
    matrix = np.stack([normals(6, size, row * size) for row in range(rows)]).astype(np.float64)
    expected = np.zeros(size)
    for weight, row in zip(weights, matrix, strict=True):
        expected = expected + weight * row
    for block in (1, 13, size):
        total = np.zeros(size)
        for first in range(0, size, block):
            columns = total[first : first + block]
            scratch = np.empty(len(columns), np.float32)
            add_weighted(*words_of(root_key(6)), first, size, weights, scratch, columns)
        np.testing.assert_array_equal(total, expected)


@pytest.mark.parametrize("size", [0, 1, LANES - 1, LANES, 5 * LANES + 3])
def test_sums_of_squares_by_hand(size: int) -> None:
    values = np.arange(size, dtype=np.float32)
    assert sum_of_squares(values, np.full(LANES, np.nan)) == sum(number * number for number in range(size))
