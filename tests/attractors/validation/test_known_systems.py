"""The known systems are what they are said to be, and the tables count them right."""

from __future__ import annotations

import numpy as np
import pytest

from hebbax.attractors.validation.error_rates import (
    REFERENCE,
    SNR_DB,
    TICKS,
    Cell,
    confidence_line,
    han_ratio_table,
    measure_cell,
    noise_table,
    reference_table,
)
from hebbax.attractors.validation.known_systems import KNOWN_SYSTEMS, sample_trajectories, system_named
from hebbax.attractors.verdict import LABELS
from hebbax.errors import HebbaxError


def sampled(name: str, ticks: int = 300, snr_db: float = 300.0, seed: int = 0) -> np.ndarray:
    (rows,) = sample_trajectories(system_named(name), np.random.default_rng(seed), 1, ticks, snr_db)
    return rows.astype(np.float64)


@pytest.mark.parametrize("system", KNOWN_SYSTEMS, ids=lambda system: system.name)
def test_every_system_gives_weights(system):
    first = sample_trajectories(system, np.random.default_rng(3), 2, 120, 20)
    again = sample_trajectories(system, np.random.default_rng(3), 2, 120, 20)

    assert system.label in LABELS
    for rows, same in zip(first, again, strict=True):
        assert rows.dtype == np.float32
        assert rows.shape[0] == 120
        assert 50 <= rows.shape[1] <= 400
        assert np.isfinite(rows).all()
        np.testing.assert_array_equal(rows, same)


@pytest.mark.parametrize("snr_db", [10, 20])
def test_noise_is_as_strong_as_said(snr_db):
    """A circle has two components; what is left is noise."""
    rows = sampled("marginal map", 1000, snr_db)
    variances = np.sort(np.linalg.eigvalsh(np.cov(rows.T)))[::-1]

    noise = variances[2:].sum()
    assert 10 * np.log10(variances[:2].sum() / noise) == pytest.approx(snr_db, abs=0.4)


def test_noise_of_a_system_at_rest_is_against_its_weights():
    rows = sampled("constant", 1000, 20)
    assert np.mean(rows.mean(axis=0) ** 2) / np.mean(rows.var(axis=0)) == pytest.approx(100, rel=0.05)


def test_a_linear_map_repeats_its_matrix():
    """Two components turn by the same matrix every tick, with eigenvalues on the unit circle."""
    rows = sampled("marginal map")
    left, singular, _ = np.linalg.svd(rows - rows.mean(axis=0), full_matrices=False)
    plane = np.concatenate([left[:, :2] * singular[:2], np.ones((300, 1))], axis=1)
    matrix = np.linalg.lstsq(plane[:-1], plane[1:], rcond=None)[0]

    np.testing.assert_allclose(np.abs(np.linalg.eigvals(matrix)), 1, atol=1e-3)


def test_an_unstable_map_grows_and_a_stable_one_shrinks():
    grown = np.linalg.norm(np.diff(sampled("unstable map"), axis=0), axis=1)
    shrunk = np.linalg.norm(np.diff(sampled("stable map"), axis=0), axis=1)

    assert grown[-30:].mean() > 4 * grown[:30].mean()
    assert shrunk[-30:].mean() < 0.05 * shrunk[:30].mean()


def test_unknown_systems_and_empty_samples_are_errors():
    with pytest.raises(HebbaxError, match="unknown known system 'Lorentz': did you mean 'Lorenz'"):
        system_named("Lorentz")
    with pytest.raises(HebbaxError, match="lives=0"):
        sample_trajectories(system_named("Lorenz"), np.random.default_rng(0), 0, 100, 20)


def test_a_cell_counts_its_verdicts():
    cell = measure_cell("constant", 300, 20, 3, seed=1)

    assert cell.lives == 3
    assert cell.labels == {"fixed-point": 3}
    assert cell.right == 1
    assert cell.published == {"limit-cycle": 3}  # noise does not slow down
    assert cell.han_ratio_right == 0
    assert cell.sure >= cell.sure_right


def test_tables_have_a_row_a_system():
    cells = [
        Cell(system.name, ticks, snr, {system.label: 3, "none": 1}, {"limit-cycle": 4}, 2, 2)
        for system in KNOWN_SYSTEMS
        for ticks in TICKS
        for snr in SNR_DB
    ]
    grid, reference = noise_table(cells).splitlines(), reference_table(cells).splitlines()

    assert len(grid) == len(reference) == 2 + len(KNOWN_SYSTEMS)
    assert grid[2].count("| 75 ") == len(TICKS) * len(SNR_DB)
    assert f"{REFERENCE[0]:,}: {REFERENCE[1]} dB" in grid[0]
    assert reference[2] == "| constant | fixed-point | 3 fixed-point, 1 none | 75 | – | 4 limit-cycle | 0 |"
    published = han_ratio_table(cells).splitlines()
    assert published[2] == "| constant | fixed-point | 0 | 0 | 0 | 0 | 0 |"
    assert published[4] == "| marginal map | limit-cycle | 100 | 100 | 100 | 100 | 100 |"
    assert f"100.0 % of the {2 * len(cells):,} verdicts" in confidence_line(cells)
    assert "50.0 % of the others" in confidence_line(cells)
