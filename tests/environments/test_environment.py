from __future__ import annotations

import logging
import warnings
from itertools import islice

import gymnasium
import jax
import matplotlib
import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env

import hebbax
import hebbax.environments
from hebbax.damage.text import parse_damages
from hebbax.engines.native import NativeEngine
from hebbax.engines.scenario import Scenario
from hebbax.environments import Environment, environment_id
from hebbax.errors import HebbaxError
from hebbax.keys import life_key
from hebbax.policies.make_policy import make_policy
from hebbax.policies.open_loop import Replay
from hebbax.report.film.film import RenderUnavailable
from hebbax.runs.evaluation import evaluate_controller
from hebbax.tasks.registry import TASKS, make_task

QUICK = ("swimmer", "inverted_pendulum")


def played(environment, actions, **reset):
    """Return observations, rewards, flags and infos of a life under actions."""
    observation, told = environment.reset(**reset)
    steps = [(observation, 0.0, False, False, told)]
    for action in actions:
        steps.append(environment.step(action))
        if steps[-1][2] or steps[-1][3]:
            break
    return tuple(zip(*steps, strict=True))


@pytest.mark.parametrize(
    "task", [name if name in QUICK else pytest.param(name, marks=pytest.mark.slow) for name in sorted(TASKS._ours)]
)
def test_gymnasium_finds_nothing_wrong(task):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of limits that observations do not have, and actions beyond 1
        check_env(gymnasium.make(environment_id(task)).unwrapped, skip_render_check=True)
        options = {
            "damage": "noise-observation(0.1) + delay-actuator(2, from=3)",
            "termination": "restart",
            "ticks": 30,
        }
        check_env(gymnasium.make(environment_id(task), **options).unwrapped, skip_render_check=True)


def test_gymnasium_finds_nothing_wrong_with_a_task_of_ones_own(forget_parts_of):
    forget_parts_of(TASKS)
    pendulum = make_task("inverted_pendulum")
    hebbax.register_task("test-rail", lambda: pendulum)
    assert "hebbax/TestRail-v0" in hebbax.environments.register_environments()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            check_env(gymnasium.make("hebbax/TestRail-v0").unwrapped, skip_render_check=True)
    finally:
        del gymnasium.registry["hebbax/TestRail-v0"]


@pytest.mark.parametrize("damage", ["", "noise-observation(0.1) + scale-actuator(0, 0.5, from=5s)"])
def test_a_thousand_steps_are_the_native_life_of_that_key(swimmer, damage):
    engine = NativeEngine(swimmer, Replay(2, 1000), threads=1)
    actions = np.random.default_rng(0).uniform(-1, 1, (1000, 2)).astype(np.float32)
    (events,) = parse_damages(damage, swimmer.control_period) or ((),)
    lives, record = engine.record(actions.ravel(), life_key(5, 1), Scenario(damages=events))
    environment = gymnasium.make("hebbax/Swimmer-v0", damage=damage)
    environment.reset(seed=5)  # life 0
    seen, rewards, _, truncated, infos = played(environment, actions)
    assert infos[0] == {"seed": 5, "life": 1}
    assert np.array_equal(seen[:-1], record.observations)
    assert np.array_equal(rewards[1:], record.rewards)
    assert truncated[-1]
    assert sum(rewards) == lives.returns[0]


def test_the_lives_of_a_seed_are_those_of_evaluate(swimmer, han_e, genomes):
    controller = hebbax.Controller(genomes[0], hebbax.ObservationStatistics.empty(8))
    engine = NativeEngine(swimmer, han_e, threads=1)
    lives = evaluate_controller(engine, controller, genome="best", lifetimes=2, seed=9, ticks=40).lives
    environment = Environment("swimmer", ticks=40)
    for life in range(2):
        key = jax.random.key_data(life_key(9, life))
        _, record = engine.record(genomes[0], key, Scenario(ticks=40))
        _, rewards, *_ = played(environment, record.actions, seed=9 if life == 0 else None)
        assert sum(rewards) == lives.returns[life]


def test_terms_of_the_reward_are_told_by_name():
    environment = Environment("swimmer", ticks=5)
    environment.action_space.seed(0)
    environment.reset(seed=0)
    _, reward, _, _, told = environment.step(environment.action_space.sample())
    assert told.keys() == {"reward_forward", "reward_control", "diverged", "reborn"}
    assert told["reward_forward"] + told["reward_control"] == pytest.approx(reward, abs=1e-12)
    assert not told["diverged"]


def test_a_life_can_be_asked_for():
    environment = Environment("swimmer", ticks=5)
    third = list(islice(iter(lambda: environment.reset(seed=None if environment.lives.seeds[0] else 4), None), 3))[2]
    asked = environment.reset(seed=4, options={"life": 2})
    assert third[1] == asked[1] == {"seed": 4, "life": 2}
    assert np.array_equal(third[0], asked[0])
    keyed, _ = environment.reset(options={"key": life_key(4, 2)})
    assert np.array_equal(keyed, asked[0])


