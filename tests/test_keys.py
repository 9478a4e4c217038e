"""Keys are folded in NumPy, with the bits of JAX."""

import zlib

import jax
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hebbax.keys import fold_in, life_key, root_key, stream

seeds = st.integers(0, 2**32 - 1)


def words_of(key):
    return np.asarray(jax.random.key_data(key))


@settings(max_examples=25, deadline=None)
@given(seeds, st.lists(seeds, max_size=5))
def test_folding_is_jaxs(seed, numbers):
    key = jax.random.key(seed)
    expected = [words_of(jax.random.fold_in(key, number)) for number in numbers]
    folded = fold_in(words_of(key), numbers)
    assert folded.dtype == np.uint32
    np.testing.assert_array_equal(folded, np.reshape(expected, (-1, 2)))
    for number, one in zip(numbers, folded, strict=True):
        np.testing.assert_array_equal(fold_in(words_of(key), number), one)


def test_keys_of_many_axes_keep_them():
    words, numbers = words_of(jax.random.key(3)), np.arange(6).reshape(2, 3)
    assert fold_in(words, numbers).shape == (2, 3, 2)
    np.testing.assert_array_equal(fold_in(words, numbers)[1, 2], fold_in(words, 5))


@pytest.mark.parametrize("number", [-1, 2**32])
def test_a_number_of_more_than_32_bits_is_refused(number):
    with pytest.raises(OverflowError):
        fold_in(words_of(jax.random.key(0)), number)


def test_a_stream_is_its_key_folded_with_label_and_numbers():
    expected = jax.random.fold_in(jax.random.key(7), zlib.crc32(b"train"))
    expected = jax.random.fold_in(jax.random.fold_in(expected, 3), 41)
    found = stream(root_key(7), "train", 3, 41)
    assert found.dtype == jax.random.key(0, impl="threefry2x32").dtype
    np.testing.assert_array_equal(words_of(found), words_of(expected))


def test_a_life_of_an_evaluation_has_the_key_of_its_number():
    expected = jax.random.fold_in(jax.random.fold_in(jax.random.key(5), zlib.crc32(b"evaluate")), 9)
    np.testing.assert_array_equal(words_of(life_key(5, 9)), words_of(expected))
