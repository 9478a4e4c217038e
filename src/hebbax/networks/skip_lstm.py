"""An LSTM whose output also reads the observation, and whose first state is no zero (Leung et al. 2025)."""

from __future__ import annotations

from dataclasses import dataclass

from hebbax.networks.lstm import cell_steps
from hebbax.networks.network import Connection, Network, gate_connections
from hebbax.networks.steps import Activate, Blend, Copy, Product, Step


@dataclass(frozen=True)
class SkipLstm(Network):
    """As `lstm`, with y = φo([x, h] Wo), and the h and m of the first pass from weights of their own, `start`.

    The matrices of the genome are in the order of `lstm` with `start` [1, 2 hidden] before that to y. With `bias` those
    from x have a row for the bias unit, and no others, as published.

    Units: x and its bias unit, h before, the memory m, i, f, g, o, x again, h now, and four single ones: 1, whether a
    pass has been, 1 in the first pass alone, and 0; then y.
    """

    one_hidden_layer = True
    static_only = True

    @property
    def kind(self) -> str:
        """The network's name."""
        return "skip-lstm"

    @property
    def connections(self) -> tuple[Connection, ...]:
        """Input and hidden layer to the four gates, the first state, then input and hidden layer to output."""
        observations, h, actions = self.sizes
        before_at = observations + int(self.bias)
        gates = gate_connections(self, ("in", "forget", "candidate", "out"), before_at + 2 * h)
        again_at = before_at + 6 * h
        one_at = again_at + observations + h
        return (
            *gates,
            Connection("start", one_at, 1, before_at, 2 * h, bias=True),
            Connection("output", again_at, observations + h, one_at + 4, actions),
        )

    @property
    def unit_count(self) -> int:
        """Number of inputs twice, seven hidden vectors, bias unit, single units and outputs."""
        observations, hidden, actions = self.sizes
        return 2 * observations + 7 * hidden + int(self.bias) + 4 + actions

    @property
    def memory_size(self) -> int:
        """The hidden layer and its cells."""
        return 2 * self.sizes[1]

    @property
    def steps(self) -> tuple[Step, ...]:
        """Those of `lstm`; before them the first pass adds the first state to what is zero at birth."""
        observations, hidden, _ = self.sizes
        *_, start, output = self.connections
        now, one = output.pre_at + observations, start.pre_at
        been, first, zero = one + 1, one + 2, one + 3
        return (
            Copy(now, start.post_at, hidden),
            Blend(been, one, zero, first, 1),
            Copy(one, been, 1),
            Product(8, add=True, source=first),
            *cell_steps(self, memory=start.post_at + hidden, now=now),
            Copy(0, output.pre_at, observations),
            Product(9),
            Activate(self.output_activation, output.post_at, output.post_size),
        )
