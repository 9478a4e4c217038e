"""The multilayer perceptron: y = φ(x W), layer after layer."""

from __future__ import annotations

from dataclasses import dataclass

from hebbax.networks.network import Connection, Network
from hebbax.networks.steps import Activate, Product, Step


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

    @property
    def steps(self) -> tuple[Step, ...]:
        """A product and an activation for each layer."""
        last = len(self.connections) - 1
        return tuple(
            step
            for index, connection in enumerate(self.connections)
            for step in (
                Product(index),
                Activate(
                    self.output_activation if index == last else self.activation,
                    connection.post_at,
                    connection.post_size,
                ),
            )
        )
