"""The convolutional network: convolutions of an image, each with its pooling, and dense layers of what they find."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cached_property
from typing import ClassVar

from hebbax.errors import HebbaxError, check_whole
from hebbax.networks.mlp import Mlp
from hebbax.networks.network import Connection, Network
from hebbax.networks.picture import Convolve, Picture
from hebbax.networks.steps import Activate, Product, Step
from hebbax.types import MOST_UNITS

_OF_EACH = ("channels", "kernels", "strides", "pools")


@dataclass(frozen=True)
class Conv(Network):
    """Convolutions without padding or bias, then a multilayer perceptron.

    Of each convolution: x ← φ(pool(x ∗ K)), where pool takes the largest of squares that do not overlap; what a square
    does not fill at the lower and right edge is left out. The activations that ship rise or fall monotonously but for
    silu, so that φ after the pooling is what Najarro and Risi (2020) have before it; it is of fewer numbers.

    Filters are fixed during a life: `Connection.shared`. Units: the image as it is observed, what each convolution
    leaves, plane by plane, and the layers of the perceptron, with their bias units if there are any.

    Raises HebbaxError, beside what `Network` does, for an image of another size than the inputs, or too small.
    """

    reads_image: ClassVar[bool] = True

    image: tuple[int, ...] = ()  # height, width, colours
    channels: tuple[int, ...] = (6, 8)  # of what each convolution leaves
    kernels: tuple[int, ...] = (3, 5)  # side of its filters, pixels
    strides: tuple[int, ...] = (1, 2)
    pools: tuple[int, ...] = (2, 2)  # side of the squares, 1 for none

    def __post_init__(self) -> None:
        _check_image(self.image, self.sizes)
        for name in _OF_EACH:
            values = getattr(self, name)
            if not isinstance(values, tuple):
                raise HebbaxError(f"{name}={values!r}: expected a tuple of numbers, one a convolution", field=name)
            if len(values) != len(self.channels) or not values:
                raise HebbaxError(
                    f"{name}={list(values)}: expected a number for each of {max(len(self.channels), 1)} convolutions, "
                    "as channels has",
                    field=name,
                )
            for value in values:
                check_whole(f"{name}={list(values)}: number", value, 1, MOST_UNITS, field=name)
        self._check_room()
        super().__post_init__()

    def _check_room(self) -> None:
        """Raise HebbaxError for an image of which the convolutions leave nothing."""
        least = 1
        for kernel, stride, pool in reversed(list(zip(self.kernels, self.strides, self.pools, strict=True))):
            least = (least * pool - 1) * stride + kernel
        height, width, _ = self.image
        if min(height, width) < least:
            raise HebbaxError(
                f"an image of {height} × {width} pixels is too small for kernels={list(self.kernels)}, "
                f"strides={list(self.strides)}, pools={list(self.pools)}: expected at least {least} × {least}, or "
                "fewer or smaller ones",
                field="kernels",
            )

    @cached_property
    def convolutions(self) -> tuple[Convolve, ...]:
        """The convolutions, each with the image that it reads and what it leaves."""
        picture, found = Picture(0, *self.image, colours_last=True), []
        for index, (channels, kernel, stride, pool) in enumerate(
            zip(self.channels, self.kernels, self.strides, self.pools, strict=True)
        ):
            height, width = (((side - kernel) // stride + 1) // pool for side in (picture.height, picture.width))
            after = Picture(picture.at + picture.size, height, width, channels)
            found.append(Convolve(index, picture, after, kernel, stride, pool))
            picture = after
        return tuple(found)

    @property
    def layers(self) -> tuple[str, ...]:
        """How large the image is, what each convolution leaves, and the layers of the perceptron, in words."""
        pictures = (self.convolutions[0].source, *(one.target for one in self.convolutions))
        images = (f"{one.height}×{one.width}×{one.channels}" for one in pictures)
        return (*images, *map(str, self.sizes[1:]))

    @property
    def _features(self) -> Picture:
        return self.convolutions[-1].target

    @cached_property
    def _dense(self) -> Mlp:
        sizes = (self._features.size, *self.sizes[1:])
        return Mlp(sizes, self.activation, self.output_activation, self.bias)

    @property
    def connections(self) -> tuple[Connection, ...]:
        """The filters of each convolution, then from each dense layer to the next.

        Filters are a matrix [colours * kernel * kernel, channels], by colour, then from above, then from the left.
        """
        filters = [
            Connection(
                f"convolution {index}",
                step.source.at,
                step.source.channels * step.kernel**2,
                step.target.at,
                step.target.channels,
                shared=True,
            )
            for index, step in enumerate(self.convolutions)
        ]
        at = self._features.at
        dense = (replace(one, pre_at=one.pre_at + at, post_at=one.post_at + at) for one in self._dense.connections)
        return (*filters, *dense)

    @property
    def unit_count(self) -> int:
        """Number of pixels, of what the convolutions leave, and of units of the perceptron."""
        return self._features.at + self._dense.unit_count

    @property
    def steps(self) -> tuple[Step, ...]:
        """A convolution and an activation each, then those of the perceptron."""
        at, before = self._features.at, len(self.convolutions)
        steps: list[Step] = []
        for one in self.convolutions:
            steps += one, Activate(self.activation, one.target.at, one.target.size)
        for step in self._dense.steps:
            if isinstance(step, Product):
                steps.append(replace(step, connection=step.connection + before))
            elif isinstance(step, Activate):
                steps.append(replace(step, at=step.at + at))
        return tuple(steps)


def _check_image(image: tuple[int, ...], sizes: tuple[int, ...]) -> None:
    if not isinstance(image, tuple) or len(image) != 3:
        raise HebbaxError(f"image={image!r}: expected height, width and colours, as in (84, 84, 3)")
    for side in image:
        check_whole(f"image={image}: number", side, 1, MOST_UNITS)
    if isinstance(sizes, tuple) and sizes and math.prod(image) != sizes[0]:
        raise HebbaxError(f"image={image}: it has {math.prod(image)} numbers, but there are {sizes[0]} inputs")
