"""Reproductions of Leung et al. (2025) on a tiny gecko and beetle, beside evaluations and hand-made numbers."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from hebbax.cli.main import main
from hebbax.cli.overrides.sweep import compose_each
from hebbax.engines.make_engine import make_engine
from hebbax.errors import HebbaxError
from hebbax.reproduction import (
    leung_lifted,
    leung_normalisation,
    leung_ood,
    leung_pca,
    leung_ratio,
    leung_robots,
    leung_transfer,
)
from hebbax.reproduction.experiment import Budget
from hebbax.reproduction.page import Reproduction, write_reproduction
from hebbax.reproduction.records import read_records
from hebbax.reproduction.registry import EXPERIMENTS
from hebbax.reproduction.study import STUDY
from hebbax.runs.evaluation import evaluate_run
from hebbax.runs.stored_run import StoredRun
from hebbax.runs.sweep import PlannedRun, refused

TINY = (
    "policy.hidden=[8]",
    "task.ticks=110",
    "training.phases=[]",
    "strategy.population=4",
    "strategy.sigma=0.1",
    "generations=2",
    "evaluate_every=1",
    "checkpoint_every=1",
    "evaluate_lifetimes=2",
    "observations.normalise=none",
    "threads=1",
)
MODULES = (leung_ood, leung_normalisation, leung_pca, leung_lifted, leung_ratio, leung_transfer)


def trained(path, task: str, *more: str) -> StoredRun:
    assert main(["train", f"task={task}", "policy=leung-hebbian", *TINY, *more, "--run", str(path)]) == 0
    return StoredRun.open(path, on_note=lambda line: None)


@pytest.fixture(scope="module")
def gecko(tmp_path_factory) -> StoredRun:
    return trained(tmp_path_factory.mktemp("leung") / "gecko-leung-hebbian-s0", "gecko")


def entry_of(module, run: StoredRun) -> dict:
    """Return what a study's file holds of a run, read back."""
    numbers = json.loads(json.dumps(module.measure(run), allow_nan=False))
    module.NUMBERS.check(numbers)
    return {"policy": run.policy.name, "seed": 0, "generation": 1, **numbers}


@pytest.mark.slow
@pytest.mark.parametrize("module", MODULES)
def test_results_are_made_again_from_what_was_kept(module, gecko, tmp_path):
    budget = Budget("Tiny.", {"gecko": ()}, {"leung-hebbian": 1}, TINY)
    experiment = replace(module.EXPERIMENT, budgets={"tiny": budget}, baseline=None)
    run = tmp_path / "runs" / gecko.folder.path.name
    shutil.copytree(gecko.folder.path, run)
    reproduction = Reproduction(experiment, budget, "hebbax reproduce", [run], {})
    out, told = tmp_path / "out", []
    assert write_reproduction(reproduction, out, told.append)
    page, numbers = (out / "README.md").read_text(), (out / STUDY).read_bytes()
    assert all(path.is_file() for path in told)
    assert page.count(".png)") == sum(path.suffix == ".png" for path in told)
    assert "gecko, leung-hebbian, seed 0" in page
    assert "The authors say that" in page

    shutil.rmtree(run.parent)
    assert write_reproduction(replace(reproduction, kept=read_records(out)), out)
    assert (out / "README.md").read_text() == page
    assert (out / STUDY).read_bytes() == numbers


@pytest.mark.slow
def test_ways_are_those_of_hebbax_evaluate(gecko):
    entry = entry_of(leung_ratio, gecko)
    lives = evaluate_run(gecko, make_engine(gecko.task, gecko.policy), lifetimes=20, seed=1).lives

    distance = lives.reward_terms[:, gecko.task.terms.index("distance")]
    np.testing.assert_array_equal(entry["metres"][leung_ratio.FLAT], distance)
    assert entry["metres"][leung_ratio.DEAD] != entry["metres"][leung_ratio.FLAT]
    assert entry["plastic_state"] == 51 * 8 + 8 * 16
    assert entry["evolved_numbers"] == 5 * entry["plastic_state"]


@pytest.mark.slow
def test_sizes_of_weights_under_max_norm_are_at_most_one(gecko):
    entry = entry_of(leung_normalisation, gecko)

    assert [at["generation"] for at in entry["over_generations"]] == [0, 1, 2]
    assert all(0 < size <= 1 for size in entry["sizes"])
    assert entry["largest"] == pytest.approx([1.0] * 20)


