"""Activation functions by name."""

from __future__ import annotations

from collections.abc import Callable

from hebbax.lazy_jax import jax, jnp
from hebbax.registry import Registry
from hebbax.types import Array

ACTIVATIONS: Registry[Callable[[Array], Array]] = Registry(
    "activation",
    {
        "tanh": lambda x: jnp.tanh(x),
        "sigmoid": lambda x: jax.nn.sigmoid(x),
        "relu": lambda x: jax.nn.relu(x),
        "leaky-relu": lambda x: jax.nn.leaky_relu(x),
        "elu": lambda x: jax.nn.elu(x),
        "celu": lambda x: jax.nn.celu(x),
        "selu": lambda x: jax.nn.selu(x),
        "silu": lambda x: jax.nn.silu(x),
        "linear": lambda x: x,
        "hard-tanh": lambda x: jnp.clip(x, -1.0, 1.0),
    },
)


def register_activation(name: str, function: Callable[[Array], Array]) -> None:
    """Add an activation, or replace one of your own: a function of JAX that maps every number of an array.

    A policy with it runs on the lockstep engine: it has no compiled form. Raises HebbaxError
    for a name that ships or is a plug-in's.
    """
    ACTIVATIONS.register(name, function)
