"""How regular a motion is: what its frequencies foretell, and how closely it comes back.

Its frequencies are multiples of one fundamental, or sums of multiples of two. A limit cycle has the frequencies k·f. A
motion on a torus has k·f₁ + l·f₂, with f₁ and f₂ incommensurate: its orbit never closes. Sampled once per row,
frequencies above half a cycle per row appear folded to below it. A cycle with such harmonics looks like a motion of two
frequencies, and may be one.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np

from hebbax.attractors.principal_components import Structure
from hebbax.attractors.recurrence import mean_frequency, period_by_autocorrelation, period_by_return_map
from hebbax.attractors.sinusoids import Lines, fit_harmonics, fit_lines, fold, forecast_skill, refine

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

_NEARLY_ALL = 0.999
_LINES = 20
_EXACT = 5e-5  # part of the variance that rounding and fitting leave of exact harmonics
_SAME_FREQUENCY = 0.2  # of the record's resolution, for sums of two frequencies


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
    candidates = np.unique((strongest[:, None] / np.arange(1, _DIVISORS + 1)).ravel())
    candidates = candidates[candidates >= cycles / rows]
    if not len(candidates):
        return Lattice((), 0.0)
    numbers = np.clip(np.round(frequencies / candidates[:, None]), 1, _HIGHEST)
    near = np.abs(frequencies - numbers * candidates[:, None]) < _NEAR / rows
    # Weighted least squares over the lines that are near a multiple.
    weights = near * powers * numbers
    candidates = np.sum(weights * frequencies, axis=1) / np.sum(weights * numbers, axis=1)
    shares = (np.abs(frequencies - numbers * candidates[:, None]) < _SAME / rows) @ powers / powers.sum()
    best = int(np.argmax(np.where(shares >= shares.max() - _WEAK, candidates, 0.0)))
    return Lattice((float(candidates[best]),), float(shares[best]))


def folded_frequency(frequencies: np.ndarray, powers: np.ndarray, rows: int, cycles: float) -> Lattice:
    """Return the fundamental whose harmonics, folded by sampling, are nearly all of lines [lines] and nearly all there.

    Its lines may as well be those of a torus. The share is 0, and the fundamental missing, where there is none.
    """
    strongest = frequencies[np.argsort(powers)[::-1][:_STRONGEST]]
    numbers = np.arange(1, _FOLDED_HIGHEST + 1)
    turns = np.arange(_FOLDED_HIGHEST // 2 + 1)
    candidates = np.concatenate(
        [((turns + sign * line) / numbers[:, None]).ravel() for line in strongest for sign in (-1, 1)]
    )
    candidates = np.unique(candidates[(candidates >= cycles / rows) & (candidates <= 0.5)])
    best = Lattice((), 0.0)
    for fundamental in candidates.tolist():
        distances = np.abs(fold(fundamental * numbers)[:, None] - frequencies) * rows
        if np.any(distances < _FOLDED_SAME, axis=0) @ powers < (1 - _WEAK) * powers.sum():
            continue
        present = np.any(distances < _FOLDED_SAME, axis=1)
        highest = int(np.flatnonzero(present)[-1]) + 1
        complete = float(present[:highest].mean())
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
        matches = np.abs(sums[:, None] - frequencies).min(axis=0) < tolerance / rows
        share = float(matches @ powers / powers.sum())
        if share > best.share + 0.01:
            best = Lattice((float(pair[0]), float(pair[1])), share)
    return best


@dataclass(frozen=True)
class Regularity:
    """What frequencies and recurrence say of one motion."""

    rows: int
    foretold: float  # part of the last third's variance that sinusoids fitted to the rest foretell
    second_frequency: float  # part of the lines' power that is no harmonic of one fundamental
    detuned: float  # what harmonics leave more than lines of free frequencies do, over what chance allows
    line_period: float | None  # rows, of that fundamental
    aliased: bool  # whether the lines are harmonics of one fundamental that sampling has folded
    return_period: float | None  # rows, by the return map
    closeness: float  # of its returns; infinite without any
    turns: float  # that the motion makes at its mean frequency from one return to the next
    evidence: dict[str, float]


def measure_regularity(structure: Structure, cycles: float) -> Regularity:
    """Measure the regularity of a motion by its leading components; a period is looked for `cycles` times or more."""
    signals = _leading(structure)
    rows, noise = len(signals), structure.noise * signals.shape[1]
    begin = signals[: 2 * rows // 3]
    early = fit_lines(begin, _LINES, noise)
    skill = forecast_skill(early, signals, noise)
    lines = refine(early.frequencies, signals)
    one = one_frequency(lines.frequencies, lines.powers, rows, cycles)
    period, detuned = None, float("inf")
    if one.fundamentals:
        numbers = np.unique(np.round(lines.frequencies / one.fundamentals[0]).clip(1)).astype(int)
        frequency, harmonics = fit_harmonics(signals, one.fundamentals[0], numbers)
        skill = max(skill, forecast_skill(fit_harmonics(begin, frequency, numbers)[1], signals, noise))
        period, detuned = 1 / frequency, _detuning(harmonics, signals, structure.noise)
    alias = folded_frequency(lines.frequencies, lines.powers, rows, cycles)
    two = two_frequencies(lines.frequencies, lines.powers, rows, _SAME_FREQUENCY)
    recurrence = period_by_return_map(
        signals, structure.noise, cycles=cycles, expected=() if period is None else (period,)
    )
    turns = 0.0 if recurrence is None else recurrence.period * mean_frequency(signals)
    correlation = period_by_autocorrelation(signals)
    evidence = {"foretold": skill, "second_frequency": 1 - one.share, "detuned": detuned}
    evidence |= {"one_frequency": one.share, "two_frequencies": two.share, "folded": alias.share}
    if recurrence is not None:
        evidence |= {"return_period": recurrence.period, "return_closeness": recurrence.closeness}
        evidence |= {"turns": turns}
    if correlation is not None:
        evidence |= {"correlation_period": correlation.period, "correlation_closeness": correlation.closeness}
    return Regularity(
        rows=rows,
        foretold=skill,
        second_frequency=1 - one.share,
        detuned=detuned,
        line_period=period,
        aliased=bool(alias.fundamentals),
        return_period=None if recurrence is None else recurrence.period,
        closeness=float("inf") if recurrence is None else recurrence.closeness,
        turns=turns,
        evidence=evidence,
    )


def _detuning(harmonics: Lines, signals: np.ndarray, noise: float) -> float:
    """Return by how much as many lines fit better once each may have a frequency of its own, over what chance allows.

    Chance gives each free frequency the variance of the noise in one direction and at one row.
    """
    free = refine(harmonics.frequencies, signals)
    gain = max(harmonics.residual_variance - free.residual_variance, 0.0)
    count = len(harmonics.frequencies)
    chance = noise * (count + 3 * np.sqrt(2 * count)) / len(signals)
    return float(gain / (chance + _EXACT * np.sum(np.var(signals, axis=0))))


def _leading(structure: Structure) -> np.ndarray:
    """Return the scores of the components that hold nearly all of the shared motion."""
    shares = np.cumsum(np.mean(structure.scores**2, axis=0))
    enough = int(np.searchsorted(shares, _NEARLY_ALL * shares[-1])) + 1
    return structure.scores[:, :enough]
