"""Sinusoids with known frequencies, and which fundamentals they have."""

from __future__ import annotations

import numpy as np
import pytest

from hebbax.attractors.periodicity import folded_frequency, one_frequency, two_frequencies
from hebbax.attractors.sinusoids import fit_harmonics, fit_lines, fold, forecast_skill, lines_at

TIMES = np.arange(400)


def waves(*parts: tuple[float, float], noise: float = 0.0) -> np.ndarray:
    """Return two signals [400, 2] of (amplitude, frequency) and their quarter-turned copies."""
    angles = [2 * np.pi * frequency * TIMES for _, frequency in parts]
    first = sum(size * np.cos(angle) for (size, _), angle in zip(parts, angles, strict=True))
    second = sum(size * np.sin(angle) for (size, _), angle in zip(parts, angles, strict=True))
    return np.stack([first, second], axis=1) + noise * np.random.default_rng(0).normal(size=(400, 2))


def test_frequencies_and_powers_are_found():
    """A circle of radius r has power r² over both signals."""
    lines = fit_lines(waves((2, 0.0613), (1, 0.2107), noise=0.01), 2)

    np.testing.assert_allclose(lines.frequencies, [0.0613, 0.2107], atol=2e-6)
    np.testing.assert_allclose(lines.powers, [4, 1], rtol=0.01)
    assert lines.residual_variance == pytest.approx(2e-4, rel=0.2)


def test_two_lines_half_a_resolution_apart_are_told_apart_from_one():
    """1.5 / 400 apart: one peak of the spectrum, two lines of the fit."""
    lines = fit_lines(waves((1, 0.1), (1, 0.1 + 1.5 / 400)), 8)
    assert lines.residual_variance < 1e-2


def test_no_line_is_found_where_nothing_moves():
    assert len(fit_lines(np.ones((100, 2)), 4).frequencies) == 0


def test_search_stops_at_the_noise():
    signals = waves((1, 0.07), noise=0.1)
    assert len(fit_lines(signals, 16, noise=0.02).frequencies) == 1
    assert len(fit_lines(signals, 16).frequencies) == 16


def test_regular_motion_is_foretold_and_noise_is_not():
    signals = waves((2, 0.0613), (1, 0.2107))
    assert forecast_skill(fit_lines(signals[:260], 4), signals) > 0.999

    noise = np.random.default_rng(1).normal(size=(400, 2))
    assert forecast_skill(fit_lines(noise[:260], 8), noise) < 0


def test_what_noise_hides_does_not_count_as_missed():
    signals = waves((1, 0.0613), noise=0.3)
    early = fit_lines(signals[:260], 4, noise=0.18)

    assert forecast_skill(early, signals) == pytest.approx(1 / 1.18, abs=0.05)
    assert forecast_skill(early, signals, noise=0.18) == pytest.approx(1, abs=0.05)


def test_harmonics_are_fitted_by_their_fundamental():
    frequency, lines = fit_harmonics(waves((1, 0.11), (0.5, 0.22), (0.3, 0.33)), 0.11 + 0.05 / 400, np.array([1, 2, 3]))

    assert frequency == pytest.approx(0.11, abs=1e-5)
    assert lines.residual_variance < 1e-4


def test_a_harmonic_at_half_a_cycle_per_row_is_kept_and_one_above_is_not():
    """A period of 4 rows: the second harmonic alternates. Three times 0.25 would fold onto 0.25."""
    signals = waves((1, 0.25)) + 0.5 * np.cos(np.pi * TIMES)[:, None]
    _, lines = fit_harmonics(signals, 0.25, np.array([1, 2, 3]))

    np.testing.assert_allclose(lines.frequencies, [0.25, 0.5])
    assert lines.residual_variance < 1e-8
    np.testing.assert_allclose(np.sort(fit_lines(signals, 4).frequencies), [0.25, 0.5], atol=1e-6)


def test_lines_at_given_frequencies_are_least_squares():
    signals = waves((1, 0.1), noise=0.5)
    lines = lines_at(np.array([0.1]), signals)
    exact, *_ = np.linalg.lstsq(lines.design, signals, rcond=None)

    np.testing.assert_allclose(lines.coefficients, exact, rtol=1e-6)


def test_harmonics_share_one_fundamental():
    """Lines at 2f and 3f: neither is the fundamental, a third of the latter is."""
    frequencies, powers = np.array([2 * 0.0413, 3 * 0.0413]), np.array([1.0, 2.0])
    found = one_frequency(frequencies, powers, 1000, 4)

    assert found.fundamentals[0] == pytest.approx(0.0413)
    assert found.share == pytest.approx(1)


def test_the_highest_of_equal_fundamentals_is_taken():
    found = one_frequency(0.0513 * np.array([1, 2, 3]), np.array([3.0, 2.0, 1.0]), 1000, 4)
    assert found.fundamentals[0] == pytest.approx(0.0513)


def test_a_fundamental_needs_periods_within_the_record():
    assert one_frequency(np.array([0.03]), np.array([1.0]), 100, 4).fundamentals == ()


def test_incommensurate_lines_need_two_fundamentals():
    first, second = 0.05, 0.05 * np.sqrt(2)
    frequencies = np.array([first, second, second - first, 2 * first + second])
    powers = np.array([4.0, 3.0, 1.0, 1.0])

    assert one_frequency(frequencies, powers, 1000, 5).share < 0.6
    found = two_frequencies(frequencies, powers, 1000, 0.2)
    assert found.share == pytest.approx(1)


def test_a_fundamental_does_not_fold():
    """0.4 and 0.2 are harmonics of 0.2. Folded, they are those of 0.4, too, which made 5 rows a period of 2.5."""
    assert one_frequency(np.array([0.4, 0.2]), np.array([2.0, 1.0]), 1000, 4).fundamentals == (pytest.approx(0.2),)


def test_lines_that_sampling_has_folded_are_known_as_such():
    """A cycle of 4.7123 rows with three harmonics: the third is at 1 - 3f. Two lines alone are not taken for one."""
    fundamental = 1 / 4.7123
    lines = fold(fundamental * np.arange(1, 4))
    found = folded_frequency(lines, np.array([3.0, 2.0, 1.0]), 1000, 4)

    assert found.fundamentals == (pytest.approx(fundamental),)
    assert folded_frequency(np.array([0.05, 0.05 * np.sqrt(2)]), np.array([1.0, 1.0]), 1000, 4).fundamentals == ()
