"""Cycles of every period from 2 to 60 ticks, cycles that sampling folds, and motions that are still settling."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

_PERIODS = (2, 60)
_DRIFTING_FROM = 3  # ticks per period: with fewer, a phase that wanders is folded at half a cycle per tick
_HARMONICS = 12
_WEAKEST = 0.1  # of the strongest harmonic's possible size


@dataclass(frozen=True, eq=False)
class Motion:
    """A motion of a few dimensions, and its period in ticks where it has one."""

    latent: np.ndarray  # float64 [ticks, dimensions]
    period: float | None = None


def cycle(generator: np.random.Generator, ticks: int) -> Motion:
    """Return a cycle with a whole or any period, of 1 to 12 harmonics below half a cycle per tick."""
    period = _random_period(generator, *_PERIODS)
    return _of_harmonics(generator, np.arange(ticks) / period, _harmonics_below(generator, period), period)


def drifting_cycle(generator: np.random.Generator, ticks: int) -> Motion:
    """Return such a cycle whose phase walks by up to 2 % per period; its period is the mean one of this record."""
    period = _random_period(generator, _DRIFTING_FROM, _PERIODS[1])
    drift = generator.uniform(0.002, 0.02) * np.sqrt(period)
    turns = np.cumsum((1 + drift * generator.standard_normal(ticks)) / period)
    mean = (ticks - 1) / float(turns[-1] - turns[0])
    return _of_harmonics(generator, turns, _harmonics_below(generator, period), mean)


def folded_cycle(generator: np.random.Generator, ticks: int) -> Motion:
    """Return a cycle of p / q ticks, q from 2 to 4, with harmonics above half a cycle per tick: it repeats after p."""
    parts = int(generator.integers(2, 5))
    whole = int(generator.integers(2 * parts + 1, 40))
    while np.gcd(whole, parts) > 1:
        whole = int(generator.integers(2 * parts + 1, 40))
    harmonics = min(int(whole / parts / 2) + int(generator.integers(1, 4)), _HARMONICS)
    return _of_harmonics(generator, np.arange(ticks) * parts / whole, harmonics, float(whole))


def aliased_cycle(generator: np.random.Generator, ticks: int) -> Motion:
    """Return a cycle of 2.2 to 9 ticks, far from a simple ratio, with one to three harmonics that sampling folds.

    Its rows never repeat, and lie as those of a torus would.
    """
    ratios = np.unique([p / q for q in range(1, 13) for p in range(2 * q, 9 * q + 1)])
    period = float(generator.uniform(2.2, 9))
    while np.abs(ratios / period - 1).min() < 0.002:
        period = float(generator.uniform(2.2, 9))
    harmonics = int(period / 2) + int(generator.integers(1, 4))
    return _of_harmonics(generator, np.arange(ticks) / period, harmonics, None)


def settling_point(generator: np.random.Generator, ticks: int) -> Motion:
    """Return an approach to a point, over 0.3 to 0.65 of the record, with a ripple."""
    times = np.arange(ticks) / ticks
    decay = np.exp(-times / generator.uniform(0.3, 0.65))
    size, angles = generator.uniform(0, 0.05), 2 * np.pi * np.arange(ticks) / generator.uniform(8, 40)
    return Motion(np.stack([decay, size * np.cos(angles), size * np.sin(angles)], axis=1))


def settling_spiral(generator: np.random.Generator, ticks: int) -> Motion:
    """Return swings that die out over 0.5 to 0.8 of the record."""
    decay = np.exp(-np.arange(ticks) / (ticks * generator.uniform(0.5, 0.8)))
    angles = 2 * np.pi * np.arange(ticks) / generator.uniform(8, 40)
    return Motion(decay[:, None] * np.stack([np.cos(angles), np.sin(angles)], axis=1))


def steady_push(generator: np.random.Generator, ticks: int) -> Motion:
    """Return a straight way at a steady pace, which a normalisation of the weights has to bend."""
    return Motion(np.linspace(0, generator.uniform(1, 4), ticks)[:, None])


def _random_period(generator: np.random.Generator, minimum: int, maximum: int) -> float:
    """Return a whole number half of the time."""
    if generator.random() < 0.5:
        return float(generator.integers(minimum, maximum + 1))
    return float(generator.uniform(minimum, maximum))


def _harmonics_below(generator: np.random.Generator, period: float) -> int:
    """Return how many harmonics a cycle has: any number whose frequencies are at most half a cycle per tick."""
    return int(generator.integers(1, min(int(period / 2), _HARMONICS) + 1))


def _of_harmonics(generator: np.random.Generator, turns: np.ndarray, harmonics: int, period: float | None) -> Motion:
    """Return harmonics of random sizes, 0.1 to 1, and phases at turns [ticks], each in a plane of its own."""
    numbers = np.arange(1, harmonics + 1)
    sizes = np.exp(generator.uniform(np.log(_WEAKEST), 0, harmonics))
    angles = 2 * np.pi * (turns[:, None] * numbers + generator.random(harmonics))
    return Motion(np.concatenate([sizes * np.cos(angles), sizes * np.sin(angles)], axis=1), period)
