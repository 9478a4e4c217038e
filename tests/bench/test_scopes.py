"""The benchmark of shared coefficients: what it compares is the same policy, and what its file says."""

from __future__ import annotations

import numpy as np
import pytest

from hebbax.bench import scopes
from hebbax.bench.synapses import PolicyAlone, policy_loop
from hebbax.kernels.compile_step import compile_step
from hebbax.plasticity.rules import RULES


@pytest.fixture(autouse=True)
def _rule_of_the_benchmark(forget_parts_of):
    forget_parts_of(RULES)


def test_the_genomes_are_as_large_as_told():
    sizes = {name: policy.genome_size for name, policy in scopes.policies().items()}

    # 28-128-64-8 has 12,288 synapses, 220 presynaptic and 200 postsynaptic neurons in three matrices.
    assert sizes == {
        "synapse": 5 * 12_288,
        "pre": 5 * 220,
        "post": 5 * 200,
        "layer": 5 * 3,
        "network": 5,
        "table": 5 * 3 * 16,
        "rank-one": 5 * (220 + 200),
        "nchl": 5 * 228 - 28 - 8,  # as published
        # Gates read 192 hidden units, the reward, its mean and 1, whose rate is one number more.
        "gate": 5 * 12_288 + 195 + 1,
        "neuron-gates": 5 * 12_288 + 195 * 200 + 1,
        "eligibility": 5 * 12_288 + 2,
        "switch": 5 * 12_288 + 3,
    }


@pytest.mark.slow
def test_rank_one_does_what_the_products_do_as_coefficients_of_synapses(monkeypatch):
    monkeypatch.setattr(scopes, "NETWORK", (3, 4, 2))
    policies = scopes.policies()
    rng = np.random.default_rng(0)
    factors = rng.uniform(0.5, 1, policies["rank-one"].genome_size).astype(np.float32)
    products = [
        np.outer(layer[f"{term}_pre"], layer[f"{term}_post"]).ravel()
        for layer in policies["rank-one"].unpack(factors)
        for term in ("A", "B", "C", "D", "eta")
    ]
    inputs = rng.standard_normal((5, 3), np.float32)
    carries = []
    for name, genome in (("rank-one", factors), ("synapse", np.concatenate(products).astype(np.float32))):
        loop = policy_loop(compile_step(policies[name]))
        alone = PolicyAlone(policies[name], genome[None], inputs, loop)
        assert alone.run() == 5
        carries.append(alone.carries[0])
    # float32 products in another order.
    np.testing.assert_allclose(carries[0], carries[1], rtol=1e-4, atol=1e-6)


@pytest.mark.slow
def test_scopes(bench):
    results = bench("scopes")

    assert (results["policies"], results["ticks"]) == (4, 10)
    assert list(results["scopes"]) == list(scopes.policies())
    reference = results["scopes"]["synapse"]
    for found in results["scopes"].values():
        for part in ("ticks", "lives"):
            seconds, of_reference = found[part]["seconds"], reference[part]["seconds"]
            assert found[part]["ratio"]["values"] == [of_reference[i] / seconds[i] for i in range(2)]
            assert found[part]["ticks_per_second"]["values"] == [40 / value for value in seconds]
