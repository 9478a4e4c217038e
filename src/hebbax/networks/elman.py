"""The Elman network (1990): one hidden layer that also sees itself of the tick before."""

from __future__ import annotations

from dataclasses import dataclass

from hebbax.networks.network import Connection, Network
from hebbax.networks.steps import Activate, Copy, Product, Step


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

    @property
    def steps(self) -> tuple[Step, ...]:
        """The hidden layer is kept as that of before, then set by the inputs and by what was kept."""
        inputs, past, output = self.connections
        return (
            Copy(past.post_at, past.pre_at, past.pre_size),
            Product(0),
            Product(1, add=True),
            Activate(self.activation, inputs.post_at, inputs.post_size),
            Product(2),
            Activate(self.output_activation, output.post_at, output.post_size),
        )
