"""Reproductions of the car of Najarro and Risi (2020) in small, beside evaluations and hand-made numbers."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace

import pytest

from hebbax.cli.main import main
from hebbax.cli.overrides.compose import compose_train
from hebbax.config.policy import PRESETS
from hebbax.engines.make_engine import make_engine
from hebbax.installing import pip_install
from hebbax.policies.make_policy import make_policy
from hebbax.reproduction import (
    najarro_car,
    najarro_car_ablation,
    najarro_car_coefficients,
    najarro_car_coevolve,
    najarro_car_curves,
    najarro_car_pca,
)
from hebbax.reproduction.experiment import Budget
from hebbax.reproduction.najarro_racing import RANDOM_FILTERS, kind_of, on_tracks
from hebbax.reproduction.page import Reproduction, write_reproduction
from hebbax.reproduction.records import read_records
from hebbax.reproduction.registry import EXPERIMENTS
from hebbax.reproduction.study import STUDY
from hebbax.runs.evaluation import evaluate_run
from hebbax.runs.stored_run import StoredRun

TINY = (
    "policy.hidden=[8]",
    "task.ticks=30",
    "strategy=najarro-es-slow",
    "strategy.population=4",
    "training.first_mean=normal",
    "training.first_of=6",
    "training.births=mirrored",
    "generations=2",
    "evaluate_lifetimes=2",
    "threads=1",
)
MODULES = (
    *(najarro_car_ablation, najarro_car_coevolve, najarro_car_curves, najarro_car_coefficients, najarro_car),
    pytest.param(najarro_car_pca, marks=pytest.mark.slow),
)

pytestmark = pytest.mark.slow  # each of them compiles for long


@pytest.fixture(scope="module")
def driver(tmp_path_factory) -> StoredRun:
    path = tmp_path_factory.mktemp("najarro-car") / "car_racing-najarro-car-s0"
    assert main(["train", "task=car_racing", "policy=najarro-car", *TINY, "--run", str(path)]) == 0
    return StoredRun.open(path, on_note=lambda line: None)


@pytest.fixture(autouse=True)
def without_box2d(monkeypatch):
    monkeypatch.setattr(najarro_car, "find_spec", lambda name: None)


@pytest.mark.slow
@pytest.mark.parametrize("module", MODULES)
def test_results_are_made_again_from_what_was_kept(module, driver, tmp_path):
    budget = Budget("Tiny.", {"car_racing": ()}, {"najarro-car": 1}, TINY)
    experiment = replace(module.EXPERIMENT, budgets={"tiny": budget}, baseline=None)
    run = tmp_path / "runs" / driver.folder.path.name
    shutil.copytree(driver.folder.path, run)
    reproduction = Reproduction(experiment, budget, "hebbax reproduce", [run], {})
    out, told = tmp_path / "out", []
    assert write_reproduction(reproduction, out, told.append)
    page, numbers = (out / "README.md").read_text(), (out / STUDY).read_bytes()
    assert all(path.is_file() for path in told)
    assert page.count(".png)") == sum(path.suffix == ".png" for path in told)
    assert "| car_racing-najarro-car-s0 |" in page or "| Hebbian, ABCD_lr, evolved filters | 1 |" in page

    shutil.rmtree(run.parent)
    assert write_reproduction(replace(reproduction, kept=read_records(out)), out)
    assert (out / "README.md").read_text() == page
    assert (out / STUDY).read_bytes() == numbers


def test_tracks_are_those_of_hebbax_evaluate(driver):
    tracks = on_tracks(driver)
    lives = evaluate_run(driver, make_engine(driver.task, driver.policy), lifetimes=100, seed=1).lives

    assert tracks == {"returns": lives.returns.tolist(), "ticks": lives.lengths.tolist()}
    assert len(set(tracks["returns"])) > 50


def test_no_correlation_with_a_first_mean_that_lives_have_chosen(driver):
    coefficients = json.loads(json.dumps(najarro_car_coefficients.measure(driver)))["coefficients"]

    najarro_car_coefficients.NUMBERS.check({"coefficients": coefficients})
    counts = {**dict.fromkeys("ABCηD", 648 * 8 + 8 * 3), "weights": 1362}  # those are of the filters
    assert {name: one["count"] for name, one in coefficients.items()} == counts
    assert {one["first"] for one in coefficients.values()} == {None}


@pytest.mark.parametrize(
    ("policy", "more", "kind"),
    [
        ("najarro-car", {}, "Hebbian, ABCD_lr, evolved filters"),
        ("najarro-car-fixed", {"rule": "A"}, "Hebbian, A, random filters"),
        ("najarro-car", {"birth": "coevolved"}, "Hebbian, ABCD_lr, evolved filters, first weights evolved"),
        ("conv", {}, "static, evolved filters"),
    ],
)
def test_what_a_controller_is_in_words(policy, more, kind, driver):
    other = replace(PRESETS.get(policy), hidden=[8], **more)
    run = replace(driver, config=replace(driver.config, policy=other))
    assert make_policy(other, run.task).genome_size == run.policy.genome_size
    assert kind_of(run) == kind


def test_static_cars_of_the_ablation_have_random_filters():
    runs = EXPERIMENTS["najarro-car-ablation"].budgets["laptop"].runs()
    (static,) = [overrides for overrides in runs if "policy=conv" in overrides]
    config = compose_train(static)
    assert RANDOM_FILTERS in static
    assert {one["birth"] for one in config.policy.connections.values()} == {"fixed"}
    assert [overrides[1] for overrides in runs].count("policy=najarro-car-fixed") == 9


def driven(returns: list[float], own: bool = True) -> dict:
    tracks = {"returns": returns, "ticks": [100] * len(returns)}
    about = {"policy": "najarro-car", "seed": 0, "generation": 3, "kind": "Hebbian", "evolved": 7, "rule": "AD"}
    return {**about, "tracks": tracks, "own": {"gymnasium": tracks, "compiled": tracks} if own else None}


def test_the_table_stands_beside_the_published_one(tmp_path):
    text = najarro_car.section({"s0": driven([890.0, 900.0, 910.0]), "s1": driven([400.0, 910.0, 940.0])}, tmp_path)

    assert "| Hebbian, published | – | 872 ± 11 | – | – |" in text
    assert "| static, published | – | 711 ± 16 | – | – |" in text
    assert "| PPO, published | – | 865 ± 159 | – | – |" in text
    assert "| Hebbian | 2 | 900.0; 750.0 | 900.0; 750.0 | 900.0; 750.0 |" in text
    # t of two degrees of freedom: 4.303 · 10 / √3 = 24.8.
    assert "| s0 | Hebbian | 900.0 (875.2 to 924.8) | 900 | 890 | 0 of 3 | 1 of 3 | 100 |" in text
    assert "| 910 | 400 | 1 of 3 | 2 of 3 | 100 |" in text
    assert "box2d" not in text


def test_without_box2d_one_line_says_what_brings_it(tmp_path, driver):
    text = najarro_car.section({"s0": driven([890.0, 900.0, 910.0], own=False)}, tmp_path)

    assert "| Hebbian | 1 | 900.0 (875.2 to 924.8) | – | – |" in text
    assert text.count(pip_install("gymnasium[box2d]")) == 1
    assert najarro_car.measure(driver)["own"] is None


def test_births_that_drive_are_counted_from_above_100(tmp_path):
    entry = driven([100.0, 101.0, 900.0])
    text = najarro_car_coevolve.section({"s0": {**entry, "kind": "x, first weights evolved"}, "s1": entry}, tmp_path)

    assert "| s0 | x, first weights evolved | 7 | 1 of 3 runs below 100 | 367.0" in text
    assert text.count("| 2 of 3 |") == 2
    assert "| Hebbian | 7 | – | 367.0" in text


def test_a_rule_that_fails_stands_beside_what_the_paper_says(tmp_path):
    rows = {"a": {**driven([10.0, 20.0]), "rule": "A"}, "b": driven([150.0, 160.0])}
    text = najarro_car_ablation.section(rows, tmp_path)

    assert "| no | no |" in text.splitlines()[6]
    assert "| yes | yes |" in text.splitlines()[7]
