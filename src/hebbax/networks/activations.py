"""Activation functions by name."""

from __future__ import annotations

from collections.abc import Callable

import jax
import jax.numpy as jnp

from hebbax.registry import Registry
from hebbax.types import Array

ACTIVATIONS: Registry[Callable[[Array], Array]] = Registry(
    "activation",
    {
        "tanh": jnp.tanh,
        "sigmoid": jax.nn.sigmoid,
        "relu": jax.nn.relu,
        "leaky-relu": jax.nn.leaky_relu,
        "elu": jax.nn.elu,
        "celu": jax.nn.celu,
        "selu": jax.nn.selu,
        "silu": jax.nn.silu,
        "linear": lambda x: x,
    },
)


def register_activation(name: str, function: Callable[[Array], Array]) -> None:
    """Add an activation: a function of JAX that maps every number of an array. Raises HebbaxError if the name is taken.

    A policy with it runs on the lockstep engine: it has no compiled form.
    """
    ACTIVATIONS.register(name, function)
