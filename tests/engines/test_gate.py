"""What a caller gives is checked before compiled code reads it, by every engine in the same words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import jax
import numpy as np
import pytest

from hebbax.config.policy import PolicyConfig
from hebbax.damage.events import Event
from hebbax.engines.live_controller import LiveController
from hebbax.engines.lockstep import LockstepEngine
from hebbax.engines.native import NativeEngine
from hebbax.engines.scenario import PLAIN, Scenario
from hebbax.engines.slots import Slots
from hebbax.engines.vector import VectorEngine
from hebbax.errors import HebbaxError
from hebbax.plasticity.rules import RULES, register_rule
from hebbax.policies.make_policy import make_policy
from hebbax.policies.open_loop import Replay
from hebbax.tasks.registry import make_task
from hebbax.types import Normaliser

KEY = jax.random.key(3)


@pytest.fixture(scope="module", params=[NativeEngine, LockstepEngine])
def engine(request, swimmer, han_e) -> Any:
    return request.param(swimmer, han_e, threads=1)


@pytest.mark.parametrize(
    ("ticks", "said"),
    [
        (0, "ticks=0: expected a whole number of at least 1; nearest valid: 1"),
        (-5, "ticks=-5: expected a whole number of at least 1; nearest valid: 1"),
        (1.5, "ticks=1.5: expected a whole number .*; nearest valid: 2"),
        (2**63, "ticks=9223372036854775808: expected .*; nearest valid: 2147483647"),
        (float("nan"), "ticks=nan: expected a whole number"),
        (True, "ticks=True: expected a whole number"),
        ("9", "ticks='9': expected a whole number"),
        (np.array([3, 4]), r"ticks=array\(\[3, 4\]\): expected a whole number"),
    ],
)
def test_a_length_that_no_life_can_have(ticks, said):
    with pytest.raises(HebbaxError, match=said):
        Scenario(ticks=ticks)


@pytest.mark.parametrize("ticks", [3, np.int64(3), np.uint8(3), np.array(3)])
def test_a_length_of_any_whole_type(ticks):
    found = Scenario(ticks=ticks).ticks
    assert (found, type(found)) == (3, int)


@pytest.mark.parametrize("part", ["normaliser", "slots"])
def test_a_part_of_another_kind(part):
    with pytest.raises(HebbaxError, match=f"^{part} of type list: expected {part.capitalize()}, or none"):
        Scenario(**{part: [1.0]})


def test_damages_that_are_no_sequence():
    with pytest.raises(HebbaxError, match=r"^damages of type Event: expected a sequence of events"):
        Scenario(damages=Event("zero-weights", 1, value=0.5))  # pyright: ignore[reportArgumentType]


SHORT, LONG = np.zeros(7), np.zeros(9)

CALLS: dict[str, tuple[Callable[[Any, np.ndarray], Any], str]] = {
    "float keys": (lambda e, g: e.evaluate(g[:1], np.zeros((1, 2))), "a key of .*float64|a key .*0.0"),
    "negative keys": (lambda e, g: e.evaluate(g[:1], np.array([[-1, 2]])), r"a key \[\[-1, 2\]\]"),
    "words beyond 32 bits": (lambda e, g: e.evaluate(g[:1], np.array([[2**32, 2]])), r"a key \[\[4294967296, 2\]\]"),
    "what is no key": (lambda e, g: e.evaluate(g[:1], 5), "a key 5: expected two words"),
    "keys for one life": (lambda e, g: e.record(g[0], jax.random.split(KEY)), r"expected one key, .* shape \(2,\)"),
    "a genome for several": (lambda e, g: e.record(g[:2], KEY), r"expected genome .* shape \(2, 800\)"),
    "complex genomes": (lambda e, g: e.evaluate(g[:1] * 1j, KEY), "genomes of type ndarray .complex.*real numbers"),
    "ragged genomes": (lambda e, g: e.evaluate([[1.0], [1.0, 2.0]], KEY), "genomes of type list"),
    "no lifetimes": (
        lambda e, g: e.evaluate(g[:1], KEY, lifetimes=0),
        "lifetimes=0: expected a whole number",
    ),
    "half a life": (lambda e, g: e.evaluate(g[:1], KEY, lifetimes=1.5), "lifetimes=1.5: expected a whole number"),
    "half a tick": (lambda e, g: e.stream(g[0], KEY, chunk=1.5), "chunk=1.5: expected a whole number"),
    "short mean": (
        lambda e, g: e.evaluate(g[:1], KEY, Scenario(2, Normaliser(SHORT, np.ones(8)))),
        r"normaliser whose mean has shape \(7,\): expected \(8,\)",
    ),
    "long scale": (
        lambda e, g: e.stream(g[0], KEY, Scenario(2, Normaliser(np.zeros(8), LONG))),
        r"normaliser whose scale has shape \(9,\): expected \(8,\)",
    ),
    "words as a mean": (
        lambda e, g: e.evaluate(g[:1], KEY, Scenario(2, Normaliser(np.full(8, "a"), np.ones(8)))),
        "a normaliser's mean of type ndarray .*expected real numbers",
    ),
    "float slots": (
        lambda e, g: e.evaluate(g[:1], KEY, Scenario(2, slots=Slots(np.ones((1, 2))))),
        "a key .*expected two words",
    ),
}


@pytest.mark.parametrize("what", CALLS)
def test_what_no_life_may_begin_with(engine, genomes, what):
    call, said = CALLS[what]
    with pytest.raises(HebbaxError, match=said):
        call(engine, genomes)


@pytest.mark.parametrize("engine", [NativeEngine, pytest.param(LockstepEngine, marks=pytest.mark.slow)], indirect=True)
def test_other_types_of_the_same_numbers_are_the_same_lives(engine, genomes):
    normaliser = Normaliser(np.arange(8.0), np.full(8, 2.0))
    lists = Normaliser(list(range(8)), np.full(16, 2, np.int16)[::2])  # pyright: ignore[reportArgumentType]
    one = engine.evaluate(genomes[:1], KEY, Scenario(3, normaliser))
    words = np.asarray(jax.random.key_data(KEY)).astype(np.int64)
    other = engine.evaluate(genomes[:1].tolist(), words, Scenario(np.int32(3), lists))
    np.testing.assert_array_equal(one.returns, other.returns)
    np.testing.assert_array_equal(one.observation_mean, other.observation_mean)


@pytest.mark.parametrize("make", [NativeEngine, LockstepEngine])
def test_a_policy_of_another_task(make, swimmer):
    cheetah = make_task("half_cheetah")
    with pytest.raises(HebbaxError, match="'han-e' is for 17 observations and 6 actions: expected 8 and 2, "):
        make(swimmer, make_policy("han-e", cheetah), threads=1)
    with pytest.raises(HebbaxError, match="'replay' is for 8 observations and 3 actions: expected 8 and 2"):
        make(swimmer, Replay(3, 10), threads=1)


def test_a_policy_of_ones_own_is_asked_for_its_action(swimmer):
    class Wide(Replay):
        def act(self, genome, carry, observation):
            return genome[:3], carry

    class Own:
        name, genome_size, weight_count = "own", 20, 0
        _of = Wide(2, 10)
        birth, act, adapt = _of.birth, _of.act, _of.adapt

    with pytest.raises(HebbaxError, match="'own' is for 8 observations and 3 actions: expected 8 and 2"):
        LockstepEngine(swimmer, Own(), threads=1)


def test_a_policy_that_hears_what_the_task_does_not_say(swimmer, forget_parts_of):
    forget_parts_of(RULES)
    register_rule("listens", lambda pre, post, weight, a, r: a * r, ("A",), equation="Δw = A·r", signal=("forward",))
    policy = make_policy(PolicyConfig(name="listening", rule="listens", normalisation="none"), swimmer)
    NativeEngine(swimmer, policy, threads=1)
    for signals in (("reward", "other", *policy.signals[1:]), ("reward", *["other"] * 30, "forward")):
        elsewhere = replace(policy, signals=signals)
        with pytest.raises(HebbaxError, match=r"hears 'forward', signal \d+ of another task: expected one made"):
            NativeEngine(swimmer, elsewhere, threads=1)


def test_a_vector_engine_too():
    task = make_task("gymnasium/Pendulum-v1")
    with pytest.raises(HebbaxError, match="expected 3 and 1, as task 'gymnasium/Pendulum-v1' has"):
        VectorEngine(task, Replay(2, 10))
    with pytest.raises(HebbaxError, match="lives at once=0: expected"):
        VectorEngine(task, Replay(1, 10), flock=0)


@pytest.mark.parametrize("make", [NativeEngine, LockstepEngine])
def test_a_replay_has_no_more_ticks_than_actions(make, swimmer):
    engine = make(swimmer, Replay(2, 25), threads=1)
    for scenario in (PLAIN, Scenario(26)):
        for call in (
            lambda scenario=scenario: engine.evaluate(np.zeros((1, 50)), KEY, scenario),
            lambda scenario=scenario: engine.stream(np.zeros(50), KEY, scenario),
            lambda scenario=scenario: engine.twins(np.zeros(50), KEY, scenario).__enter__(),
        ):
            with pytest.raises(HebbaxError, match=r"ticks=\d+: policy 'replay' has actions for 25; nearest valid: 25"):
                call()
    assert engine.evaluate(np.zeros((1, 50)), KEY, Scenario(25)).lengths[0] == 25


@pytest.mark.parametrize("threads", [0, -1, 1.5, True, 10**6])
def test_a_number_of_threads_that_is_none(swimmer, han_e, threads):
    with pytest.raises(HebbaxError, match=f"^threads={threads!r}: expected .* or none for all cores"):
        NativeEngine(swimmer, han_e, threads=threads)


def test_a_live_controller_is_gated_too(han_e):
    genome = np.zeros(han_e.genome_size, np.float32)
    with pytest.raises(HebbaxError, match="expected a network's"):
        LiveController(Replay(2, 10), np.zeros(20))  # pyright: ignore[reportArgumentType]
    with pytest.raises(HebbaxError, match="a genome of type"):
        LiveController(han_e, genome.astype(complex))
    with pytest.raises(HebbaxError, match="a key"):
        LiveController(han_e, genome).start(key=np.zeros(2))
    with pytest.raises(HebbaxError, match=r"seed=1\.5: expected a whole number"):
        LiveController(han_e, genome).start(seed=1.5)  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize("substeps", [0, -1, 1.5])
def test_physics_steps_that_no_tick_can_have(swimmer, han_e, substeps):
    world = replace(swimmer.world, substeps_asked=substeps, period_asked=None)
    with pytest.raises(HebbaxError, match=f"substeps={substeps}, expected a whole number of at least 1"):
        NativeEngine(replace(swimmer, world=world), han_e, threads=1)
