"""What MuJoCo cannot do in a life ends that life and is said; the process and the other lives go on."""

from __future__ import annotations

import dataclasses
import subprocess
import sys
from functools import cache
from pathlib import Path

import jax
import mujoco
import numpy as np
import pytest

import hebbax
from hebbax.engines.lockstep import LockstepEngine
from hebbax.engines.native import NativeEngine
from hebbax.engines.specialise import life_names
from hebbax.kernels.compile_step import compile_step
from hebbax.policies.open_loop import Replay
from hebbax.types import END_DIVERGED, END_REACHED
from hebbax.worlds.mujoco.fast_model import quick_model
from hebbax.worlds.mujoco.library import silence_warnings
from hebbax.worlds.mujoco.trouble import ERROR, Trouble

ENGINES = pytest.mark.parametrize("engine", [NativeEngine, pytest.param(LockstepEngine, marks=pytest.mark.slow)])
LENGTH = 60
GENOMES = np.zeros((3, 2 * LENGTH), np.float32)


def xml(memory: str, blocks: int = 0) -> str:
    """Return four boxes and a plate, as many coordinates as a swimmer has.

    The boxes reach the floor in their 15th to 26th step. The plate comes to lie on so many blocks all at once.
    """
    ground = "".join(
        f"<geom type='box' size='.04 .04 .1' pos='{i % 20 * 0.1 + 5} {i // 20 * 0.1} -.1'/>" for i in range(blocks)
    )
    boxes = "".join(
        f"<body pos='{i * 0.3} 0 .32'><joint name='{i}' type='slide' axis='0 0 1'/><geom type='box' size='.1 .1 .1'/>"
        "</body>"
        for i in range(4)
    )
    return (
        f"<mujoco><size memory='{memory}'/><option solver='PGS' timestep='.01'/><worldbody>"
        f"<geom type='plane' size='3 3 1'/>{ground}{boxes}<body pos='5.95 .95 .02'>"
        "<joint name='4' type='slide' axis='0 0 1'/><geom type='box' size='1 1 .01'/></body></worldbody>"
        "<actuator><motor joint='0' gear='.01'/><motor joint='1' gear='.01'/></actuator></mujoco>"
    )


@cache
def too_little() -> str:
    """Return a memory with which MuJoCo can take the first steps, and fails when the boxes reach the floor."""
    silence_warnings()
    return next(size for size in (f"{k * 512}" for k in range(20, 400)) if 5 < steps_of(size) < LENGTH)


def steps_of(memory: str) -> int:
    model = quick_model(mujoco.MjSpec.from_string(xml(memory)))
    data = mujoco.MjData(model)
    for step in range(LENGTH):
        try:
            mujoco.mj_step(model, data)
        except mujoco.FatalError:
            return step
    return LENGTH


def engine_of(engine, swimmer, memory: str, blocks: int = 0):
    world = hebbax.mujoco(mujoco.MjSpec.from_string(xml(memory, blocks)), substeps=4)
    return engine(dataclasses.replace(swimmer, world=world, length=LENGTH), Replay(2, LENGTH), threads=2)


def messages_of(caplog) -> list[str]:
    return [record.getMessage() for record in caplog.records]


@ENGINES
def test_a_life_for_which_mujoco_has_no_memory_ends_as_diverged(engine, swimmer, caplog):
    ours = engine_of(engine, swimmer, too_little())
    short, key = hebbax.Scenario(2), jax.random.key(0)
    before = ours.evaluate(GENOMES, key, short)
    rows = ours.evaluate(GENOMES, key)
    after = ours.evaluate(GENOMES, key, short)

    assert (rows.ends == END_DIVERGED).all()
    assert (rows.lengths >= 2).all()
    np.testing.assert_array_equal(ours.evaluate(GENOMES, key).lengths, rows.lengths)
    (said,) = [message for message in messages_of(caplog) if "left some out" not in message]
    assert "MuJoCo failed in a life, which ends as diverged: " in said
    assert "stack overflow" in said
    assert "; try <size memory=" in said
    assert "\n" not in said
    # What failed has left nothing behind.
    assert (after.ends == END_REACHED).all()
    np.testing.assert_array_equal(after.returns, before.returns)


@pytest.mark.parametrize(("settle", "lost"), [(2, False), (LENGTH, True)])
def test_a_body_that_fails_while_it_settles_has_no_state(swimmer, settle, lost):
    world = hebbax.mujoco(mujoco.MjSpec.from_string(xml(too_little())), substeps=4)
    task = dataclasses.replace(swimmer, world=world, settle=settle)
    begin, simulation = life_names(task, compile_step(Replay(2, 1)))["begin"], world.simulation()
    model, noise = world.address_of(world.model), hebbax.Noise(np.zeros(10), np.zeros(10))
    begin(model, simulation.simulator, simulation.state, simulation.control, np.zeros(0), noise)
    assert np.isnan(simulation.state.qpos).all() == lost


@ENGINES
def test_contacts_that_were_left_out_are_said_once(engine, swimmer, caplog):
    ours = engine_of(engine, swimmer, "2M", blocks=400)
    rows = ours.evaluate(GENOMES, jax.random.key(0))
    ours.evaluate(GENOMES, jax.random.key(0))

    assert (rows.ends == END_REACHED).all()
    assert (rows.warnings > 0).all()
    (said,) = messages_of(caplog)
    assert "bodies can go through each other" in said
    assert '<size memory="8M"/> (it has 2M)' in said


def test_nothing_is_said_where_nothing_is_wrong(swimmer, caplog):
    rows = engine_of(NativeEngine, swimmer, "1M").evaluate(GENOMES, jax.random.key(0))
    assert not rows.warnings.any()
    assert (rows.ends == END_REACHED).all()
    assert not messages_of(caplog)


@pytest.mark.parametrize("kind", range(ERROR))
def test_every_kind_of_warning_is_said_once_with_a_remedy(kind, caplog):
    trouble, model = Trouble(), mujoco.MjModel.from_xml_string("<mujoco/>")
    for _ in range(2):
        trouble.add(np.eye(ERROR, dtype=int)[kind])
        trouble.say(model)
    (said,) = messages_of(caplog)
    assert "can help" in said or "give the model more memory" in said
    assert not set("{}\n") & set(said)


def test_bindings_raise_as_before_and_what_nobody_catches_ends_the_process(tmp_path):
    """An error must not jump into a frame that is gone."""
    code = """
import ctypes, mujoco
from hebbax.worlds.mujoco.fast_model import quick_model
from hebbax.worlds.mujoco.library import find_library, load_library
load_library()
model = mujoco.MjModel.from_xml_string(XML)
data = mujoco.MjData(model)
try:
    for _ in range(60):
        mujoco.mj_step(model, data)
except mujoco.FatalError:
    print("raised", flush=True)
data = mujoco.MjData(model)
step = ctypes.CDLL(str(find_library())).mj_step
for _ in range(60):
    step(ctypes.c_void_p(model._address), ctypes.c_void_p(data._address))
print("went on")
""".replace("XML", repr(xml(too_little())))
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=tmp_path)
    assert done.stdout == "raised\n"
    assert done.returncode == 1
    assert "stack overflow" in done.stderr
    assert not list(Path(tmp_path).iterdir())
