"""A motion as a sum of sinusoids: which frequencies it is made of, and whether they foretell how it goes on.

Periodic and quasi-periodic motions are sums of sinusoids that never end, so what is fitted to one part of a record
extrapolates to the next. Chaos and noise have continuous spectra: sinusoids fit them, and fail to extrapolate.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

_PADDING = 4  # zeros added to a spectrum, so that a peak's height is read within 1 % of where it is highest
_RIDGE = 1e-9  # relative to the diagonal of the normal equations
_REFINEMENTS = 4  # rounds, each three times finer than the one before
_POLISH = 3  # Gauss-Newton steps once all frequencies are found
_RESIDUAL = 3e-4
_ROUNDING = 1e-12


@dataclass(frozen=True, eq=False)
class Lines:
    """Sinusoids at frequencies that several signals share: constant + Σ a_k cos 2πf_k t + b_k sin 2πf_k t."""

    frequencies: np.ndarray  # float64 [lines], cycles per row, in the order they were found
    coefficients: np.ndarray  # float64 [1 + 2 lines, signals]: constant, then cosine and sine of each line
    residual: np.ndarray  # float64 [rows, signals]
    design: np.ndarray  # float64 [rows, 1 + 2 lines], the columns that the coefficients belong to

    @property
    def residual_variance(self) -> float:
        """The variance that the lines do not explain."""
        return float(np.sum(self.residual**2)) / len(self.residual)

    @property
    def powers(self) -> np.ndarray:
        """Each line's mean square over time, summed over signals, float64 [lines]."""
        pairs = self.coefficients[1:].reshape(len(self.frequencies), 2, -1)
        return 0.5 * np.sum(pairs**2, axis=(1, 2))

    def at(self, times: np.ndarray) -> np.ndarray:
        """Return the sum of the sinusoids at times in rows: [times] to [times, signals]."""
        return _design(self.frequencies, times) @ self.coefficients


def fit_lines(signals: np.ndarray, limit: int, noise: float = 0.0) -> Lines:
    """Fit up to `limit` sinusoids to signals [rows, signals], the strongest first, refitting all after each.

    It stops early when no more variance is left than `noise` and 3 parts in 10,000 of the whole. Frequencies below two
    cycles per record are trends, not lines, and left out. All are refined by Gauss-Newton on the residual, so they are
    finer than the record's resolution of 1 / rows. This is Högbom's CLEAN (1974), with amplitudes and frequencies
    solved anew.
    """
    lines = lines_at(np.zeros(0), signals)
    # The last part is what rounding leaves of a constant.
    enough = noise + _RESIDUAL * lines.residual_variance + _ROUNDING * float(np.mean(signals**2))
    while len(lines.frequencies) < limit and lines.residual_variance > enough:
        frequency = _strongest(lines.residual, lines.frequencies)
        if frequency is None:
            break
        lines = _polish(lines_at(np.append(lines.frequencies, frequency), signals), signals)
    return refine(lines.frequencies, signals)


def refine(frequencies: np.ndarray, signals: np.ndarray) -> Lines:
    """Fit sinusoids near these frequencies [lines] to signals [rows, signals]."""
    lines = lines_at(frequencies, signals)
    for _ in range(_POLISH if len(frequencies) else 0):
        lines = _polish(lines, signals)
    return lines


def lines_at(frequencies: np.ndarray, signals: np.ndarray) -> Lines:
    """Fit sinusoids at exactly these frequencies [lines] to signals [rows, signals]."""
    design = _design(frequencies, np.arange(len(signals), dtype=np.float64))
    coefficients = _least_squares(design, signals)
    return Lines(frequencies, coefficients, signals - design @ coefficients, design)


def forecast_skill(lines: Lines, signals: np.ndarray, noise: float = 0.0) -> float:
    """Return which part of the variance of the rest of a record is foretold by lines fitted to its beginning.

    Signals are [rows, signals] of the whole record; `noise` is the variance that nothing can foretell. 1 is all of it,
    0 as good as the mean of the beginning; worse is negative. This is the skill score of a forecast, 1 less its mean
    squared error over that of the mean.
    """
    begin = len(lines.residual)
    rest = signals[begin:]
    error = np.mean(np.sum((rest - lines.at(np.arange(begin, len(signals)))) ** 2, axis=1)) - noise
    spread = np.mean(np.sum((rest - signals[:begin].mean(axis=0)) ** 2, axis=1)) - noise
    return 1.0 - max(float(error), 0.0) / float(spread) if spread > 0 else 0.0


