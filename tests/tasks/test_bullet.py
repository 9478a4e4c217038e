"""PyBullet's ant, where PyBullet is installed: against its own environment, and each number against `quadruped`."""

from __future__ import annotations

import logging
import os
import signal

import jax
import mujoco
import numpy as np
import pytest
from tests.faults.kills import killed

from hebbax.damage.text import parse_damages
from hebbax.engines.bodies import bodies_of, check_damages
from hebbax.engines.scenario import Scenario
from hebbax.engines.vector import VectorEngine
from hebbax.errors import HebbaxError
from hebbax.policies.make_policy import make_policy
from hebbax.policies.open_loop import Replay
from hebbax.tasks import quadruped
from hebbax.tasks.external.bullet import BulletEnvironments
from hebbax.tasks.registry import changed_origin, make_task, remark_on
from hebbax.types import END_TERMINATED, Simulation
from hebbax.worlds.mujoco.simulation import simulation_of

pytest.importorskip("pybullet")
pytest.importorskip("pybullet_envs_gymnasium")

NAME = "bullet/AntBulletEnv-v0"
PERIOD = 0.0165  # s
KEY = jax.random.key(3)


@pytest.fixture(scope="module")
def task():
    return make_task(NAME)


@pytest.fixture(scope="module")
def environments(task):
    return BulletEnvironments(task, threads=2)


@pytest.fixture(scope="module")
def theirs():
    """The environment itself, in this process, after the first episode, which is another than those that follow."""
    from pybullet_envs_gymnasium.gym_locomotion_envs import AntBulletEnv

    environment = AntBulletEnv()
    environment.reset(seed=0)
    yield environment
    environment.close()


def actions_of(lives, ticks):
    return np.random.default_rng(0).uniform(-1.2, 1.2, (ticks, lives, 8))  # beyond 1 too, where torques end


def test_sizes_are_those_of_quadruped(task):
    ours = make_task("quadruped")
    for field in ("robot", "observation", "action", "control_period", "length", "reward"):
        assert getattr(task, field) == getattr(ours, field), field
    assert (task.observation_size, task.action_size, task.timed, task.gymnasium_id) == (28, 8, True, None)
    assert task.source["id"] == "AntBulletEnv-v0"
    assert task.source["packages"]["pybullet"] == task.source["version"]
    assert changed_origin(task, task.world.origin()) is None
    assert (remark_on(task) or "").startswith("PyBullet takes about a millisecond a tick and core, which is slower")


def test_lives_are_the_environments_own_to_the_bit(environments, theirs):
    seeds, ticks = np.array([5, 7, 11]), 25
    actions = actions_of(3, ticks)
    seen = [environments.begin(seeds)]
    steps = [environments.step(np.arange(3), action) for action in actions]
    seen += [observations for observations, _, _ in steps]

    for life, seed in enumerate(seeds):
        observation, _ = theirs.reset(seed=int(seed))
        np.testing.assert_array_equal(seen[0][life], observation)
        for tick in range(ticks):
            observation, _, fallen, _, _ = theirs.step(actions[tick, life])
            np.testing.assert_array_equal(seen[tick + 1][life], observation)
            assert (steps[tick][1][life], steps[tick][2][life]) == (theirs.rewards[1], fallen)


def state_of(theirs):
    """Return qpos and qvel of `quadruped` in the pose and motion of PyBullet's ant."""
    client, ant = theirs.robot._p, theirs.robot.objects[0]
    place, (x, y, z, w) = client.getBasePositionAndOrientation(ant)
    velocity, turning = client.getBaseVelocity(ant)
    joints = np.array([joint.get_state() for joint in theirs.robot.ordered_joints])
    inverse = np.zeros(4)
    mujoco.mju_negQuat(inverse, np.array([w, x, y, z]))
    local = np.zeros(3)
    mujoco.mju_rotVecQuat(local, np.array(turning), inverse)
    return np.array([*place, w, x, y, z, *joints[:, 0]]), np.array([*velocity, *local, *joints[:, 1]])


def as_simulation(qpos, qvel):
    model = make_task("quadruped").world.model
    data = mujoco.MjData(model)
    data.qpos[:], data.qvel[:] = qpos, qvel
    mujoco.mj_forward(model, data)
    return Simulation(*(np.array(field) for field in simulation_of(data)))


def place_of(theirs):
    """Return the mean x and y over 22 parts where they are now: what the environment reads is a physics step old."""
    client, ant = theirs.robot._p, theirs.robot.objects[0]
    links = [client.getLinkState(ant, link, 0, 1)[0] for link in range(client.getNumJoints(ant))]
    return np.mean([client.getBasePositionAndOrientation(ant)[0], *links, np.zeros(3)], axis=0)[:2]


