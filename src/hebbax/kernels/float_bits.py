"""The size of a float32 as an integer, in one instruction.

Without their sign, floats order like the integers of the same bits, with infinity and NaN above all numbers. So one
integer maximum over a layer gives the normaliser and finds what diverges, and it vectorises where a maximum of floats,
which has to respect NaN, does not.
"""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

_INT32, _FLOAT32 = ir.IntType(32), ir.FloatType()


@intrinsic
def size_bits(typing_context: Any, number: Any) -> Any:
    """Return the bits of a float32 without its sign, int32."""

    def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        bits = builder.bitcast(arguments[0], _INT32)
        return builder.and_(bits, ir.Constant(_INT32, 0x7FFFFFFF))

    return types.int32(types.float32), code


@intrinsic
def float_of_bits(typing_context: Any, bits: Any) -> Any:
    """Return the float32 of int32 bits."""

    def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.bitcast(arguments[0], _FLOAT32)

    return types.float32(types.int32), code


@intrinsic
def larger(typing_context: Any, one: Any, other: Any) -> Any:
    """Return the larger of two int32; Numba's own max would widen them, which halves the speed of a vector."""

    def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        first = builder.icmp_signed(">", arguments[0], arguments[1])
        return builder.select(first, arguments[0], arguments[1])

    return types.int32(types.int32, types.int32), code
