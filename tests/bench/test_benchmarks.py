"""Every benchmark once, through the command line, at a size that says nothing about speed."""

from __future__ import annotations

import importlib.machinery
import importlib.util
import json
import sys
import types
from pathlib import Path

import gymnasium
import numpy as np
import pytest

from hebbax.bench import generation, memory, mjx_peer, peers, solve, solve_peers, startup, vector_peers, walk
from hebbax.bench.peer_clock import PeerClock
from hebbax.bench.report import Settings
from hebbax.config.policy import PolicyConfig
from hebbax.errors import HebbaxError
from hebbax.policies.make_policy import make_policy
from hebbax.tasks.registry import make_task


def test_generation(bench, monkeypatch):
    monkeypatch.setattr(generation, "TASK", "swimmer")  # its life is compiled for most tests

    results = bench("generation")

    parts = {"ask", "lifetimes", "tell", "rest", "metrics", "checkpoint"}
    assert set(results["seconds"]) == set(results["share"]) == parts
    assert len(results["share"]["ask"]["values"]) == 2
    shares = [sum(results["share"][part]["values"][i] for part in parts) for i in range(2)]
    assert shares == pytest.approx([1, 1])
    overhead = [1 - value for value in results["share"]["lifetimes"]["values"]]
    assert results["overhead_share"]["values"] == pytest.approx(overhead)
    assert (results["task"], results["policy"]) == ("swimmer", "han-e")
    assert (results["population"], results["ticks"]) == (4, 10)


def _tiny_case(**side: object) -> dict[str, object]:
    sides = {"hebbax": {"seeds": [0, 1, 2], "seconds": 60.0, "keys": ["generations=10"], **side}}
    peers = {"seeds": [0], "seconds": 0.0, "until": 1e9, "every": 1.0}
    return {**solve.CASE, "task": "swimmer", "thresholds": [-1e6, 1e6], "lives": 3, "sides": sides, "peers": peers}


@pytest.mark.slow
def test_steps_of_gymnasium(bench):
    results = bench("gymnasium")

    assert results["microseconds_a_step"].keys() == results["seconds"].keys()
    for name, one in results["microseconds_a_step"].items():
        assert one["median"] == pytest.approx(1e6 * np.median(results["seconds"][name]) / results["ticks"])
    assert all(one["median"] > 0 for one in results["ratios"].values())


@pytest.mark.slow
def test_walk(bench, monkeypatch):
    monkeypatch.setattr(walk, "CASE", {**walk.CASE, "lives": 2})
    monkeypatch.setattr(walk, "_SIDE", {"seconds": 120.0, "keys": ["generations=6"]})

    results = bench("walk")

    assert [run["seed"] for run in results["runs"]] == [0, 1]
    for run in results["runs"]:
        assert [one["generation"] for one in run["evaluations"]] == [0, 3, 6]
        assert all(0 <= one["terminated"] <= 2 for one in run["evaluations"])
    assert results["reached"]["seconds"] == {"median": None, "worst": None, "values": [None, None]}  # it lunges


def test_walking_is_two_evaluations_in_a_row_without_a_fall():
    def evaluations(*pairs):
        return [
            {"seconds": float(place), "reward_terms": {"distance": metres}, "terminated": fell}
            for place, (metres, fell) in enumerate(pairs)
        ]

    far, near, falls = (10.0, 0), (9.9, 0), (12.0, 1)
    assert walk._walks(evaluations(near, far, falls, far, near)) is None
    assert walk._walks(evaluations(falls, far, far, near))["seconds"] == 2.0
    assert walk._walks(evaluations((None, 0), far, far, far))["seconds"] == 2.0
    assert walk._walks([]) is None


@pytest.mark.slow
def test_go1(bench):
    results = bench("go1")["closed_loop"]

    assert results["name"].startswith("bench-go1_walk")
    assert results["population"] == 4


def test_solve(bench, monkeypatch):
    monkeypatch.setattr(solve, "CASE", _tiny_case())

    side = bench("solve")["sides"]["hebbax"]

    assert [run["seed"] for run in side["runs"]] == [0, 1]  # --repeats 2
    for run in side["runs"]:
        assert [one["generation"] for one in run["evaluations"]] == [0, 5, 10]
        assert [one["steps"] for one in run["evaluations"]] == [0, 5 * 4 * 10, 10 * 4 * 10]
        seconds = [one["seconds"] for one in run["evaluations"]]
        assert 0 < seconds[0] < seconds[1] < seconds[2]
        assert f"seed={run['seed']}" in run["command"]
    confirmed = [run["evaluations"][1]["seconds"] for run in side["runs"]]
    assert side["reached"]["-1000000"]["seconds"]["values"] == confirmed
    assert side["reached"]["-1000000"]["seconds"]["worst"] == max(confirmed)
    assert side["reached"]["1000000"]["seconds"] == {"median": None, "worst": None, "values": [None, None]}


