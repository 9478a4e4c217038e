"""Controllers in which every network, rule, normalisation and averaging meets every other, and their oracle."""

from __future__ import annotations

import dataclasses
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

import hebbax
from hebbax.config.policy import PolicyConfig
from hebbax.networks.registry import NETWORKS
from hebbax.plasticity.averaging import AVERAGINGS
from hebbax.plasticity.normalisation import NORMALISATIONS
from hebbax.plasticity.rules import RULES
from hebbax.policies.make_policy import make_policy
from hebbax.policies.policy import Policy
from hebbax.types import Normaliser

EXPORTED = [name for name in NORMALISATIONS if name != "mass"]
"""Normalisations that an export can have."""

KEY = np.array([3, 5], np.uint32)
"""Of the first weights of the life that all formats live."""


class Point(NamedTuple):
    at: np.ndarray  # [8]


TASK = hebbax.Task(
    name="point",
    world=hebbax.World(
        "point",
        Point,
        lambda noise: Point(noise.normal[:8]),
        lambda state, control, period: Point(0.9 * state.at),
        control_size=2,
        control_period=0.05,
    ),
    observation=[hebbax.Group("at", 8, "m", low=-5, high=5)],
    action=[hebbax.Group("push", 2, "N", low=-1, high=1)],
    observe=lambda state, memory: state.at,
    actuate=lambda action, state, memory: action,
    outcome=lambda before, state, action, memory: (state.at[0], False, memory),
)
PICTURE = dataclasses.replace(TASK, name="picture", observation_shape=(4, 2, 1))


class Case(NamedTuple):
    """A controller of the table."""

    network: str
    rule: str | None  # None without plasticity
    normalisation: str = "max"
    averaging: str = "direct"
    interval: int = 1

    def __str__(self) -> str:
        return "-".join(map(str, self))


INTERVALS = (1, 3)


def pairs() -> list[Case]:
    """Return cases in which every two values of different columns meet: every rule with every normalisation.

    The other columns turn at paces of their own, so that they meet each other and all of these.
    """
    networks = [name for name, kind in NETWORKS.items() if not kind.static_only]
    averagings = list(AVERAGINGS)
    return [
        Case(
            networks[(r + n) % len(networks)],
            rule,
            normalisation,
            averagings[(r + n) % len(averagings)],
            INTERVALS[(r + n // 3) % 2],
        )
        for r, rule in enumerate(RULES)
        for n, normalisation in enumerate(EXPORTED)
    ]


def static() -> list[Case]:
    """Return every network without plasticity."""
    return [Case(name, None) for name in NETWORKS]


def make(case: Case, **options: Any) -> tuple[Policy, Any, np.ndarray, Normaliser]:
    """Return the policy of a case, its task, a genome and a normaliser."""
    hidden = [] if case.network == "fcrnn" else [6]
    plastic: dict[str, Any] = {"plastic": False}
    if case.rule is not None:
        plastic = {
            "rule": case.rule,
            "normalisation": case.normalisation,
            "averaging": case.averaging,
            "interval": f"{case.interval} ticks",
        }
        if RULES.get(case.rule).rate is not None and "bcm" in case.rule:
            plastic["rate"] = 0.005
        if AVERAGINGS.get(case.averaging).reads_window:
            plastic["window"] = 4
    bias = case.rule is not None and RULES.get(case.rule).needs_bias
    config = PolicyConfig(name="p", network=case.network, hidden=hidden, bias=bias, **plastic)
    # Recurrent networks of standardised weights are chaotic, unless what they see drives them hard.
    drive = 5.0 if case.normalisation == "standardise" else 1.0
    task, normaliser = TASK, Normaliser(np.full(8, 0.1), drive * np.linspace(0.5, 1.5, 8))
    if case.network == "conv":
        task, normaliser = PICTURE, Normaliser.identity(0)
        config = dataclasses.replace(config, channels=[2], kernels=[2], strides=[1], pools=[1])
    config = dataclasses.replace(config, **options)
    policy = make_policy(config, task)
    # Small: so that weights without a bound stay numbers, and nothing is chaos.
    slow = case.normalisation in ("none", "clip") or "bcm" in str(case.rule)
    scale = 0.5 if case.rule is None else 0.005 if slow else 0.05
    genome = scale * np.random.default_rng(1).normal(size=policy.genome_size).astype(np.float32)
    return policy, task, genome, normaliser


def observations(ticks: int, size: int = 8) -> np.ndarray:
    """Return what a life sees, float32 [ticks, size]: waves and some noise."""
    draws = np.random.default_rng(2)
    waves = np.sin(np.outer(np.arange(ticks), draws.uniform(0.05, 0.5, size)) + draws.uniform(0, 6, size))
    return (waves + 0.1 * draws.normal(size=(ticks, size))).astype(np.float32)


def oracle(
    policy: Policy, genome: np.ndarray, normaliser: Normaliser, seen: np.ndarray, heard: np.ndarray | None = None
) -> np.ndarray:
    """Return the actions [ticks, actions] of the policy in JAX, which is the reference of all engines."""
    key = jax.random.wrap_key_data(jnp.asarray(KEY), impl="threefry2x32")
    inputs = jnp.asarray(normaliser.applied(seen.astype(np.float64)).astype(np.float32))

    def tick(carry: Any, sight: Any) -> Any:
        observation, signal = sight
        action, carry = policy.act(genome, carry, observation)
        return policy.adapt(genome, carry, signal if policy.reads_signal else None), action

    signals = jnp.zeros((len(seen), len(policy.signals))) if heard is None else jnp.asarray(heard)
    run = jax.jit(lambda carry: jax.lax.scan(tick, carry, (inputs, signals))[1])
    return np.asarray(run(policy.birth(key, genome)))
