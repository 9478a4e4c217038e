"""The weights that a policy draws: of every connection from its own distribution, from one key, in JAX."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from hebbax.lazy_jax import jax, jnp
from hebbax.networks.initial import NORMAL, SPARSE, UNIFORM, ZEROS, InitialWeights
from hebbax.networks.network import Connection
from hebbax.types import Array


def draw_weights(
    connections: Sequence[Connection], initials: Sequence[InitialWeights], key: jax.Array
) -> tuple[Array, ...]:
    """Return weights, one matrix [presynaptic, postsynaptic] per connection, drawn as one flat vector.

    A weight depends on the key and its place among all alone: not on how others are distributed.
    """
    sizes = np.array([connection.size for connection in connections])
    pairs = list(zip(initials, connections, strict=True))
    spreads = np.repeat(np.array([initial.spread(*c.shape) for initial, c in pairs], np.float32), sizes)
    centres = np.repeat(np.array([initial.centre for initial in initials], np.float32), sizes)
    shapes = np.repeat([initial.shape for initial in initials], sizes)
    count = int(sizes.sum())
    flat = jnp.zeros(count, jnp.float32)
    if (shapes == NORMAL).any():
        flat = centres + spreads * jax.random.normal(key, (count,), jnp.float32)
    if (shapes == SPARSE).any():
        flat = jnp.where(shapes == SPARSE, centres + spreads * _sparse(key, count), flat)
    if (shapes == UNIFORM).any():
        low, high = centres - spreads, centres + spreads
        uniform = jax.random.uniform(key, (count,), jnp.float32, minval=low, maxval=high)
        flat = jnp.where(shapes == UNIFORM, uniform, flat) if (shapes != UNIFORM).any() else uniform
    ends = np.cumsum(sizes)
    parts = zip(ends - sizes, ends, connections, strict=True)
    return tuple(flat[start:end].reshape(connection.shape) for start, end, connection in parts)


def _sparse(key: jax.Array, count: int) -> Array:
    """Return numbers [count], zero with probability ZEROS, else standard normal, each of one draw.

    Each is zero or not for itself. `torch.nn.init.sparse_`, which the code of Najarro & Risi calls, makes the same
    number of zeros in every column of a matrix.
    """
    lowest = jnp.nextafter(jnp.float32(-1.0), jnp.float32(0.0))
    unit = jax.random.uniform(key, (count,), jnp.float32, minval=lowest, maxval=1.0)
    # What is left of a uniform number beyond ZEROS is uniform again, so its quantile is a normal number.
    beyond = jnp.sign(unit) * jnp.maximum(jnp.abs(unit) - jnp.float32(ZEROS), 0.0) * jnp.float32(1.0 / (1.0 - ZEROS))
    return jnp.float32(np.sqrt(2.0)) * jax.lax.erf_inv(beyond)