def test_solve_keeps_what_it_has_run(bench, monkeypatch, tmp_path):
    monkeypatch.setattr(solve, "CASE", _tiny_case())
    for module in (solve, solve_peers):
        monkeypatch.setattr(module, "PEERS", {"another": ("settings of its authors", "no_such_package")})
    first = bench("solve", "--peers")["sides"]
    missing = {"seed": 0, "evaluations": [], "not_run": "no_such_package is not installed"}
    assert first["another"]["runs"] == [missing]
    monkeypatch.setattr(solve, "run_training", None)  # nothing is run again

    assert bench("solve", "--peers")["sides"]["hebbax"] == first["hebbax"]

    monkeypatch.setattr(solve, "CASE", _tiny_case(seconds=61.0))
    with pytest.raises(HebbaxError, match=r"hebbax-s0.json was run in another way: remove .*solve-parts to begin anew"):
        solve.measure(Settings(2, 4, 10, parts=tmp_path / "benchmarks/results/solve-parts"), print)


def test_what_a_threshold_needs():
    def lives(*means: float | None) -> list[dict[str, float | None]]:
        return [{"return_mean": mean} for mean in means]

    assert solve.first_reached(lives(4, 1, 3, None, 3, 5, 9), 3) == {"return_mean": 5}
    assert solve.first_reached(lives(1, 4), 3) is None
    assert solve.first_reached(lives(), 3) is None


def test_the_clock_of_a_peer_stands_still_while_it_is_evaluated(monkeypatch, capsys):
    now = [100.0]
    monkeypatch.setattr("hebbax.bench.peer_clock.time.time", lambda: now[0])

    def evaluate() -> np.ndarray:
        now[0] += 50
        return np.array([1.0, 3.0])

    clock = PeerClock(90.0, 60.0, 2.0, 5.0, evaluate)
    assert clock.goes_on(0)  # at 10 s, which is its first evaluation
    now[0] += 4
    assert clock.goes_on(7)  # at 14 s: not due
    now[0] += 2
    assert not clock.goes_on(9)  # at 16 s: reached for the second time
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert lines == [
        {"seconds": 10.0, "steps": 0, "return_mean": 2.0},
        {"seconds": 16.0, "steps": 9, "return_mean": 2.0},
    ]


@pytest.mark.slow
def test_recording(bench):
    results = bench("recording")

    assert {side: len(values) for side, values in results["seconds"].items()} == {
        "lives": 2,
        "in memory": 2,
        "in a file": 2,
    }
    ratio = results["seconds"]["lives"][0] / results["seconds"]["in a file"][0]
    assert results["ratio"]["in a file"]["values"][0] == pytest.approx(ratio)
    assert results["file_bytes"] > 4 * 10 * 4 * (17 * 16 + 16 * 6)
    assert results["analysis"]["lifetimes"] == 4


def test_a_peer_that_fails_is_a_row(monkeypatch):
    def broken(*arguments):
        raise OSError("no assets\nfor HalfCheetah")

    absent = {name: lambda *arguments: None for name in ("sync_peer", "async_peer", "mjx_peer")}
    for name, make in {**absent, "envpool_peer": broken}.items():
        monkeypatch.setattr(peers, name, make)

    (table,) = peers.measure(Settings(repeats=1, population=2, ticks=5), lambda text: None).tables

    assert {row[0]: row[3] for row in table.rows if row[0] != "hebbax"} == {
        "gymnasium SyncVectorEnv": "not installed",
        "gymnasium AsyncVectorEnv": "not installed",
        "envpool": "not usable: no assets for HalfCheetah",
        "mjx on the CPU": "not installed",
    }


@pytest.mark.slow
def test_memory(bench, monkeypatch):
    monkeypatch.setattr(memory, "CASE", {"task": "swimmer", "hidden": [16]})

    results = bench("memory")

    for one, strategy in zip(results["cases"], ("openai-es", "najarro-es"), strict=True):
        assert one["case"] == {"task": "swimmer", "hidden": [16], "strategy": strategy, "population": 4, "ticks": 5}
        assert one["genome_size"] == 5 * (8 * 16 + 16 * 2)
        assert one["population_bytes"] == 4 * 800 * 4
        for process, peak in zip(one["processes"], one["peak_bytes"]["values"], strict=True):
            assert process["peak_bytes"] == peak
            assert 50e6 < process["imported_bytes"] < peak
            assert process["noise_seconds"] is None
        assert one["ratio_to_bound"]["values"][0] == one["peak_bytes"]["values"][0] / 1e9


def test_the_genome_that_memory_measures_is_as_large_as_the_published_one():
    policy = make_policy(PolicyConfig(hidden=memory.CASE["hidden"]), make_task(memory.CASE["task"]))

    assert 458_002 <= policy.genome_size < 459_000


def test_a_process_that_fails_is_told(monkeypatch):
    monkeypatch.setattr(memory, "CASE", {"task": "swimer", "hidden": [16]})

    with pytest.raises(HebbaxError, match=r"memory is measured in failed: .*unknown task 'swimer'"):
        memory.measure(Settings(repeats=1, population=4), lambda text: None)


