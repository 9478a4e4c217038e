"""Policies as a user writes them, and by name: the conditions of Hebbian Attractor Networks and a static network."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any


@dataclass(frozen=True)
class PolicyConfig:
    """A policy as a user writes it, before it knows the sizes and the clock of its task."""

    name: str = "custom"
    hidden: list[int] = field(default_factory=lambda: [16])  # units of each hidden layer
    activation: str = "tanh"
    output_activation: str = "tanh"
    bias: bool = False
    plastic: bool = True  # false: the genome is the weights, and all that follows is unused
    rule: str = "eta-abcd"
    rate: float | None = None  # shared learning rate of rules that have one
    normalisation: str = "max"
    averaging: str = "direct"
    window: int = 10  # ticks of a moving average
    interval: Any = "1 tick"  # from update to update: seconds, or "N ticks"
    initial_low: float = -0.1
    initial_high: float = 0.1


_B = PolicyConfig(name="han-b")
PRESETS: dict[str, PolicyConfig] = {
    "han-a": replace(_B, name="han-a", normalisation="none"),
    "han-b": _B,
    "han-c": replace(_B, name="han-c", interval="4 ticks"),
    "han-d": replace(_B, name="han-d", averaging="moving-average"),
    "han-e": replace(_B, name="han-e", averaging="moving-average", interval="4 ticks"),
    # 80 hidden units: as many evolved numbers as five coefficients for each weight of 16.
    "mlp": PolicyConfig(name="mlp", hidden=[80], plastic=False),
}
