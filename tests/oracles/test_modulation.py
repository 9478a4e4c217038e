"""Modulations against their equations in NumPy, in both engines' policies and in a controller of one's own loop."""

import jax
import numpy as np
import pytest

from hebbax.engines.live_controller import LiveController
from hebbax.networks.mlp import Mlp
from hebbax.plasticity.modulation import GATE_WEIGHTS, MEAN_RATE, SWITCH_HIGH, SWITCH_LOW, TRACE_DECAY
from hebbax.plasticity.plasticity import Plasticity
from hebbax.policies.policy import Policy

SIZES, TICKS = (4, 5, 3, 2), 60
GENERATOR = np.random.default_rng(5)
OBSERVATIONS = np.sin(0.3 * np.arange(TICKS)[:, None] + np.arange(4)) + 0.1 * GENERATOR.normal(size=(TICKS, 4))
# It settles, then something happens.
REWARDS = 1.0 + np.exp(-0.2 * np.arange(TICKS)) - 0.9 * (np.arange(TICKS) >= 40)


def genome_of(policy, kind):
    genome = 0.5 * np.random.default_rng(6).normal(size=policy.genome_size).astype(np.float32)
    layers = policy.unpack(genome)
    for layer in layers:
        for name, values in layer.items():
            if name == MEAN_RATE:
                values[:] = 3.0  # a quarter
            if kind == "switch" and name in "ABCD":
                values[:] *= 0.02  # weights that settle
            if name == SWITCH_HIGH:
                values[:] = 1.0
            if name == SWITCH_LOW:
                values[:] = 1.5
    return np.asarray(policy.pack(layers), np.float32)


def evolved_of(layers):
    first = layers[0]
    names = {"rate": MEAN_RATE, "decay": TRACE_DECAY, "low": SWITCH_LOW, "high": SWITCH_HIGH}
    numbers = {ours: float(first[theirs][0]) for ours, theirs in names.items() if theirs in first}
    return numbers | {
        "gates": [np.asarray(layer.get(GATE_WEIGHTS), float) for layer in layers if GATE_WEIGHTS in layer]
    }


@pytest.mark.parametrize(
    "kind",
    ["gate", *(pytest.param(kind, marks=pytest.mark.slow) for kind in ("neuron-gates", "eligibility", "switch"))],
)
def test_a_life_follows_the_equations(modulation, kind):
    policy = Policy("p", Mlp(SIZES), Plasticity("eta-abcd", "max", modulation=kind))
    genome = genome_of(policy, kind)
    layers = policy.unpack(genome)

    def change_of(number, pre, post, weights):
        a, b, c, d, eta = (np.asarray(layers[number][name], float) for name in ("A", "B", "C", "D", "eta"))
        pre, post = pre[:, None], post[None]
        return eta * (a * pre * post + b * pre + c * post + d)

    controller = LiveController(policy, genome)
    controller.start(seed=3)
    first = [np.asarray(one, float) for one in controller.weights]
    actions = [controller.act(OBSERVATIONS[0])]
    for observation, reward in zip(OBSERVATIONS[1:], REWARDS, strict=False):
        actions.append(controller.act(observation, reward=reward))
    expected, weights, on = modulation.life(kind, evolved_of(layers), change_of, first, OBSERVATIONS, REWARDS)
    np.testing.assert_allclose(actions, expected, atol=2e-3)
    assert any(on)
    if kind == "switch":
        assert not all(on[:40])
        assert on[40:] != [False] * 20, "what happens at tick 40 puts it on again"

    carry = policy.birth(jax.random.key(0))._replace(weights=tuple(np.float32(one) for one in first))
    adapt, act = jax.jit(policy.adapt), jax.jit(policy.act)
    for tick, (observation, reward) in enumerate(zip(OBSERVATIONS, REWARDS, strict=True)):
        action, carry = act(genome, carry, observation.astype(np.float32))
        np.testing.assert_allclose(action, expected[tick], atol=2e-3)
        carry = adapt(genome, carry, np.float32([reward]))
    for ours, theirs in zip(carry.weights, weights, strict=True):
        np.testing.assert_allclose(ours, theirs, atol=2e-3)
