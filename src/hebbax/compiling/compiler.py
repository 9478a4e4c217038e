"""How every kernel is compiled: the flags, and why these."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache, cached_property
from typing import Any

from numba.core.registry import CPUDispatcher

from hebbax.compiling import symbols  # noqa: F401 - before anything is compiled
from hebbax.compiling.uncompiled import compiling
from hebbax.errors import HebbaxError

# Plain fastmath assumes that NaN and infinity do not happen, and would delete the checks that find a diverging life.
FLAGS: dict[str, Any] = {
    "nogil": True,
    "error_model": "numpy",
    "fastmath": {"reassoc", "nsz", "arcp", "contract"},
}


_AS_PYTHON: ContextVar[bool] = ContextVar("as_python", default=False)


@contextmanager
def as_python() -> Iterator[None]:
    """Run what Python calls of functions for compiled callers as the Python that they are.

    To compile the helpers of one Go1 for a single call takes four seconds at every start.
    """
    token = _AS_PYTHON.set(True)
    try:
        yield
    finally:
        _AS_PYTHON.reset(token)


class _Outermost(CPUDispatcher):
    """A function that Python calls."""

    def compile(self, sig: Any) -> Any:
        with compiling():
            return super().compile(sig)


def outermost(function: Callable[..., Any], **options: Any) -> Any:
    """Return a compiled function that Python calls; HebbaxError says what of it, or of what it calls, is none.

    Numba says so in dozens of lines, most of them about itself.
    """
    return _Outermost(function, targetoptions={"nopython": True, **FLAGS, **options})


class _Compiled(CPUDispatcher):
    """A function for compiled callers; its first call from Python compiles it once more.

    What Numba wraps around a function so that Python and C can call it takes a third of the time that a life
    compiles, and nothing calls most functions of a life but the life.
    """

    def __init__(self, function: Callable[..., Any], flags: dict[str, Any]) -> None:
        inside = {"no_cpython_wrapper": True, "no_cfunc_wrapper": True}
        super().__init__(function, targetoptions={"nopython": True, **flags, **inside})
        self._flags = flags

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        function = self.py_func if _AS_PYTHON.get() else self._for_python
        return function(*args, **kwargs)

    @cached_property
    def _for_python(self) -> Any:
        return _Outermost(self.py_func, targetoptions={"nopython": True, **self._flags})


def compiled(function: Callable[..., Any]) -> Any:
    """Return the function as a Numba dispatcher with the project's flags.

    >>> compiled(lambda x: x * x)(3.0)
    9.0
    """
    return _Compiled(function, FLAGS)


def inlined(function: Callable[..., Any]) -> Any:
    """Return a compiled function whose text becomes a part of each of its callers.

    Arrays that go through it are not counted once more on the way: two such layers around a task's functions cost a
    small network an eighth of its speed otherwise.
    """
    return _Compiled(function, {"inline": "always", **FLAGS})


def kernel(function: Callable[..., Any]) -> Any:
    """Return a function that makes no array, not even a slice, as a dispatcher that counts no references to any.

    Numba counts them otherwise, with atomic instructions, as arrays are passed on from function to function: that cost
    a small network more than its arithmetic.
    """
    return _Compiled(function, {"_nrt": False, **FLAGS})


def exact(function: Callable[..., Any]) -> Any:
    """Return a kernel whose arithmetic is IEEE's, in the order in which it is written.

    That is for what repeats another program to the bit. Elsewhere sums may be regrouped and products contracted.
    """
    return _Compiled(function, {"_nrt": False, **FLAGS, "fastmath": False})


def exact_inlined(function: Callable[..., Any]) -> Any:
    """Return the same, as a part of the code of each caller.

    LLVM leaves a call in a loop where a function seems long to it, and then the loop is no vector.
    """
    return _Compiled(function, {"_nrt": False, **FLAGS, "fastmath": False, "forceinline": True})


def from_source(source: str, name: str, names: dict[str, Any]) -> Callable[..., Any]:
    """Return a function of generated text, with `names` as its globals."""
    namespace = dict(names)
    exec(compile(source, f"<hebbax {name}>", "exec"), namespace)
    return namespace[name]


@cache
def check_size(what: str, size: int) -> Any:
    """Return a function of an array that raises HebbaxError where it has not as many numbers as when it was tried.

    Compiled code does not look: it would read what lies behind a shorter array.
    """
    text = f"{what} of {size} numbers was expected, as when the task was made, but it had another number"
    source = f"def check(values):\n    if len(values) != {size}:\n        raise HebbaxError({text!r})\n"
    return kernel(from_source(source, "check", {"HebbaxError": HebbaxError}))


@kernel
def copy(source, target):
    """Write all numbers of a flat array over those of another as long.

    Slice assignment says the same, but brings Numba's text formatting with it, for an error that cannot happen here:
    seconds of compiling.
    """
    for i in range(target.shape[0]):
        target[i] = source[i]


@kernel
def copy_by_way_of(spare, source, target):
    """Copy where the source may be a part of the target's own memory, in whatever order; `spare` is as long or longer.

    A user's function may return such a view, as in `memory[::-1]`, of which a copy from front to back spoils the rest.
    """
    for i in range(target.shape[0]):
        spare[i] = source[i]
    for i in range(target.shape[0]):
        target[i] = spare[i]
