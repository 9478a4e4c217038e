"""What a termination does: it ends a life, or restarts the body while all else lives on."""

import dataclasses

import jax
import jax.numpy as jnp
import mujoco
import numpy as np
import pytest

import hebbax
from hebbax.engines.life import RESTART_STREAM
from hebbax.engines.lockstep import LockstepEngine
from hebbax.engines.native import NativeEngine
from hebbax.engines.scenario import Scenario
from hebbax.errors import HebbaxError
from hebbax.policies.open_loop import Replay
from hebbax.tasks.registry import make_task
from hebbax.types import END_REACHED, END_TERMINATED

KEY = jax.random.key(21)
TICKS = 30
PERIOD = 7  # ticks from birth to termination of the metronome


def _crowd() -> mujoco.MjSpec:
    """Return four boxes in the air, and a plate on more blocks than MuJoCo has room for: it warns at every step."""
    blocks = "".join(
        f"<geom type='box' size='.04 .04 .1' pos='{i % 20 * 0.1 + 5} {i // 20 * 0.1} -.1'/>" for i in range(400)
    )
    boxes = "".join(
        f"<body pos='{i} 0 9'><joint name='{i}' type='slide'/><geom type='box' size='.1 .1 .1'/></body>"
        for i in range(4)
    )
    return mujoco.MjSpec.from_string(
        f"<mujoco><size memory='2M'/><option solver='PGS' timestep='.01' gravity='0 0 -1'/><worldbody>{blocks}{boxes}"
        "<body pos='5.95 .95 .0099'><joint type='slide'/><geom type='box' size='1 1 .01'/></body></worldbody>"
        "<actuator><motor joint='0' gear='.01'/><motor joint='1' gear='.01'/></actuator></mujoco>"
    )


def _metronome_reset(noise):  # the plate is always born where it is
    qpos = np.concatenate((0.1 * noise.uniform[:4], np.zeros(1)))
    return qpos, np.concatenate((0.1 * noise.normal[5:9], np.zeros(1))), np.zeros(1)


def _metronome_observe(simulation, memory):
    return np.array([0.5, -0.25, 1.0, 0.0, 0.75, -1.0, 0.3, 0.1])


def _metronome_actuate(action, simulation, memory):
    return action


def _metronome_outcome(before, simulation, action, memory):
    return 1.0 + memory[0], memory[0] >= PERIOD - 1.0, memory + 1.0


@pytest.fixture(scope="module")
def metronome(swimmer):
    """A body that terminates at every seventh tick of its own, seen by a policy that always observes the same."""
    return dataclasses.replace(
        swimmer,
        world=hebbax.mujoco(_crowd(), substeps=4),
        reset=_metronome_reset,
        observe=_metronome_observe,
        actuate=_metronome_actuate,
        outcome=_metronome_outcome,
        memory_size=1,
    )


@pytest.fixture(
    scope="module",
    params=[NativeEngine, pytest.param(LockstepEngine, marks=pytest.mark.slow)],
    ids=["native", "lockstep"],
)
def metronome_engine(request, metronome, han_e):
    return request.param(metronome, han_e, threads=2)


@pytest.fixture(scope="module")
def metronome_life(metronome_engine, genomes):
    return metronome_engine.record(genomes[0], KEY, Scenario(ticks=TICKS, termination="restart"))


def test_a_restarted_life_goes_on_to_its_last_tick(metronome_life):
    lives, record = metronome_life
    assert lives.lengths.tolist() == [TICKS]
    assert lives.ends.tolist() == [END_REACHED]
    assert lives.terminations.tolist() == [4]  # 30 ticks hold four times seven
    assert np.flatnonzero(record.terminated).tolist() == [6, 13, 20, 27], "the memory is born anew too"
    # Four whole bodies earn 1 + 2 + … + 7 each, the last one 1 + 2.
    assert lives.returns.tolist() == [4 * 28.0 + 3.0]
    assert record.rewards.sum() == lives.returns[0]
    assert lives.observation_count.tolist() == [TICKS]


def test_warnings_before_a_restart_count(metronome_engine, metronome_life, genomes):
    lives, _ = metronome_life
    whole, last = (
        int(metronome_engine.evaluate(genomes[:1], KEY, Scenario(ticks=ticks)).warnings[0]) for ticks in (PERIOD, 2)
    )
    assert last > 0
    assert lives.warnings.tolist() == [4 * whole + last]


def test_a_termination_ends_the_life_by_default(metronome_engine, genomes):
    lives = metronome_engine.evaluate(genomes[:2], KEY, Scenario(ticks=TICKS))
    assert lives.lengths.tolist() == [PERIOD, PERIOD]
    assert lives.ends.tolist() == [END_TERMINATED] * 2
    assert lives.terminations.tolist() == [1, 1]
    assert lives.returns.tolist() == [28.0, 28.0], "the reward of the last tick counts"


