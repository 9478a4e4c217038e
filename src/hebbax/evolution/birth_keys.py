"""Which lives of a generation are born alike: common random numbers, so that luck does not tell genomes apart.

A life's key decides its birth, its first weights and what is drawn in it. Where two genomes live from the same keys,
their returns differ by what they are, and less by chance.
"""

from __future__ import annotations

import numpy as np

from hebbax.config.strategy import StrategyConfig
from hebbax.config.strategy_table import STRATEGIES
from hebbax.config.training import COMMON, EACH, MIRRORED
from hebbax.errors import HebbaxError
from hebbax.keys import fold_in
from hebbax.lazy_jax import jax


def birth_keys(key: jax.Array, births: str, population: int, lifetimes: int) -> np.ndarray:
    """Return the keys of a generation's lives, uint32 [population * lifetimes, 2], life after life of each genome.

    Args:
        key: of the generation.
        births: one of BIRTHS: whether each life has a key of its own, those of all genomes are the same, or those of
            the genomes i and i + population / 2, which are a mirrored pair.
        population: how many genomes.
        lifetimes: lives of each.
    """
    alone = {EACH: population, COMMON: 1, MIRRORED: population // 2}[births]  # genomes with births of their own
    numbers = np.arange(alone * lifetimes).reshape(alone, lifetimes)
    words = np.asarray(jax.random.key_data(key))
    return fold_in(words, np.tile(numbers, (population // alone, 1)).ravel())


def check_births(births: str, strategy: StrategyConfig) -> None:
    """Raise HebbaxError where pairs are to share births and the strategy samples none."""
    if births == MIRRORED and not STRATEGIES.get(strategy.name).mirrored:
        mirroring = ", ".join(name for name, kind in STRATEGIES.items() if kind.mirrored)
        raise HebbaxError(
            f"training.births={MIRRORED}: {strategy.name} samples no mirrored pairs, only {mirroring}; nearest valid: "
            f"{COMMON}"
        )
