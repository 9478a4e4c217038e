"""What shares a coefficient: where each lies in the genome, by hand, and the same life in both engines and NumPy."""

from __future__ import annotations

import dataclasses

import jax
import numpy as np
import pytest

from hebbax.config.policy import PolicyConfig
from hebbax.engines.live_controller import LiveController
from hebbax.engines.make_engine import make_engine
from hebbax.engines.scenario import Scenario
from hebbax.errors import HebbaxError
from hebbax.networks.mlp import Mlp
from hebbax.plasticity.gene import SCOPES, Gene
from hebbax.plasticity.plasticity import Plasticity
from hebbax.plasticity.rules import RULES, register_rule
from hebbax.policies.make_policy import make_policy
from hebbax.policies.policy import Policy
from hebbax.tasks.registry import make_task

KEY, TICKS = jax.random.key(3), 12


def two(pre, post, weight, a, b):
    return a * pre * post + b * pre


def rank_one(pre, post, weight, row, column):
    return row * column * pre * post


@pytest.fixture(scope="module", autouse=True)
def rules():
    register_rule("test-two", two, ("A", "B"), equation="Δw = A·pre·post + B·pre")
    pair = (Gene("row", "pre"), Gene("column", "post"))
    register_rule("test-rank-one", rank_one, pair, equation="Δw = r·c·pre·post")
    yield
    for name in ("test-two", "test-rank-one"):
        del RULES._parts[name]


# Connections 2 → 3 and 3 → 2, of A and B: name, connection, place, shape.
BY_HAND = {
    "synapse": [("A", 0, 0, (2, 3)), ("B", 0, 6, (2, 3)), ("A", 1, 12, (3, 2)), ("B", 1, 18, (3, 2))],
    "pre": [("A", 0, 0, (2,)), ("B", 0, 2, (2,)), ("A", 1, 4, (3,)), ("B", 1, 7, (3,))],
    "post": [("A", 0, 0, (3,)), ("B", 0, 3, (3,)), ("A", 1, 6, (2,)), ("B", 1, 8, (2,))],
    "layer": [("A", 0, 0, (1,)), ("B", 0, 1, (1,)), ("A", 1, 2, (1,)), ("B", 1, 3, (1,))],
    "network": [("A", 0, 0, (1,)), ("B", 0, 1, (1,))],
    "table": [("A", 0, 0, (4,)), ("B", 0, 4, (4,)), ("A", 1, 8, (4,)), ("B", 1, 12, (4,))],
}


@pytest.mark.parametrize("scope", SCOPES)
def test_every_array_lies_where_the_table_says(scope):
    policy = Policy("p", Mlp((2, 3, 2)), Plasticity("test-two", scope=scope, table=4))
    assert [(gene.name, gene.connection, gene.at, gene.shape) for gene in policy.layout] == BY_HAND[scope]
    assert policy.genome_size == sum(int(np.prod(shape)) for *_, shape in BY_HAND[scope])
    genome = np.arange(policy.genome_size, dtype=np.float32)
    np.testing.assert_array_equal(policy.pack(policy.unpack(genome)), genome)


def coefficient(policy, index, name, i, j, genome):
    """Return the coefficient of a synapse by what its scope means, without strides."""
    values = policy.unpack(genome)[index][name]
    gene = next(gene for gene in policy.placed[index] if gene.name == name)
    place = {"synapse": (i, j), "pre": (i,), "post": (j,), "layer": (0,), "network": (0,)}.get(gene.scope)
    if place is None:
        place = (policy.table_entries(index)[i, j],)
    return float(values[place])


def expanded(policy, index, name, genome):
    rows, columns = policy.network.connections[index].shape
    return np.array([[coefficient(policy, index, name, i, j, genome) for j in range(columns)] for i in range(rows)])


def by_hand(policy, genome, record):
    """Follow the weights in plain NumPy from the observations of a record."""
    rule, names = RULES.get(policy.plasticity.rule), RULES.get(policy.plasticity.rule).names
    shapes = policy.network.layer_shapes
    flat = np.split(record.weights[0].astype(float), np.cumsum([r * c for r, c in shapes])[:-1])
    weights = [part.reshape(shape) for part, shape in zip(flat, shapes, strict=True)]
    terms = [[expanded(policy, index, name, genome) for name in names] for index in range(len(shapes))]
    for tick in range(TICKS):
        np.testing.assert_allclose(record.weights[tick], np.concatenate([w.ravel() for w in weights]), atol=3e-5)
        units = [record.observations[tick]]
        for matrix in weights:
            units.append(np.tanh(units[-1] @ matrix))
        np.testing.assert_allclose(record.actions[tick], units[-1], atol=3e-5)
        weights = [
            w + rule.change(units[index][:, None], units[index + 1][None], w, *terms[index])
            for index, w in enumerate(weights)
        ]


QUICK = (("test-two", "native"), ("test-rank-one", "lockstep"))
LIVES = [
    pytest.param(
        rule,
        scope,
        engine,
        marks=pytest.mark.slow if (rule, engine) not in QUICK and (scope, engine) != ("table", "lockstep") else (),
    )
    for rule, scope in (*(("test-two", scope) for scope in SCOPES), ("test-rank-one", "synapse"))
    for engine in ("native", "lockstep")
]


@pytest.mark.parametrize(("rule", "scope", "name"), LIVES)
def test_a_life_is_as_worked_out_by_hand(rule, scope, name):
    task = make_task("swimmer")
    config = PolicyConfig(name="shared", rule=rule, scope=scope, normalisation="none", hidden=[5], initial_scale=0.3)
    policy = make_policy(config, task)
    genome = 0.1 * np.asarray(jax.random.normal(jax.random.key(1), (policy.genome_size,)), np.float32)
    _, record = make_engine(task, policy, name, 1).record(genome, KEY, Scenario(TICKS))
    by_hand(policy, genome, record)
    if name == "native":
        live = LiveController(policy, genome)
        live.start(key=KEY)
        np.testing.assert_array_equal([live.act(seen) for seen in record.observations], record.actions)


def test_entries_of_a_table_are_the_same_in_every_process_and_all_are_used():
    policy = Policy("p", Mlp((20, 30, 2)), Plasticity("test-two", scope="table", table=4))
    entries = policy.table_entries(0)
    assert entries.shape == (20, 30)
    assert np.bincount(entries.ravel(), minlength=4).min() > 100
    words = jax.random.bits(jax.random.wrap_key_data(np.zeros(2, np.uint32), impl="threefry2x32"), (600,))
    np.testing.assert_array_equal(entries.ravel(), np.asarray(words, np.int64) % 4)
    assert (policy.table_entries(1)[:20] != entries[:20, :2]).any()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"scope": "neuron"}, "unknown scope 'neuron'"),
        ({"scope": "table", "table": 0}, "table=0: expected a whole number of at least 1; nearest valid: 1"),
        ({"table": 8}, "table=8: scope=synapse does not read it; leave it out, or set scope=table"),
        ({"plastic": False, "scope": "post"}, "scope=post: a static policy has no plasticity"),
    ],
)
def test_what_cannot_be_is_one_line(change, message):
    with pytest.raises(HebbaxError, match=message):
        make_policy(PolicyConfig(name="shared", **change), make_task("swimmer"))


def test_a_copy_of_a_rule_keeps_its_scopes_and_takes_new_ones():
    rule = RULES.get("test-rank-one")
    assert dataclasses.replace(rule, name="copy").scopes == ("pre", "post")
    plain = RULES.get("test-two")
    assert dataclasses.replace(plain, coefficients=(Gene("A", "layer"), Gene("B", "post"))).scopes == ("layer", "post")