@pytest.mark.slow
def test_startup(bench):
    results = bench("startup")

    assert results["help"]["command"] == "hebbax --help"
    assert len(results["help"]["seconds"]["values"]) == len(results["tasks"]["seconds"]["values"]) == 2
    for kind in ("cold", "warm"):
        found = results[f"first_generation_{kind}"]
        assert found["command"] == f"{startup.TRAIN} strategy.population=4 task.ticks=10"
        for one in found["measurements"]:
            assert 0 < one["lifetimes"] < one["generation"] < one["finished"]


def test_startup_measures_the_command_of_the_readme():
    readme = (Path(__file__).parents[2] / "README.md").read_text()

    assert f"\n$ {startup.TRAIN}\n" in readme
    assert startup._train_command(Settings()) == startup.TRAIN


@pytest.mark.slow
def test_ants(bench):
    results = bench("ants")

    assert {name: len(values) for name, values in results["seconds"].items()} == {
        "ant_run": 2,
        "ant_proprioceptive": 2,
    }
    ratio = results["seconds"]["ant_proprioceptive"][1] / results["seconds"]["ant_run"][1]
    assert results["ratio"]["values"][1] == pytest.approx(ratio)
    assert results["closed_loop"]["name"] == "bench-ant_run han-b 27-16-8"


@pytest.mark.slow
def test_variants(bench):
    results = bench("variants")

    assert {name: len(values) for name, values in results["seconds"].items()} == {"whole": 2, "variants": 2}
    assert results["ratio"]["values"][1] == pytest.approx(
        results["seconds"]["whole"][1] / results["seconds"]["variants"][1]
    )
    assert results["damage"] == "none | ant/front-left | ant/rear-left"


@pytest.mark.slow
def test_closed_loop(bench):
    cases = bench("closed-loop")["cases"]

    networks = [[17, 16, 6], [17, 64, 64, 6], [28, 128, 64, 8], [51, 64, 32, 16], [27, 64, 32, 18]]
    assert [case["network"] for case in cases] == networks
    for case in cases:
        seconds = case["seconds"]
        assert {side: len(values) for side, values in seconds.items()} == {"lives": 2, "batch": 2, "loop": 2}
        assert case["steps"] == 4 * 10
        assert case["ratio"] == case[f"ratio_to_{case['faster_replay']}"]
        assert case["ratio_to_loop"]["values"][1] == seconds["loop"][1] / seconds["lives"][1]
        assert case["steps_per_second"]["lives"]["values"][0] == 40 / seconds["lives"][0]
        assert 0 < case["controls"]["size"] <= 1
        assert case["controls"]["change"] > 0


@pytest.mark.slow
def test_scaling(bench, tmp_path):
    series = bench("scaling")["series"]

    assert [row["value"] for row in series["population"]] == [16, 32, 64, 128, 256, 512, 1024]
    assert series["population"][3]["ratio"]["values"] == [1, 1], "128 is what the others are compared with"
    assert [row["value"] for row in series["threads"]][:1] == [1]
    # 17 w + w² + 6 w synapses.
    assert [row["synapses"] for row in series["width"]] == [624, 1760, 5568, 19328]
    assert [row["synapses"] for row in series["synapse"]] == [624, 1760, 5568, 19328]
    assert (tmp_path / "benchmarks/results/scaling.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.slow
def test_peers(bench, monkeypatch):
    monkeypatch.setitem(sys.modules, "envpool", _stub_of_envpool())

    peers = bench("peers")["peers"]

    vectors = ("gymnasium SyncVectorEnv", "gymnasium AsyncVectorEnv", "envpool")
    assert set(peers) == {"hebbax", *vectors, "mjx on the CPU"}
    for name in vectors:
        assert (peers[name]["environments"], peers[name]["ticks"]) == (4, 10)
        speeds = (peers[side]["steps_per_second"]["values"][0] for side in ("hebbax", name))
        assert peers[name]["ratio"]["values"][0] == next(speeds) / next(speeds)
    if importlib.util.find_spec("mujoco.mjx") is None:
        assert peers["mjx on the CPU"] == "not installed"
    # The shipped controller has hardly left its place in half a second: little, but about the same everywhere.
    returns = [peers[name]["return_mean"] for name in ("hebbax", *vectors)]
    assert max(returns) - min(returns) < 5


def test_what_is_not_installed_is_said(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)

    assert vector_peers.envpool_peer(None, 4) is None
    assert mjx_peer.mjx_peer(None, 4, 10) is None


def _stub_of_envpool() -> types.ModuleType:
    """EnvPool's interface over Gymnasium's environments: it has no wheel for every machine that tests run on."""
    module = types.ModuleType("envpool")
    module.__spec__ = importlib.machinery.ModuleSpec("envpool", None)

    def make(name: str, *, env_type: str, num_envs: int, num_threads: int, seed: int) -> gymnasium.vector.VectorEnv:
        assert (name, env_type) == ("HalfCheetah-v5", "gymnasium")
        return gymnasium.vector.SyncVectorEnv([lambda: gymnasium.make(name)] * num_envs)

    module.__dict__.update(list_all_envs=lambda: ["Ant-v4", "HalfCheetah-v4", "HalfCheetah-v5"], make=make)
    return module
