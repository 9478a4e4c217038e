"""Numbers of a flat array, read and written by where they stand, under the promise that its regions do not overlap.

A slice of an array is an object with a count of references: making one costs more than the arithmetic of a small layer.
And a compiler that must expect two regions to overlap checks for it at every row. So kernels index flat arrays, and say
of each access which region it is in; LLVM takes accesses to different regions to be of different memory.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

_REGIONS = 8


def _mark(builder: Any, access: Any, region: int) -> None:
    """Say that a load or store is in one region, and in none of the others."""
    module = builder.module
    domain = module.add_metadata([ir.MetaDataString(module, "hebbax")])
    regions = [module.add_metadata([ir.MetaDataString(module, f"hebbax {k}"), domain]) for k in range(_REGIONS)]
    access.set_metadata("alias.scope", module.add_metadata([regions[region]]))
    access.set_metadata("noalias", module.add_metadata([other for other in regions if other is not regions[region]]))


def _flat(array: Any) -> bool:
    return isinstance(array, types.Array) and array.ndim == 1 and array.layout == "C"


def _pointer(context: Any, builder: Any, array_type: Any, array: Any, index: Any) -> Any:
    data = context.make_array(array_type)(context, builder, array).data
    return builder.gep(data, [index], inbounds=True)


def _reader(region: int) -> Any:
    @intrinsic
    def read(typing_context: Any, array: Any, index: Any) -> Any:
        """Return `array[index]` of a flat array, without wraparound."""
        if not _flat(array):
            return None

        def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            value = builder.load(_pointer(context, builder, signature.args[0], *arguments))
            _mark(builder, value, region)
            return value

        return array.dtype(array, types.intp), code

    return read


def _writer(region: int) -> Any:
    @intrinsic
    def write(typing_context: Any, array: Any, index: Any, value: Any) -> Any:
        """Set `array[index]` of a flat array, without wraparound."""
        if not _flat(array):
            return None

        def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            array, index, value = arguments
            store = builder.store(value, _pointer(context, builder, signature.args[0], array, index))
            _mark(builder, store, region)

        return types.void(array, types.intp, array.dtype), code

    return write


Access = tuple[Callable[..., Any], Callable[..., Any]]

_ACCESS: tuple[Access, ...] = tuple((_reader(region), _writer(region)) for region in range(_REGIONS))

read_weight, write_weight = _ACCESS[0]
read_unit, write_unit = _ACCESS[1]
read_coefficient, write_coefficient = _ACCESS[2]
read_room, write_room = _ACCESS[3]  # of a convolution, which touches no states


def state_access(index: int) -> Access:
    """Return the reader and the writer of one state of the synapses."""
    return _ACCESS[min(3 + index, _REGIONS - 1)]  # more states than regions share one, which is safe
