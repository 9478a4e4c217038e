"""The settings of a process that reach into results: pinned around our computations, recorded, or refused.

hebbax is a library: a program's own settings (JAX's, NumPy's) stay as they are outside our computations. What can be
set for a thread and a while is pinned; what cannot, is recorded with every run; what nothing can be computed under, is
refused in one line. JAX and Numba read most of these from the environment when they are first imported.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import Any, TypeVar

from hebbax.errors import HebbaxError, one_line

Part = TypeVar("Part")

PINNED: dict[str, Any] = {
    "threefry_partitionable": True,  # other random numbers
    "default_prng_impl": "threefry2x32",
    "enable_custom_prng": False,
    "legacy_prng_key": "allow",
    "debug_key_reuse": False,
    "enable_x64": False,
    "default_matmul_precision": None,
    "numpy_dtype_promotion": "standard",
    "numpy_rank_promotion": "allow",
    "disable_jit": False,  # XLA rounds a fused computation differently
    "debug_nans": False,  # a life that diverges has them, and is counted
    "debug_infs": False,
    "check_tracer_leaks": False,
}
"""JAX's settings and their values while hebbax computes: those that JAX has by default."""

_GUARDS = (
    "jax_transfer_guard",
    "jax_transfer_guard_host_to_device",
    "jax_transfer_guard_device_to_device",
    "jax_transfer_guard_device_to_host",
)

_ERRORS_OF_FLOATS: Any = {"divide": "warn", "over": "warn", "under": "ignore", "invalid": "warn"}  # NumPy's own default

_OF_NUMBA = {
    "OPT": "3",
    "LOOP_VECTORIZE": "1",
    "SLP_VECTORIZE": "0",
    "BOUNDSCHECK": "None",
    "CPU_NAME": "None",
    "CPU_FEATURES": "None",
    "DISABLE_INTEL_SVML": "0",
    "DEBUGINFO_DEFAULT": "0",
}
"""What else of Numba decides which machine code a kernel becomes, and what it is by default."""

_OF_JAX = {
    "jax_disable_most_optimizations": "0",
    "jax_exec_time_optimization_effort": "0.0",
    "jax_optimization_level": "UNKNOWN",
}
"""The same of JAX: the program that XLA makes is another, and nothing sets these for a while."""

_SUBNORMALS = "subnormal numbers"

RECORDED = (
    "XLA_FLAGS",
    *(f"NUMBA_{name}" for name in (*_OF_NUMBA, "ENABLE_AVX")),
    *(name.upper() for name in _OF_JAX),
    _SUBNORMALS,
)
"""What is recorded beside the versions where it is not the default."""

_PREFIXES = ("JAX_", "XLA_", "NUMBA_", "MUJOCO_", "MPL")


@contextmanager
def pinned() -> Iterator[None]:
    """Compute under JAX's and NumPy's default settings, on the CPU, in this thread; also a decorator.

    Raises HebbaxError where the process can compute nothing: see `check_settings`, or JAX has no CPU.
    """
    import jax
    import numpy as np

    check_settings(os.environ)
    with ExitStack() as stack:
        stack.enter_context(np.errstate(**_ERRORS_OF_FLOATS))
        # Only what differs: under another set of contexts JAX would compile everything again.
        for name in unpinned():
            stack.enter_context(getattr(jax, name)(PINNED[name]))
        if any(getattr(jax.config, name, None) not in (None, "allow") for name in _GUARDS):
            stack.enter_context(jax.transfer_guard("allow"))
        cpu = _cpu()
        if _of_jax("default_device") not in (None, cpu) or not _runs_on_cpu():
            stack.enter_context(jax.default_device(cpu))
        yield


def each_pinned(parts: Iterator[Part]) -> Iterator[Part]:
    """Yield what an iterator yields, which computes pinned; who takes the parts keeps their own settings meanwhile."""
    done = object()
    while True:
        with pinned():
            part: Any = next(parts, done)
        if part is done:
            return
        yield part


def unpinned() -> list[str]:
    """Return which of PINNED have another value in this thread."""
    values = {name: _of_jax(name) for name in PINNED}
    return [name for name, value in values.items() if getattr(value, "value", value) != PINNED[name]]


