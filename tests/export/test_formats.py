"""Every format does what the policy does in JAX: all pairs of networks, rules, normalisations and averagings."""

from __future__ import annotations

import numpy as np
import pytest
from lived import lived, numpy_stepper
from table import EXPORTED, INTERVALS, KEY, TASK, Case, make, observations, oracle, pairs, static

from hebbax.config.policy import PolicyConfig
from hebbax.errors import HebbaxError
from hebbax.export.describe import describe, in_16_bits
from hebbax.networks.registry import NETWORKS
from hebbax.plasticity.averaging import AVERAGINGS
from hebbax.plasticity.rules import RULES
from hebbax.policies.make_policy import make_policy
from hebbax.types import Normaliser

TICKS, FIRST = 1000, 300
TOLERANCES = {FIRST: 1e-3, TICKS: 1e-2}
"""Of actions in [-1, 1] up to a tick; recurrent networks whose weights are all large double a last bit now and then."""

QUICK = (Case("mlp", "bcm-sliding", "max", "moving-average", 3), Case("conv", None))
PLAIN = Case("mlp", "abcd", "max", "moving-average", 3)
SLOW = [case for case in (*static(), *pairs()) if case not in QUICK]


def assert_same(case: Case, actions: np.ndarray, expected: np.ndarray) -> None:
    difference = np.abs(actions - expected).max(axis=1)
    for tick, tolerance in TOLERANCES.items():
        assert difference[:tick].max() < tolerance, case


@pytest.mark.parametrize("case", [*QUICK, *(pytest.param(one, marks=pytest.mark.slow) for one in SLOW)], ids=str)
def test_c_and_numpy_do_what_the_policy_does(case, compiled):
    policy, task, genome, normaliser = make(case)
    seen, found = observations(TICKS), describe(policy, task, genome, normaliser)
    expected = oracle(policy, genome, normaliser, seen)
    assert np.ptp(expected, axis=0).min() > 1e-4, "nothing to compare"

    assert_same(case, lived(numpy_stepper(found), KEY, seen), expected)
    assert_same(case, lived(compiled(found), KEY, seen), expected)


def test_every_pair_meets():
    cases, names = pairs(), (RULES, EXPORTED, AVERAGINGS)
    columns = [[name for name, kind in NETWORKS.items() if not kind.static_only], *map(list, names), list(INTERVALS)]
    assert set(QUICK) <= {*cases, *static()}
    for one in range(len(columns)):
        for other in range(one):
            met = {(case[one], case[other]) for case in cases}
            assert met == {(first, second) for first in columns[one] for second in columns[other]}


def test_learning_is_part_of_what_is_compared(compiled):
    """The table would be of no use if its rules did not matter."""
    policy, task, genome, normaliser = make(PLAIN)
    seen = observations(200)
    with_rule, without = (
        lived(numpy_stepper(describe(policy, task, part, normaliser)), KEY, seen) for part in (genome, 0.0 * genome)
    )
    assert np.abs(with_rule - without).max() > 0.1


def test_16_bits_are_nearly_the_same_and_alike_in_c_and_numpy(compiled):
    policy, task, genome, normaliser = make(PLAIN)
    exact = describe(policy, task, genome, normaliser)
    rounded, seen = in_16_bits(exact), observations(300)
    actions = lived(compiled(rounded), KEY, seen)

    assert 1e-6 < np.abs(actions - lived(compiled(exact), KEY, seen)).max() < 0.05
    np.testing.assert_allclose(actions, lived(numpy_stepper(rounded), KEY, seen), atol=1e-5)
    for one in rounded.connections[0].coefficients:
        np.testing.assert_array_equal(one.values, one.wholes * np.float32(one.step))
        assert np.abs(one.wholes).max() == 32767


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"modulation": "gate"}, "modulation=gate: an export cannot have it; expected modulation=none"),
        ({"normalisation": "mass"}, "normalisation=mass: an export cannot have it; expected max or another"),
    ],
)
def test_what_no_format_prints_is_refused(options, message):
    policy = make_policy(PolicyConfig(name="refused", **options), TASK)
    with pytest.raises(HebbaxError, match=message):
        describe(policy, TASK, np.zeros(policy.genome_size, np.float32), Normaliser.identity(8))
