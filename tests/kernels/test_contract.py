"""One table over rules, networks, normalisations, averagings and modulations: what every combination owes.

Every pair of choices is compiled (some row of PAIRS has it), every full combination runs unjitted for three ticks;
modulations take turns in both.
"""

import itertools

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from hebbax.networks.registry import NETWORKS
from hebbax.plasticity.averaging import AVERAGINGS
from hebbax.plasticity.modulation import MODULATIONS
from hebbax.plasticity.najarro_rules import NAJARRO_RULES
from hebbax.plasticity.normalisation import NORMALISATIONS
from hebbax.plasticity.plasticity import Plasticity
from hebbax.plasticity.rules import RULES
from hebbax.policies.policy import Policy

SIZES = (4, 5, 2)
BUILT_IN = sorted(name for name in RULES if not name.startswith("test-"))
PLASTIC = sorted(name for name, network in NETWORKS.items() if not network.static_only)
CHOICES = (BUILT_IN, sorted(NORMALISATIONS), PLASTIC, sorted(AVERAGINGS))
MODULATED = list(MODULATIONS)  # which take turns: pairs with them too would be five times as many to choose from


def all_pairs(choices):
    """Return rows of which every two choices of different columns meet in one, greedily: about as few as can be."""
    uncovered = {
        ((i, a), (j, b))
        for i, j in itertools.combinations(range(len(choices)), 2)
        for a, b in itertools.product(choices[i], choices[j])
    }
    rows = []
    every = list(itertools.product(*choices))
    while uncovered:
        row = max(every, key=lambda row: sum(pair in uncovered for pair in itertools.combinations(enumerate(row), 2)))
        uncovered -= set(itertools.combinations(enumerate(row), 2))
        rows.append(row)
    return rows


PAIRS = [(*row, MODULATED[index % len(MODULATED)]) for index, row in enumerate(all_pairs(CHOICES))]
# Of a rule with learning rates that evolve, which is quick; and of one that adds up all their parts.
ETA_TWINS = ("abcd", "abcd-bias", "bcm", "bcm-sliding", "gdhl")
TWINS = {*ETA_TWINS, *NAJARRO_RULES} - {"ABCD_lr_D_in_and_out"}
QUICK = [
    # Every other choice at least once.
    (rule, *(column[index % len(column)] for column in (*CHOICES[1:], MODULATED)))
    for index, rule in enumerate(rule for rule in BUILT_IN if rule not in TWINS)
]
quick_and_slow = pytest.mark.parametrize(
    "row", [*QUICK, *(pytest.param(row, marks=pytest.mark.slow) for row in PAIRS if row not in QUICK)], ids="-".join
)


def make(rule, normalisation, network, averaging, modulation):
    bias = RULES.get(rule).needs_bias
    interval = 2 if normalisation == "clip" else 1
    plasticity = Plasticity(rule, normalisation, averaging, window=3, interval=interval, modulation=modulation)
    one = dict.fromkeys(("channels", "kernels", "strides", "pools"), (1,))
    image = {"image": (1, SIZES[0], 1), **one} if NETWORKS[network].reads_image else {}
    return Policy("p", NETWORKS[network](SIZES, bias=bias, **image), plasticity)


def test_the_table_is_as_long_as_it_should_be():
    assert len(BUILT_IN) * len(NORMALISATIONS) <= len(PAIRS) <= 200
    for column, choices in zip(zip(*QUICK, strict=True), (*CHOICES, MODULATED), strict=True):
        assert set(column) >= set(choices) - set(TWINS)
    assert {f"eta-{rule}" for rule in ETA_TWINS} <= set(BUILT_IN)


@quick_and_slow
def test_the_compiled_step_equals_the_jitted_policy(row, assert_equal_runs):
    _, weights = assert_equal_runs(
        make(*row), scale=1.0 if "conv" in row else 0.1
    )  # a filter of one weight sees little
    assert np.abs(weights[-1] - weights[0]).max() > 1e-5, "the weights must have moved for this to say anything"


def three_ticks(policy, act, adapt):
    genome = jax.random.uniform(jax.random.key(0), (policy.genome_size,), minval=-1, maxval=1)
    carry = policy.birth(jax.random.key(1))
    for tick in range(3):
        action, carry = act(genome, carry, jnp.full(SIZES[0], 0.5 + tick, jnp.float32))
        carry = adapt(genome, carry, jnp.float32([0.5 + tick]))
    return action, carry


@pytest.mark.parametrize(
    "row",
    [*QUICK[::7], *(pytest.param(row, marks=pytest.mark.slow) for row in PAIRS if row not in QUICK[::7])],
    ids="-".join,
)
def test_jit_equals_no_jit_without_a_retrace(row):
    policy, traces = make(*row), []

    def act(*arguments):
        traces.append("act")
        return policy.act(*arguments)

    def adapt(*arguments):
        traces.append("adapt")
        return policy.adapt(*arguments)

    jitted = three_ticks(policy, jax.jit(act), jax.jit(adapt))
    assert sorted(traces) == ["act", "adapt"], "each is traced once, whatever the tick"
    plain = three_ticks(policy, policy.act, policy.adapt)
    for one, other in zip(jax.tree.leaves(jitted), jax.tree.leaves(plain), strict=True):
        assert one.dtype == other.dtype
        np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-5)


def test_outside_of_jit_nothing_is_compiled_at_every_tick():
    policy, events = make("eta-abcd", "max", "mlp", "moving-average", "gate"), []
    three_ticks(policy, policy.act, policy.adapt)  # what there is to compile is compiled here

    def listen(event, duration, **details):
        events.append(event)

    jax.monitoring.register_event_duration_secs_listener(listen)
    try:
        three_ticks(policy, policy.act, policy.adapt)
    finally:
        jax.monitoring.unregister_event_duration_listener(listen)
    assert [event for event in events if "backend_compile" in event] == []


@pytest.fixture
def no_compiled_code_left():
    """Give back what a process has compiled: each piece takes memory maps, of which the system gives 65,530."""
    yield
    jax.clear_caches()


@pytest.mark.slow
@pytest.mark.usefixtures("no_compiled_code_left")
@pytest.mark.parametrize("rule", BUILT_IN)
def test_every_full_combination_for_three_ticks(rule):
    for row, modulation in zip(itertools.product([rule], *CHOICES[1:]), itertools.cycle(MODULATED)):
        policy = make(*row, modulation)
        action, carry = three_ticks(policy, policy.act, policy.adapt)
        assert action.shape == (SIZES[-1],), row
        assert action.dtype == jnp.float32, row
        assert tuple(w.shape for w in carry.weights) == policy.layer_shapes, row
        assert carry.units.shape == (policy.network.unit_count,), row
        assert carry.history.shape == (policy.plasticity.history_rows, policy.network.unit_count), row
        assert int(carry.tick) == 3, row
        if row[1] == "max":
            assert all(bool(jnp.isfinite(w).all()) for w in carry.weights), row
            assert all(float(jnp.abs(w).max()) <= 1 + 1e-6 for w in carry.weights), row
        # What a rule keeps is carried from update to update, one number per synapse.
        state_count = policy.plasticity.state_count
        for state, weights in zip(carry.states, carry.weights, strict=True):
            assert state.shape == (state_count, *weights.shape), row
            assert state_count == 0 or float(jnp.abs(state).max()) > 0, row
