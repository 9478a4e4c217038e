"""The weights that a policy draws: of every connection from its own distribution, from one key, in JAX."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from hebbax.lazy_jax import jax, jnp
from hebbax.networks.initial import InitialWeights
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
    normal = np.repeat([initial.is_normal for initial in initials], sizes)
    count = int(sizes.sum())
    flat = jnp.zeros(count, jnp.float32)
    if normal.any():
        flat = centres + spreads * jax.random.normal(key, (count,), jnp.float32)
    if not normal.all():
        low, high = centres - spreads, centres + spreads
        uniform = jax.random.uniform(key, (count,), jnp.float32, minval=low, maxval=high)
        flat = jnp.where(normal, flat, uniform) if normal.any() else uniform
    ends = np.cumsum(sizes)
    parts = zip(ends - sizes, ends, connections, strict=True)
    return tuple(flat[start:end].reshape(connection.shape) for start, end, connection in parts)
