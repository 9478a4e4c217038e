"""Compiled lives are kept between processes, and never outlive an edit."""

import dataclasses
import os
import subprocess
import sys
import textwrap

import jax
import numba
import pytest

from hebbax.engines import specialise
from hebbax.engines.native import NativeEngine
from hebbax.engines.scenario import Scenario
from hebbax.kernels.compile_step import compile_step
from hebbax.networks.mlp import Mlp
from hebbax.plasticity.plasticity import Plasticity
from hebbax.policies.open_loop import Replay
from hebbax.policies.policy import Policy

SOURCE = """
import types
import numpy as np
from hebbax.compiling.compiler import compiled

SCALE = {scale}
helpers = types.ModuleType("helpers")
exec("from hebbax.compiling.compiler import compiled\\n@compiled\\ndef bonus():\\n    return {bonus}", helpers.__dict__)
TABLE = np.array([1.0, {entry}])

@compiled
def speed(before, simulation):
    return {factor} * (simulation.qpos[0] - before.qpos[0])

def make(offset):
    def outcome(before, simulation, action, memory):
        return SCALE * speed(before, simulation) + helpers.bonus() + TABLE[1] + offset, False, memory
    return outcome
"""
PLAIN = {"scale": 1.0, "bonus": 0.0, "entry": 2.0, "factor": 3.0}


def fingerprint_of(task, step, offset=0.0, **changes):
    namespace = {"__name__": "user_task"}
    exec(SOURCE.format(**{**PLAIN, **changes}), namespace)
    changed = dataclasses.replace(task, outcome=namespace["make"](offset))
    return specialise.fingerprint(specialise.life_names(changed, step))


@pytest.mark.parametrize(
    "change",
    [{"scale": 2.0}, {"bonus": 1.0}, {"entry": 5.0}, {"factor": 4.0}, {"offset": 1.0}],
    ids=["constant", "function in another module", "array", "called function", "closure"],
)
def test_every_edit_changes_the_fingerprint(swimmer, change):
    step = compile_step(Replay(2, 3))
    plain = fingerprint_of(swimmer, step)
    assert fingerprint_of(swimmer, step) == plain
    assert fingerprint_of(swimmer, step, **change) != plain


def bonus_compiled(**flags):
    namespace = {}
    exec("def bonus(*, scale=1.0):\n    return scale", namespace)
    return numba.njit(**flags)(namespace["bonus"])


def test_how_a_called_function_is_compiled_and_its_defaults_are_in_the_fingerprint(swimmer):
    def print_of(bonus):
        def outcome(before, simulation, action, memory):
            return bonus(), False, memory

        task = dataclasses.replace(swimmer, outcome=outcome)
        return specialise.fingerprint(specialise.life_names(task, step))

    step = compile_step(Replay(2, 3))
    plain = print_of(bonus_compiled())
    assert print_of(bonus_compiled()) == plain
    assert print_of(bonus_compiled(fastmath={"reassoc", "nnan"})) != plain
    other = bonus_compiled()
    other.py_func.__kwdefaults__ = {"scale": 2.0}
    assert print_of(other) != plain


@pytest.mark.parametrize(("setting", "value"), [("BOUNDSCHECK", 1), ("OPT", 0), ("LOOP_VECTORIZE", 0)])
def test_what_the_environment_tells_the_compiler_is_in_the_fingerprint(swimmer, monkeypatch, setting, value):
    names = specialise.life_names(swimmer, compile_step(Replay(2, 3)))
    plain = specialise.fingerprint(names)
    monkeypatch.setattr(numba.config, setting, value)
    assert specialise.fingerprint(names) != plain


def test_another_rule_or_normalisation_is_another_life(swimmer):
    variants = [Plasticity("eta-abcd", "max"), Plasticity("abcd", "max"), Plasticity("eta-abcd", "none"), None]
    networks = [Mlp((8, 4, 2)), Mlp((8, 4, 2), output_activation="linear")]
    policies = [Policy("p", network, plasticity) for network in networks for plasticity in variants]
    prints = [specialise.fingerprint(specialise.life_names(swimmer, compile_step(policy))) for policy in policies]
    assert len(set(prints)) == len(policies)


