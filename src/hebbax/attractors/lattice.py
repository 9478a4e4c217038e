"""Whether the frequencies of a motion are multiples of one fundamental, or sums of multiples of two.

A limit cycle has the frequencies k·f. A motion on a torus has k·f₁ + l·f₂, with f₁ and f₂ incommensurate: its orbit
never closes. Sampled once per row, frequencies above half a cycle per row appear folded to below it. A cycle with such
harmonics looks like a motion of two frequencies, and may be one.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np

from hebbax.attractors.sinusoids import fold

_STRONGEST = 6  # lines from which fundamentals are tried
_DIVISORS = 12  # a strong line may be up to the twelfth harmonic
_HIGHEST = 30  # harmonics that are looked for
_NEAR = 0.25  # of the record's resolution: what a fundamental is refined on
_SAME = 0.15  # of the record's resolution: lines of a motion that is not quite steady are off by as much
_WEAK = 0.003  # of the power: lines below may be the noise's
_ORDER = 6  # |k| + |l| up to which sums of two frequencies are looked for: lines of higher order are weak
_FOLDED_SAME = 0.03
_FOLDED_HIGHEST = 12
_COMPLETE = 0.6  # of the harmonics up to the highest, so that a few chance matches make no cycle


@dataclass(frozen=True)
class Lattice:
    """The fundamentals of a set of lines, and which part of the lines' power is at their multiples and sums."""

    fundamentals: tuple[float, ...]  # cycles per row; none where no line is periodic
    share: float  # 0 to 1


def one_frequency(frequencies: np.ndarray, powers: np.ndarray, rows: int, cycles: float) -> Lattice:
    """Return the fundamental whose harmonics, up to half a cycle per row, hold most of the power of lines [lines].

    The highest among those that lack less than 0.3 % of it. It has at least `cycles` periods within the record, and is
    a twelfth or more of one of the six strongest lines.
    """
    strongest = frequencies[np.argsort(powers)[::-1][:_STRONGEST]]
    tried = np.unique((strongest[:, None] / np.arange(1, _DIVISORS + 1)).ravel())
    tried = tried[tried >= cycles / rows]
    if not len(tried):
        return Lattice((), 0.0)
    numbers = np.clip(np.round(frequencies / tried[:, None]), 1, _HIGHEST)
    near = np.abs(frequencies - numbers * tried[:, None]) < _NEAR / rows
    # Weighted least squares over the lines that are near a multiple.
    weighted = near * powers * numbers
    tried = np.sum(weighted * frequencies, axis=1) / np.sum(weighted * numbers, axis=1)
    shares = (np.abs(frequencies - numbers * tried[:, None]) < _SAME / rows) @ powers / powers.sum()
    best = int(np.argmax(np.where(shares >= shares.max() - _WEAK, tried, 0.0)))
    return Lattice((float(tried[best]),), float(shares[best]))


def folded_frequency(frequencies: np.ndarray, powers: np.ndarray, rows: int, cycles: float) -> Lattice:
    """Return the fundamental whose harmonics, folded by sampling, are nearly all of lines [lines] and nearly all there.

    Its lines may as well be those of a torus. The share is 0, and the fundamental missing, where there is none.
    """
    strongest = frequencies[np.argsort(powers)[::-1][:_STRONGEST]]
    numbers = np.arange(1, _FOLDED_HIGHEST + 1)
    turns = np.arange(_FOLDED_HIGHEST // 2 + 1)
    tried = np.concatenate(
        [((turns + sign * line) / numbers[:, None]).ravel() for line in strongest for sign in (-1, 1)]
    )
    tried = np.unique(tried[(tried >= cycles / rows) & (tried <= 0.5)])
    best = Lattice((), 0.0)
    for fundamental in tried.tolist():
        distances = np.abs(fold(fundamental * numbers)[:, None] - frequencies) * rows
        if np.any(distances < _FOLDED_SAME, axis=0) @ powers < (1 - _WEAK) * powers.sum():
            continue
        there = np.any(distances < _FOLDED_SAME, axis=1)
        highest = int(np.flatnonzero(there)[-1]) + 1
        complete = float(there[:highest].mean())
        if highest * fundamental > 0.5 and complete >= _COMPLETE and complete > best.share:
            best = Lattice((fundamental,), complete)
    return best


def two_frequencies(frequencies: np.ndarray, powers: np.ndarray, rows: int, tolerance: float) -> Lattice:
    """Return the pair of strong lines whose sums of multiples hold most of the power of lines [lines]."""
    strongest = frequencies[np.argsort(powers)[::-1][:_STRONGEST]]
    number = np.arange(-_ORDER, _ORDER + 1)
    first, second = np.meshgrid(number, number, indexing="ij")
    low_order = np.abs(first) + np.abs(second) <= _ORDER
    best = Lattice((), 0.0)
    for pair in combinations(strongest, 2):
        sums = fold(first[low_order] * pair[0] + second[low_order] * pair[1])
        matched = np.abs(sums[:, None] - frequencies).min(axis=0) < tolerance / rows
        share = float(matched @ powers / powers.sum())
        if share > best.share + 0.01:
            best = Lattice((float(pair[0]), float(pair[1])), share)
    return best
