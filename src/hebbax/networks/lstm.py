"""Long short-term memory (Hochreiter & Schmidhuber 1997, with the forget gate of Gers et al. 2000)."""

from __future__ import annotations

from dataclasses import dataclass

from hebbax.networks.network import Connection, Network, gate_connections
from hebbax.networks.steps import Activate, Copy, Multiply, Product, Step


@dataclass(frozen=True)
class Lstm(Network):
    """i, f, o = σ(x W + h W), g = φ(x W + h W), m ← f m + i g, h ← o φ(m), y = φo(h Wo), each W its own.

    The matrices of the genome are in the order i, f, g, o, for each gate that of x and then that of h, and last that to
    y. Those from x and that to y have a row for the bias unit, those from h to a gate have none.

    Units: x and its bias unit, h before, i, f, g, o, the memory m, h now and its bias unit, y. A baseline of fixed
    weights only: which of its activations are pre- and postsynaptic has been settled by nobody.
    """

    one_hidden_layer = True
    static_only = True

    @property
    def connections(self) -> tuple[Connection, ...]:
        """Input and hidden layer to input gate, forget gate, candidate and output gate, then hidden layer to output."""
        observations, h, actions = self.sizes
        gates_at = observations + int(self.bias) + h
        gates = gate_connections(self, ("in", "forget", "candidate", "out"), gates_at)
        now_at, size = gates_at + 5 * h, h + int(self.bias)  # after the four gates and the memory
        return (*gates, Connection("hidden-output", now_at, size, now_at + size, actions, self.bias))

    @property
    def unit_count(self) -> int:
        """Number of inputs, seven hidden vectors, bias units and outputs."""
        observations, hidden, actions = self.sizes
        return observations + 7 * hidden + actions + 2 * int(self.bias)

    @property
    def memory_size(self) -> int:
        """The hidden layer and its cells."""
        return 2 * self.sizes[1]

    @property
    def steps(self) -> tuple[Step, ...]:
        """The hidden layer is kept as that of before; gates follow, the memory, and what the last gate lets out."""
        hidden, output = self.sizes[1], self.connections[-1]
        return (
            Copy(output.pre_at, self.connections[1].pre_at, hidden),
            *cell_steps(self, memory=output.pre_at - hidden, now=output.pre_at),
            Product(8),
            Activate(self.output_activation, output.post_at, output.post_size),
        )


def cell_steps(network: Network, memory: int, now: int) -> tuple[Step, ...]:
    """Return the steps from the inputs and the hidden layer before to the cells, at `memory`, and the layer now.

    Of a network of one hidden layer whose first eight connections are those of the gates i, f, g and o.
    """
    hidden = network.sizes[1]
    i, f, g, o = (network.connections[index].post_at for index in (0, 2, 4, 6))
    return (
        *(Product(index, add=index % 2 == 1) for index in range(8)),
        Activate("sigmoid", i, hidden),
        Activate("sigmoid", f, hidden),
        Activate(network.activation, g, hidden),
        Activate("sigmoid", o, hidden),
        Multiply(f, memory, memory, hidden),
        Multiply(i, g, memory, hidden, add=True),
        Copy(memory, now, hidden),
        Activate(network.activation, now, hidden),
        Multiply(now, o, now, hidden),
    )
