"""The fully connected recurrent network: one square matrix between all units, inputs and outputs among them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from hebbax.lazy_jax import jnp
from hebbax.networks.activations import ACTIVATIONS
from hebbax.networks.network import Connection, Network
from hebbax.types import Array


@dataclass(frozen=True)
class Fcrnn(Network):
    """h ← φ(s W), where s is h with the observation added to its first units; the last units are the actions.

    Between observations and actions `sizes` holds the further units, which may be none. Units: s and its bias unit, all
    of h before and its bias unit, h now. The presynaptic activation is h before without the observation (Dittrich et
    al. 2026).
    """

    @property
    def neurons(self) -> int:
        """Number of units in the square matrix."""
        return sum(self.sizes)

    @property
    def connections(self) -> tuple[Connection, ...]:
        """The one square matrix."""
        size = self.neurons + int(self.bias)
        return (Connection("all-all", size, size, 2 * size, self.neurons, self.bias),)

    @property
    def unit_count(self) -> int:
        """Number of units of s, h before and h now, with bias units."""
        return 3 * self.neurons + 2 * int(self.bias)

    @property
    def memory_size(self) -> int:
        """All neurons."""
        return self.neurons

    def forward(self, weights: Sequence[Array], before: Array, observation: Array) -> Array:
        """Return the units of one pass; see `Network.forward`."""
        one = [jnp.ones(1, jnp.float32)] if self.bias else []
        past = before[-self.neurons :]
        s = jnp.concatenate([past.at[: self.sizes[0]].add(observation), *one])
        sums = s @ weights[0]
        actions = self.sizes[-1]
        inner = ACTIVATIONS.get(self.activation)(sums[:-actions])
        outer = ACTIVATIONS.get(self.output_activation)(sums[-actions:])
        return jnp.concatenate([s, past, *one, inner, outer])
