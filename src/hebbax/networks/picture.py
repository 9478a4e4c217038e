"""Images among the units of a pass, and the step that convolves one."""

from __future__ import annotations

from dataclasses import dataclass

from hebbax.lazy_jax import jnp
from hebbax.types import Array


@dataclass(frozen=True)
class Picture:
    """Units that are an image: a plane for each channel, or, with `colours_last`, pixel after pixel; row by row.

    >>> Picture(0, height=4, width=5, channels=3).size
    60
    """

    at: int
    height: int
    width: int
    channels: int
    colours_last: bool = False

    @property
    def size(self) -> int:
        """Number of units."""
        return self.height * self.width * self.channels

    def of(self, units: Array) -> Array:
        """Return the image [channels, height, width] of the units of a pass."""
        flat = units[self.at : self.at + self.size]
        if self.colours_last:
            return jnp.moveaxis(flat.reshape(self.height, self.width, self.channels), 2, 0)
        return flat.reshape(self.channels, self.height, self.width)


@dataclass(frozen=True)
class Convolve:
    """Set an image to the largest of each square of `pool` pixels of a convolution of another, without padding.

    A filter is a column of the connection's weights [colours * kernel * kernel, channels].
    """

    connection: int
    source: Picture
    target: Picture  # in planes
    kernel: int
    stride: int
    pool: int

    @property
    def rows(self) -> int:
        """Rows of the convolution that the target is made of."""
        return self.target.height * self.pool

    @property
    def columns(self) -> int:
        """Columns of the convolution that the target is made of."""
        return self.target.width * self.pool


def convolve(step: Convolve, weights: Array, units: Array) -> Array:
    """Return the units that a convolution leaves in its target, in JAX."""
    image, stride = step.source.of(units), step.stride
    tall, wide = (step.rows - 1) * stride + 1, (step.columns - 1) * stride + 1
    shifted = [
        image[:, y : y + tall : stride, x : x + wide : stride] for y in range(step.kernel) for x in range(step.kernel)
    ]
    patches = jnp.stack(shifted, axis=1).reshape(-1, step.rows * step.columns)
    squares = step.target.channels, step.target.height, step.pool, step.target.width, step.pool
    return (weights.T @ patches).reshape(squares).max((2, 4)).reshape(-1)