def test_runs_of_other_robots_are_refused(tmp_path):
    run = StoredRun.open("zoo:half_cheetah/han-e", on_note=lambda line: None)
    with pytest.raises(HebbaxError, match="'half_cheetah' is of another robot: expected a run of gecko or dung_beetle"):
        leung_robots.about(run)


# What is said of numbers by hand


def cases(*metres: float, diverged: tuple[int, ...] = ()) -> list[dict]:
    names = ("unharmed", "rough ground", "front-left leg dead", "late motors")
    return [
        {"name": name, "label": name, "metres": [way - 0.1, way + 0.1], "diverged": died}
        for name, way, died in zip(names, metres, diverged or (0,) * 4, strict=False)
    ]


def entry(condition: str, **numbers) -> dict:
    return {"robot": "gecko", "condition": condition, "policy": "p", "seed": 0, "generation": 1, **numbers}


def test_what_is_kept_is_the_share_of_the_unharmed_way_by_kinds_of_conditions(tmp_path):
    """Of 2 m 1 m on rough ground and 0.5 m with a dead leg: 0.5 and 0.25, in the mean 0.38; a static one 0.60."""
    numbers = {
        "a": entry("leung-hebbian", cases=cases(2.0, 1.0, 0.5)),
        "b": entry("leung-ff", cases=cases(1.0, 0.8, 0.4)),
        "c": entry("leung-lstm", cases=cases(0.0, 1.0, 0.5)),
    }
    text = leung_ood.section(numbers, tmp_path)

    assert "| rough ground | 0.50 | 0.80 | – |" in text
    assert "| **a leg, mean** | 0.25 | 0.40 | – |" in text
    assert "It does not hold here: over all kinds of conditions, leung-hebbian keeps 0.38; leung-ff keeps 0.60." in text
    better = {**numbers, "b": entry("leung-ff", cases=cases(1.0, 0.1, 0.1))}
    assert "It holds here" in leung_ood.section(better, tmp_path)
    assert "That cannot be told here" in leung_ood.section({"c": numbers["c"]}, tmp_path)


def test_who_diverges_only_elsewhere(tmp_path):
    bare = "leung-hebbian, none normalisation"
    numbers = {
        "a": entry("leung-hebbian", cases=cases(2.0, 1.0)),
        "b": entry(bare, cases=cases(2.0, 0.0, diverged=(0, 20))),
    }
    text = leung_transfer.section(numbers, tmp_path)

    assert "| rough ground | 0.50 | 0.00, 20 of 20 diverged |" in text
    assert "It holds here: without normalisation 0 of 20 lives diverge at home, and 20 of 20 elsewhere." in text
    numbers["b"]["cases"][0]["diverged"] = 3
    assert "It does not hold here" in leung_transfer.section(numbers, tmp_path)
    assert "That cannot be told here" in leung_transfer.section({"a": numbers["a"]}, tmp_path)


def test_max_norm_beside_the_others(tmp_path):
    def of(condition: str, way: float, diverged: int) -> dict:
        sizes = {"sizes": [0.1, None], "largest": [1.0, None], "over_generations": []}
        return entry(condition, metres=[way] * 2, diverged=diverged, **sizes)

    standardised, bare = "leung-hebbian, standardise normalisation", "leung-hebbian, none normalisation"
    numbers = {"a": of("leung-hebbian", 2.0, 0), "b": of(standardised, 1.0, 0), "c": of(bare, 1.5, 4)}
    assert "It holds here" in leung_normalisation.section(numbers, tmp_path)
    assert "| gecko, leung-hebbian, none normalisation, seed 0 | 1.5" in leung_normalisation.section(numbers, tmp_path)
    numbers["c"] = of(bare, 1.5, 0)
    assert "It does not hold here" in leung_normalisation.section(numbers, tmp_path)
    del numbers["b"]
    assert "That cannot be told here" in leung_normalisation.section(numbers, tmp_path)


def test_a_component_spreads_more_where_the_interval_of_its_ratios_lies_above_one(tmp_path):
    """Ratios of 2, 2.1 and 1.9 along the first component, of 1 along the second, of 0.5 along the third."""
    pairs = [
        {"explained": [0.6, 0.2, 0.1], "flat": [1.0, 1.0, 1.0], "uneven": [way, 1.0, 0.5]} for way in (2.0, 2.1, 1.9)
    ]
    text = leung_pca.section({"a": entry("leung-hebbian", pairs=[*pairs, None])}, tmp_path)

    assert "| gecko, leung-hebbian, seed 0 | 1 | 60.0" in text
    assert "| 2.00 (1." in text
    assert "It holds here: components whose ratio is above 1 by its interval: gecko, leung-hebbian, seed 0: 1." in text
    even = [{**pair, "uneven": [1.0, 1.0, 1.0]} for pair in pairs]
    assert "It does not hold here" in leung_pca.section({"a": entry("leung-hebbian", pairs=even)}, tmp_path)
    assert "That cannot be told here" in leung_pca.section({"a": entry("leung-hebbian", pairs=[None])}, tmp_path)


