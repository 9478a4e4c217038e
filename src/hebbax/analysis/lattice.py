"""Whether the frequencies of a motion are multiples of one fundamental, or sums of multiples of two.

A limit cycle has the frequencies k·f. A motion on a torus has k·f₁ + l·f₂, with f₁ and f₂ incommensurate: its orbit
never closes. Sampled once a tick, every frequency appears folded to between 0 and ½ cycle a tick.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np

from hebbax.analysis.lines import fold

_STRONGEST = 5  # lines from which fundamentals are tried
_DIVISORS = 3  # a strong line may be up to the third harmonic; more would match anything by chance
_HARMONICS = 12
_ORDER = 6  # |k| + |l| up to which sums of two frequencies are looked for: lines of higher order are weak


@dataclass(frozen=True)
class Lattice:
    """The fundamentals of a set of lines, and which part of the lines' power is at their multiples and sums."""

    fundamentals: tuple[float, ...]  # cycles a row; none where no line is periodic
    share: float  # 0 to 1


def one_frequency(frequencies: np.ndarray, powers: np.ndarray, rows: int, tolerance: float, cycles: float) -> Lattice:
    """Return the fundamental whose harmonics hold most of the power of lines [lines], the highest among equals.

    `tolerance` is in units of 1 / rows. A fundamental has at least `cycles` periods within the record.
    """
    strongest = frequencies[np.argsort(powers)[::-1][:_STRONGEST]]
    tried = np.unique((strongest[:, None] / np.arange(1, _DIVISORS + 1)).ravel())
    tried = tried[tried >= cycles / rows]
    if not len(tried):
        return Lattice((), 0.0)
    multiples = fold(tried[:, None] * np.arange(1, _HARMONICS + 1))
    distance = np.abs(multiples[:, :, None] - frequencies).min(axis=1)
    shares = (distance < tolerance / rows) @ powers / powers.sum()
    best = int(np.flatnonzero(shares >= shares.max() - 0.01)[-1])
    return Lattice((float(tried[best]),), float(shares[best]))


def two_frequencies(frequencies: np.ndarray, powers: np.ndarray, rows: int, tolerance: float) -> Lattice:
    """Return the pair of strong lines whose sums of multiples hold most of the power of lines [lines]."""
    strongest = frequencies[np.argsort(powers)[::-1][:_STRONGEST]]
    number = np.arange(-_ORDER, _ORDER + 1)
    first, second = np.meshgrid(number, number, indexing="ij")
    wanted = np.abs(first) + np.abs(second) <= _ORDER
    found = Lattice((), 0.0)
    for pair in combinations(strongest, 2):
        sums = fold(first[wanted] * pair[0] + second[wanted] * pair[1])
        matched = np.abs(sums[:, None] - frequencies).min(axis=0) < tolerance / rows
        share = float(matched @ powers / powers.sum())
        if share > found.share + 0.01:
            found = Lattice((float(pair[0]), float(pair[1])), share)
    return found
