"""Each experiment once on a small life, and what must come out where nothing can happen."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache
from types import SimpleNamespace
from typing import Any

import jax
import numpy as np
import pytest
from matplotlib.figure import Figure

from hebbax.damage.events import Event
from hebbax.engines import specialise
from hebbax.engines.make_engine import make_engine
from hebbax.engines.scenario import Scenario
from hebbax.errors import HebbaxError
from hebbax.experiments import Context, Result, applicable, draw, initial_weights, run_experiment, save_result
from hebbax.experiments.continual import schedule
from hebbax.experiments.initial_weights import label
from hebbax.experiments.lock_freeze import way_between_births
from hebbax.experiments.measures import REWARD_WINDOW
from hebbax.experiments.recovery import measure_recovery
from hebbax.experiments.timescale import at_timescale
from hebbax.keys import life_key, root_key, stream
from hebbax.networks.initial import InitialWeights
from hebbax.plasticity.plasticity import Plasticity
from hebbax.policies.make_policy import make_policy
from hebbax.tasks.registry import make_task
from hebbax.types import Normaliser

TICKS, LIVES = 240, 3  # 60 updates, one every 4 ticks: the fewest that a verdict takes


@pytest.fixture(scope="module")
def context(swimmer, han_e, genomes) -> Context:
    """A random genome, whose weights move."""
    identity = Normaliser.identity(swimmer.observation_size)
    return Context("a run", swimmer, han_e, genomes[0], identity, TICKS, lifetimes=LIVES, quick=True)


@pytest.fixture(scope="module")
def still(context) -> Context:
    """A genome of zeros: after the first normalisation weights never change."""
    return replace(context, genome=np.zeros_like(context.genome))


@pytest.fixture(scope="module")
def static(swimmer, context) -> Context:
    policy = make_policy("mlp", swimmer)
    return replace(context, policy=policy, genome=np.zeros(policy.genome_size, np.float32))


@pytest.fixture(scope="module")
def result_of(context):
    """The result of an experiment on the genome whose weights move, made once."""

    @cache
    def make(name: str) -> Result:
        return run_experiment(name, context)

    return make


@pytest.fixture(scope="module", autouse=True)
def few_distributions():
    """Zeros and another width alone: a normal distribution is another compiled life."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(initial_weights, "QUICK", (0, 3))
        yield


def values_of(summary):
    return summary["values"]


def test_lives_are_those_of_an_evaluation(context):
    engine = make_engine(context.task, context.policy)
    alone = engine.evaluate(
        context.genome[None], stream(root_key(1), "evaluate"), Scenario(ticks=TICKS, normaliser=None), lifetimes=LIVES
    )
    np.testing.assert_array_equal(context.evaluate().returns, alone.returns)
    np.testing.assert_array_equal(context.record_each(lambda life: life.total), alone.returns)


def test_each_life_can_have_its_own_genome(context, genomes):
    many = context.with_genomes(genomes[:LIVES])
    engine = make_engine(context.task, context.policy)
    keys = jax.vmap(lambda i: jax.random.fold_in(stream(root_key(1), "evaluate"), i))(np.arange(LIVES))
    alone = engine.evaluate(genomes[:LIVES], keys, Scenario(ticks=TICKS))
    np.testing.assert_array_equal(many.evaluate().returns, alone.returns)
    np.testing.assert_array_equal(many.record_each(lambda life: life.total), alone.returns)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"lifetimes": 1}, "lifetimes=1: expected at least 2, for an interval; nearest valid: 2"),
        ({"ticks": 99}, "ticks=99: expected at least 100 for an experiment; nearest valid: 100"),
        ({"seed": -1}, "seed=-1: expected 0 to 4294967295"),
    ],
)
def test_bad_numbers_are_refused(context, changes, message):
    with pytest.raises(HebbaxError, match=message):
        replace(context, **changes)


def test_freeze_counts_updates_and_ends_at_the_undisturbed_lives(context, result_of):
    values = result_of("freeze").values
    points = values["points"]
    assert [point["tick"] for point in points] == [0, 2, 10, 50, 200, None]
    # One update at tick 0, 4, 8, …: before tick 2 one, before 10 three, before 50 thirteen.
    assert [point["updates"] for point in points] == [0, 1, 3, 13, 50, 60]
    np.testing.assert_allclose(values_of(points[-1]["return"]), context.evaluate().returns, rtol=1e-6)
    never = context.evaluate([Event("freeze-plasticity", 0, TICKS)]).returns
    np.testing.assert_allclose(values_of(points[0]["return"]), never, rtol=1e-6)


