"""The Elman network (1990): one hidden layer that also sees itself of the tick before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from hebbax.lazy_jax import jnp
from hebbax.networks.activations import ACTIVATIONS
from hebbax.networks.network import Connection, Network
from hebbax.types import Array


@dataclass(frozen=True)
class Elman(Network):
    """h ← φ(x Wxh + h Whh), y = φo(h Who).

    Units: x and its bias unit, the hidden layer before, the hidden layer now and its bias unit, y.
    """

    one_hidden_layer = True

    @property
    def connections(self) -> tuple[Connection, ...]:
        """From input to hidden, hidden before to hidden now, hidden now to output."""
        observations, hidden, actions = self.sizes
        extra = int(self.bias)
        past_at = observations + extra
        now_at = past_at + hidden
        return (
            Connection("input-hidden", 0, observations + extra, now_at, hidden, self.bias),
            Connection("hidden-hidden", past_at, hidden, now_at, hidden),
            Connection("hidden-output", now_at, hidden + extra, now_at + hidden + extra, actions, self.bias),
        )

    @property
    def unit_count(self) -> int:
        """Number of inputs, hidden units before and now, bias units and outputs."""
        observations, hidden, actions = self.sizes
        return observations + 2 * hidden + actions + 2 * int(self.bias)

    @property
    def memory_size(self) -> int:
        """The hidden layer."""
        return self.sizes[1]

    def forward(self, weights: Sequence[Array], before: Array, observation: Array) -> Array:
        """Return the units of one pass; see `Network.forward`."""
        one = [jnp.ones(1, jnp.float32)] if self.bias else []
        now_at = self.connections[0].post_at
        past = before[now_at : now_at + self.sizes[1]]
        x = jnp.concatenate([observation, *one])
        hidden = ACTIVATIONS.get(self.activation)(x @ weights[0] + past @ weights[1])
        h = jnp.concatenate([hidden, *one])
        return jnp.concatenate([x, past, h, ACTIVATIONS.get(self.output_activation)(h @ weights[2])])
