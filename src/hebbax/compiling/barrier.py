"""A place that memory is not remembered across."""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import types
from numba.extending import intrinsic


def _reread_memory(typing_context: Any) -> Any:
    """Have the compiler take nothing that it read from memory before as known; no instruction is run for it."""

    def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        builder.asm(ir.FunctionType(ir.VoidType(), []), "", "~{memory}", [], side_effect=True)
        return context.get_dummy_value()

    return types.void(), code


reread_memory: Any = intrinsic(_reread_memory)
