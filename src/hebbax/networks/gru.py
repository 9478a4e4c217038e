"""The gated recurrent unit (Cho et al. 2014)."""

from __future__ import annotations

from dataclasses import dataclass

from hebbax.networks.network import Connection, Network, gate_connections
from hebbax.networks.steps import Activate, Blend, Copy, Multiply, Product, Step


@dataclass(frozen=True)
class Gru(Network):
    """z = σ(x Wxz + h Whz), r = σ(x Wxr + h Whr), c = φ(x Wxc + (r h) Whc), h ← (1 − z) h + z c, y = φo(h Wo).

    The matrices of the genome are in the order Wxz, Whz, Wxr, Whr, Wxc, Whc, Wo. Those from x and Wo have a row for the
    bias unit, those from h to a gate have none.

    Units: x and its bias unit, h before, r h, z, r, c, h now and its bias unit, y. The presynaptic activation of Whc is
    h, not r h (Dittrich et al. 2026).
    """

    one_hidden_layer = True

    @property
    def connections(self) -> tuple[Connection, ...]:
        """Input and hidden layer to update gate, reset gate and candidate, then hidden layer to output."""
        observations, h, actions = self.sizes
        gates_at = observations + int(self.bias) + 2 * h
        gates = gate_connections(self, ("update", "reset", "candidate"), gates_at)
        now_at, size = gates_at + 3 * h, h + int(self.bias)
        return (*gates, Connection("hidden-output", now_at, size, now_at + size, actions, self.bias))

    @property
    def unit_count(self) -> int:
        """Number of inputs, six hidden vectors, bias units and outputs."""
        observations, hidden, actions = self.sizes
        return observations + 6 * hidden + actions + 2 * int(self.bias)

    @property
    def memory_size(self) -> int:
        """The hidden layer."""
        return self.sizes[1]

    @property
    def steps(self) -> tuple[Step, ...]:
        """The hidden layer is kept as that of before; gates and candidate follow, and blend it with the candidate."""
        hidden, output = self.sizes[1], self.connections[-1]
        z, r, c = (self.connections[index].post_at for index in (0, 2, 4))
        past, now = self.connections[1].pre_at, output.pre_at
        reset = past + hidden
        return (
            Copy(now, past, hidden),
            Product(0),
            Product(1, add=True),
            Product(2),
            Product(3, add=True),
            Activate("sigmoid", z, hidden),
            Activate("sigmoid", r, hidden),
            Multiply(r, past, reset, hidden),
            Product(4),
            Product(5, add=True, source=reset),
            Activate(self.activation, c, hidden),
            Blend(z, past, c, now, hidden),
            Product(6),
            Activate(self.output_activation, output.post_at, output.post_size),
        )