def test_the_spread_along_components_of_weights_by_hand():
    """A circle of radius 3 in two weights, on uneven ground of radius 6, the third at rest: √(1/2) of each radius."""
    turn = np.linspace(0, 6 * np.pi, 300, endpoint=False)
    flat = 3 * np.stack([np.cos(turn), np.sin(turn), 1e-3 * np.cos(3 * turn)], axis=1)
    found = leung_pca._of_pair(flat, 2 * flat)

    assert found is not None
    np.testing.assert_allclose(found["flat"][:2], 3 * np.sqrt(0.5), rtol=1e-3)
    np.testing.assert_allclose(found["uneven"][:2], 6 * np.sqrt(0.5), rtol=1e-3)
    np.testing.assert_allclose(found["explained"][:2], 0.5, atol=1e-3)
    assert leung_pca._of_pair(flat[:10], flat) is None
    assert leung_pca._of_pair(np.ones((300, 3)), np.ones((300, 3))) is None


def test_who_rests_in_the_air(tmp_path):
    """Of three lives with a plastic network the joints of two keep less than a quarter of their amplitude."""
    summary = {"values": [0, 1, 0], "median": 0.8}
    values = {"stopped": summary, "walks_again": summary, "amplitude_ratio": summary}
    numbers = {"a": entry("leung-hebbian", values=values, joints_left=[0.1, 0.2, 0.9, None])}
    text = leung_lifted.section(numbers, tmp_path)
    assert "| gecko, leung-hebbian, seed 0 | 0.20 | 2 of 3 | 0.80 | 1 of 3 | 1 of 3 |" in text
    assert "It holds here: in 2 of 3 lives the joints rest in the air." in text
    numbers["a"]["joints_left"] = [0.1, 0.9, 0.9]
    assert "It does not hold here" in leung_lifted.section(numbers, tmp_path)
    assert "That cannot be told here" in leung_lifted.section({}, tmp_path)


def test_the_most_plastic_beside_the_others(tmp_path):
    def of(condition: str, state: int, way: float) -> dict:
        metres = {where: [way] * 2 for where in (leung_ratio.FLAT, leung_ratio.UNEVEN, leung_ratio.DEAD)}
        return entry(condition, evolved_numbers=10, plastic_state=state, metres=metres)

    numbers = {"a": of("leung-hebbian", 5824, 1.0), "b": of("leung-lstm", 40, 0.5)}
    assert "It holds here" in leung_ratio.section(numbers, tmp_path)
    assert "| gecko, leung-hebbian, seed 0 | 10 | 5,824 | 1.0 " in leung_ratio.section(numbers, tmp_path)
    numbers["b"] = of("leung-lstm", 40, 1.5)
    assert "It does not hold here" in leung_ratio.section(numbers, tmp_path)
    del numbers["b"]
    assert "That cannot be told here" in leung_ratio.section(numbers, tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in EXPERIMENTS if name.startswith("leung-")])
def test_budgets_are_of_configurations_that_there_are(name):
    for budget in EXPERIMENTS[name].budgets.values():
        configs = [config for _, config in compose_each(budget.runs())]
        assert not [config for config in configs if isinstance(config, HebbaxError)]
        assert len(set(budget.names())) == len(configs)


@pytest.mark.slow
@pytest.mark.parametrize("budget", ["laptop", "paper"])
def test_runs_of_all_conditions_can_begin(budget):
    conditions = [
        getattr(leung_robots, name) for name in ("MAX", "STANDARDISED", "RAW", "STATIC", "LSTM", "LARGE_LSTM")
    ]
    conditions += [leung_robots.RANDOMISED, leung_robots.RANDOMISED_LSTM]
    runs = leung_robots.budgets_of(*conditions)[budget].runs()
    planned = [PlannedRun(Path(str(place)), config) for place, (_, config) in enumerate(compose_each(runs))]
    assert not list(refused(planned))