def recorded() -> dict[str, str]:
    """Return by name what of RECORDED is not as it is by default; nothing of most processes."""
    settings = {name.upper(): (_plain(_jax_values().get(name, default)), default) for name, default in _OF_JAX.items()}
    settings["XLA_FLAGS"] = (os.environ.get("XLA_FLAGS", "").strip(), "")
    settings[_SUBNORMALS] = ("flushed to zero" if _flushes() else "kept", "kept")
    return {**of_numba(), **{name: value for name, (value, default) in settings.items() if value != default}}


def of_numba() -> dict[str, str]:
    """Return the part of `recorded()` that machine code compiled by Numba depends on."""
    from numba.core import config

    settings = {
        f"NUMBA_{name}": (_plain(getattr(config, name, default)), default) for name, default in _OF_NUMBA.items()
    }
    settings["NUMBA_ENABLE_AVX"] = (os.environ.get("NUMBA_ENABLE_AVX", ""), "")  # its default is the processor's
    return {name: value for name, (value, default) in settings.items() if value != default}


def _jax_values() -> Mapping[str, Any]:
    """Return JAX's settings; none where JAX is not imported and would find none, so that it need not be."""
    if "jax" not in sys.modules and not any(name.upper() in os.environ for name in _OF_JAX):
        return {}
    import jax

    return jax.config.values


def check_settings(variables: Mapping[str, str]) -> None:
    """Raise HebbaxError under a setting with which nothing can be computed; nothing is imported for it."""
    for line in refused(variables):
        raise HebbaxError(line)


def refused(variables: Mapping[str, str]) -> list[str]:
    """Return one line for each setting that cannot be computed under, in the environment or set since."""
    lines = []
    set_since = getattr(sys.modules.get("numba.core.config"), "DISABLE_JIT", 0)
    disabled = variables.get("NUMBA_DISABLE_JIT", "").strip()
    if set_since or disabled not in ("", "0"):
        lines.append(f"NUMBA_DISABLE_JIT={disabled or set_since}: no life can be compiled; unset it, or set it to 0")
    # Read by JAX once: a program can have set it since.
    config = getattr(sys.modules.get("jax"), "config", None)
    platforms = variables.get("JAX_PLATFORMS") if config is None else config.jax_platforms
    if platforms and "cpu" not in platforms.split(","):
        lines.append(
            f"JAX_PLATFORMS={platforms}: hebbax computes on the CPU; expected a list with cpu; "
            f"nearest valid: {platforms},cpu, or unset it"
        )
    return lines


def blamed(error: Exception, variables: Mapping[str, str]) -> HebbaxError | None:
    """Return the one line for another package's complaint about a variable of the environment, None for any other."""
    told = one_line(error)
    names = [name for name in variables if name.startswith(_PREFIXES) and name in told]
    return HebbaxError(f"{told}; unset {names[0]}, or set it to a value that is valid") if names else None


def remarks(variables: Mapping[str, str]) -> list[str]:
    """Return a line for each setting that is put aside around our computations, or recorded."""
    lines = []
    if not refused(variables):
        for name in unpinned():
            value = _plain(_of_jax(name))
            lines.append(f"jax_{name}={value} is put aside while hebbax computes: {_plain(PINNED[name])} holds there")
        lines += [f"{name}: {value}, which results depend on; runs record it" for name, value in recorded().items()]
    return lines


def _of_jax(name: str) -> Any:
    import jax

    return getattr(jax.config, f"jax_{name}")


def _plain(value: Any) -> str:
    """Return a setting as a user writes it, of Numba's levels and truth values the number."""
    if getattr(value, "is_opt_max", False):
        return "max"
    value = getattr(value, "value", value)
    return str(int(value)) if isinstance(value, int) else str(value)


def _cpu() -> Any:
    import jax

    try:
        return jax.local_devices(backend="cpu")[0]
    except RuntimeError as error:
        raise HebbaxError(
            f"JAX has no CPU to compute on (JAX_PLATFORMS={_of_jax('platforms')}): {one_line(error)}; "
            "unset JAX_PLATFORMS, or set it to cpu"
        ) from error


def _runs_on_cpu() -> bool:
    import jax

    try:
        return jax.default_backend() == "cpu"
    except RuntimeError:  # of a platform that this machine lacks
        return False


def _flushes() -> bool:
    """Whether this thread takes subnormal numbers for zero: a library built with -ffast-math sets that as it loads."""
    smallest = sys.float_info.min
    return smallest / 2 == 0.0