def test_a_termination_at_the_last_tick_counts(metronome_engine, genomes):
    ends, restarts = (
        metronome_engine.evaluate(genomes[:1], KEY, Scenario(ticks=PERIOD, termination=name))
        for name in ("end", "restart")
    )
    assert (ends.ends[0], restarts.ends[0]) == (END_TERMINATED, END_REACHED)
    assert ends.terminations[0] == restarts.terminations[0] == 1
    assert ends.returns[0] == restarts.returns[0] == 28.0


def test_weights_averages_and_the_tick_live_on(metronome_life, han_e, genomes):
    """The policy's observation never changes, so its weights are those of a life without any body."""
    _, record = metronome_life
    act, adapt = jax.jit(han_e.act), jax.jit(han_e.adapt)
    carry = han_e.birth(jax.random.fold_in(KEY, 0))
    observation = jnp.asarray(_metronome_observe(None, None), jnp.float32)
    for tick in range(TICKS):
        weights = np.concatenate([np.ravel(layer) for layer in carry.weights])
        np.testing.assert_allclose(record.weights[tick], weights, atol=2e-5, err_msg=f"tick {tick}")
        action, carry = act(genomes[0], carry, observation)
        np.testing.assert_allclose(record.actions[tick], action, atol=2e-5)
        carry = adapt(genomes[0], carry)
    moved = np.abs(np.diff(record.weights, axis=0)).max(axis=1) > 0
    assert moved.tolist() == [tick % 4 == 0 for tick in range(TICKS - 1)]


def test_every_birth_has_its_own_noise(metronome_life):
    _, record = metronome_life
    for restarts, tick in enumerate(range(0, TICKS, PERIOD)):
        key = jax.random.fold_in(KEY, 1)
        if restarts:
            key = jax.random.fold_in(jax.random.fold_in(KEY, RESTART_STREAM), restarts)
        uniform = jax.random.uniform(key, (10,), minval=-1, maxval=1)
        normal = jax.random.normal(key, (20,))[10:]
        np.testing.assert_allclose(record.qpos[tick][:4], 0.1 * uniform[:4], atol=1e-7)
        np.testing.assert_allclose(record.qvel[tick][:4], 0.1 * normal[5:9], atol=1e-6)


def test_an_unknown_termination_is_refused(metronome_engine, genomes):
    message = "unknown termination 'restrat': did you mean 'restart'"
    with pytest.raises(HebbaxError, match=message):
        metronome_engine.evaluate(genomes, KEY, Scenario(termination="restrat"))
    with pytest.raises(HebbaxError, match=message):
        metronome_engine.record(genomes[0], KEY, Scenario(termination="restrat"))


@pytest.mark.slow
def test_the_same_actions_are_the_same_life_on_both_engines():
    """Contact forces, terminations and new births: without a policy's rounding, physics agrees to the bit."""
    task, ticks = make_task("ant"), 120
    policy = Replay(task.action_size, ticks)
    actions = np.sign(np.random.default_rng(2).uniform(-1, 1, (3, policy.genome_size))).astype(np.float32)
    keys = jax.random.split(KEY, 3)
    engines = [NativeEngine(task, policy), LockstepEngine(task, policy)]
    (native, one), (lockstep, other) = (
        e.record(actions[0], keys[0], Scenario(ticks=ticks, termination="restart")) for e in engines
    )
    assert native.terminations[0] > 0
    np.testing.assert_array_equal(one.qpos, other.qpos)
    np.testing.assert_array_equal(one.qvel, other.qvel)
    np.testing.assert_array_equal(one.terminated, other.terminated)
    np.testing.assert_allclose(one.observations, other.observations, atol=1e-12, rtol=0)
    np.testing.assert_allclose(one.rewards, other.rewards, atol=1e-10, rtol=0)
    felt = one.observations[:, 27:]
    born = np.flatnonzero(np.concatenate([[True], one.terminated[:-1]]))
    assert np.abs(felt).max() == 1.0
    assert (felt[born] == 0).all(), "a newborn has touched nothing yet"
    native, lockstep = (e.evaluate(actions, keys, Scenario(ticks=ticks, termination="restart")) for e in engines)
    assert len(set(native.terminations)) > 1
    for field in ("lengths", "ends", "terminations", "observation_count", "warnings"):
        np.testing.assert_array_equal(getattr(native, field), getattr(lockstep, field))
    np.testing.assert_allclose(native.observation_m2, lockstep.observation_m2, rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(native.returns, lockstep.returns, atol=1e-9)
