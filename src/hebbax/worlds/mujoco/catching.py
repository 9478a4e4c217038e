"""MuJoCo's errors inside compiled code: caught, where MuJoCo would otherwise end the process.

Some errors show only in a state that a life comes to, such as a stack that is too small for its contacts. MuJoCo then
calls a handler that must not return. Its Python bindings and its own batch jump out of it with `longjmp`, and so does
this, for compiled lives, which have neither around them. The frame that is jumped to has to be one that LLVM knows to
return twice, which Numba cannot say: so it is written in LLVM's own language. It holds nothing that Numba counts.
"""

from __future__ import annotations

import ctypes
from functools import cache
from typing import Any

import llvmlite.binding as llvm
import numpy as np

_BUFFER = 512  # bytes: more than a jmp_buf of any platform
_LONGEST = 1000  # characters of a message

_message = np.zeros(_LONGEST + 1, np.uint8)  # of the newest error, and a zero at its end

# Addresses stand in it as numbers, so that no platform's way of spelling symbols matters.
_HANDLER = """
define void @hebbax_on_error(i8* %text) {{
  %at = call i8* {getspecific}(i64 {key})
  %nobody = icmp eq i8* %at, null
  br i1 %nobody, label %leave, label %jump
jump:
  call i8* {strncpy}(i8* inttoptr (i64 {message} to i8*), i8* %text, i64 {longest})
  call void {longjmp}(i8* %at, i32 1)
  unreachable
leave:
  %length = call i64 {strlen}(i8* %text)
  call i64 {write}(i32 2, i8* %text, i64 %length)
  call void {exit}(i32 1)
  unreachable
}}
"""

_CATCHING = """
define i64 @{symbol}(i64 %model, i64 %data, i64 %times) {{
start:
  %buffer = alloca [{size} x i8], align 16
  %at = getelementptr [{size} x i8], [{size} x i8]* %buffer, i64 0, i64 0
  call i32 {setspecific}(i64 {key}, i8* %at)
  %caught = call i32 {setjmp}(i8* %at) #0
  %failed = icmp ne i32 %caught, 0
  br i1 %failed, label %end, label %once
once:
  %done = phi i64 [ 0, %start ], [ %following, %once ]
  call void inttoptr (i64 {function} to void (i64, i64)*)(i64 %model, i64 %data)
  %following = add i64 %done, 1
  %more = icmp slt i64 %following, %times
  br i1 %more, label %once, label %end
end:
  call i32 {setspecific}(i64 {key}, i8* null)
  %result = zext i1 %failed to i64
  ret i64 %result
}}

attributes #0 = {{ returns_twice }}
"""


def add_catching(symbol: str, function: int) -> None:
    """Make a function known to compiled code that calls a function of MuJoCo's so many times and catches its errors.

    Both take the addresses of a model and of its data, the new one then how often. It returns 0, or 1 where an error
    ended the other: the data are good for nothing then but to be reset.
    """
    text = _CATCHING.format(symbol=symbol, function=function, size=_BUFFER, **_c_library())
    llvm.add_symbol(symbol, _compile(text).get_function_address(symbol))


@cache
def error_handler() -> int:
    """Return the address of what has to be MuJoCo's error handler meanwhile.

    Where nobody catches, it says the error and ends the process, as MuJoCo does. MuJoCo's Python bindings and its batch
    have handlers of their own, which go before this one.
    """
    text = _HANDLER.format(message=_message.ctypes.data, longest=_LONGEST, **_c_library())
    return _compile(text).get_function_address("hebbax_on_error")


def newest_error() -> str:
    """Return what MuJoCo said of the newest error that was caught, in one line; empty before the first."""
    return " ".join(bytes(_message).split(b"\0")[0].decode(errors="replace").split())


@cache
def _c_library() -> dict[str, Any]:
    """Return functions of the C library as LLVM calls them, and a key to what each thread keeps for itself."""
    library, key = ctypes.CDLL(None), ctypes.c_size_t()  # as wide as any platform's
    if library.pthread_key_create(ctypes.byref(key), None):
        raise OSError("the C library has no key left for what a thread keeps for itself")
    types = {
        "pthread_getspecific": "i8* (i64)",
        "pthread_setspecific": "i32 (i64, i8*)",
        "strlen": "i64 (i8*)",
        "write": "i64 (i32, i8*, i64)",
        "exit": "void (i32)",
        "strncpy": "i8* (i8*, i8*, i64)",
        "_setjmp": "i32 (i8*)",
        "_longjmp": "void (i8*, i32)",
    }
    functions = {
        name.removeprefix("pthread_").removeprefix("_"): f"inttoptr (i64 {_address(library, name)} to {kind}*)"
        for name, kind in types.items()
    }
    return {"key": key.value, **functions}


def _address(library: ctypes.CDLL, name: str) -> int | None:
    return ctypes.cast(getattr(library, name), ctypes.c_void_p).value


@cache
def _compile(text: str) -> llvm.ExecutionEngine:
    """Compile LLVM's language, and keep the machine code as long as the process lives."""
    module = llvm.parse_assembly(text)
    module.verify()
    return llvm.create_mcjit_compiler(module, llvm.Target.from_default_triple().create_target_machine(opt=2))
