"""Genomes that are made when they are needed: all at once they would not fit in memory."""

from __future__ import annotations

from abc import ABC, abstractmethod

import numpy as np

from hebbax.errors import HebbaxError

NEVER, AMONG_EQUALS, ANYWHERE = range(3)
"""Where what makes the genomes can be sent in their place: it has to make the same bits there."""


class Members(ABC):
    """A population of which one genome at a time is made; engines take it in place of an array of all.

    What is made of a number is always the same, in whatever thread and order.
    """

    @property
    @abstractmethod
    def shape(self) -> tuple[int, int]:
        """Population and genome size, as of the array."""

    @abstractmethod
    def genome(self, member: int) -> np.ndarray:
        """Return the genome of a member, float32 [genome_size]. It may be called in several threads."""

    @property
    def travels(self) -> int:
        """Where it makes the same genomes after it was pickled, and is less than they are; NEVER for neither.

        AMONG_EQUALS stands for other processes of one kind of machine with the same versions.
        """
        return NEVER

    def __len__(self) -> int:
        """Return how many members there are."""
        return self.shape[0]

    def __getitem__(self, members: int | np.ndarray) -> np.ndarray:
        """Return the genome of a member, or those of several as float32 [several, genome_size], as an array does.

        Raises HebbaxError where what was made is no such genome: compiled code would read beyond it.
        """
        if not isinstance(members, int | np.integer):
            return np.stack([self[int(member)] for member in members])
        genome = self.genome(int(members))
        if not isinstance(genome, np.ndarray) or genome.shape != self.shape[1:] or genome.dtype != np.float32:
            found = f"{genome.shape} and {genome.dtype}" if isinstance(genome, np.ndarray) else type(genome).__name__
            raise HebbaxError(f"genome {members} of a population is {found}: expected {self.shape[1:]} and float32")
        return read_only(np.ascontiguousarray(genome))

    def __array__(self, dtype: type | None = None, copy: bool | None = None) -> np.ndarray:
        """Return all genomes at once, for who cannot do with fewer."""
        return self[np.arange(len(self))].astype(dtype or np.float32, copy=False)


class Kept(Members):
    """A population that is kept as an array, float32 [population, genome_size]."""

    def __init__(self, genomes: np.ndarray) -> None:
        self._genomes = genomes

    @property
    def shape(self) -> tuple[int, int]:
        """Population and genome size."""
        return self._genomes.shape[0], self._genomes.shape[1]

    @property
    def travels(self) -> int:
        """Where it can be sent, which is everywhere."""
        return ANYWHERE

    def genome(self, member: int) -> np.ndarray:
        """Return the genome of a member."""
        return self._genomes[member]


class SomeMembers(Members):
    """Some members of a population, by their numbers [some]."""

    def __init__(self, members: Members, numbers: np.ndarray) -> None:
        self.members, self.numbers = members, numbers

    @property
    def shape(self) -> tuple[int, int]:
        """How many there are, and genome size."""
        return len(self.numbers), self.members.shape[1]

    def genome(self, member: int) -> np.ndarray:
        """Return the genome of one of them."""
        return self.members.genome(int(self.numbers[member]))


def some_of(genomes: np.ndarray | Members, numbers: np.ndarray) -> np.ndarray | Members:
    """Return some genomes by their numbers [some], as an array of an array."""
    return SomeMembers(genomes, numbers) if isinstance(genomes, Members) else genomes[numbers]


def read_only(array: np.ndarray) -> np.ndarray:
    """Return a view that cannot be written to, as JAX's arrays are: one type, so one compiled life for both."""
    view = array.view()
    view.flags.writeable = False
    return view
