"""What an evaluation sends to workers elsewhere: what all its lives share, once, and a parcel for some of them."""

from __future__ import annotations

import pickle
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from hebbax.damage.events import Event
from hebbax.engines.members import AMONG_EQUALS, ANYWHERE, Kept, Members, SomeMembers, some_of
from hebbax.engines.scenario import Scenario
from hebbax.types import Lives

PARCELS = 4
"""Parcels of each worker: with fewer, workers would wait longer for the last of them."""


@dataclass(frozen=True, eq=False)
class Shared:
    """What all lives of an evaluation share; a worker gets it once, however many parcels it lives."""

    members: Members | None  # that travel as what makes them; None where genomes come with the parcels
    scenario: Scenario  # without what each life has of its own
    lifetimes: int


@dataclass(frozen=True, eq=False)
class Parcel:
    """Some lives: all of the members from `first` to before `last`, among those that travel."""

    first: int
    last: int
    genomes: np.ndarray | None  # float32 [last - first, genome_size], or None where they are made there
    numbers: np.ndarray | None  # [last - first] of the members, where they are not those from first to last
    keys: np.ndarray  # uint32 [lives, 2]
    scenario: Scenario  # damages and slots


def spread(genomes: np.ndarray | Members, lifetimes: int) -> SomeMembers:
    """Return a member for every life of few genomes, as of one that is evaluated: else one worker would live all."""
    numbers = np.arange(len(genomes))
    if isinstance(genomes, SomeMembers):
        genomes, numbers = genomes.members, genomes.numbers
    members = genomes if isinstance(genomes, Members) else Kept(genomes)
    return SomeMembers(members, np.repeat(numbers, lifetimes))


def shared_of(genomes: np.ndarray | Members, scenario: Scenario, lifetimes: int, alike: bool) -> Shared:
    """Return what all lives of an evaluation share on machines that are `alike`, or not."""
    base = genomes.members if isinstance(genomes, SomeMembers) else genomes
    needed = AMONG_EQUALS if alike else ANYWHERE
    members = base if isinstance(base, Members) and base.travels >= needed else None
    return Shared(members, replace(scenario, damages=(), slots=None), lifetimes)


def ranges_of(population: int, workers: int, least: int) -> list[tuple[int, int]]:
    """Return ranges of members, one a parcel, with at least so many members but for the last.

    >>> ranges_of(10, 2, 2)
    [(0, 2), (2, 4), (4, 6), (6, 8), (8, 10)]
    """
    size = max(-(-population // (PARCELS * workers)), least, 1)
    return [(first, min(first + size, population)) for first in range(0, population, size)]


def parcel_of(
    genomes: np.ndarray | Members,
    keys: np.ndarray,
    scenario: Scenario,
    damages: Sequence[Sequence[Event]],
    shared: Shared,
    members: tuple[int, int],
) -> Parcel:
    """Return the lives of some members, of genomes [population, genome_size] and keys [lives, 2]."""
    first, last = members
    lives = np.arange(first * shared.lifetimes, last * shared.lifetimes)
    travels = shared.members is not None
    numbers = genomes.numbers[first:last] if travels and isinstance(genomes, SomeMembers) else None
    rows = None if travels else np.asarray(genomes[np.arange(first, last)])
    of_these = scenario.of_lives(lives, damages[lives[0] : lives[-1] + 1])
    slots = of_these.slots if of_these.slots is None else replace(of_these.slots, keys=of_these.slots.words(len(lives)))
    return Parcel(first, last, rows, numbers, keys[lives], Scenario(damages=of_these.damages, slots=slots))


def lived(engine: Any, shared: Shared, parcel: Parcel) -> Lives:
    """Run the lives of a parcel on an engine."""
    genomes: Any = parcel.genomes
    if shared.members is not None:
        numbers = np.arange(parcel.first, parcel.last) if parcel.numbers is None else parcel.numbers
        genomes = some_of(shared.members, numbers)
    scenario = replace(shared.scenario, damages=parcel.scenario.damages, slots=parcel.scenario.slots)
    return engine.evaluate(genomes, parcel.keys, scenario, lifetimes=shared.lifetimes)


def packed(value: Any) -> bytes:
    """Return a value as it travels between processes of one user, who trusts them."""
    return pickle.dumps(value, protocol=5)


def unpacked(data: bytes) -> Any:
    """Return what was packed."""
    return pickle.loads(data)  # noqa: S301 - of our own processes: no file is read