def test_nothing_to_recover_from_is_recovered_within_a_window(context):
    values = measure_recovery(context, [], onset=72, duration=0)
    compared = values["compared"].sum()
    assert compared >= 1
    assert values["recovery_ticks"]["counted"] == compared
    # A rate that wavers is now and then below two deviations, also just after the onset.
    assert values["recovery_ticks"]["values"].max() < REWARD_WINDOW
    assert values["recovered"]["share"] == 1.0
    np.testing.assert_array_equal(values["return_undisturbed"]["values"], values["return_disturbed"]["values"])
    assert np.max(values["distance"]["median"]) < 1e-5


def test_weights_that_stand_still_do_not_come_back(still):
    values = run_experiment("zero-weights", still).values
    assert values["onset"] == values["end"] == 72
    assert values["weights_back"]["share"] == 0.0
    assert values["weights_ticks"]["median"] is None
    # A third of the weights are gone, so the distance is about √(1/3) of their norm from then on.
    distance = values["distance"]["median"]
    assert len(distance) == TICKS - 72
    assert min(distance[1:]) == pytest.approx(max(distance[1:]))
    assert 0.35 < distance[-1] < 0.8


def test_saturate_pins_all_outputs_for_a_tenth_of_the_life(result_of):
    result = result_of("saturate")
    assert (result.values["onset"], result.values["end"]) == (72, 96)
    assert "After all outputs were pinned to 1 for 24 ticks" in result.sentence
    assert values_of(result.values["return_disturbed"]) != values_of(result.values["return_undisturbed"])


@pytest.mark.slow
def test_saturate_asks_static_weights_for_their_reward_alone(static):
    result = run_experiment("saturate", static)
    assert result.values["weights_back"] is result.values["weights_ticks"] is result.values["distance"] is None
    assert "weights" not in result.sentence
    assert len(draw(result).axes) == 2


def test_interruption_means_nothing_to_weights_that_stand_still(still, context):
    values = run_experiment("interrupt", replace(still, other=context)).values
    first, second = values["groups"]
    assert values_of(first["kept_rate"]) == [1.0] * LIVES
    assert first["survived"]["share"] == 1.0
    assert first["verdicts"] == {"fixed-point": LIVES}
    assert first["half"] == 120
    assert values_of(second["kept_rate"]) != [1.0] * LIVES


def test_random_rules_stand_beside_still_ones(still):
    values = run_experiment("random-rules", still).values
    evolved, chance = values["groups"]["evolved"], values["groups"]["random"]
    assert evolved["motion"]["median"] == 0.0
    assert chance["motion"]["median"] > 0.0
    assert evolved["verdicts"] == {"fixed-point": LIVES}
    assert sum(chance["verdicts"].values()) == LIVES
    assert np.shape(values["shared"]["scores"]["random"]) == (LIVES, TICKS, 3)


@pytest.mark.slow
def test_random_static_weights_are_seen_by_their_actions(static):
    values = run_experiment("random-rules", static).values
    assert values["of"] == "actions"
    assert values["groups"]["evolved"]["motion"]["median"] is None  # all actions are 0
    assert values["groups"]["random"]["motion"]["median"] > 0.0


def test_still_weights_keep_the_place_they_were_born_at(still):
    groups = run_experiment("initial-weights", still).values["groups"]
    assert [group["distribution"] for group in groups] == ["U(±0.1)", "all 0", "U(±0.5)"]
    assert [group["own"] for group in groups] == [True, False, False]
    assert all(group["verdicts"] == {"fixed-point": LIVES} for group in groups)
    shares = {group["distribution"]: group["same_attractor"]["share"] for group in groups}
    assert shares["U(±0.1)"] == 1.0
    assert shares["all 0"] == 0.0
    # U(±0.5) is U(±0.1) times five from the same key, and the normalisation takes the five away.
    assert shares["U(±0.5)"] == 1.0


@pytest.mark.parametrize(
    ("initial", "name"),
    [
        (InitialWeights("uniform", 0.1), "U(±0.1)"),
        (InitialWeights("normal", 0.1, 0.5), "N(0, 0.1²) + 0.5"),
        (InitialWeights("constant", 0.0), "all 0"),
        (InitialWeights("glorot-normal", 1.0), "glorot-normal 1"),
    ],
)
def test_distributions_are_written_as_on_an_axis(initial, name):
    assert label(initial) == name


