"""A population that a strategy asks for, and that is asked for again where its lives are lived."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from hebbax.config.strategy import StrategyConfig
from hebbax.engines.members import AMONG_EQUALS, NEVER, Members, read_only
from hebbax.evolution.strategy import Strategy


class AskedPopulation(Members):
    """Genomes that are kept here, and travel as the key and the state that a strategy makes them of.

    XLA rounds alike on one kind of machine with the same versions. Where the state is no less than the genomes, as that
    of CMA-ES may be, it does not travel.
    """

    def __init__(self, config: StrategyConfig, key: Any, state: Any, genomes: Any) -> None:
        """Keep genomes float32 [population, genome_size] that a strategy's `ask` has returned for a key and a state."""
        self.genomes = read_only(np.asarray(genomes))
        self._recipe = config, np.asarray(jax.random.key_data(key)), state

    @property
    def shape(self) -> tuple[int, int]:
        """Population and genome size."""
        return self.genomes.shape[0], self.genomes.shape[1]

    @property
    def travels(self) -> int:
        """Where it makes the same genomes again."""
        size = sum(np.asarray(leaf).nbytes for leaf in jax.tree.leaves(self._recipe[2]))
        return AMONG_EQUALS if size < self.genomes.nbytes else NEVER

    def genome(self, member: int) -> np.ndarray:
        """Return the genome of a member, float32 [genome_size]."""
        return self.genomes[member]

    def __array__(self, dtype: type | None = None, copy: bool | None = None) -> np.ndarray:
        """Return all genomes."""
        return self.genomes.astype(dtype or np.float32, copy=False)

    def __reduce__(self) -> tuple[Any, ...]:
        """Return how another process asks for it."""
        config, words, state = self._recipe
        return _asked_again, (config, self.shape[1], words, jax.tree.map(np.asarray, state))


def _asked_again(config: StrategyConfig, genome_size: int, words: np.ndarray, stored: Any) -> Members:
    strategy, key = Strategy(config, genome_size), jax.random.wrap_key_data(jnp.asarray(words))
    state = jax.tree.map(jnp.asarray, stored)
    return AskedPopulation(config, key, state, strategy.ask(key, state)[0])
