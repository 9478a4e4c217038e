"""Long short-term memory (Hochreiter & Schmidhuber 1997, with the forget gate of Gers et al. 2000)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from hebbax.lazy_jax import jax, jnp
from hebbax.networks.activations import ACTIVATIONS
from hebbax.networks.network import Connection, Network, gate_connections
from hebbax.types import Array


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

    def forward(self, weights: Sequence[Array], before: Array, observation: Array) -> Array:
        """Return the units of one pass; see `Network.forward`."""
        one = [jnp.ones(1, jnp.float32)] if self.bias else []
        xi, hi, xf, hf, xg, hg, xo, ho, out = weights
        hidden, activation = self.sizes[1], ACTIVATIONS.get(self.activation)
        now_at = self.connections[-1].pre_at
        past, memory = before[now_at : now_at + hidden], before[now_at - hidden : now_at]
        x = jnp.concatenate([observation, *one])
        i, f = jax.nn.sigmoid(x @ xi + past @ hi), jax.nn.sigmoid(x @ xf + past @ hf)
        g, o = activation(x @ xg + past @ hg), jax.nn.sigmoid(x @ xo + past @ ho)
        memory = f * memory + i * g
        h = jnp.concatenate([o * activation(memory), *one])
        return jnp.concatenate([x, past, i, f, g, o, memory, h, ACTIVATIONS.get(self.output_activation)(h @ out)])
