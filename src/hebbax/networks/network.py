"""What a network is: connections between the units of one pass, and the pass itself."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from hebbax.errors import HebbaxError, check_whole
from hebbax.networks.activations import ACTIVATIONS
from hebbax.networks.steps import Step, bias_units, check_steps, run_steps
from hebbax.types import MOST_UNITS, Array


@dataclass(frozen=True)
class Connection:
    """One weight matrix [pre_size, post_size], and where its activations stand among the units of a pass.

    A bias is the weight of one more presynaptic unit that is always 1, the last: so it is one more synapse to every
    rule and normalisation.

    >>> Connection("direct", pre_at=0, pre_size=3, post_at=3, post_size=2).shape
    (3, 2)
    """

    name: str
    pre_at: int
    pre_size: int  # with the bias unit
    post_at: int
    post_size: int
    bias: bool = False
    shared: bool = False  # by pairs of units in many places, as the filters of a convolution are: it cannot be plastic

    @property
    def shape(self) -> tuple[int, int]:
        """Shape [presynaptic, postsynaptic] of the weights."""
        return self.pre_size, self.post_size

    @property
    def size(self) -> int:
        """Number of weights."""
        return self.pre_size * self.post_size


@dataclass(frozen=True)
class Network(ABC):
    """Layer sizes from observations to actions, activations, and whether there are biases.

    A pass fills a vector of units [unit_count]: its inputs, all activations that some connection begins or ends in, and
    the actions, which are the last. A recurrent network reads its own past from the units of the pass before. Raises
    HebbaxError for sizes below 1, hidden layers that the kind of network cannot have, unknown activations, and as
    `check_steps` does.
    """

    one_hidden_layer: ClassVar[bool] = False  # whether there is exactly one
    reads_image: ClassVar[bool] = False  # whether it needs the shape of what is observed
    static_only: ClassVar[bool] = False  # whether its pre- and postsynaptic activations are settled by nobody

    sizes: tuple[int, ...]
    activation: str = "tanh"
    output_activation: str = "tanh"
    bias: bool = False

    def __post_init__(self) -> None:
        if not isinstance(self.sizes, tuple) or len(self.sizes) < 2:
            raise HebbaxError(f"layer sizes {self.sizes!r}: expected a tuple of at least two, inputs and outputs")
        for size in self.sizes:
            check_whole(f"layer sizes {list(self.sizes)}: size", size, 1, MOST_UNITS)
        if self.one_hidden_layer and len(self.sizes) != 3:
            hidden = list(self.sizes[1:-1])
            raise HebbaxError(
                f"hidden layers {hidden}: a network of type {self.kind!r} has one; nearest valid: {hidden[:1] or [16]}"
            )
        ACTIVATIONS.get(self.activation)
        ACTIVATIONS.get(self.output_activation)
        check_steps(self.steps, self.connections, self.unit_count, self.sizes[0], self.sizes[-1])

    @property
    def kind(self) -> str:
        """The network's name: that of its class."""
        return type(self).__name__.lower()

    @property
    def layers(self) -> tuple[str, ...]:
        """How large its layers are, from inputs to actions, in words."""
        return tuple(map(str, self.sizes))

    @property
    @abstractmethod
    def connections(self) -> tuple[Connection, ...]:
        """The weight matrices, in the order in which genomes and carries hold them."""

    @property
    @abstractmethod
    def unit_count(self) -> int:
        """Number of units of one pass."""

    @property
    def steps(self) -> tuple[Step, ...]:
        """The pass as steps, which every engine can run. A network without any has a `forward` of its own."""
        return ()

    def forward(self, weights: Sequence[Array], before: Array, observation: Array) -> Array:
        """Return the units [unit_count] of one pass, in JAX: by its steps, unless a network says otherwise.

        Args:
            weights: one matrix per connection, [presynaptic, postsynaptic].
            before: units [unit_count] of the pass before, zero at birth.
            observation: [observations], normalised.
        """
        if not self.steps:
            raise HebbaxError(f"network {self.kind!r} has neither steps nor a forward of its own: expected one of them")
        units = before.at[: len(observation)].set(observation)
        for place in bias_units(self.connections):
            units = units.at[place].set(1.0)
        return run_steps(self.steps, self.connections, weights, units)

    @property
    def memory_size(self) -> int:
        """Number of units that a pass reads of the pass before: hidden and cell states."""
        return 0

    @property
    def layer_shapes(self) -> tuple[tuple[int, int], ...]:
        """Shape [presynaptic, postsynaptic] of every connection's weights."""
        return tuple(connection.shape for connection in self.connections)

    @property
    def layer_names(self) -> tuple[str, ...]:
        """Name of every connection, which is what recordings and figures call the layers."""
        return tuple(connection.name for connection in self.connections)

    @property
    def weight_count(self) -> int:
        """Number of weights of all connections."""
        return sum(connection.size for connection in self.connections)

    def split(self, units: Array) -> list[tuple[Array, Array]]:
        """Return the pre- and postsynaptic activations of every connection from the units [unit_count] of a pass."""
        return [
            (units[c.pre_at : c.pre_at + c.pre_size], units[c.post_at : c.post_at + c.post_size])
            for c in self.connections
        ]


def gate_connections(network: Network, gates: Sequence[str], gates_at: int) -> list[Connection]:
    """Return the connections from input and hidden layer before to each gate; the gates begin at `gates_at`.

    For networks of one hidden layer whose units begin with the input, its bias unit and the hidden layer before.
    """
    observations, hidden, _ = network.sizes
    inputs = observations + int(network.bias)
    connections = []
    for index, name in enumerate(gates):
        gate_at = gates_at + index * hidden
        connections.append(Connection(f"input-{name}", 0, inputs, gate_at, hidden, network.bias))
        connections.append(Connection(f"hidden-{name}", inputs, hidden, gate_at, hidden))
    return connections
