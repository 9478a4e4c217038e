"""The strategies by name: what each is, where it comes from, and its options with their defaults."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

OPTIMISERS = ("adam", "clipup", "sgd")
"""What turns a gradient into a step of the mean."""

DECAY_SHAPES = ("exponential", "linear", "cosine")
"""How a value falls; see `schedules.decaying`."""


@dataclass(frozen=True)
class StrategyKind:
    """What there is to know of a strategy before it is built."""

    summary: str
    reference: str
    options: Mapping[str, Any]  # beside the population; a default of None follows from the size of the genome
    mirrored: bool = False  # samples come in pairs about the mean, so the population is even
    least_population: int = 2


_DECAY = {"decay_shape": "exponential", "decay_generations": 1000}

STRATEGIES: dict[str, StrategyKind] = {
    "openai-es": StrategyKind(
        "gradient of centred ranks over mirrored samples",
        "Salimans et al. 2017, arXiv:1703.03864",
        {
            "learning_rate": 0.1,
            "sigma": 0.2,
            "optimiser": "adam",
            "learning_rate_decay": 1.0,
            "sigma_decay": 1.0,
            **_DECAY,
        },
        mirrored=True,
    ),
    "pgpe": StrategyKind(
        "the same for the mean, and a gradient for each σ",
        "Sehnke et al. 2010, doi:10.1016/j.neunet.2009.12.004",
        {
            "learning_rate": 0.2,
            "sigma": 0.1,
            "optimiser": "adam",
            "sigma_learning_rate": 0.1,
            "learning_rate_decay": 1.0,
            **_DECAY,
        },
        mirrored=True,
    ),
    "snes": StrategyKind(
        "natural gradient of a mean and a σ for each number",
        "Wierstra et al. 2014, JMLR 15:949",
        {"learning_rate": 1.0, "sigma": 0.5, "sigma_learning_rate": None},
    ),
    "sep-cma-es": StrategyKind(
        "CMA-ES with a diagonal covariance, for large genomes",
        "Ros and Hansen 2008, doi:10.1007/978-3-540-87700-4_30",
        {"sigma": 0.5},
        least_population=4,
    ),
    "cma-es": StrategyKind(
        "adapts a full covariance matrix, for small genomes",
        "Hansen 2016, arXiv:1604.00772",
        {"sigma": 0.5},
        least_population=4,
    ),
    "mu-lambda-es": StrategyKind(
        "(μ,λ): the mean of the elite, weighted by fitness, with a given σ",
        "Rechenberg 1973; weights of Dittrich et al. 2026, arXiv:2603.22512",
        {"sigma": 0.5, "elite": 0.2, "sigma_decay": 0.99, **_DECAY},
    ),
    "adaptive-es": StrategyKind(
        "the mean of the elite, and a σ for each number that follows the elite",
        "Dittrich et al. 2026, arXiv:2603.22512",
        {"learning_rate": 1.0, "sigma": 0.5, "sigma_learning_rate": 0.1, "elite": 0.1},
    ),
}


def elites_of(population: int, elite: float) -> int:
    """Return how many genomes the elite of a population holds, rounded down."""
    return int(population * elite + 1e-9)  # 0.29 * 100 is 28.999…