def test_sizes_window_and_interval_are_data_without_a_compile_of_their_own(swimmer):
    one = Policy("p", Mlp((8, 4, 2)), Plasticity("eta-abcd", "max", "moving-average", 10, 1))
    wide = Policy("p", Mlp((8, 64, 2)), Plasticity("eta-abcd", "max", "moving-average", 20, 7))
    prints = [specialise.fingerprint(specialise.life_names(swimmer, compile_step(policy))) for policy in (one, wide)]
    assert prints[0] == prints[1]


def test_a_task_that_feels_contacts_is_another_life(swimmer):
    step = compile_step(Replay(2, 3))
    feeling = dataclasses.replace(swimmer, world=swimmer.world.replace(contact_forces=True))
    prints = [specialise.fingerprint(specialise.life_names(task, step)) for task in (swimmer, feeling)]
    assert prints[0] != prints[1]


TASK = """
    import dataclasses, helper, jax, numpy as np
    from hebbax.engines.native import NativeEngine
    from hebbax.policies.open_loop import Replay
    from hebbax.tasks.registry import make_task

    BONUS = {bonus}

    def outcome(before, simulation, action, memory):
        return helper.reward() + BONUS, False, memory

    task = dataclasses.replace(make_task("swimmer"), outcome=outcome)
    engine = NativeEngine(task, Replay(2, 3), threads=1)
    print(engine.evaluate(np.zeros((1, 6)), jax.random.key(0), ticks=3).returns[0])
"""
HELPER = "from hebbax.compiling.compiler import compiled\n\n@compiled\ndef reward():\n    return {reward}\n"


@pytest.fixture
def run(tmp_path):
    environment = {**os.environ, "HEBBAX_CACHE": str(tmp_path / "cache"), "PYTHONDONTWRITEBYTECODE": "1"}

    def run(reward, bonus=0.0):
        (tmp_path / "task.py").write_text(textwrap.dedent(TASK.format(bonus=bonus)))
        (tmp_path / "helper.py").write_text(HELPER.format(reward=reward))
        done = subprocess.run(
            [sys.executable, "task.py"], cwd=tmp_path, env=environment, capture_output=True, text=True, check=True
        )
        return float(done.stdout), sorted(path.name for path in (tmp_path / "cache").rglob("*.nbc"))

    return run


@pytest.mark.slow
def test_an_edited_reward_is_seen_by_the_next_process(run):
    value, files = run(1.0)
    assert value == 3.0
    assert len(files) == 1
    assert run(1.0) == (3.0, files), "an unchanged task is found again"
    assert run(2.0)[0] == 6.0, "an edit in a function that the reward calls, in another file"
    assert run(2.0, bonus=0.5)[0] == 7.5, "an edit of a constant"
    assert run(1.0) == (3.0, run(1.0)[1])


@pytest.mark.slow
def test_lives_on_disk_that_are_cut_are_compiled_anew(run, tmp_path):
    _, files = run(1.0)
    for path in (path for path in (tmp_path / "cache").rglob("*") if path.is_file()):
        path.write_bytes(path.read_bytes()[:100])
    assert run(1.0) == (3.0, files)


def paid(task, reward):
    """Return a task that pays this at every tick; each amount is a life of its own."""

    def outcome(before, simulation, action, memory):
        return reward, False, memory

    return dataclasses.replace(task, outcome=outcome)


@pytest.mark.slow
def test_where_the_cache_cannot_be_written_every_task_has_its_own_life(monkeypatch, tmp_path, swimmer):
    blocked = tmp_path / "file"
    blocked.write_text("")
    monkeypatch.setenv("HEBBAX_CACHE", str(blocked / "cache"))
    monkeypatch.setattr(specialise, "_BUILT", {})
    for reward in (1.0, 2.0):
        engine = NativeEngine(paid(swimmer, reward), Replay(2, 5), threads=1)
        lives = engine.evaluate([[0.0] * 10], jax.random.key(0), Scenario(ticks=5))
        assert (lives.lengths[0], lives.returns[0]) == (5, 5 * reward)
    assert blocked.read_text() == ""
