"""The weights' own exponent: tangents beside finite differences, and rules whose answer is known."""

from __future__ import annotations

from dataclasses import replace

import jax
import numpy as np
import pytest

from hebbax.attractors.conditional_lyapunov import Playback
from hebbax.attractors.lyapunov import lyapunov_of_growth
from hebbax.streams import WEIGHT_STREAM
from hebbax.types import Normaliser

TICKS = 200


def driven_growth(policy, genome) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the growth of a tangent on observations of two tones, these, and the weights that follow them."""
    time = np.arange(TICKS)[:, None]
    observations = np.sin(0.3 * time + np.arange(policy.network.sizes[0])) + np.cos(0.71 * time)
    key, rows = jax.random.key(3), []
    carry = policy.birth(jax.random.fold_in(key, WEIGHT_STREAM))
    tick = jax.jit(lambda carry, seen: policy.adapt(genome, policy.act(genome, carry, seen)[1]))
    for seen in observations.astype(np.float32):
        rows.append(np.concatenate([np.ravel(layer) for layer in carry.weights]))
        carry = tick(carry, seen)
    playback = Playback(policy, genome, Normaliser.identity(policy.network.sizes[0]), TICKS)
    return playback.growth(key, observations, np.array(rows), np.zeros(len(rows))), observations, np.array(rows)


def test_a_tangent_grows_as_a_finite_difference_does(han_e, genomes):
    growth, observations, _ = driven_growth(han_e, genomes[2])
    rng = np.random.default_rng(0)
    tick = jax.jit(lambda carry, seen: han_e.adapt(genomes[2], han_e.act(genomes[2], carry, seen)[1]))
    first = second = han_e.birth(jax.random.fold_in(jax.random.key(3), WEIGHT_STREAM))
    distances = []
    for number, seen in enumerate(observations.astype(np.float32)):
        if number == 20:
            away = [rng.normal(size=layer.shape).astype(np.float32) for layer in first.weights]
            second = first._replace(weights=tuple(w + 1e-2 * d for w, d in zip(first.weights, away, strict=True)))
        first, second = tick(first, seen), tick(second, seen)
        apart = [np.ravel(a - b) for a, b in zip(first.weights, second.weights, strict=True)]
        distances.append(np.linalg.norm(np.concatenate(apart)))
    # Over whole updates (every 4 ticks), while the difference is above rounding.
    slope = np.log(distances[100] / distances[40]) / 60

    assert growth[41:101].mean() == pytest.approx(slope, abs=0.02)


def test_weights_that_nothing_changes_keep_their_distance(han_e, genomes):
    growth, _, _ = driven_growth(han_e, 0 * genomes[0])  # the update divides by the largest weight, which is 1 by then

    assert lyapunov_of_growth(growth[TICKS // 2 :]).exponent == pytest.approx(0, abs=2e-3)


def test_a_life_may_be_shorter_than_the_longest(han_e, genomes):
    growth, observations, weights = driven_growth(han_e, genomes[1])
    playback = Playback(han_e, genomes[1], Normaliser.identity(han_e.network.sizes[0]), TICKS)

    short = playback.growth(jax.random.key(3), observations[:50], weights[:50], np.zeros(50))

    np.testing.assert_array_equal(short, growth[:50])


def test_what_is_clipped_altogether_has_no_neighbours(han_e, genomes):
    assert han_e.plasticity is not None
    clipped = replace(han_e, plasticity=replace(han_e.plasticity, normalisation="clip", averaging="direct"))
    always_up = {"A": 0.0, "B": 0.0, "C": 0.0, "D": 10.0, "eta": 1.0}
    layers = tuple({n: np.full(s, always_up[n], np.float32) for n, s in shapes.items()} for shapes in clipped.genes)

    growth, _, _ = driven_growth(clipped, np.asarray(clipped.pack(layers)))

    assert np.isneginf(growth[-1])
