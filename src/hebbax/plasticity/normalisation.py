"""What keeps a layer's weights bounded, applied to the whole layer right after each update."""

from __future__ import annotations

from collections.abc import Callable

from hebbax.errors import HebbaxError
from hebbax.lazy_jax import jnp
from hebbax.registry import Registry
from hebbax.types import Array

DEFAULT_BOUND = 1.0

PRESERVED_MASS = "mass"

STANDARDISE_EPSILON = 1e-5


def _none(weights: Array, bound: float) -> Array:
    return weights


def _max(weights: Array, bound: float) -> Array:
    # The published code divides by zero on an all-zero layer; here such a layer stays as it is.
    return weights / _safe_divisor(jnp.max(jnp.abs(weights)))


def _standardise(weights: Array, bound: float) -> Array:
    # Leung et al. divide the squares by n - 1, of which there is none for a layer of one weight; here by n.
    deviations = weights - jnp.mean(weights)
    return deviations / jnp.sqrt(jnp.mean(deviations * deviations) + jnp.float32(STANDARDISE_EPSILON))


def _clip(weights: Array, bound: float) -> Array:
    return jnp.clip(weights, -bound, bound)


def _tanh(weights: Array, bound: float) -> Array:
    return jnp.tanh(weights)


def _unit_norm(weights: Array, bound: float) -> Array:
    return weights / _safe_divisor(jnp.sqrt(jnp.sum(weights * weights, axis=0)))


def _preserve(weights: Array, bound: float, masses: Array | None = None) -> Array:
    # Without masses there is nothing to scale to.
    if masses is None:
        return weights
    return weights * (masses / _safe_divisor(jnp.sum(jnp.abs(weights), axis=0)))


def _safe_divisor(size: Array) -> Array:
    return jnp.where(size >= jnp.finfo(jnp.float32).tiny, size, 1.0)


NORMALISATIONS: Registry[Callable[..., Array]] = Registry(
    "normalisation",
    {
        "none": _none,
        "max": _max,  # by the layer's largest |weight| (Dittrich et al. 2026)
        "standardise": _standardise,  # mean 0 and variance 1 over the layer (Leung et al. 2025)
        "clip": _clip,  # each weight to [-bound, bound]
        "tanh": _tanh,  # of each weight
        "unit-norm": _unit_norm,  # by the Euclidean norm of each postsynaptic neuron's weights
        PRESERVED_MASS: _preserve,  # each neuron's incoming |w| to their sum before its first update, a third argument
    },
)
"""Each maps one layer's weights [presynaptic, postsynaptic], and the bound of `clip`, to as many normalised ones."""


def register_normalisation(name: str, normalise: Callable[[Array, float], Array]) -> None:
    """Add a normalisation: a function of JAX from a layer's weights [presynaptic, postsynaptic] and 1 to as many.

    One of your own is replaced. A policy with it runs on the lockstep engine: it has no compiled form. Raises
    HebbaxError for a name that ships or is a plug-in's.
    """
    NORMALISATIONS.register(name, normalise)


def check_bound(normalisation: str, bound: float | None) -> float:
    """Return the bound in force. Raises HebbaxError if it is not positive or nothing reads it."""
    if bound is None:
        return DEFAULT_BOUND
    if normalisation != "clip":
        raise HebbaxError(f"bound={bound}: the normalisation {normalisation!r} has none; leave it out", field="bound")
    if not 0 < bound < float("inf"):
        raise HebbaxError(
            f"bound={bound}: expected a positive number such as {DEFAULT_BOUND}, the default", field="bound"
        )
    return bound