def test_variants_of_damage_are_met_in_turn():
    environment = Environment("swimmer", damage="none | scale-observation(0, 0)")
    whole, hurt, again = (environment.reset(seed=1 if life == 0 else None)[0] for life in range(3))
    assert (whole[0] != 0, hurt[0] == 0, again[0] != 0) == (True, True, True)
    assert environment.reset(seed=1, options={"damage": "scale-observation(0, 0)"})[0][0] == 0


def test_a_fall_ends_a_life_or_restarts_the_body():
    falling = np.ones((200, 1), np.float32)
    *_, ended, truncated, _ = played(Environment("inverted_pendulum"), falling, seed=0)
    assert (ended[-1], truncated[-1]) == (True, False)
    *_, ended, truncated, infos = played(
        Environment("inverted_pendulum", termination="restart", ticks=60), falling, seed=0
    )
    assert (any(ended), truncated[-1], len(ended)) == (False, True, 61)
    assert sum(told["reborn"] for told in infos[1:]) >= 1


@pytest.mark.slow
def test_pictures_are_bytes_and_actions_without_limits_reach_far():
    environment = Environment("car_racing", ticks=3)
    observation, _ = environment.reset(seed=0)
    assert observation.dtype == np.uint8
    assert observation.shape == environment.observation_space.shape == (84, 84, 3)
    assert environment.action_space.high.tolist() == [5.0, 5.0, 5.0]
    exact = environment.lives.puppets.observations[0]
    np.testing.assert_allclose(observation.ravel() / 255, exact, atol=0.5 / 255)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"task": "swimer"}, "unknown task 'swimer': did you mean 'swimmer'"),
        ({"task": "gymnasium/CartPole-v1"}, "of another package"),
        ({"ticks": 0}, "ticks=0: expected a whole number of at least 1"),
        ({"termination": "never"}, "unknown termination 'never'"),
        ({"damage": "scale-actuator(nobody, 0.5)"}, "unknown actuator 'nobody'"),
        ({"damage": "freeze-plasticity"}, "its weights do not change"),
        ({"render_mode": "ansi"}, "unknown render_mode 'ansi'"),
        ({"width": 0, "render_mode": "rgb_array"}, "width=0: expected a whole number of pixels"),
    ],
)
def test_what_an_environment_cannot_be_is_said(options, message):
    with pytest.raises(HebbaxError, match=message):
        Environment(**{"task": "swimmer", **options})


@pytest.mark.parametrize(
    ("reset", "message"),
    [
        ({"options": {"lief": 2}}, "unknown option of reset 'lief': did you mean 'life'"),
        ({"options": {"life": -1}}, "life=-1: expected a whole number of at least 0"),
        ({"options": {"key": np.zeros(3)}}, "expected two words of uint32"),
        ({"seed": 2**33}, "seed=8589934592"),
    ],
)
def test_what_no_life_is_is_said(reset, message):
    environment = Environment("swimmer", ticks=5)
    with pytest.raises(HebbaxError, match=message):
        environment.reset(**reset)


def test_a_robot_is_drawn(caplog):
    caplog.set_level(logging.ERROR)
    environment = gymnasium.make("hebbax/Swimmer-v0", render_mode="rgb_array", width=64, height=48)
    environment.reset(seed=0)
    try:
        first = environment.render()
    except RenderUnavailable as error:
        pytest.skip(str(error))
    for _ in range(8):
        environment.step(np.ones(2, np.float32))
    later = environment.render()
    environment.close()
    assert first.shape == later.shape == (48, 64, 3)
    assert not np.array_equal(first, later)


@pytest.mark.slow
def test_a_world_that_draws_itself_is_drawn():
    environment = Environment("car_racing_state", render_mode="rgb_array")
    environment.reset(seed=0)
    picture = environment.render()
    assert (picture.dtype, picture.ndim, picture.shape[2]) == (np.uint8, 3, 3)
    assert len(np.unique(picture)) > 10


def test_a_window_needs_a_display(monkeypatch):
    monkeypatch.setattr(matplotlib, "get_backend", lambda: "agg")
    environment = Environment("swimmer", render_mode="human")
    with pytest.raises(HebbaxError, match=r"render_mode=human: Matplotlib has no window here \(agg\)"):
        environment.reset(seed=0)


def test_every_policy_of_ours_acts_within_the_space(swimmer):
    space = Environment("swimmer").action_space
    policy = make_policy("ppo-mlp", swimmer)
    action, _ = policy.act(np.full(policy.genome_size, 9.0, np.float32), policy.birth(jax.random.key(0)), np.ones(8))
    assert space.contains(np.asarray(action))
