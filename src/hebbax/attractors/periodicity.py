"""How regular a motion is: what its frequencies foretell, and how closely it comes back."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hebbax.attractors.lattice import folded_frequency, one_frequency, two_frequencies
from hebbax.attractors.recurrence import mean_frequency, period_by_autocorrelation, period_by_return_map
from hebbax.attractors.sinusoids import Lines, fit_harmonics, fit_lines, foretold, refine
from hebbax.attractors.structure import Structure

_NEARLY_ALL = 0.999
_LINES = 20
_EXACT = 5e-5  # part of the variance that rounding and fitting leave of exact harmonics
_SAME_FREQUENCY = 0.2  # of the record's resolution, for sums of two frequencies


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
    regular = foretold(early, signals, noise)
    lines = refine(early.frequencies, signals)
    one = one_frequency(lines.frequencies, lines.powers, rows, cycles)
    period, detuned = None, float("inf")
    if one.fundamentals:
        numbers = np.unique(np.round(lines.frequencies / one.fundamentals[0]).clip(1)).astype(int)
        frequency, harmonics = fit_harmonics(signals, one.fundamentals[0], numbers)
        regular = max(regular, foretold(fit_harmonics(begin, frequency, numbers)[1], signals, noise))
        period, detuned = 1 / frequency, _detuned(harmonics, signals, structure.noise)
    folded = folded_frequency(lines.frequencies, lines.powers, rows, cycles)
    two = two_frequencies(lines.frequencies, lines.powers, rows, _SAME_FREQUENCY)
    back = period_by_return_map(signals, structure.noise, cycles=cycles, expected=() if period is None else (period,))
    turns = 0.0 if back is None else back.period * mean_frequency(signals)
    correlated = period_by_autocorrelation(signals)
    evidence = {"foretold": regular, "second_frequency": 1 - one.share, "detuned": detuned}
    evidence |= {"one_frequency": one.share, "two_frequencies": two.share, "folded": folded.share}
    if back is not None:
        evidence |= {"return_period": back.period, "return_closeness": back.closeness}
        evidence |= {"turns": turns}
    if correlated is not None:
        evidence |= {"correlation_period": correlated.period, "correlation_closeness": correlated.closeness}
    return Regularity(
        rows=rows,
        foretold=regular,
        second_frequency=1 - one.share,
        detuned=detuned,
        line_period=period,
        aliased=bool(folded.fundamentals),
        return_period=None if back is None else back.period,
        closeness=float("inf") if back is None else back.closeness,
        turns=turns,
        evidence=evidence,
    )


def _detuned(harmonics: Lines, signals: np.ndarray, noise: float) -> float:
    """Return by how much as many lines fit better once each may have a frequency of its own, over what chance allows.

    Chance gives each free frequency the variance of the noise in one direction and at one row.
    """
    free = refine(harmonics.frequencies, signals)
    gain = max(harmonics.left - free.left, 0.0)
    count = len(harmonics.frequencies)
    chance = noise * (count + 3 * np.sqrt(2 * count)) / len(signals)
    return float(gain / (chance + _EXACT * np.sum(np.var(signals, axis=0))))


def _leading(structure: Structure) -> np.ndarray:
    """Return the scores of the components that hold nearly all of the shared motion."""
    shares = np.cumsum(np.mean(structure.scores**2, axis=0))
    enough = int(np.searchsorted(shares, _NEARLY_ALL * shares[-1])) + 1
    return structure.scores[:, :enough]
