"""The vector engine against environments run by hand, and against itself in another order."""

from __future__ import annotations

from types import SimpleNamespace

import gymnasium
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from hebbax.damage.events import Event
from hebbax.engines.make_engine import make_engine
from hebbax.engines.scenario import Scenario
from hebbax.engines.vector import VectorEngine
from hebbax.errors import HebbaxError
from hebbax.policies.make_policy import make_policy
from hebbax.policies.open_loop import Replay
from hebbax.tasks.registry import make_task
from hebbax.types import END_DIVERGED, END_REACHED, END_STOPPED, END_TERMINATED, Lives, Normaliser

pytestmark = pytest.mark.usefixtures("corridor_module")

KEY = jax.random.key(3)
CORRIDOR = "gymnasium/corridor:Corridor-v0"


def random_genomes(policy, count, scale=1.0):
    return np.asarray(scale * jax.random.uniform(jax.random.key(0), (count, policy.genome_size), minval=-1, maxval=1))


def engine_of(task_name, policy_name, **options):
    task = make_task(task_name)
    return VectorEngine(task, make_policy(policy_name, task), **options)


@pytest.fixture(scope="module")
def pendulum():
    return engine_of("gymnasium/Pendulum-v1", "han-b")


@pytest.fixture(scope="module")
def cartpole():
    return engine_of("gymnasium/CartPole-v1", "han-d")


def by_hand(policy, environment_id, genome, key, ticks, act, normaliser):
    """Return the rewards, observations and end of a life, written as the words in the documentation say it."""
    environment = gymnasium.make(environment_id, max_episode_steps=-1)
    seed = int(jax.random.bits(jax.random.fold_in(key, 1))) // 2
    carry = policy.birth(jax.random.fold_in(key, 0))
    observation, _ = environment.reset(seed=seed)
    rewards, observations = [], []
    for _ in range(ticks):
        observations.append(observation)
        seen = (observation.astype(np.float64) - normaliser.mean) * normaliser.scale
        output, carry = policy.act(genome, carry, jnp.asarray(seen, jnp.float32))
        carry = policy.adapt(genome, carry)
        observation, reward, terminated, _, _ = environment.step(act(np.asarray(output)))
        rewards.append(float(reward))
        if terminated:
            return np.array(rewards), np.array(observations, np.float64), END_TERMINATED
    return np.array(rewards), np.array(observations, np.float64), END_REACHED


