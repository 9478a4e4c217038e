"""How large a policy is: how many numbers evolve, how many weights it has, and what changes during a life.

Papers argue about the ratio of the first to the others (Pedersen & Risi 2021), so whatever lists policies or runs
tells all three.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hebbax.policies.policy import Policy

SIZES: tuple[str, ...] = ("evolved_numbers", "weights", "plastic_state")
"""The keys of sizes in JSON; plastic state is all that a life changes: see `Policy.state_size`."""

SIZE_COLUMNS = tuple(key.replace("_", " ") for key in SIZES)
"""Their names in tables."""


def sizes_of(policy: Policy) -> dict[str, int]:
    """Return how many numbers of a policy evolve, how many weights it has, and what a life changes, by SIZES."""
    return dict(zip(SIZES, (policy.genome_size, policy.network.weight_count, policy.state_size), strict=True))


def size_cells(sizes: Mapping[str, int | None]) -> list[str]:
    """Return sizes as the cells of SIZE_COLUMNS; a dash where one is not known."""
    return ["–" if sizes[key] is None else f"{sizes[key]:,}" for key in SIZES]


def sizes_in_words(sizes: Mapping[str, int | None]) -> str:
    """Return sizes as a line."""
    return "{} evolved numbers, {} weights, {} numbers of plastic state".format(*size_cells(sizes))
