"""First weights and coefficients of every kind: drawn as hebbax draws them, or as the genome has them."""

from __future__ import annotations

import jax
import numpy as np
import pytest
from lived import lived, numpy_stepper
from table import KEY, Case, make, observations

from hebbax.export.describe import describe
from hebbax.export.numpy_controller import Controller
from hebbax.networks.initial import INITIALISERS

PLAIN = Case("mlp", "abcd")


def born(found, stepper) -> np.ndarray:
    """Return the first weights that change, of C: they are the first of its memory."""
    return stepper.begin(KEY).view(np.float32)[: found.weight_count]


def of_policy(policy, genome) -> np.ndarray:
    key = jax.random.wrap_key_data(KEY, impl="threefry2x32")
    return np.concatenate([np.ravel(layer) for layer in policy.birth(key, genome).weights])


@pytest.mark.parametrize("initial", INITIALISERS)
def test_first_weights_are_those_of_hebbax(initial, compiled):
    policy, task, genome, normaliser = make(PLAIN, initial=initial, initial_scale=0.3, initial_offset=0.05)
    found = describe(policy, task, genome, normaliser)
    expected = of_policy(policy, genome)
    controller = Controller(found.to_json())
    controller.start_with_key(*map(int, KEY))
    drawn = np.concatenate([layer.ravel() for layer in controller.weights])
    for weights in (born(found, compiled(found)), drawn):
        if "uniform" in initial or initial == "constant":
            np.testing.assert_array_equal(weights, expected)
        else:  # the library of C has a logarithm of its own
            np.testing.assert_allclose(weights, expected, atol=1e-6)


@pytest.mark.parametrize("birth", ["fixed", "coevolved", "per-slot", "persistent"])
def test_every_birth(birth, compiled):
    policy, task, genome, normaliser = make(PLAIN, birth=birth)
    found = describe(policy, task, genome, normaliser)
    np.testing.assert_array_equal(born(found, compiled(found)), of_policy(policy, genome))


@pytest.mark.parametrize("scope", ["pre", "post", "layer", "network", "table"])
def test_coefficients_of_every_scope_are_read_where_they_belong(scope, compiled):
    policy, task, genome, normaliser = make(PLAIN, scope=scope)
    found = describe(policy, task, genome, normaliser)
    shapes = {"pre": (8, 1), "post": (1, 6), "layer": (1, 1), "network": (1, 1), "table": (8, 6)}
    assert found.connections[0].coefficients[0].values.shape == shapes[scope]
    at = policy.placed[0][0].at
    by_hand = {
        "pre": lambda i, j: genome[at + i],
        "post": lambda i, j: genome[at + j],
        "table": lambda i, j: genome[at + policy.table_entries(0)[i, j]],
    }.get(scope, lambda i, j: genome[at])
    rate = np.float32(0.1)
    for i, j in ((0, 0), (7, 5), (3, 2)):
        values = np.broadcast_to(found.connections[0].coefficients[0].values, (8, 6))
        assert values[i, j] == rate * by_hand(i, j)
    seen = observations(50)
    np.testing.assert_allclose(lived(compiled(found), KEY, seen), lived(numpy_stepper(found), KEY, seen), atol=1e-6)


def test_connections_of_their_own_kind(compiled):
    """A static one that evolved, one that is drawn and stays, and one whose key is its own."""
    options = {"layer 0": {"plastic": False, "birth": "random"}, "layer 1": {"rule": "oja-abcd", "interval": "2 ticks"}}
    policy, task, genome, normaliser = make(PLAIN, connections=options)
    found = describe(policy, task, genome, normaliser)
    assert [one.learning for one in found.connections] == [None, 0]
    assert len(found.drawn) == 1
    seen = observations(100)
    np.testing.assert_allclose(lived(compiled(found), KEY, seen), lived(numpy_stepper(found), KEY, seen), atol=1e-6)


def test_a_life_may_begin_with_weights_of_your_own():
    policy, task, genome, normaliser = make(PLAIN)
    controller = Controller(describe(policy, task, genome, normaliser).to_json())
    given = [np.full(shape, 0.5, np.float32) for shape in policy.layer_shapes]
    controller.start_from(given)
    for weights, own in zip(controller.weights, given, strict=True):
        np.testing.assert_array_equal(weights, own)
