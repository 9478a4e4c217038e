"""An evolution strategy as a user writes it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class StrategyConfig:
    """Name and settings of an evolution strategy."""

    name: str = "openai-es"
    population: int = 64
    learning_rate: float = 0.2  # Adam's
    sigma: float = 0.1  # standard deviation of the samples about the mean
