"""Observations played back: the same weights as in the life, twins that differ from their onset on, known exponents."""

from __future__ import annotations

from dataclasses import replace

import jax
import numpy as np
import pytest

from hebbax.analysis.driven import Playback
from hebbax.analysis.pairs import NUDGE, exponent_of, onsets
from hebbax.engines.native import NativeEngine
from hebbax.types import Normaliser

TICKS = 200


@pytest.fixture(scope="module")
def normaliser(swimmer) -> Normaliser:
    return Normaliser(np.full(swimmer.observation_size, 0.2), np.full(swimmer.observation_size, 0.5))


@pytest.fixture(scope="module")
def record(swimmer, han_e, genomes, normaliser):
    engine = NativeEngine(swimmer, han_e, threads=1)
    return engine.record(genomes[1], jax.random.key(3), normaliser=normaliser, ticks=TICKS)[1]


@pytest.fixture(scope="module")
def playback(han_e, genomes, normaliser) -> Playback:
    return Playback(han_e, genomes[1], normaliser, TICKS)


def test_the_first_copy_is_the_life_itself(playback, record):
    pairs = playback.pairs(jax.random.key(3), record.observations)

    for rows, onset in zip(pairs.first, onsets(TICKS), strict=True):
        # Compiled by another compiler: equal within rounding, which this contracting rule does not let grow.
        np.testing.assert_allclose(rows, record.weights[onset : onset + TICKS // 4], atol=2e-4)


def test_a_twin_begins_with_the_difference(playback, record):
    pairs = playback.pairs(jax.random.key(3), record.observations)

    apart = np.linalg.norm(pairs.second[:, 0] - pairs.first[:, 0], axis=1)
    np.testing.assert_allclose(apart, NUDGE * np.linalg.norm(pairs.first[:, 0], axis=1), rtol=1e-3)


def test_shorter_lives_need_no_other_compilation(playback, record):
    pairs = playback.pairs(jax.random.key(3), record.observations[:160])

    np.testing.assert_allclose(pairs.first[0], record.weights[80:120], atol=2e-4)
    assert playback.pairs(jax.random.key(3), record.observations[:100]) is None


def test_weights_that_stand_still_keep_their_difference(han_e, record, normaliser):
    still = replace(han_e, plasticity=replace(han_e.plasticity, normalisation="none"))
    playback = Playback(still, np.zeros(still.genome_size, np.float32), normaliser, TICKS)

    found = exponent_of(playback.pairs(jax.random.key(3), record.observations))

    assert found is not None
    assert found.exponent == pytest.approx(0.0, abs=1e-4)
