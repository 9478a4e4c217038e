"""How regular a motion is: what its frequencies foretell, and how closely it comes back."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hebbax.analysis.lattice import one_frequency, two_frequencies
from hebbax.analysis.lines import fit_harmonics, fit_lines, foretold, refine
from hebbax.analysis.recurrence import period_by_autocorrelation, period_by_return_map
from hebbax.analysis.structure import Structure

_SIGNALS = 6  # components in which frequencies are looked for
_NEARLY_ALL = 0.99
_LINES = 16
_HARMONICS = 12
_FINE = 8  # rows a period from which on crossings of a section show how far apart they are


@dataclass(frozen=True)
class Regularity:
    """What frequencies and recurrence say of one motion."""

    rows: int
    foretold: float  # part of the last third's variance that sinusoids fitted to the rest foretell
    second_frequency: float  # part of the variance that all lines explain and one fundamental's harmonics do not
    line_period: float | None  # rows, of that fundamental
    return_period: float | None  # rows, by the Poincaré section
    closeness: float  # scatter of its crossings; infinite without any
    correlation_closeness: float  # of return in time; infinite where the correlation does not come back
    evidence: dict[str, float]

    @property
    def finely_sampled(self) -> bool:
        """Whether a return has rows enough to tell where the motion crosses a section."""
        return self.return_period is not None and self.return_period >= _FINE


def measure_regularity(structure: Structure, same_frequency: float, cycles: float) -> Regularity:
    """Measure the regularity of a motion by its leading components.

    `same_frequency` is the difference below which frequencies are the same, in units of 1 / rows, and `cycles` how many
    periods the record has to hold.
    """
    signals = _leading(structure)
    rows, noise = len(signals), structure.noise * signals.shape[1]
    begin = signals[: 2 * rows // 3]
    early = fit_lines(begin, _LINES, noise)
    regular = foretold(early, signals, noise)
    lines = refine(early.frequencies, signals)
    one = one_frequency(lines.frequencies, lines.powers, rows, same_frequency, cycles)
    two = two_frequencies(lines.frequencies, lines.powers, rows, same_frequency)
    second, period = 1.0, None
    if one.fundamentals:
        frequency, cycle = fit_harmonics(signals, one.fundamentals[0], _HARMONICS)
        second = max(cycle.left - max(lines.left, noise), 0.0) / float(np.sum(np.var(signals, axis=0)))
        regular = max(regular, foretold(fit_harmonics(begin, frequency, _HARMONICS)[1], signals, noise))
        period = 1 / frequency
    back, correlated = period_by_return_map(signals, structure.noise), period_by_autocorrelation(signals)
    evidence = {"foretold": regular, "second_frequency": second}
    evidence |= {"one_frequency": one.share, "two_frequencies": two.share}
    if back is not None:
        evidence |= {"return_period": back.period, "return_closeness": back.closeness}
    if correlated is not None:
        evidence |= {"correlation_period": correlated.period, "correlation_closeness": correlated.closeness}
    return Regularity(
        rows=rows,
        foretold=regular,
        second_frequency=second,
        line_period=period,
        return_period=None if back is None else back.period,
        closeness=float("inf") if back is None else back.closeness,
        correlation_closeness=float("inf") if correlated is None else correlated.closeness,
        evidence=evidence,
    )


def _leading(structure: Structure) -> np.ndarray:
    """Return the scores of the components that hold nearly all of the shared motion, at most 6."""
    shares = np.cumsum(np.mean(structure.scores**2, axis=0))
    enough = int(np.searchsorted(shares, _NEARLY_ALL * shares[-1])) + 1
    return structure.scores[:, : min(enough, _SIGNALS)]
