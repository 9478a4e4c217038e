"""How the lives of `engine=mjx` are lived: as a user writes it, under `mjx.`."""

from __future__ import annotations

from dataclasses import dataclass

from hebbax.errors import check_whole, unknown_name

JAX, WARP = "jax", "warp"
IMPLEMENTATIONS = (JAX, WARP)
"""What MJX computes with: JAX anywhere, or NVIDIA's Warp on its GPUs."""

MOST_AT_ONCE = 2**20


@dataclass(frozen=True)
class MjxConfig:
    """What is MJX's own.

    >>> MjxConfig(at_once=512).implementation
    'jax'
    """

    implementation: str = JAX  # one of IMPLEMENTATIONS
    at_once: int | None = None  # lives that are in the memory of all devices together; none for as many as fit


def check_mjx(config: MjxConfig) -> None:
    """Raise HebbaxError for a number out of range, and a word that is none."""
    if config.implementation not in IMPLEMENTATIONS:
        raise unknown_name("mjx.implementation", config.implementation, IMPLEMENTATIONS)
    if config.at_once is not None:
        check_whole("mjx.at_once", config.at_once, 1, MOST_AT_ONCE)
