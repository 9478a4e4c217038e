"""What keeps a layer's weights bounded, applied to the whole layer right after each update."""

from __future__ import annotations

from collections.abc import Callable

import jax.numpy as jnp

from hebbax.errors import unknown_name
from hebbax.types import Array


def _none(weights: Array) -> Array:
    return weights


def _max(weights: Array) -> Array:
    # The published code divides by zero on an all-zero layer; here such a layer stays as it is.
    largest = jnp.max(jnp.abs(weights))
    return weights / jnp.where(largest >= jnp.finfo(weights.dtype).tiny, largest, 1.0)


NORMALISATIONS: dict[str, Callable[[Array], Array]] = {"none": _none, "max": _max}
"""Each maps one layer's weights [presynaptic, postsynaptic] to as many normalised ones."""


def get_normalisation(name: str) -> Callable[[Array], Array]:
    """Return a normalisation by name. Raises HebbaxError with the nearest names."""
    if name not in NORMALISATIONS:
        raise unknown_name("normalisation", name, NORMALISATIONS)
    return NORMALISATIONS[name]
