"""Random streams: one root key a seed, folded with labels and numbers, so that no two purposes share a number."""

from __future__ import annotations

import zlib
from functools import cache

import numpy as np

from hebbax.lazy_jax import jax, jnp
from hebbax.settings import pinned


@pinned()
def root_key(seed: int) -> jax.Array:
    """Return the key of a seed. The implementation is named, because a checkpoint's bits depend on it."""
    # `jax.random.key` has the same bits, but adds JAX_RANDOM_SEED_OFFSET to the seed.
    return jax.random.wrap_key_data(jnp.asarray(np.array([0, seed], np.uint32)), impl="threefry2x32")


@pinned()
def stream(key: jax.Array, label: str, *numbers: int) -> jax.Array:
    """Return the key of a purpose and, where it recurs, of its numbers (a generation, a life)."""
    # Python's hash() of a string differs between processes; a checksum does not.
    key = jax.random.fold_in(key, zlib.crc32(label.encode()))
    for number in numbers:
        key = jax.random.fold_in(key, number)
    return key


@cache
def evaluation_key(seed: int) -> jax.Array:
    """Return the key from which the lives of `hebbax evaluate --seed` are lived; no training uses it."""
    return stream(root_key(seed), "evaluate")


@pinned()
def life_key(seed: int, life: int) -> jax.Array:
    """Return the key of one of these lives, by its number."""
    return jax.random.fold_in(evaluation_key(seed), life)