def test_a_joint_locks_in_each_life_and_what_is_left_of_the_speed_is_a_share(context):
    """Each cell against lives recorded by hand; life i locks the driven joint i modulo their number."""
    values = run_experiment("lock-freeze", context).values
    assert values["joints"] == ["motor1_rot", "motor2_rot"]
    assert [one["window"] for one in values["windows"]] == [10, 1, 20]
    own, half = values["windows"][0], TICKS // 2

    def speeds(*events_of_life):
        found = []
        for life in range(LIVES):
            events = [event(life) for event in events_of_life]
            record = context._engine.record(
                context.genome, life_key(1, life), Scenario(TICKS, context.normaliser, damages=events)
            )[1]
            way = record.qpos[:, 0]
            found.append((way[-1] - way[half]) / ((half - 1) * context.task.control_period))
            for event in events:
                if event.kind == "lock-joint":
                    joint = record.qpos[half + 3 :, {"motor1_rot": 3, "motor2_rot": 4}[event.target]]
                    np.testing.assert_allclose(joint, joint[0], atol=0.05)
        return np.array(found)

    def freeze(life):
        return Event("freeze-plasticity", half, half)

    def lock(life):
        return Event("lock-joint", half, half, ("motor1_rot", "motor2_rot")[life % 2])

    twin = speeds()
    np.testing.assert_allclose(np.array(values_of(own["speed"]), float), twin, rtol=1e-5)
    had_one = twin > 0.1 * twin.max()
    for cell, conditions in (("frozen", [freeze]), ("locked", [lock]), ("locked and frozen", [lock, freeze])):
        expected = np.where(had_one, speeds(*conditions) / twin, np.nan)
        np.testing.assert_allclose(np.array(values_of(own[cell]), float), expected, rtol=1e-5, err_msg=cell)


def test_timescales_share_one_compiled_life(still):
    run_experiment("freeze", still)  # it may be the first to need it
    before = len(specialise._BUILT)
    values = run_experiment("timescale", still).values
    assert len(specialise._BUILT) == before
    assert (values["windows"], values["intervals"]) == ([1, 10, 50], [1, 4])  # 16 would leave 15 updates
    assert values["own"] == {"window": 10, "interval": 4}
    assert {cell["verdict"] for cell in values["cells"]} == {"fixed-point"}
    # The interval sets the tick of the first normalisation, and long lives are chaotic. The window changes nothing: a
    # genome of zeros multiplies the averages by 0.
    for interval in values["intervals"]:
        returns = [values_of(cell["return"]) for cell in values["cells"] if cell["interval"] == interval]
        np.testing.assert_array_equal(returns, np.broadcast_to(returns[0], (3, LIVES)))


def test_a_long_life_meets_two_damages_and_two_repairs(context):
    """Its speeds against one life recorded by hand, whose joints lock where the schedule says."""
    values = run_experiment("continual", context).values
    phase = TICKS // 2
    assert (values["phase"], values["joints"]) == (phase, ["motor1_rot", "motor2_rot"])
    events = schedule(1, values["joints"], phase, frozen=False)
    assert [(one.target, one.onset, one.duration) for one in events] == [
        ("motor2_rot", phase, phase),
        ("motor1_rot", 3 * phase, phase),
    ]
    scenario = Scenario(5 * phase, context.normaliser, "restart", events)
    record = context._engine.record(context.genome, life_key(1, 1), scenario)[1]
    for joint, begin in ((4, phase), (3, 3 * phase)):
        locked = record.qpos[begin + 3 : begin + phase, joint]
        np.testing.assert_allclose(locked, locked[0], atol=0.05)
        assert np.ptp(record.qpos[begin + phase :, joint]) > 0.05, "it moves again once it is repaired"
    half, way = phase // 2, record.qpos[:, 0]
    speed = (way[phase - 1] - way[half]) / ((half - 1) * context.task.control_period)
    assert values["own"]["speed"]["values"][1] == pytest.approx(speed)
    later = (way[2 * phase - 1] - way[phase + half]) / ((half - 1) * context.task.control_period)
    shares = values["own"]["regained"][0]["values"]
    assert shares[1] is None or shares[1] == pytest.approx(later / speed)


def test_updates_that_stop_change_nothing_where_nothing_changes(still):
    values = run_experiment("continual", still).values
    assert values["own"] == values["frozen"]


