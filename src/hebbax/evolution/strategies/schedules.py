"""Learning rates and σ over the generations, and the optimisers that a learning rate goes with."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import optax


def decaying(initial: float, decay: float, shape: str, generations: int) -> optax.Schedule:
    """Return a function of the generation: `initial` at first, `decay` times as much after `generations`.

    `exponential` goes on falling at the same rate; `linear` and `cosine` stay there.
    """
    if shape == "linear":
        return optax.linear_schedule(initial, initial * decay, generations)
    if shape == "cosine":
        return optax.cosine_decay_schedule(initial, generations, alpha=decay)
    return optax.exponential_decay(initial, generations, decay)


def sigma_schedule(sigma: float, decay: float, shape: str, generations: int) -> optax.Schedule:
    """Return σ, a float32 scalar, as a function of the generation; see `decaying`."""
    # A Python number, or one of JAX's weakly typed, would make the strategy's functions compile twice.
    if decay == 1:
        return lambda generation: jnp.full((), sigma, jnp.float32)
    schedule = decaying(sigma, decay, shape, generations)
    return lambda generation: jnp.asarray(schedule(generation), jnp.float32)


def shrinking(initial: float, factor: float, least: float) -> optax.Schedule:
    """Return a float32 scalar as a function of the generation: `initial` times the factor each time, not below `least`.

    One that begins below `least` stays as it is.
    """
    return lambda generation: jnp.maximum(
        jnp.float32(initial) * jnp.float32(factor) ** jnp.asarray(generation, jnp.float32),
        jnp.float32(min(initial, least)),
    )


def optimiser_of(
    name: str, learning_rate: float, decay: float, shape: str, generations: int, weight_decay: float = 0.0
) -> optax.GradientTransformation:
    """Return one of OPTIMISERS, whose learning rate falls as `decaying` says.

    Args:
        name: which one.
        learning_rate: at the first generation.
        decay: what is left of it after `generations`, over what it was.
        shape: how it falls, one of DECAY_SHAPES.
        generations: after how many `decay` is reached.
        weight_decay: what a step takes off the mean beside the gradient's, times the learning rate; decoupled, as in
            AdamW (Loshchilov and Hutter 2019, arXiv:1711.05101).
    """
    # A constant stays a number: as a schedule it would add a count to the state, which stored runs do not have.
    rate = learning_rate if decay == 1 else decaying(learning_rate, decay, shape, generations)
    directions = {"adam": optax.scale_by_adam, "clipup": _clipup, "sgd": optax.identity}
    steps = [directions[name](), optax.scale_by_learning_rate(rate)]
    if weight_decay > 0:
        steps.insert(1, optax.add_decayed_weights(weight_decay))
    return optax.chain(*steps)


def _clipup() -> optax.GradientTransformation:
    """Return the velocity of ClipUp in learning rates: momentum over normalised gradients, limited in length.

    Momentum 0.9 and a limit of twice the learning rate are what its authors recommend (Toklu et al. 2020,
    arXiv:2008.02387). evosax has it too, on a function that optax has deprecated.
    """

    def init(params: Any) -> jax.Array:
        return jnp.zeros_like(params)

    # The names of the arguments are optax's; the state is the velocity, and the updates are the gradient.
    def update(updates: Any, state: Any, params: Any = None) -> tuple[jax.Array, jax.Array]:
        velocity = 0.9 * state + updates / (jnp.linalg.norm(updates) + 1e-8)
        velocity = velocity * jnp.minimum(1.0, 2.0 / jnp.linalg.norm(velocity))
        return velocity, velocity

    return optax.GradientTransformation(init, update)
