"""Modulations of a network of two inputs and one output, worked out on paper, and what they refuse.

pre = (1, −2), post = 0.5, so pre·post = (0.5, −1) is what the rule `A` changes with A = 1. The rate of the mean is 1/2:
after the rewards 1 and 4 the mean is (1/4 + 4/2) / (1/4 + 1/2) = 3.
"""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from hebbax.errors import HebbaxError
from hebbax.networks.mlp import Mlp
from hebbax.plasticity.gene import Gene
from hebbax.plasticity.modulation import MODULATIONS, Tone, listen, settled, switched
from hebbax.plasticity.plasticity import Plasticity
from hebbax.plasticity.rules import RULES, register_rule
from hebbax.policies.any_policy import Carry
from hebbax.policies.policy import Policy

LN3 = float(np.log(3.0))
HALF = 4.0  # 4 − 4 = 0, of which σ is 1/2


def adapted(kind, evolved, rewards, sizes=(2, 1)):
    """Return the weights of each tick, from zero, of a network whose units always are (1, −2, 0.5)."""
    policy = Policy("p", Mlp(sizes), Plasticity("A", "none", modulation=kind))
    genome = jnp.concatenate([jnp.ones(2), jnp.array(evolved, jnp.float32)])
    carry: Carry = policy.birth(jax.random.key(0))._replace(weights=(jnp.zeros((2, 1)),))
    carry = carry._replace(units=jnp.array([1.0, -2.0, 0.5]))
    weights = []
    for tick, reward in enumerate(rewards):
        carry = policy.adapt(genome, carry._replace(tick=jnp.int32(tick + 1)), jnp.float32([reward]))
        weights.append(np.asarray(carry.weights[0]).ravel())
    return np.array(weights)


# A network without hidden units: its gate reads [r, r̄, 1]. The weights are (0, ln 3, −ln 3): σ(ln 3 (r̄ − 1)), which is
# 1/2 at r̄ = 1, and 9/10 at r̄ = 3.
@pytest.mark.parametrize("kind", ["gate", "neuron-gates"])
def test_a_gate_scales_the_update(kind):
    found = adapted(kind, [0.0, LN3, -LN3, HALF], [1.0, 4.0])
    np.testing.assert_allclose(found, [[0.25, -0.5], [0.25 + 0.45, -0.5 - 0.9]], rtol=1e-5)


def test_eligibility_waits_for_a_surprise():
    # λ = 1/2 (σ(−2 + 2)). Surprises 1 − 1 = 0, then 4 − 3 = 1; e is (0.5, −1), then half of it and as much again.
    found = adapted("eligibility", [HALF, -2.0], [1.0, 4.0])
    np.testing.assert_allclose(found, [[0.0, 0.0], [0.75, -1.5]], rtol=1e-5, atol=1e-7)


def test_a_switch_goes_off_when_all_is_calm_and_on_by_a_change_of_the_reward():
    # Steady reward 2, weights that change by half of their size: calm ← calm + (1 − 1/2 − calm)/2 = 1/4, 3/8, → 1/2,
    # so the change that is left is 3/4, 5/8, → 1/2. Off below low·high = 3/4 · 4/5 = 0.6: in the third look.
    low, high, rate = jnp.float32(0.75), jnp.float32(0.8), jnp.float32(0.5)
    tone, closed = Tone(*jnp.zeros(6)), []
    for _ in range(3):
        tone = switched(listen(tone, jnp.float32(2.0), rate), low, high)
        closed.append(float(tone.closed))
        tone = settled(tone, jnp.float32(0.5 if not tone.closed else 0.0), rate)
    assert closed == [0.0, 0.0, 0.0]
    assert float(tone.calm) == pytest.approx(7 / 16)  # the change left is 9/16, which is below 0.6
    tone = switched(listen(tone, jnp.float32(2.0), rate), low, high)
    assert float(tone.closed) == 1.0
    # While it is off nothing changes weights: calm is 0.9. Reward −6: the quick mean turns below zero, the slow one
    # does not: they differ by as much as both together, 1, which is above high.
    after = switched(listen(tone._replace(calm=jnp.float32(0.9)), jnp.float32(-6.0), rate), low, high)
    assert float(after.closed) == 0.0


def test_what_a_switch_holds_stands_still():
    # low and high near 1: off as soon as the weights change by less than all of their size.
    found = adapted("switch", [HALF, 20.0, 20.0], [1.0] * 12)
    assert (np.abs(np.diff(found, axis=0)).sum(axis=1) == 0)[-3:].all()
    assert np.abs(found[-1]).max() > 0


def test_a_plasticity_without_one_hears_nothing():
    assert not Policy("p", Mlp((2, 1)), Plasticity()).reads_signal
    for kind in set(MODULATIONS) - {"none"}:
        assert Policy("p", Mlp((2, 1)), Plasticity(modulation=kind)).signal_at == (0,)


def test_how_many_numbers_evolve():
    sizes = {kind: Policy("p", Mlp((3, 4, 2)), Plasticity("A", modulation=kind)).genome_size for kind in MODULATIONS}
    own = 3 * 4 + 4 * 2
    # A gate reads 4 hidden units and 3 more; of the neurons 4 and 2 have one.
    assert {kind: size - own for kind, size in sizes.items()} == {
        "none": 0,
        "gate": 7 + 1,
        "neuron-gates": 7 * (4 + 2) + 1,
        "eligibility": 2,
        "switch": 3,
    }


def test_what_cannot_be_is_one_line(forget_parts_of):
    with pytest.raises(HebbaxError, match="unknown modulation 'gates': did you mean 'gate'"):
        Plasticity(modulation="gates")
    forget_parts_of(RULES)
    register_rule("test-decaying", lambda *_: 0, (Gene("trace_decay"),), equation="")
    with pytest.raises(HebbaxError, match="a coefficient 'trace_decay': modulation=eligibility has one too"):
        Plasticity("test-decaying", modulation="eligibility")
