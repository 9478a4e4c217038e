"""Reproductions of Najarro and Risi (2020) on a tiny quadruped, beside evaluations, SciPy and hand-made numbers."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace

import numpy as np
import pytest
import scipy.stats

from hebbax.cli.main import main
from hebbax.engines.make_engine import make_engine
from hebbax.reproduction import (
    najarro_ablation,
    najarro_coefficients,
    najarro_coevolve,
    najarro_curves,
    najarro_freeze,
    najarro_init,
    najarro_pca,
    najarro_saturate,
    najarro_table1,
    najarro_weights,
    najarro_zero,
)
from hebbax.reproduction.experiment import Budget
from hebbax.reproduction.najarro_quadruped import BODIES, metres
from hebbax.reproduction.page import Reproduction, write_reproduction
from hebbax.reproduction.records import read_records
from hebbax.reproduction.study import STUDY
from hebbax.runs.evaluation import evaluate_run
from hebbax.runs.stored_run import StoredRun

TINY = (
    "policy.hidden=[8]",
    "task.ticks=140",
    "damage=none | najarro-ant/right-front",
    "training.first_mean=normal",
    "training.phases=[]",
    "training.weights={}",
    "strategy.population=4",
    "strategy.sigma=0.02",
    "generations=1",
    "lifetimes=2",
    "evaluate_lifetimes=2",
    "observations.normalise=none",
    "threads=1",
)
MODULES = (
    *(najarro_ablation, najarro_coevolve, najarro_curves, najarro_coefficients),
    pytest.param(najarro_table1, marks=pytest.mark.slow),
    *(pytest.param(module, marks=pytest.mark.slow) for module in (najarro_saturate, najarro_zero, najarro_freeze)),
    *(pytest.param(module, marks=pytest.mark.slow) for module in (najarro_init, najarro_weights)),
    najarro_pca,
)


@pytest.fixture(scope="module")
def quadruped(tmp_path_factory) -> StoredRun:
    path = tmp_path_factory.mktemp("najarro") / "quadruped-najarro-hebbian-s0"
    assert main(["train", "task=quadruped", "policy=najarro-hebbian", *TINY, "--run", str(path)]) == 0
    return StoredRun.open(path, on_note=lambda line: None)


def returns_of(run: StoredRun, damage: str, lifetimes: int) -> list[float]:
    damaged = run.under(damage=damage)
    lives = evaluate_run(damaged, make_engine(run.task, run.policy), lifetimes=lifetimes, seed=1).lives
    return lives.returns.tolist()


def entry_of(module, run: StoredRun) -> dict:
    """Return what a study's file holds of a run, read back."""
    numbers = json.loads(json.dumps(module.measure(run), allow_nan=False))
    module.NUMBERS.check(numbers)
    return {"policy": run.policy.name, "seed": 0, "generation": 1, **numbers}


@pytest.mark.parametrize("module", MODULES)
@pytest.mark.slow
def test_results_are_made_again_from_what_was_kept(module, quadruped, tmp_path):
    budget = Budget("Tiny.", {"quadruped": ()}, {"najarro-hebbian": 1}, TINY)
    experiment = replace(module.EXPERIMENT, budgets={"tiny": budget}, baseline=None)
    run = tmp_path / "runs" / quadruped.folder.path.name
    shutil.copytree(quadruped.folder.path, run)
    reproduction = Reproduction(experiment, budget, "hebbax reproduce", [run], {})
    out, told = tmp_path / "out", []
    assert write_reproduction(reproduction, out, told.append)
    page, numbers = (out / "README.md").read_text(), (out / STUDY).read_bytes()
    assert all(path.is_file() for path in told)
    assert page.count(".png)") == sum(path.suffix == ".png" for path in told)
    assert "| quadruped-najarro-hebbian-s0 |" in page or "| najarro-hebbian |" in page

    shutil.rmtree(run.parent)
    assert write_reproduction(replace(reproduction, kept=read_records(out)), out)
    assert (out / "README.md").read_text() == page
    assert (out / STUDY).read_bytes() == numbers


def test_each_body_lives_as_hebbax_evaluate_has_it(quadruped):
    entry = entry_of(najarro_table1, quadruped)

    for body, damage in BODIES.items():
        assert entry["bodies"][body]["returns"] == returns_of(quadruped, damage, 100)
    assert len({tuple(body["returns"]) for body in entry["bodies"].values()}) == 3
    assert entry["trained_on"] == "none and right-front"


