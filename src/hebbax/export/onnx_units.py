"""The units of a pass in an ONNX graph: a vector that is written to range by range, where tensors never change."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np


class _Graph(Protocol):
    def add(self, kind: str, *inputs: str, **attributes: object) -> str: ...

    def constant(self, value: object, dtype: object = ...) -> str: ...


@dataclass(frozen=True)
class _Part:
    """Neighbouring units: so many of a tensor of a certain size, from one of its places on."""

    at: int
    size: int
    tensor: str
    tensor_size: int
    within: int

    def cut(self, at: int, end: int) -> _Part:
        """Return what it has of a range."""
        first, last = max(at, self.at), min(end, self.at + self.size)
        return _Part(first, last - first, self.tensor, self.tensor_size, self.within + first - self.at)


class Units:
    """A vector of units, as parts of tensors that the graph has."""

    def __init__(self, graph: _Graph, tensor: str, size: int) -> None:
        self._graph, self._size = graph, size
        self._parts = [_Part(0, size, tensor, size, 0)]

    def write(self, at: int, size: int, tensor: str) -> None:
        """Have `size` units from `at` on be those of a tensor."""
        if not size:
            return
        below, above = self._range(0, at), self._range(at + size, self._size)
        self._parts = [*below, _Part(at, size, tensor, size, 0), *above]

    def read(self, at: int, size: int) -> str:
        """Return a tensor of `size` units from `at` on."""
        parts = [self._tensor(part) for part in self._range(at, at + size)]
        return parts[0] if len(parts) == 1 else self._graph.add("Concat", *parts, axis=0)

    def whole(self) -> str:
        """Return a tensor of all units."""
        return self.read(0, self._size)

    def _range(self, at: int, end: int) -> list[_Part]:
        cut = (part.cut(at, end) for part in self._parts)
        return [part for part in cut if part.size > 0]

    def _tensor(self, part: _Part) -> str:
        if part.size == part.tensor_size:
            return part.tensor
        ends = ([part.within], [part.within + part.size], [0])
        return self._graph.add("Slice", part.tensor, *(self._graph.constant(one, np.int64) for one in ends))
