"""A population that does not live in memory: its genomes are made again from a key, whenever one is needed."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from typing import Any

import numpy as np

from hebbax.cores import available_cores
from hebbax.engines.members import ANYWHERE, Members, read_only
from hebbax.kernels.normals import LANES, add_weighted, sample_about, sum_of_squares
from hebbax.keys import words_of

_COLUMNS = 4096
"""Numbers of a genome that are summed over all members at a time: these sums stay in a core's own cache."""


class MirroredPopulation(Members):
    """A mean, and pairs of genomes about it: member i is mean + σ ε, member i + population / 2 is mean − σ ε.

    The ε of pair i are row i of `jax.random.normal(key, (population / 2, genome_size))`, to float32 rounding; here they
    have the same bits on any number of threads and cores.
    """

    def __init__(self, key: Any, mean: Any, sigma: Any, population: int, threads: int | None = None) -> None:
        """Make nothing yet.

        Args:
            key: of JAX, or its words.
            mean: float32 [genome_size].
            sigma: σ.
            population: how many, an even number.
            threads: that sum over members; one per core, unless said otherwise.
        """
        self._words = tuple(words_of(key))
        self.mean = read_only(np.require(mean, np.float32, ["C"]))
        self.sigma = np.float32(sigma)
        self._population, self._threads = population, threads or available_cores()
        self._squares = np.full(population, np.nan)

    @property
    def shape(self) -> tuple[int, int]:
        """Population and genome size."""
        return self._population, len(self.mean)

    @property
    def travels(self) -> int:
        """Where it is sent as what makes it, a key, the mean and σ: everywhere, as no library's rounding is in it."""
        return ANYWHERE

    def __reduce__(self) -> tuple[Any, ...]:
        """Return how another process makes it, with as many threads as that one has cores."""
        return MirroredPopulation, (np.array(self._words, np.uint32), self.mean, self.sigma, self._population)

    def genome(self, member: int) -> np.ndarray:
        """Return the genome of a member, float32 [genome_size]."""
        half, genome = self._population // 2, np.empty_like(self.mean)
        sigma = self.sigma if member < half else -self.sigma
        sample_about(*self._words, member % half * len(genome), sigma, self.mean, genome)
        self._squares[member] = sum_of_squares(genome, np.empty(LANES))  # while it is in the cache
        return genome

    @cached_property
    def mean_squares(self) -> np.ndarray:
        """The mean of the squares of each genome, float64 [population]."""
        _in_threads(self._threads, self.genome, np.flatnonzero(np.isnan(self._squares)))  # those that never lived
        return self._squares / len(self.mean)

    def weighted_noise(self, weights: np.ndarray) -> np.ndarray:
        """Return Σ weight · (genome − mean) / σ over all members, float32 [genome_size].

        For every number of a genome, members are added in their order in float64, whichever thread does it.
        """
        half, size = self._population // 2, len(self.mean)
        of_pairs = np.asarray(weights[:half], np.float64) - np.asarray(weights[half:], np.float64)
        total = np.zeros(size)

        def add(first: int) -> None:
            columns = total[first : first + _COLUMNS]
            add_weighted(*self._words, first, size, of_pairs, np.empty(len(columns), np.float32), columns)

        _in_threads(self._threads, add, range(0, size, _COLUMNS))
        return total.astype(np.float32)


def _in_threads(threads: int, call: Callable[[int], object], of_each: Iterable[int]) -> None:
    with ThreadPoolExecutor(threads, thread_name_prefix="hebbax") as pool:
        try:
            for _ in pool.map(call, of_each):
                pass
        except BaseException:  # such as Ctrl-C, which is not to wait for what has not begun
            pool.shutdown(wait=False, cancel_futures=True)
            raise
