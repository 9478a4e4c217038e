"""Amplitudes and frequencies of known sines, and what white noise looks like."""

from __future__ import annotations

import numpy as np
import pytest

from hebbax.attractors.spectra import amplitude_spectrum, dominant_frequency, independent_signals
from hebbax.errors import HebbaxError

PERIOD = 0.05


def test_a_sine_has_its_amplitude_at_its_frequency():
    """10 full turns in 200 ticks of 0.05 s: 1 Hz, bin 10."""
    times = np.arange(200) * PERIOD
    spectrum = amplitude_spectrum(3 + np.stack([np.sin(2 * np.pi * times), 5 * np.cos(2 * np.pi * times)], 1), PERIOD)

    assert spectrum.frequencies[10] == pytest.approx(1)
    np.testing.assert_allclose(spectrum.amplitudes[10], [1, 5], rtol=1e-2)
    assert spectrum.amplitudes[0, 0] < 0.02
    assert spectrum.amplitudes[20:].max() < 1e-3


@pytest.mark.parametrize("frequency", [0.83, 1.0, 2.517, 4.0, 7.3])
def test_a_gait_frequency_between_bins(frequency):
    times = np.arange(300) * PERIOD
    actions = np.sin(2 * np.pi * frequency * times[:, None] + np.arange(6))
    actions += 0.3 * np.random.default_rng(0).normal(size=actions.shape)
    peak = dominant_frequency(actions, PERIOD)

    assert peak is not None
    assert peak.significant
    assert peak.frequency == pytest.approx(frequency, abs=0.003)  # bins are 0.067 Hz apart


def test_white_noise_has_no_gait():
    rng = np.random.default_rng(3)
    peaks = [dominant_frequency(rng.normal(size=(300, 6)), PERIOD) for _ in range(100)]
    assert sum(peak is not None and peak.significant for peak in peaks) <= 1


def test_what_stands_still_has_no_gait():
    assert dominant_frequency(np.ones((100, 3)), PERIOD) is None


def test_copies_of_a_signal_count_once():
    rng = np.random.default_rng(0)
    alone = rng.normal(size=(2000, 1))
    assert independent_signals(np.repeat(alone, 5, axis=1)) == pytest.approx(1)
    assert independent_signals(rng.normal(size=(2000, 5))) == pytest.approx(5, rel=0.02)
    assert independent_signals(rng.normal(size=(5, 2000))) == pytest.approx(5, rel=0.02)


def test_a_spectrum_needs_ticks():
    with pytest.raises(HebbaxError, match="at least 8"):
        amplitude_spectrum(np.zeros((7, 1)), PERIOD)
