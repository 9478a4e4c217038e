"""The room that a convolution computes in: the image with its pixels in another order, and some rows of the result.

With a stride of 2 a filter reads every other pixel of a row. So the image is dealt out to stride × stride images of
each colour, its *phases*, of which a filter reads neighbours; then a pixel of the result is as far from the next as
what it is made of, and vector instructions run along whole rows, over their ends into the next: what they compute
there is of no use and is not read.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import llvmlite.binding as llvm

from hebbax.networks.picture import Convolve
from hebbax.settings import of_numba

_BLOCK = 384
"""Pixels of a channel that are computed at a time, about: few enough that all channels' stay in the fastest cache."""

_OF_MACHINE = ("NUMBA_CPU_NAME", "NUMBA_CPU_FEATURES", "NUMBA_ENABLE_AVX")


@dataclass(frozen=True)
class Vectors:
    """How a machine computes: numbers of a vector, and how many vectors of how many channels it keeps in registers."""

    lanes: int
    of_row: int
    channels: int


@dataclass(frozen=True)
class Room:
    """Sizes of a convolution and of its room, in which the phases are followed by the rows [channels, span]."""

    colours: int
    height: int
    width: int
    colours_last: bool
    kernel: int
    stride: int
    channels: int
    rows: int  # of the convolution that something is made of
    columns: int
    pool: int
    vectors: Vectors

    @property
    def pitch(self) -> int:
        """From a row of a phase to the next, and so from a row of the result to the next."""
        return -(-self.width // self.stride)

    @property
    def plane(self) -> int:
        """Numbers of a phase."""
        return -(-self.height // self.stride) * self.pitch

    @property
    def colour(self) -> int:
        """Numbers of all phases of a colour."""
        return self.stride**2 * self.plane

    @property
    def taps(self) -> tuple[int, ...]:
        """Where the numbers that a filter reads of a colour stand, seen from the first."""
        sides = [(k % self.stride, k // self.stride) for k in range(self.kernel)]
        return tuple((py * self.stride + px) * self.plane + y * self.pitch + x for py, y in sides for px, x in sides)

    @property
    def block(self) -> int:
        """Rows of the result that are computed at a time: whole squares of the pooling."""
        return min(self.rows, self.pool * max(1, _BLOCK // (self.pool * self.pitch)))

    @property
    def tile(self) -> int:
        """Pixels of a channel that are computed in registers."""
        return self.vectors.lanes * self.vectors.of_row

    @property
    def span(self) -> int:
        """From a channel of the result to the next: a block, in whole tiles."""
        return -(-self.block * self.pitch // self.tile) * self.tile

    @property
    def rows_at(self) -> int:
        """Where the rows begin: behind all that a tile at the end reads."""
        beyond = (self.colours - 1) * self.colour + max(self.taps) + self.rows * self.pitch + self.tile
        return max(self.colours * self.colour, beyond)

    @property
    def size(self) -> int:
        """Numbers of the room."""
        return self.rows_at + self.channels * self.span


def room_of(step: Convolve) -> Room:
    """Return the room of a convolution on this machine."""
    source, target = step.source, step.target
    image = source.channels, source.height, source.width, source.colours_last
    return Room(*image, step.kernel, step.stride, target.channels, step.rows, step.columns, step.pool, _vectors())


@cache
def _vectors() -> Vectors:
    """Return how the machine computes that Numba compiles for. Sums are the same on all: only their order counts."""
    # Under settings of Numba's the machine that it compiles for can be a lesser one.
    features = {} if any(name in of_numba() for name in _OF_MACHINE) else llvm.get_host_cpu_features()
    if features.get("avx512f"):
        return Vectors(16, 3, 8)
    if features.get("avx"):
        return Vectors(8, 2, 6)
    if features.get("neon"):
        return Vectors(4, 3, 8)
    return Vectors(4, 2, 6)