def put(theirs, qpos):
    """Put PyBullet's ant at rest in a pose of `quadruped`, and have it see that."""
    client, robot = theirs.robot._p, theirs.robot
    client.resetBasePositionAndOrientation(robot.objects[0], qpos[:3], [*qpos[4:7], qpos[3]])
    client.resetBaseVelocity(robot.objects[0], [0, 0, 0], [0, 0, 0])
    for joint, angle in zip(robot.ordered_joints, qpos[7:], strict=True):
        joint.reset_current_position(float(angle), 0.0)
    observation = robot.calc_state()
    theirs.potential = robot.calc_potential()
    return observation


def test_observations_and_reward_terms_are_those_of_quadruped_at_home_and_after_a_step(theirs):
    """Both are given the same poses: what is compared is every number that is made of them."""
    home = quadruped._START.copy()
    theirs.reset(seed=1)
    before = as_simulation(home, np.zeros(14))
    np.testing.assert_allclose(put(theirs, home), quadruped.observe(before, np.zeros(4)), atol=2e-6)

    for action in actions_of(1, 12)[:, 0]:
        feet = theirs.robot.feet_contact.copy()  # of the tick before, as the observation has them
        observation, _, fallen, _, _ = theirs.step(action)
        after = as_simulation(*state_of(theirs))
        np.testing.assert_allclose(observation, quadruped.observe(after, feet), atol=2e-6)
        alive, progress, electricity, at_limit, feet_collision = theirs.rewards
        names = ("progress", *quadruped.SHAPING)
        terms = dict(zip(names, quadruped.terms(before, after, action, PERIOD), strict=True))
        np.testing.assert_allclose(place_of(theirs), quadruped._place(after.xpos, after.xipos), atol=1e-8)
        assert progress == pytest.approx(terms["progress"], abs=0.001 / PERIOD)  # the parts have come a little further
        assert terms["distance"] == pytest.approx(terms["progress"] * quadruped.METRES_PER_REWARD)
        assert electricity == pytest.approx(terms["electricity"], abs=1e-5)
        assert (alive, at_limit) == (terms["alive"], pytest.approx(terms["joints-at-limit"]))
        assert (feet_collision, fallen) == (0.0, alive < 0)
        before = after


def test_a_life_does_not_depend_on_its_place_on_the_others_or_on_processes(task, environments):
    actions, seeds = actions_of(5, 12), np.array([3, 1, 4, 15, 9])

    def lives(environments, order):
        first = environments.begin(seeds[order])
        every = np.arange(len(order))
        return np.stack([first, *(environments.step(every, action[order])[0] for action in actions)], 1)

    whole = lives(environments, np.arange(5))
    np.testing.assert_array_equal(lives(environments, np.array([4, 2, 0])), whole[[4, 2, 0]])
    np.testing.assert_array_equal(lives(BulletEnvironments(task, threads=1), np.array([1])), whole[[1]])


def test_some_are_advanced_and_begun_again(environments, theirs):
    environments.begin(np.array([5, 7, 11]))
    action = np.ones((2, 8))
    observed, progress, fallen = environments.step(np.array([0, 2]), action)
    assert (observed.shape, progress.shape, fallen.tolist()) == ((2, 28), (2,), [False, False])
    again = environments.restart(np.array([2]))

    theirs.reset(seed=11)
    theirs.step(action[0])
    np.testing.assert_array_equal(again[0], theirs.reset()[0])


def test_it_draws_itself_with_the_body_that_it_has(task):
    (events,) = parse_damages("shorten-limb(front-right lower leg, 0.25)", PERIOD)
    environments = BulletEnvironments(task, threads=1, film=True)
    pictures = []
    for body in (None, bodies_of(task, events).at(0)):
        environments.begin(np.array([1]), [body])
        pictures.append(environments.frame())
    assert pictures[0].shape == (240, 320, 3)
    assert 0 < np.mean(pictures[0] != pictures[1]) < 0.1


def test_a_process_that_is_killed_is_replaced_and_said_and_changes_nothing(environments, caplog):
    actions, seeds, every = actions_of(3, 8), np.array([3, 1, 4]), np.arange(3)
    environments.begin(seeds)
    whole = [environments.step(every, action) for action in actions]

    environments.begin(seeds)
    with caplog.at_level(logging.WARNING, "hebbax"):
        found = []
        for tick, action in enumerate(actions):
            if tick == 5:
                os.kill(environments._workers[0].process, signal.SIGKILL)
            found.append(environments.step(every, action))

    for ours, expected in zip(found, whole, strict=True):
        for part, other in zip(ours, expected, strict=True):
            np.testing.assert_array_equal(part, other)
    (line,) = caplog.messages
    assert line.startswith(f"a process of task '{NAME}' has ended, killed or for want of memory: another takes its")
    assert line.endswith(("repeats 6 calls", "repeats 7 calls"))


