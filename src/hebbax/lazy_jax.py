"""JAX, imported when something of it is first used: a controller on a robot runs without it.

`from hebbax.lazy_jax import jax, jnp` stands for `import jax` and `import jax.numpy as jnp`.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any


class _Module:
    """Stands for a module until an attribute of it is asked for."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, name: str) -> Any:
        value = getattr(import_module(self._name), name)
        setattr(self, name, value)
        return value


if TYPE_CHECKING:
    import jax as jax
    import jax.numpy as jnp
else:
    jax, jnp = _Module("jax"), _Module("jax.numpy")