def test_a_second_controller_stands_beside_the_first(context, static):
    values = run_experiment("continual", replace(context, other=static)).values
    assert set(values) == {"phase", "joints", "own", "frozen", "other"}


def test_a_policy_without_averaging_gets_the_moving_one():
    there = at_timescale(Plasticity(averaging="direct", interval=2), 5, 8)
    assert (there.averaging, there.window, there.interval) == ("moving-average", 5, 8)
    assert at_timescale(Plasticity(averaging="exponential", window=3), 5, 8).averaging == "exponential"


def test_what_does_not_apply_is_refused_with_what_does(context, static):
    with pytest.raises(HebbaxError) as raised:
        run_experiment("lifted", context)
    assert str(raised.value) == (
        "experiment 'lifted': no coordinate of Swimmer is its height, so it cannot be lifted; what can be asked: "
        "freeze, saturate, zero-weights, interrupt, lock-freeze, continual, random-rules, initial-weights, timescale"
    )
    with pytest.raises(
        HebbaxError,
        match=r"'mlp' do not change during a life; what can be asked: saturate, lock-freeze, continual, random",
    ):
        run_experiment("freeze", static)
    assert applicable(replace(static, task=make_task("half_cheetah"))) == [
        *("saturate", "lock-freeze", "continual", "random-rules", "lifted"),
    ]
    with pytest.raises(HebbaxError, match="ticks=239: a verdict on the weights takes 60 updates; nearest valid: 240"):
        run_experiment("timescale", replace(context, ticks=239))
    with pytest.raises(HebbaxError, match=r"'freeze' looks at one run: a second one is for interrupt, continual"):
        run_experiment("freeze", replace(context, other=context))
    with pytest.raises(HebbaxError, match="unknown experiment 'freez': did you mean 'freeze'"):
        run_experiment("freez", context)


@pytest.mark.parametrize(
    "name",
    [
        *("freeze", "saturate", "zero-weights", "interrupt", "lock-freeze", "continual"),
        *("random-rules", "initial-weights", "timescale"),
    ],
)
def test_a_result_is_drawn_from_its_file(name, result_of, tmp_path):
    result = result_of(name)
    paths = save_result(result, tmp_path / "there", ["hebbax", "experiment", name])
    assert [path.name for path in paths] == [f"{name}.json", f"{name}.png", f"{name}.svg"]
    assert paths[1].read_bytes().startswith(b"\x89PNG")
    document = json.loads(paths[0].read_text())
    assert (document["schema"], document["command"]) == (1, ["hebbax", "experiment", name])
    assert document["setting"]["lifetimes"] == LIVES
    assert "NaN" not in paths[0].read_text()
    again = Result.read(paths[0])
    assert again == result
    figure = draw(again)
    assert isinstance(figure, Figure)
    assert figure.get_suptitle().endswith("swimmer, han-e, 3 lives, a quick look")


def test_a_file_without_a_result_is_refused(tmp_path):
    (tmp_path / "freeze.json").write_text('{"schema": 1}')
    with pytest.raises(HebbaxError, match=r"freeze\.json: experiment is missing: expected a text"):
        Result.read(tmp_path / "freeze.json")


@pytest.mark.slow
def test_a_lifted_robot_touches_nothing_and_is_put_down_again():
    task = make_task("half_cheetah")
    policy = make_policy("han-e", task)
    genome = np.asarray(jax.random.uniform(jax.random.key(3), (policy.genome_size,), minval=-1, maxval=1))
    lives = Context("a run", task, policy, genome, Normaliser.identity(17), 300, lifetimes=2, quick=True)
    result = run_experiment("lifted", lives)
    values = result.values
    assert (values["begin"], values["end"]) == (90, 210)
    assert values["groups"]["air"]["touching"]["values"] == [0.0, 0.0]
    assert values["groups"]["ground"]["touching"]["mean"] > 0.0
    assert values["groups"]["air"]["verdicts"] == {"too short": 2}  # 120 ticks are 30 updates
    assert isinstance(draw(result), Figure)


def test_a_birth_is_no_way_back():
    """A metre a tick for six ticks, then a birth at 0 m, from where it goes on."""
    place = np.concatenate([np.arange(6), np.arange(4)])
    record: Any = SimpleNamespace(qpos=place[:, None], terminated=np.arange(10) == 5)
    assert way_between_births(record, 0, slice(None)) == 5 + 3
    assert way_between_births(record, 0, slice(4, None)) == 1 + 3
