"""Amplitude spectra of weights and actions, and the frequency that a gait has."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hebbax.attractors.sinusoids import parabolic_offset
from hebbax.attractors.trajectory import check_control_period, check_trajectory

_PADDING = 4
_SURE = 1e-3  # chance with which white noise would have so high a peak


@dataclass(frozen=True, eq=False)
class Spectrum:
    """How strongly signals oscillate at each frequency."""

    frequencies: np.ndarray  # float64 [bins], Hz
    amplitudes: np.ndarray  # float64 [bins, signals], in the signals' units: a sine of amplitude 1 has a peak of 1


@dataclass(frozen=True)
class Peak:
    """The strongest oscillation of a set of signals."""

    frequency: float  # Hz
    prominence: float  # its power over the median power of the spectrum
    significant: bool  # whether white noise would have such a peak in less than one record of a thousand


def amplitude_spectrum(signals: np.ndarray, control_period: float) -> Spectrum:
    """Return the one-sided amplitude spectrum of signals [ticks, signals], their means taken out.

    A Hann window keeps strong lines from leaking over weak ones; its loss is made good. Raises HebbaxError for fewer
    than 8 ticks or a wrong control period.
    """
    rows = check_trajectory(signals, ticks=8).astype(np.float64)
    check_control_period(control_period)
    window = np.hanning(len(rows))
    spectrum = np.fft.rfft((rows - rows.mean(axis=0)) * window[:, None], axis=0)
    amplitudes = 2 * np.abs(spectrum) / window.sum()
    return Spectrum(np.fft.rfftfreq(len(rows), control_period), amplitudes)


def dominant_frequency(signals: np.ndarray, control_period: float) -> Peak | None:
    """Return the strongest common oscillation of signals [ticks, signals], such as a gait's of the actions.

    Every signal counts by its variance. The peak of the summed power spectrum is placed between bins by a parabola
    through the logarithms. Frequencies below two cycles per record are left out. It is significant if it stands above
    the median power by more than the largest of so many values of white noise would (each bin of n independent signals
    has a χ² distribution with 2n degrees of freedom). None if nothing moves.
    """
    rows = check_trajectory(signals, ticks=8).astype(np.float64)
    check_control_period(control_period)
    centred = rows - rows.mean(axis=0)
    size = _PADDING * len(rows)
    power = np.sum(np.abs(np.fft.rfft(centred * np.hanning(len(rows))[:, None], size, axis=0)) ** 2, axis=1)
    grid = np.fft.rfftfreq(size, control_period)
    inside = np.flatnonzero((grid >= 2 / (len(rows) * control_period)) & (np.arange(len(grid)) < len(grid) - 1))
    peak = int(inside[np.argmax(power[inside])])
    if power[peak] <= 0:
        return None
    prominence = float(power[peak] / max(np.median(power[inside]), np.finfo(float).tiny))
    offset = parabolic_offset(power[peak - 1 : peak + 2])
    limit = noise_peak(len(inside) / _PADDING, independent_signals(centred))
    return Peak(float((peak + offset) / (size * control_period)), prominence, prominence > limit)


def independent_signals(centred: np.ndarray) -> float:
    """Return how many independent signals of equal variance have as even a covariance as signals [rows, signals].

    The participation ratio (Σλ)² / Σλ² of the covariance's eigenvalues.
    """
    gram = centred.T @ centred if centred.shape[1] <= len(centred) else centred @ centred.T
    square = float(np.sum(gram**2))
    return float(np.trace(gram)) ** 2 / square if square > 0 else 1.0


def noise_peak(bins: float, signals: float) -> float:
    """Return how far the highest of `bins` bins of white noise's power is above their median, at most.

    The 99.9 % quantile, with Wilson and Hilferty's approximation of χ² with 2 × signals degrees of freedom.
    """
    # Quantile of the normal distribution far out, from its tail exp(-z²/2) / (z √2π).
    chance = _SURE / max(bins, 1.0)
    deviate = np.sqrt(-2 * np.log(chance))
    for _ in range(5):
        deviate = np.sqrt(-2 * np.log(chance * deviate * np.sqrt(2 * np.pi)))
    spread = 1 / (9 * signals)
    highest = (1 - spread + deviate * np.sqrt(spread)) ** 3
    return float(highest / (1 - spread) ** 3)
