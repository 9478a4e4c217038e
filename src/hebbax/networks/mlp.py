"""The multilayer perceptron: y = φ(x W), layer after layer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from hebbax.lazy_jax import jnp
from hebbax.networks.activations import ACTIVATIONS
from hebbax.networks.network import Connection, Network
from hebbax.types import Array


@dataclass(frozen=True)
class Mlp(Network):
    """A multilayer perceptron of any depth.

    Units: layer after layer, each but the last followed by its bias unit if there is one.
    """

    @property
    def connections(self) -> tuple[Connection, ...]:
        """From each layer to the next."""
        connections, pre_at = [], 0
        for index, (before, after) in enumerate(zip(self.sizes, self.sizes[1:], strict=False)):
            pre_size = before + int(self.bias)
            connections.append(Connection(f"layer {index}", pre_at, pre_size, pre_at + pre_size, after, self.bias))
            pre_at += pre_size
        return tuple(connections)

    @property
    def unit_count(self) -> int:
        """Number of inputs, bias units, hidden and output units."""
        return sum(self.sizes) + int(self.bias) * (len(self.sizes) - 1)

    def forward(self, weights: Sequence[Array], before: Array, observation: Array) -> Array:
        """Return the units of one pass; see `Network.forward`."""
        one = [jnp.ones(1, jnp.float32)] if self.bias else []
        pre = jnp.concatenate([observation, *one])
        units = [pre]
        for index, layer in enumerate(weights):
            last = index == len(weights) - 1
            post = ACTIVATIONS.get(self.output_activation if last else self.activation)(pre @ layer)
            pre = post if last else jnp.concatenate([post, *one])
            units.append(pre)
        return jnp.concatenate(units)