@pytest.mark.parametrize(
    ("fixture", "environment_id", "act"),
    [
        # Torques from -2 to 2 N·m.
        pytest.param("pendulum", "Pendulum-v1", lambda output: 2.0 * output, marks=pytest.mark.slow),
        ("cartpole", "CartPole-v1", lambda output: int(np.argmax(output))),
    ],
)
def test_lives_are_those_of_a_loop_by_hand(fixture, environment_id, act, request):
    engine = request.getfixturevalue(fixture)
    policy = engine.policy
    compiled = SimpleNamespace(birth=policy.birth, act=jax.jit(policy.act), adapt=jax.jit(policy.adapt))
    genomes = random_genomes(policy, 3)
    size = engine.task.observation_size
    normaliser = Normaliser(np.linspace(-0.2, 0.2, size), np.linspace(0.5, 1.5, size))

    lives = engine.evaluate(genomes, KEY, Scenario(normaliser=normaliser, ticks=40), lifetimes=2)

    for life in range(6):
        key = jax.random.fold_in(KEY, life)
        rewards, seen, end = by_hand(compiled, environment_id, genomes[life // 2], key, 40, act, normaliser)
        assert lives.lengths[life] == len(rewards) == lives.observation_count[life]
        assert lives.ends[life] == end
        # XLA may round one life alone differently; there is no contact that would amplify it.
        assert lives.returns[life] == pytest.approx(rewards.sum(), abs=1e-2)
        np.testing.assert_allclose(lives.observation_mean[life], seen.mean(axis=0), atol=1e-3)
        np.testing.assert_allclose(lives.observation_m2[life], seen.var(axis=0) * len(seen), atol=1e-1)
    assert np.std(lives.returns) > 1


def test_given_actions_are_gymnasiums_to_the_bit():
    task = make_task("gymnasium/HalfCheetah-v5")
    engine = VectorEngine(task, Replay(task.action_size, 50))
    actions = random_genomes(engine.policy, 1)

    lives, record = engine.record(actions[0], KEY, Scenario(ticks=50))

    environment = gymnasium.make("HalfCheetah-v5")
    environment.reset(seed=int(jax.random.bits(jax.random.fold_in(KEY, 1))) // 2)
    steps = [environment.step(action) for action in actions[0].reshape(50, 6)]
    np.testing.assert_array_equal(record.rewards, [step[1] for step in steps])
    np.testing.assert_array_equal(record.observations[1:], [step[0] for step in steps[:-1]])
    assert lives.returns[0] == pytest.approx(record.rewards.sum())


def test_a_life_does_not_depend_on_its_place(cartpole):
    genomes = random_genomes(cartpole.policy, 7)
    keys = jax.random.split(KEY, 7)
    lives = cartpole.evaluate(genomes, keys, Scenario(ticks=60))
    order = np.array([3, 0, 6, 2, 5, 1, 4])

    permuted = cartpole.evaluate(genomes[order], keys[order], Scenario(ticks=60))
    alone = [cartpole.evaluate(genomes[i : i + 1], keys[i : i + 1], Scenario(ticks=60)) for i in range(7)]

    for field in Lives.__dataclass_fields__:
        np.testing.assert_array_equal(getattr(permuted, field), getattr(lives, field)[order])
        np.testing.assert_array_equal(np.concatenate([getattr(one, field) for one in alone]), getattr(lives, field))
    assert len(set(lives.lengths)) > 1


def test_the_width_of_the_flock_changes_no_more_than_rounding(pendulum):
    genomes = random_genomes(pendulum.policy, 5)
    whole = pendulum.evaluate(genomes, KEY, Scenario(ticks=20))
    parts = engine_of("gymnasium/Pendulum-v1", "han-b", flock=2).evaluate(genomes, KEY, Scenario(ticks=20))
    np.testing.assert_allclose(parts.returns, whole.returns, atol=1e-3)


def test_a_record_is_the_life_that_is_evaluated(pendulum):
    genome, key = random_genomes(pendulum.policy, 1)[0], jax.random.fold_in(KEY, 0)
    lives, record = pendulum.record(genome, key, Scenario(ticks=30))

    assert lives.returns[0] == pendulum.evaluate(genome[None], KEY, Scenario(ticks=30)).returns[0]
    assert record.rewards.sum() == pytest.approx(lives.returns[0])
    shapes = [(30, 0), (30, 0), (30, 3), (30, 1), (30,), (30,), (30, 64), (30, 0), (30, 0, 0), (30, 0, 0)]
    assert [field.shape for field in record[:-1]] == shapes
    birth = pendulum.policy.birth(jax.random.fold_in(key, 0)).weights
    np.testing.assert_array_equal(record.weights[0], np.concatenate([np.ravel(layer) for layer in birth]))
    assert (np.diff(record.weights, axis=0) != 0).any()


def test_things_that_happen(pendulum):
    genome = random_genomes(pendulum.policy, 1)[0]
    events = [Event("freeze-plasticity", 4, 8), Event("pin-actuator", 6, 5, target=0, value=-0.5)]

    _, record = pendulum.record(genome, KEY, Scenario(ticks=20, damages=events))

    still = (np.diff(record.weights, axis=0) == 0).all(axis=1)
    assert [tick for tick in range(19) if still[tick]] == list(range(4, 12))
    assert [tick for tick in range(20) if record.actions[tick, 0] == -0.5] == list(range(6, 11))


def test_a_life_in_parts_is_the_life_in_one(pendulum):
    genome = random_genomes(pendulum.policy, 1)[0]
    events = [Event("zero-weights", 5, value=0.5), Event("scale-actuator", 6, 5, target=0, value=0.0)]

    lives, record = pendulum.record(genome, KEY, Scenario(ticks=20, damages=events))
    parts = list(pendulum.stream(genome, KEY, Scenario(ticks=20, damages=events), chunk=8))

    assert [rows is None for _, rows in parts] == [True, True, False]
    assert parts[-1][1].returns[0] == lives.returns[0]
    for name in record._fields[:-1]:
        np.testing.assert_array_equal(np.concatenate([getattr(p, name) for p, _ in parts]), getattr(record, name))
    assert (record.weights[5] == 0).sum() == 32
    assert (record.actions[6:11] == 0).all()


# Corridor: three ticks with rewards 1, 2, 3, each plus the first action.


def corridor(actions, ticks, termination, task=CORRIDOR):
    """Return the life of given actions [ticks, 2]."""
    task = make_task(task)
    engine = VectorEngine(task, Replay(2, ticks), flock=2)
    return engine.record(np.ravel(actions), KEY, Scenario(ticks=ticks, termination=termination))


def test_termination_ends_a_life():
    lives, record = corridor(np.zeros((5, 2)), 5, "end")

    assert (lives.returns[0], lives.lengths[0], lives.ends[0]) == (6.0, 3, END_TERMINATED)
    np.testing.assert_array_equal(record.rewards, [1, 2, 3])
    np.testing.assert_array_equal(record.observations[:, 0], [0, 1, 2])


def test_termination_restarts_the_environment_alone():
    actions = np.zeros((8, 2))
    actions[3, 0] = 0.25

    lives, record = corridor(actions, 8, "restart")

    # 1 + 2 + 3, again, and 1 + 2; and the quarter of the fourth tick.
    assert (lives.returns[0], lives.lengths[0], lives.ends[0]) == (15.25, 8, END_REACHED)
    assert lives.terminations[0] == 2
    np.testing.assert_array_equal(record.observations[:, 0], [0, 1, 2, 0, 1, 2, 0, 1])
    places = record.observations[:, 1]
    assert len(set(places)) == 3, "each episode begins elsewhere"
    again = corridor(actions, 8, "restart")[1].observations[:, 1]
    np.testing.assert_array_equal(again, places)


def test_weights_live_on_through_a_restart():
    engine = engine_of(CORRIDOR, "han-b")
    _, record = engine.record(random_genomes(engine.policy, 1)[0], KEY, Scenario(ticks=8, termination="restart"))
    changes = np.abs(np.diff(record.weights, axis=0)).max(axis=1)
    birth = np.abs(record.weights[1:] - record.weights[0]).max(axis=1)
    assert (changes > 0).all()
    assert (birth > 0).all(), "they are not born again"


@pytest.mark.parametrize("what", ["Reward", "Observation"])
@pytest.mark.parametrize("termination", ["end", "restart"])
def test_what_is_not_finite_ends_a_life_as_diverged(what, termination):
    actions = np.zeros((8, 2))
    actions[1, 1] = 1.0

    lives, _ = corridor(actions, 8, termination, f"gymnasium/corridor:Corridor{what}-v0")

    assert (lives.returns[0], lives.lengths[0], lives.ends[0]) == (1.0, 1, END_DIVERGED)
    assert lives.diverged[0]


def test_an_action_that_is_not_finite_reaches_no_environment():
    actions = np.zeros((8, 2))
    actions[1] = np.nan

    lives, _ = corridor(actions, 8, "end")

    assert (lives.returns[0], lives.lengths[0], lives.ends[0]) == (1.0, 1, END_DIVERGED)


def test_weights_without_bound_end_a_life_as_diverged():
    engine = engine_of("gymnasium/Pendulum-v1", "han-a")
    lives = engine.evaluate(random_genomes(engine.policy, 2, scale=1e9), KEY, Scenario(ticks=50))
    assert (lives.ends == END_DIVERGED).all()


def test_a_life_is_as_long_as_hebbax_counts():
    task = make_task("gymnasium/corridor:Corridor-v1")
    assert task.length == 5, "the environment's own limit is the default"
    task = make_task("gymnasium/Pendulum-v1")
    assert task.length == 200
    engine = VectorEngine(task, Replay(1, 250))
    assert engine.evaluate(np.zeros((1, 250)), KEY, Scenario(ticks=250)).lengths[0] == 250


def test_stop_ends_all_lives():
    engine = engine_of("gymnasium/Pendulum-v1", "han-b")
    engine.stop()
    lives = engine.evaluate(random_genomes(engine.policy, 3), KEY, Scenario(ticks=30))
    assert lives.stopped
    assert (lives.ends == END_STOPPED).all()
    assert (lives.lengths == 0).all()


def test_the_policy_is_compiled_once():
    engine = engine_of("gymnasium/CartPole-v1", "han-e")
    for count in (1, 3, 70):
        engine.evaluate(random_genomes(engine.policy, count), KEY, Scenario(ticks=3))
    assert engine._step._cache_size() == 1
    assert engine._birth._cache_size() == 1


@pytest.mark.parametrize(
    ("task", "name", "message"),
    [
        (
            "gymnasium/Pendulum-v1",
            "native",
            "engine=native: task 'gymnasium/Pendulum-v1' runs on engine=vector, or auto",
        ),
        ("gymnasium/Pendulum-v1", "nativ", "unknown engine 'nativ': did you mean 'native'"),
        ("swimmer", "vector", "engine=vector: task 'swimmer' runs on engine=native or lockstep, or auto"),
    ],
)
def test_the_engine_fits_the_task(task, name, message):
    task = make_task(task)
    with pytest.raises(HebbaxError, match=message):
        make_engine(task, make_policy("han-b", task), name)


def test_other_engines_refuse_in_one_line():
    from hebbax.engines.lockstep import LockstepEngine
    from hebbax.engines.native import NativeEngine

    task = make_task("gymnasium/Pendulum-v1")
    for engine in (NativeEngine, LockstepEngine):
        with pytest.raises(HebbaxError, match="is an environment of another package: expected the vector engine"):
            engine(task, make_policy("han-b", task))
