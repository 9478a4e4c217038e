"""Code that was compiled for something else is never run: fingerprints, changed globals, other worlds of one name."""

from __future__ import annotations

import dataclasses
import hashlib

import jax
import numba
import numpy as np
import pytest

import hebbax
from hebbax import LockstepEngine, NativeEngine, Replay, Scenario, make_policy
from hebbax.compiling.unchanged import check_unchanged
from hebbax.damage.events import Event
from hebbax.damage.kinds import KINDS, register_damage
from hebbax.engines.fingerprint import digest_value
from hebbax.errors import HebbaxError
from hebbax.plasticity.rules import RULES, register_rule

KEY, TICKS = jax.random.key(4), 8
FACTOR = 1.0


@numba.njit
def slow(x):
    return 0.1 * x


@numba.njit
def fast(x):
    return 10.0 * x


def outcome_of(first, second, third):
    def outcome(before, simulation, action, memory):
        speed = simulation.qvel
        return first(speed[0]) + second(speed[1]) + third(speed[2]), False, memory

    return outcome


def digest_of(value):
    digest = hashlib.sha256()
    digest_value(value, digest)
    return digest.hexdigest()


def test_which_function_stands_where_is_part_of_a_fingerprint():
    functions = [outcome_of(slow, fast, third) for third in (slow, fast)]
    assert digest_of(functions[0]) != digest_of(functions[1])
    assert digest_of(functions[0]) == digest_of(outcome_of(slow, fast, slow))


@pytest.mark.slow
@pytest.mark.parametrize("engine_of", [pytest.param(NativeEngine, marks=pytest.mark.slow), LockstepEngine])
def test_tasks_that_call_the_same_helpers_in_another_order_are_two(swimmer, engine_of):
    returns = []
    for third in (slow, fast):
        task = dataclasses.replace(swimmer, outcome=outcome_of(slow, fast, third), reward=("reward",))
        lives, record = engine_of(task, Replay(2, TICKS), threads=1).record(
            np.full(2 * TICKS, 0.5), KEY, Scenario(TICKS)
        )
        speed = np.vstack([record.qvel[1:]])
        known = 0.1 * speed[:, 0] + 10.0 * speed[:, 1] + (0.1 if third is slow else 10.0) * speed[:, 2]
        np.testing.assert_allclose(record.rewards[:-1], known, rtol=1e-9)
        returns.append(lives.returns[0])
    assert returns[0] != returns[1]


@pytest.mark.parametrize("engine_of", [pytest.param(NativeEngine, marks=pytest.mark.slow), LockstepEngine])
def test_an_engine_sees_what_a_tasks_functions_refer_to_now(swimmer, monkeypatch, engine_of):
    def outcome(before, simulation, action, memory):
        return FACTOR * simulation.qvel[0], False, memory

    task = dataclasses.replace(swimmer, outcome=outcome, reward=("reward",))
    returns = []
    for factor in (1.0, 3.0):
        monkeypatch.setitem(globals(), "FACTOR", factor)
        engine = engine_of(task, Replay(2, TICKS), threads=1)
        returns.append(engine.record(np.full(2 * TICKS, 0.5), KEY, Scenario(TICKS))[0].returns[0])
    np.testing.assert_allclose(returns[1], 3.0 * returns[0], rtol=1e-6)


@pytest.mark.parametrize("engine_of", [pytest.param(NativeEngine, marks=pytest.mark.slow), LockstepEngine])
def test_a_rule_whose_globals_changed_is_refused(swimmer, monkeypatch, engine_of):
    salt = float(np.random.default_rng().random())  # or what an earlier process has kept would be right, and be used

    def change(pre, post, weight, a):
        return FACTOR * a * pre * post * (1.0 + 1e-9 * salt)

    register_rule("test-stale", change, ("A",), equation="Δw = f·A·pre·post")
    try:
        policy = make_policy(hebbax.PolicyConfig(name="stale", rule="test-stale", normalisation="none"), swimmer)
        genome = np.full((1, policy.genome_size), 0.1, np.float32)
        engine_of(swimmer, policy, threads=1).evaluate(genome, KEY, Scenario(3))
        monkeypatch.setitem(globals(), "FACTOR", 3.0)
        with pytest.raises(HebbaxError, match=r"change was compiled with FACTOR=1\.0, which is 3\.0 now: define the"):
            engine_of(swimmer, policy, threads=1)
        monkeypatch.setitem(globals(), "FACTOR", 1.0)
        engine_of(swimmer, policy, threads=1)
    finally:
        del RULES._parts["test-stale"]


def test_a_damage_whose_globals_changed_is_refused(swimmer, monkeypatch):
    def weaken(values, value, state, noise):
        return FACTOR * value * values, state

    register_damage("test-stale", weaken, stage="action", target="actuator", all=True, unit="share")
    try:
        engine = NativeEngine(swimmer, Replay(2, TICKS), threads=1)
        scenario = Scenario(TICKS, damages=[Event("test-stale", 0, 5, value=0.5)])
        engine.record(np.full(2 * TICKS, 0.5), KEY, scenario)
        monkeypatch.setitem(globals(), "FACTOR", 3.0)
        with pytest.raises(HebbaxError, match=r"weaken was compiled with FACTOR=1\.0"):
            engine.record(np.full(2 * TICKS, 0.5), KEY, scenario)
    finally:
        del KINDS._parts["test-stale"]


TABLE = np.arange(3.0)


def reads_table(x):
    return TABLE[0] * x


def test_a_change_within_an_array_is_seen(monkeypatch):
    check_unchanged(reads_table)
    check_unchanged(reads_table)
    monkeypatch.setitem(globals(), "TABLE", np.arange(3.0))  # equal, and another array
    check_unchanged(reads_table)
    TABLE[1] = 7.0
    with pytest.raises(HebbaxError, match=r"reads_table was compiled with TABLE=array\(\[0\., 1\., 2\.\]\)"):
        check_unchanged(reads_table)
    check_unchanged(reads_table, compiled=False)
    check_unchanged(reads_table)


@pytest.mark.parametrize("sizes", [(1, 1), (8, 1), (1, 8), (9, 9)])
@pytest.mark.parametrize("engine_of", [NativeEngine, LockstepEngine])
def test_a_normaliser_of_another_size_is_one_line(swimmer, engine_of, sizes):
    normaliser = hebbax.Normaliser(np.zeros(sizes[0]), np.ones(sizes[1]))
    with pytest.raises(HebbaxError, match=r"a normaliser whose (mean|scale) has shape .*: expected \(8,\)"):
        engine_of(swimmer, Replay(2, 3), threads=1).evaluate(np.zeros((1, 6)), KEY, Scenario(3, normaliser))
