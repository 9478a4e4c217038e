"""Compiled lives are kept between processes, and never outlive an edit."""

import os
import subprocess
import sys
import textwrap

import pytest

TASK = """
    import dataclasses, helper, jax, numpy as np
    from hebbax.engines.native import NativeEngine
    from hebbax.replay import Replay
    from hebbax.tasks.registry import make_task

    BONUS = {bonus}

    def outcome(before, simulation, action, memory):
        return helper.reward() + BONUS, False, memory

    task = dataclasses.replace(make_task("swimmer"), outcome=outcome)
    engine = NativeEngine(task, Replay(2, 3), threads=1)
    print(engine.evaluate(np.zeros((1, 6)), jax.random.key(0), ticks=3).returns[0])
"""
HELPER = "from hebbax.kernels.compiler import compiled\n\n@compiled\ndef reward():\n    return {reward}\n"


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


def test_an_edited_reward_is_seen_by_the_next_process(run):
    value, files = run(1.0)
    assert value == 3.0
    assert len(files) == 1
    assert run(1.0) == (3.0, files), "an unchanged task is found again"
    assert run(2.0)[0] == 6.0, "an edit in a function that the reward calls, in another file"
    assert run(2.0, bonus=0.5)[0] == 7.5, "an edit of a constant"
    assert run(1.0) == (3.0, run(1.0)[1])


def test_a_folder_that_cannot_be_written_only_costs_the_compile(monkeypatch, tmp_path, swimmer, genomes, han_e):
    import jax

    from hebbax.engines import specialise

    blocked = tmp_path / "file"
    blocked.write_text("")
    monkeypatch.setenv("HEBBAX_CACHE", str(blocked))
    monkeypatch.setattr(specialise, "_BUILT", {})
    from hebbax.engines.native import NativeEngine

    lives = NativeEngine(swimmer, han_e, threads=1).evaluate(genomes[:1], jax.random.key(0), ticks=5)
    assert lives.lengths[0] == 5
    assert blocked.read_text() == ""