def quadrupeds(unseen: float, evolved_on: str = "none and right-front") -> dict:
    returns = {"none": 800.0, "right-front": 400.0, "left-front": unseen}
    bodies = {body: {"returns": [mean - 10, mean, mean + 10], "terminated": 0} for body, mean in returns.items()}
    about = {"policy": "najarro-hebbian", "seed": 0, "generation": 3}
    return {**about, "condition": "najarro-hebbian", "trained_on": evolved_on, "bodies": bodies}


def test_every_seed_on_the_unseen_body_is_listed_and_solved_from_100_on(tmp_path):
    numbers = {"s0": quadrupeds(300.0), "s1": quadrupeds(99.0), "r": quadrupeds(100.0, "random damages")}
    text = najarro_table1.section(numbers, tmp_path)

    # t of two degrees of freedom: 4.303 · 10 / √3 = 24.8; the distance is 0.0165 · 22 / 21 of the return.
    assert "| s0 | none and right-front | 300.0 (275.2 to 324.8) | 5.2 m | 3 of 3 | 0 | yes |" in text
    assert "| s1 | none and right-front | 99.0 (74.2 to 123.8) | 1.7 m | 1 of 3 | 0 | no |" in text
    assert "| r | random damages | 100.0 (75.2 to 124.8) | 1.7 m | 2 of 3 | 0 | yes |" in text
    assert "| Hebbian, published | best | 1,051 ± 113 | 1,019 ± 116 | 452 ± 95 |" in text
    assert "| najarro-hebbian | 2 | 800.0; 800.0 | 400.0; 400.0 | 300.0; 99.0 |" in text
    assert "| najarro-hebbian | best |" in text
    assert "left-front by 1 of 2 runs. Of their return on seen bodies they keep 0.17 to 0.50" in text
    assert "| najarro-hebbian, evolved on random damages | 1 |" in text


def test_published_distances():
    """As the reference has them: 1,051 of Hebbian networks and 1,604 of static ones."""
    assert [metres(value) for value in (1051, 1604, 452, 100)] == ["18.2 m", "27.7 m", "7.8 m", "1.7 m"]


def test_updates_that_never_stop_are_those_of_the_whole_body(quadruped):
    points = entry_of(najarro_freeze, quadruped)["values"]["points"]

    np.testing.assert_allclose(points[-1]["return"]["values"], returns_of(quadruped, "", 20), rtol=1e-6)
    assert [point["tick"] for point in points] == [0, 10, 20, 30, 40, 50, 60, 80, 100, None]


def test_first_weights_of_the_own_distribution_change_nothing(quadruped):
    own, *others = entry_of(najarro_init, quadruped)["groups"]

    assert own["returns"] == returns_of(quadruped, "", 100)
    assert all(group["returns"] != own["returns"] for group in others)


def test_an_oscillating_path_is_foretold_and_one_without_structure_is_not():
    ticks = np.arange(500)
    wave = np.column_stack([np.sin(2 * np.pi * ticks / 37 + phase) for phase in (0, 1, 2)])
    noise = np.random.default_rng(0).standard_normal((500, 3))

    paths = (np.diff(wave + 0.01 * ticks[:, None], axis=0), noise, np.zeros((500, 3)))
    oscillating, without, at_rest = map(najarro_pca.foretold, paths)
    assert oscillating is not None
    assert without is not None
    assert oscillating > 0.95
    assert without < 0.3
    assert at_rest is None


def test_moments_are_those_of_scipy():
    values = np.random.default_rng(1).gamma(2.0, size=400)
    found = najarro_coefficients.moments(values)

    assert found["skewness"] == pytest.approx(scipy.stats.skew(values))
    assert found["kurtosis"] == pytest.approx(scipy.stats.kurtosis(values))
    assert najarro_coefficients.moments(np.ones(5))["kurtosis"] == 0.0


def test_coefficients_of_one_generation_are_nearly_the_first_ones(quadruped):
    found = entry_of(najarro_coefficients, quadruped)["coefficients"]

    assert list(found) == ["A", "B", "C", "η", "D"]
    assert {shape["count"] for shape in found.values()} == {28 * 8 + 8 * 8}
    assert all(0.9 < shape["first"] < 1.0 for shape in found.values())


def test_a_quadruped_that_does_not_get_anywhere_does_not_walk(quadruped):
    bodies = entry_of(najarro_weights, quadruped)["bodies"]

    assert max(returns_of(quadruped, "", 20)) < 100, "of a single generation"
    assert {life["walks_after"] for life in bodies["none"]} == {None}


def test_curves_are_those_of_the_metrics(quadruped):
    entry = entry_of(najarro_curves, quadruped)
    (record,) = quadruped.folder.read_metrics()

    assert entry["population"] == [record["return_mean"]]
    assert entry["evaluated"] == [[1, record["mean_genome_return"]]]