def test_an_ant_that_does_nothing_falls_as_measured(task):
    """Measured in the environment: without action the torso passes 0.26 m at step 18 or 19, and lies on the ground."""
    lives = VectorEngine(task, Replay(8, 60), threads=1).evaluate(np.zeros((2, 480)), KEY, Scenario(ticks=60))
    assert set(lives.lengths.tolist()) <= {18, 19, 20}
    assert (lives.ends == END_TERMINATED).all()


@pytest.mark.slow
def test_no_process_outlives_a_command_that_is_killed(tmp_path):
    command = ("train", f"task={NAME}", "policy=han-b", "strategy.population=8", "threads=2", "--run", "run")
    assert killed(command, tmp_path, signal.SIGKILL, 20.0) == set()


# Damages


def masses(body):
    """Return kg by PyBullet's names of links, of a text."""
    import pybullet
    from pybullet_utils.bullet_client import BulletClient

    client = BulletClient(pybullet.DIRECT)
    (ant,) = client.loadMJCF(str(body))
    return {
        client.getJointInfo(ant, joint)[12].decode(): client.getDynamicsInfo(ant, joint)[0]
        for joint in range(client.getNumJoints(ant))
    }


@pytest.mark.parametrize(
    ("damage", "link", "line"),
    [
        # As published: (0.4, -0.4, 0) and (0.4, 0.4, 0) become (0.1, ∓0.1, 0), and 13.518 kg become 4.988.
        ("najarro-ant/right-front", "right_back_foot", 'fromto="0 0 0 0.1 -0.1 0" name="fourth_ankle_geom"'),
        ("najarro-ant/left-front", "front_left_foot", 'fromto="0 0 0 0.1 0.1 0" name="left_ankle_geom"'),
    ],
)
def test_published_bodies_are_pybullets_own_but_for_a_line(task, tmp_path, damage, link, line):
    (events,) = parse_damages(damage, PERIOD)
    text = bodies_of(task, events).at(0)
    (changed,) = [one for one in text.splitlines() if line in one]
    assert 'size="0.08"' in changed
    (tmp_path / "ant.xml").write_text(text)
    weights = masses(tmp_path / "ant.xml")
    assert weights[link] == pytest.approx(4.988, abs=1e-3)
    assert sum(weights.values()) == pytest.approx(182.176 - 65.450 - 13.518 + 4.988, abs=0.01)


def test_each_life_has_its_own_body_from_birth_on(task):
    engine = VectorEngine(task, Replay(8, 12), threads=1)
    actions = np.tile(actions_of(1, 12).reshape(1, -1), (3, 1))
    keys = jax.random.split(KEY, 1)[np.zeros(3, int)]
    bodies = parse_damages("none | najarro-ant/left-front | najarro-ant/right-front", PERIOD)
    lives = engine.evaluate(actions, keys, Scenario(ticks=12, damages=list(bodies)))
    assert len(set(lives.returns.tolist())) == 3
    alone = engine.evaluate(actions[:1], keys[:1], Scenario(ticks=12, damages=bodies[1]))
    assert alone.returns[0] == lives.returns[1]


def test_damages_of_the_mind_sensors_and_motors_are_those_of_any_task(task):
    policy = make_policy("han-b", task)
    for damage in (
        "freeze-plasticity(from=0.033s)",
        "scale-actuator(front-right ankle, 0)",
        "noise-observation(foot contacts, 0.1)",
    ):
        check_damages(parse_damages(damage, PERIOD)[0], task, policy)


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        ("scale-mass(2)", "after scale-mass: PyBullet's ant can have shorter lower legs, and nothing else"),
        (
            "remove-limb(front-left lower leg)",
            "after remove-limb: PyBullet's ant can have shorter lower legs, and noth",
        ),
        ("scale-gravity(0.5)", "after scale-gravity: PyBullet's ant can have shorter lower legs, and nothing else"),
        ("push-body(front-left lower leg, (9, 0, 0))", "its environment has no bodies or coordinates that could be"),
        ("hold-coordinate(0, 0)", "its environment has no bodies or coordinates that could be reached"),
        ("shorten-limb(torso, 0.5)", "unknown body 'torso': "),
        (
            "shorten-limb(front-left lower leg, 0.5, from=0.033s)",
            "from tick 2 for .* as they are from birth on; expected",
        ),
        (
            "shorten-limb(front-left lower leg, 0.5, for=0.033s)",
            "from tick 0 for 2 on task .* expected neither from= nor",
        ),
    ],
)
def test_other_damages_are_one_line(task, damage, message):
    with pytest.raises(HebbaxError, match=message) as error:
        check_damages(parse_damages(damage, PERIOD)[0], task, make_policy("han-b", task))
    assert "\n" not in str(error.value)