def fit_harmonics(signals: np.ndarray, frequency: float, harmonics: np.ndarray) -> tuple[float, Lines]:
    """Return the fundamental near a frequency whose harmonics leave least of signals [rows, signals], and their fit.

    `harmonics` are their numbers, int64 [harmonics]. The fundamental is looked for within a quarter of the record's
    resolution, divided by the highest of them. Those above half a cycle per row are left out: sampling would fold them
    onto frequencies that are none of the fundamental's.
    """
    reach = 0.25 / len(signals) / float(harmonics.max())
    best = frequency, lines_at(_harmonics(frequency, harmonics, len(signals)), signals)
    for _ in range(_REFINEMENTS):
        for trial in (best[0] - reach, best[0] - reach / 2, best[0] + reach / 2, best[0] + reach):
            lines = lines_at(_harmonics(trial, harmonics, len(signals)), signals)
            best = (trial, lines) if lines.residual_variance < best[1].residual_variance else best
        reach /= 4
    return best


def _harmonics(frequency: float, numbers: np.ndarray, rows: int) -> np.ndarray:
    """Return the harmonics of a frequency up to half a cycle per row, which is one of them for an even whole period."""
    multiples = frequency * numbers
    multiples[np.abs(multiples - 0.5) < 0.5 / rows] = 0.5
    return multiples[multiples <= 0.5]


def fold(frequencies: np.ndarray) -> np.ndarray:
    """Return the frequencies between 0 and ½ cycle per row that sampling makes of any frequencies."""
    return np.abs(frequencies - np.round(frequencies))


def _design(frequencies: np.ndarray, times: np.ndarray) -> np.ndarray:
    """Return constant, cosine and sine columns: [times, 1 + 2 lines]."""
    phases = 2 * np.pi * times[:, None] * frequencies
    design = np.ones((len(times), 1 + 2 * len(frequencies)))
    np.cos(phases, out=design[:, 1::2])
    np.sin(phases, out=design[:, 2::2])
    return design


def _least_squares(design: np.ndarray, signals: np.ndarray) -> np.ndarray:
    """Return the coefficients by the normal equations, which cost little: sinusoids are nearly orthogonal."""
    gram = design.T @ design
    # Two lines within the record's resolution make columns nearly alike; the ridge keeps their amplitudes finite.
    gram.flat[:: len(gram) + 1] += _RIDGE * len(design)
    return np.linalg.solve(gram, design.T @ signals)


def _strongest(residual: np.ndarray, frequencies: np.ndarray) -> float | None:
    """Return the frequency at which the residual [rows, signals] has most power, away from lines that are known."""
    rows = len(residual)
    size = _PADDING * rows
    power = np.sum(np.abs(np.fft.rfft(residual * np.hanning(rows)[:, None], size, axis=0)) ** 2, axis=1)
    grid = np.arange(len(power)) / size
    power[grid < 2 / rows] = 0
    for frequency in frequencies:
        power[np.abs(grid - frequency) < 1 / rows] = 0
    peak = int(np.argmax(power))
    if power[peak] <= 0:
        return None
    if grid[peak] > 0.5 - 0.5 / rows:
        return 0.5  # rows that alternate: a cosine alone, for its sine is 0 at every row
    return float((peak + parabolic_offset(power[peak - 1 : peak + 2])) / size)


def parabolic_offset(power: np.ndarray) -> float:
    """Return where the parabola through three log powers [3] has its top, between -½ and ½ of their spacing."""
    if not (power > 0).all():
        return 0.0
    left, middle, right = np.log(power)
    curvature = left - 2 * middle + right
    return float(np.clip(0.5 * (left - right) / curvature, -0.5, 0.5)) if curvature < 0 else 0.0


def _polish(lines: Lines, signals: np.ndarray) -> Lines:
    """Take one Gauss-Newton step of all frequencies together; keep it only if less is left."""
    rows, signal_count = signals.shape
    count = len(lines.frequencies)
    cosines, sines = lines.design[:, 1::2, None], lines.design[:, 2::2, None]
    pairs = lines.coefficients[1:].reshape(count, 2, signal_count)
    times = 2 * np.pi * np.arange(rows)[:, None, None]
    slopes = (times * (cosines * pairs[:, 1] - sines * pairs[:, 0])).reshape(rows, -1)
    # Amplitudes are solved anew after the step, so only what they cannot make up for counts (variable projection).
    slopes = (slopes - lines.design @ _least_squares(lines.design, slopes)).reshape(rows, count, signal_count)
    flat = slopes.transpose(0, 2, 1).reshape(-1, count)
    gram = flat.T @ flat
    gram.flat[:: count + 1] += _RIDGE * np.trace(gram) / count + np.finfo(float).tiny
    step = np.linalg.solve(gram, flat.T @ lines.residual.ravel()).clip(-0.5 / rows, 0.5 / rows)
    trial = lines_at(np.clip(lines.frequencies + step, 1 / rows, 0.5), signals)
    return trial if trial.residual_variance < lines.residual_variance else lines
