"""What reproductions measure of evolved controllers, beside what evaluations, twins and hand-made numbers say."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace

import numpy as np
import pytest

from hebbax.cli.main import main
from hebbax.engines.make_engine import make_engine
from hebbax.errors import HebbaxError
from hebbax.reproduction import beyond, han_ant, han_attractors, han_freeze, han_go1, han_perturbation
from hebbax.reproduction.experiment import Budget, Experiment
from hebbax.reproduction.page import Reproduction, write_reproduction
from hebbax.reproduction.study import STUDY, read_numbers
from hebbax.runs.evaluation import evaluate_run
from hebbax.runs.stored_run import StoredRun
from hebbax.runs.trials import Runner
from hebbax.tasks.ant_run import PUBLISHED_LEGS
from hebbax.tasks.go1 import LEGS
from hebbax.tasks.obstacle_cheetah import COORDINATES, obstacle_cheetah
from hebbax.tasks.registry import make_task
from hebbax.types import END_DIVERGED, Record

TINY = ["strategy.population=4", "generations=1", "evaluate_lifetimes=1", "threads=1", "lifetimes=1"]


def trained(folder, task, policy, *more) -> StoredRun:
    path = folder / f"{task}-{policy}-s0"
    assert main(["train", f"task={task}", f"policy={policy}", *TINY, *more, "--run", str(path)]) == 0
    return StoredRun.open(path, on_note=lambda line: None)


@pytest.fixture(scope="module")
def cheetah(tmp_path_factory) -> StoredRun:
    return trained(tmp_path_factory.mktemp("study"), "half_cheetah", "han-b", "task.ticks=160")


@pytest.fixture(scope="module")
def ant(tmp_path_factory) -> StoredRun:
    return trained(tmp_path_factory.mktemp("study"), "ant_run", "han-b")


@pytest.fixture(scope="module", params=["han-e", pytest.param("mlp", marks=pytest.mark.slow)])
def go1(tmp_path_factory, request) -> StoredRun:
    return trained(tmp_path_factory.mktemp("study"), "go1_walk", request.param, "task.ticks=120")


def returns_of(run: StoredRun, lifetimes: int) -> list[float]:
    lives = evaluate_run(run, make_engine(run.task, run.policy), lifetimes=lifetimes, seed=1).lives
    return lives.returns.tolist()


@pytest.mark.slow
def test_whole_lives_are_those_of_hebbax_evaluate(cheetah):
    numbers = han_freeze.measure(cheetah)

    assert numbers["whole"] == returns_of(cheetah, 20)
    assert numbers["frozen"] != numbers["whole"]
    han_freeze.NUMBERS.check(numbers)


@pytest.mark.slow
def test_an_ant_with_all_its_legs_lives_as_hebbax_evaluate_has_it_and_others_do_not(ant):
    bodies = han_ant.measure(ant)["bodies"]

    assert bodies["none"]["returns"] == returns_of(ant, 30)
    assert len({tuple(body["returns"]) for body in bodies.values()}) == 5
    assert set(bodies) == {"none", *PUBLISHED_LEGS["han"]}
    han_ant.NUMBERS.check({"bodies": bodies})


@pytest.mark.slow
def test_verdicts_are_those_of_hebbax_analyze(cheetah, tmp_path):
    numbers = han_attractors.measure(cheetah)
    assert main(["analyze", str(cheetah.folder.path), "--lifetimes", "20", "--out", str(tmp_path)]) == 0
    (path,) = tmp_path.glob("**/*.json")
    lives = json.loads(path.read_text())["lives"]

    assert [life["return"] for life in numbers["lives"]] == [life["return"] for life in lives]
    labels = [life["verdict"] and life["verdict"]["label"] for life in lives]
    assert [life["verdict"] and life["verdict"]["label"] for life in numbers["lives"]] == labels
    han_attractors.NUMBERS.check(numbers)


@pytest.mark.slow
def test_a_go1_lives_as_hebbax_evaluate_has_it(go1, tmp_path):
    numbers = han_go1.measure(go1)

    assert [life["return"] for life in numbers["lives"]] == returns_of(go1, 20)
    han_go1.NUMBERS.check(numbers)
    text = han_go1.section({"run": {"policy": go1.config.policy.name, "seed": 0, **numbers}}, go1.folder.path)
    falls = sum(life["fell"] for life in numbers["lives"])
    assert f"falls in {falls} of 20 lives" in text
    assert f"| {go1.config.policy.name}, seed 0 |" in text
    assert han_go1.draw({}, {"run": {"policy": "x", "seed": 0, **numbers}}, tmp_path)


def test_the_height_of_feet_and_their_swings():
    """In the home pose they touch; a trunk that is 0.1 m higher has them at 0.1 m."""
    world = make_task("go1_walk").world
    qpos = np.repeat(world.model.key("home").qpos[None], 4, axis=0)
    qpos[1:3, 2] += [0.1, 0.06]
    record = Record(qpos, np.zeros((4, 18)), *[np.zeros((4, 1))] * 8)
    heights = han_go1.foot_heights(world, record)
    np.testing.assert_allclose(heights, np.array([[0, 0.1, 0.06, 0]] * 4).T, atol=1e-4)
    assert han_go1.swing_peak(heights) == pytest.approx(0.1, abs=1e-4)
    assert han_go1.swing_peak(heights[:2]) is None


def test_a_foot_that_never_touches_the_ground_counts_in_the_duty_factor():
    world = make_task("go1_walk").world
    record = Record(
        np.repeat(world.model.key("home").qpos[None], 4, axis=0), np.zeros((4, 18)), *[np.zeros((4, 1))] * 8
    )
    feet = {f"{leg} calf": {"duty_factor": 0.8, "air_time": 0.1} for leg in LEGS[:3]}
    gait = {"forward_speed": 1.0, "torque_mean": 2.0, "torque_peak": 3.0, "feet": feet}
    found = han_go1._gait(world, gait, record)
    assert (found["duty_factor"], found["air_time"]) == pytest.approx((0.6, 0.1))


@pytest.mark.slow
def test_the_gait_of_a_life_that_diverges_is_in_no_mean(go1, monkeypatch):
    lived = Runner.record

    def diverges(runner, life):
        row, record = lived(runner, life)
        return (replace(row, ends=np.array([END_DIVERGED])) if life == 0 else row), record

    gait = {"forward_speed": 1.0, "torque_mean": 2.0, "torque_peak": 3.0, "feet": {}}
    life = {"verdict": None, "published_ratio": None, "gait": gait}
    monkeypatch.setattr(Runner, "record", diverges)
    monkeypatch.setattr(han_go1, "analyze_source", lambda source: {"lives": [life] * source.lifetimes})
    lives = han_go1.measure(go1)["lives"]
    assert [life["torque_peak"] for life in lives[:2]] == [None, 3.0]
    assert lives[0]["return"] is None


@pytest.mark.slow
def test_before_the_blow_a_life_is_its_twin_and_after_it_another():
    run = StoredRun.open("zoo:half_cheetah/han-e", on_note=lambda line: None)
    here, elsewhere = (han_perturbation._runner(run, place).record(0) for place in (150.0, 1500.0))
    (_, record), (_, twin) = here, elsewhere
    hit = han_perturbation.hit_tick(record)

    assert hit is not None
    assert 148 <= record.qpos[hit, 0] < 152
    np.testing.assert_array_equal(record.rewards[: hit - 1], twin.rewards[: hit - 1])
    assert np.abs(record.rewards[hit : hit + 40] - twin.rewards[hit : hit + 40]).max() > 0.1


def test_a_blow_is_when_the_weight_first_moves():
    task = obstacle_cheetah()
    qpos = np.zeros((10, task.world.model.nq))
    qpos[:, 0] = np.arange(10)  # the cheetah runs
    record = Record(qpos, *[np.zeros((10, 1))] * 9)

    assert han_perturbation.hit_tick(record) is None
    qpos[6:, COORDINATES + 2] += 0.01
    assert han_perturbation.hit_tick(record) == 6


@pytest.mark.slow
def test_nothing_is_said_of_a_blow_that_never_came(cheetah):
    numbers = han_perturbation.measure(cheetah)

    assert {life["hit_tick"] for life in numbers["lives"]} == {None}
    assert all(life["return"] == life["return_without"] for life in numbers["lives"])
    assert {life["reward_after"] for life in numbers["lives"]} == {None}
    text = han_perturbation.section({"run": {"policy": "han-b", "seed": 0, **numbers}}, cheetah.folder.path)
    assert "| 0 of 20 | 0 | –, – | – | –, – |" in text


def ants(policy: str, seed: int, seen: float, unseen: float):
    bodies = {body: seen if body in han_ant.SEEN else unseen for body in (*han_ant.SEEN, *han_ant.UNSEEN)}
    return {
        "policy": policy,
        "seed": seed,
        "generation": 3,
        "bodies": {
            body: {"returns": [value - 10, value, value + 10], "forward": value / 1000, "terminated": 0}
            for body, value in bodies.items()
        },
    }


def test_few_controllers_are_named_one_by_one_and_many_have_an_interval(tmp_path):
    few = {f"b{seed}": ants("han-b", seed, 1000 + seed, 500) for seed in range(2)}
    assert "| han-b, seeds 0, 1 | 1,000; 1,001 |" in han_ant.section(few, tmp_path)
    assert "seed 0 keeps 0.50 of the return of the seen ones" in han_ant.section(few, tmp_path)

    one = han_ant.section({"m": ants("mlp", 3, -100, -50)}, tmp_path)
    assert "| mlp, seed 3 | -100.0 (-124.8 to -75.2) |" in one  # t of two degrees of freedom: 4.303 · 10 / √3
    assert "seed 3 keeps a share of a return of 0 or less" in one

    many = {f"b{seed}": ants("han-b", seed, 1000 + seed, 500) for seed in range(5)}
    assert "| han-b, seeds 0, 1, 2, 3, 4 | 1,002 (1,000 to 1,004) |" in han_ant.section(many, tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize(
    "module",
    [
        han_ant,
        han_go1,
        *(pytest.param(module, marks=pytest.mark.slow) for module in (han_freeze, han_perturbation, han_attractors)),
    ],
)
def test_results_are_made_again_from_what_was_kept(module, cheetah, ant, go1, tmp_path):
    run = {han_ant: ant, han_go1: go1}.get(module, cheetah)
    policy = run.policy.name
    budget = Budget("Tiny.", {run.task.name: ()}, {policy: 1}, TINY)
    experiment = replace(module.EXPERIMENT, budgets={"tiny": budget}, baseline=policy)
    runs = tmp_path / "runs"
    shutil.copytree(run.folder.path, runs / run.folder.path.name)
    reproduction = Reproduction(experiment, budget, "hebbax reproduce", [runs / run.folder.path.name], {})
    out = tmp_path / "out"
    told = []
    assert write_reproduction(reproduction, out, told.append)
    page, numbers = (out / "README.md").read_text(), (out / STUDY).read_bytes()
    assert all(path.is_file() for path in told)
    assert page.count(".png)") == sum(path.suffix == ".png" for path in told)

    shutil.rmtree(runs)
    from hebbax.reproduction.records import read_records

    kept = replace(reproduction, kept=read_records(out))
    assert write_reproduction(kept, out)
    assert (out / "README.md").read_text() == page
    assert (out / STUDY).read_bytes() == numbers


def beyond_of(policy: str, seed: int, seen: float, unseen: float):
    bodies = {body: seen if body in beyond.SEEN["ant_run"] else unseen for body in beyond.BODIES["ant_run"]}
    return {
        "policy": policy,
        "seed": seed,
        "generation": 3,
        "task": "ant_run",
        "evolved_numbers": 2800,
        "bodies": {body: {"returns": [value - 1, value, value + 1], "terminated": 0} for body, value in bodies.items()},
        "regained": {"own": [0.5, 0.9, 0.4, 0.8], "frozen": None if policy == "mlp" else [0.1, 0.2, 0.3, None]},
    }


def test_better_is_what_is_above_on_unseen_bodies_by_intervals_that_do_not_meet(tmp_path):
    entries = [
        *(beyond_of("han-b", seed, 1000, 500) for seed in range(2)),
        beyond_of("above", 0, 0, 600),
        beyond_of("below", 0, 2000, 400),
        *(beyond_of("both", seed, 1000, (400, 600)[seed]) for seed in range(2)),
    ]
    numbers = {f"{entry['policy']}-{entry['seed']}": entry for entry in entries}
    for entry in numbers.values():
        own = {key: value for key, value in entry.items() if key not in ("policy", "seed", "generation")}
        beyond.NUMBERS.check(own)
    text = beyond.section(numbers, tmp_path)
    assert "- `above` is better than `han-b` on the unseen bodies (1 against 2 controllers)." in text
    assert "- `below` is not better than `han-b`" in text
    assert "- `both` is undecided whether better than" in text
    assert "| above | 0 | 2,800 | 0.0 (" in text
    assert "| 0.80; 0.80 | –; – |" in text
    assert [path.suffix for path in beyond.draw({}, numbers, tmp_path)] == [".png", ".svg"]


@pytest.mark.slow
def test_an_ant_is_put_on_five_bodies_and_through_long_lives(ant):
    numbers = beyond.measure(ant)
    beyond.NUMBERS.check(numbers)
    assert numbers["bodies"]["none"]["returns"] == returns_of(ant, 30)
    assert len({tuple(body["returns"]) for body in numbers["bodies"].values()}) == 5


@pytest.mark.slow
def test_controllers_of_other_tasks_are_refused(cheetah):
    with pytest.raises(HebbaxError, match="task 'half_cheetah': expected one of ant_run, quadruped"):
        beyond.measure(cheetah)


def test_numbers_that_are_none_are_refused(tmp_path):
    path = tmp_path / STUDY
    assert read_numbers(path, han_ant.NUMBERS) == {}
    entry = ants("han-b", 0, 1.0, 1.0)
    entry["bodies"]["RL"]["terminated"] = -1
    path.write_text(json.dumps({"schema": 1, "runs": {"b": entry}}))
    with pytest.raises(HebbaxError, match=r"runs\.b\.bodies\.RL\.terminated=-1: expected a whole number"):
        read_numbers(path, han_ant.NUMBERS)


def test_experiments_without_a_study_have_none():
    assert Experiment("t", "r", "a", {}, "o").study is None
