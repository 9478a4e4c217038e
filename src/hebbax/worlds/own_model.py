"""The model of a world of one's own: numbers that its `advance` reads and that damages change.

Compiled lives know a model by an address, as they do MuJoCo's: so its arrays lie one after the other in one buffer.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic
from numba.np.numpy_support import carray

from hebbax.compiling.compiler import compiled, from_source
from hebbax.errors import HebbaxError
from hebbax.worlds.base import BodyChange


def in_one_buffer(model: Any) -> Any:
    """Return a NamedTuple of arrays as one of float64 views into a single buffer, each array after the one before."""
    arrays = [np.asarray(array, np.float64) for array in model]
    buffer = np.concatenate([array.ravel() for array in arrays])
    ends = np.cumsum([array.size for array in arrays])
    return type(model)(
        *(buffer[end - array.size : end].reshape(array.shape) for array, end in zip(arrays, ends, strict=True))
    )


def address_of(model: Any) -> int:
    """Return where the buffer of a model begins, which lasts as long as the model does."""
    return model[0].ctypes.data


def changed(model: Any, changes: Sequence[BodyChange]) -> Any:
    """Return another model in which this was changed, in order; a target is a row of each array.

    Raises HebbaxError where a number is no longer finite.
    """
    other = in_one_buffer(model)
    for change in changes:
        assert change.change is not None
        rows = slice(None) if change.number is None else slice(change.number, change.number + 1)
        for name in change.own:
            values = getattr(other, name)[rows]
            values[:] = np.reshape(change.change(values.ravel().copy()), values.shape)
            if not np.isfinite(values).all():
                raise HebbaxError(f"{name} of its model becomes {values.ravel().tolist()}: expected finite numbers")
    return other


def reader_of(model: Any) -> Any:
    """Return a compiled function that makes a model of an address."""
    lines, begin = [], 0
    for array in model:
        lines.append(f"flat[{begin}:{begin + array.size}].reshape({array.shape})")
        begin += array.size
    source = f"def read(address):\n    flat = carray(pointer(address), {begin})\n    return Model({', '.join(lines)})\n"
    return compiled(from_source(source, "read", {"carray": carray, "pointer": _pointer, "Model": type(model)}))


def _pointing(typing_context: Any, address: Any) -> Any:
    """Take a number for the address of float64 numbers."""

    def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.inttoptr(arguments[0], ir.DoubleType().as_pointer())

    return types.CPointer(types.float64)(types.intp), code


_pointer: Any = intrinsic(_pointing)
