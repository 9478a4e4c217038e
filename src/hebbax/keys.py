"""Random streams: one root key a seed, folded with labels and numbers, so that no two purposes share a number."""

from __future__ import annotations

import zlib
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from hebbax.errors import HebbaxError, check_seed
from hebbax.lazy_jax import jax
from hebbax.settings import pinned

_PARITY = np.uint32(0x1BD11BDA)
_ROTATIONS = ((13, 15, 26, 6), (17, 29, 16, 24))


@pinned()
def root_key(seed: int) -> jax.Array:
    """Return the key of a seed."""
    # `jax.random.key` has the same bits, but adds JAX_RANDOM_SEED_OFFSET to the seed.
    return _key_of(np.array([0, seed], np.uint32))


@pinned()
def stream(key: jax.Array, label: str, *numbers: int) -> jax.Array:
    """Return the key of a purpose and, where it recurs, of its numbers (a generation, a life)."""
    words = np.asarray(jax.random.key_data(key))
    # Python's hash() of a string differs between processes; a checksum does not.
    for number in (zlib.crc32(label.encode()), *numbers):
        words = fold_in(words, number)
    return _key_of(words)


@cache
def evaluation_key(seed: int) -> jax.Array:
    """Return the key from which the lives of `hebbax evaluate --seed` are lived; no training uses it."""
    return stream(root_key(seed), "evaluate")


@pinned()
def life_key(seed: int, life: int) -> jax.Array:
    """Return the key of one of these lives, by its number."""
    return _key_of(fold_in(np.asarray(jax.random.key_data(evaluation_key(seed))), life))


def life_words(seed: int, life: int) -> np.ndarray:
    """Return the words of `life_key`, uint32 [2], without JAX. Raises HebbaxError for what is no seed."""
    check_seed(seed)
    return fold_in(fold_in(np.array([0, seed], np.uint32), zlib.crc32(b"evaluate")), life)


def words_of(keys: Any) -> np.ndarray:
    """Return the words of one or more keys of JAX, or of arrays of such words, as contiguous uint32 [..., 2].

    Raises HebbaxError for anything else.
    """
    if not isinstance(keys, np.ndarray) and "key<" in str(getattr(keys, "dtype", "")):
        keys = jax.random.key_data(keys)
    words = np.asarray(keys)
    valid = words.ndim > 0 and words.shape[-1] == 2 and words.dtype.kind in "ui"
    if not valid or not np.all((words >= 0) & (words < 2**32)):
        found = words.tolist() if words.size <= 8 else f"of shape {words.shape} and type {words.dtype}"
        raise HebbaxError(f"a key {found}: expected two words of uint32, or one key of JAX")
    return np.require(words, np.uint32, ["C"])


def _key_of(words: np.ndarray) -> jax.Array:
    # The implementation is named, because a checkpoint's bits depend on it.
    return jax.random.wrap_key_data(jax.device_put(words), impl="threefry2x32")


def fold_in(words: np.ndarray, numbers: ArrayLike) -> np.ndarray:
    """Return the words of the keys that `jax.random.fold_in` returns, without JAX: it is compiled by nobody.

    Args:
        words: of the key to fold, [2].
        numbers: to fold it with, below 2³²; any shape.

    Returns:
        uint32 [..., 2], one key per number.
    """
    words, b = np.asarray(words, np.uint32), np.atleast_1d(np.asarray(numbers, np.uint32))
    a = np.zeros_like(b)
    # Arrays of one number wrap around, as is wanted; scalars would warn.
    keys = [words[:1], words[1:], words[:1] ^ words[1:] ^ _PARITY]
    a, b = a + keys[0], b + keys[1]
    for turn in range(5):
        for rotation in _ROTATIONS[turn % 2]:
            a = a + b
            b = a ^ (b << np.uint32(rotation) | b >> np.uint32(32 - rotation))
        a = a + keys[(turn + 1) % 3]
        b = b + keys[(turn + 2) % 3] + np.uint32(turn + 1)
    return np.stack([a, b], axis=-1).reshape(*np.shape(numbers), 2)
