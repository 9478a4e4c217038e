"""The multilayer perceptron: y = φ(x W), layer after layer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import jax.numpy as jnp

from hebbax.errors import HebbaxError
from hebbax.networks.activations import get_activation
from hebbax.types import Array


@dataclass(frozen=True)
class Mlp:
    """Layer sizes from observations to actions, with the activations of hidden and last layers.

    A bias is the weight of one more presynaptic unit that is always 1, so a plastic bias follows the same rule as any
    other weight. Raises HebbaxError for sizes below 1 and unknown activations.
    """

    sizes: tuple[int, ...]
    activation: str = "tanh"
    output_activation: str = "tanh"
    bias: bool = False

    def __post_init__(self) -> None:
        if any(size < 1 for size in self.sizes):
            raise HebbaxError(f"layer sizes {list(self.sizes)}: expected whole numbers of at least 1")
        get_activation(self.activation)
        get_activation(self.output_activation)

    @property
    def layer_shapes(self) -> tuple[tuple[int, int], ...]:
        """Shape [presynaptic, postsynaptic] of every layer's weights, the bias unit among the presynaptic."""
        extra = int(self.bias)
        return tuple((before + extra, after) for before, after in zip(self.sizes, self.sizes[1:], strict=False))

    @property
    def weight_count(self) -> int:
        """Number of weights of all layers."""
        return sum(pre * post for pre, post in self.layer_shapes)

    @property
    def unit_count(self) -> int:
        """Number of activations of one pass: inputs, bias units, hidden and output units."""
        return sum(self.sizes) + int(self.bias) * (len(self.sizes) - 1)

    def forward(self, weights: Sequence[Array], observation: Array) -> Array:
        """Return all activations of one pass.

        Args:
            weights: one matrix a layer, [presynaptic, postsynaptic].
            observation: [observations], normalised.

        Returns:
            [unit_count]: layer after layer, each but the last followed by its bias unit if there is one.
        """
        one = [jnp.ones(1, jnp.float32)] if self.bias else []
        pre = jnp.concatenate([observation, *one])
        units = [pre]
        for index, layer in enumerate(weights):
            last = index == len(weights) - 1
            post = get_activation(self.output_activation if last else self.activation)(pre @ layer)
            pre = post if last else jnp.concatenate([post, *one])
            units.append(pre)
        return jnp.concatenate(units)

    def split(self, units: Array) -> list[tuple[Array, Array]]:
        """Return the pre- and postsynaptic activations of every layer from the activations [unit_count] of a pass."""
        pairs, start = [], 0
        for pre, post in self.layer_shapes:
            pairs.append((units[start : start + pre], units[start + pre : start + pre + post]))
            start += pre
        return pairs
