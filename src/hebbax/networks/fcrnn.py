"""The fully connected recurrent network: one square matrix between all units, inputs and outputs among them."""

from __future__ import annotations

from dataclasses import dataclass

from hebbax.networks.network import Connection, Network
from hebbax.networks.steps import Activate, Add, Copy, Product, Step


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

    @property
    def steps(self) -> tuple[Step, ...]:
        """All neurons are kept as those of before, and with the observation added they set themselves."""
        (matrix,) = self.connections
        observations, actions = self.sizes[0], self.sizes[-1]
        kept, now = matrix.pre_at, matrix.post_at
        return (
            Copy(now, kept, self.neurons),
            Add(kept, 0, observations),
            # Up to the bias unit, which is 1 in both.
            Copy(kept + observations, observations, matrix.pre_size - observations),
            Product(0, source=0),
            Activate(self.activation, now, self.neurons - actions),
            Activate(self.output_activation, now + self.neurons - actions, actions),
        )
