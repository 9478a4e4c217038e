"""The gated recurrent unit (Cho et al. 2014)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from hebbax.lazy_jax import jax, jnp
from hebbax.networks.activations import ACTIVATIONS
from hebbax.networks.network import Connection, Network, gate_connections
from hebbax.types import Array


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

    def forward(self, weights: Sequence[Array], before: Array, observation: Array) -> Array:
        """Return the units of one pass; see `Network.forward`."""
        one = [jnp.ones(1, jnp.float32)] if self.bias else []
        xz, hz, xr, hr, xc, hc, ho = weights
        now_at = self.connections[-1].pre_at
        past = before[now_at : now_at + self.sizes[1]]
        x = jnp.concatenate([observation, *one])
        z, r = jax.nn.sigmoid(x @ xz + past @ hz), jax.nn.sigmoid(x @ xr + past @ hr)
        c = ACTIVATIONS.get(self.activation)(x @ xc + (r * past) @ hc)
        h = jnp.concatenate([(1.0 - z) * past + z * c, *one])
        return jnp.concatenate([x, past, r * past, z, r, c, h, ACTIVATIONS.get(self.output_activation)(h @ ho)])
