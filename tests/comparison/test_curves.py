"""A run's curve out of its metrics, by each metric."""

from __future__ import annotations

import json

import numpy as np
import pytest

from hebbax.comparison.curves import expand_sources, read_curve
from hebbax.config.training import PhaseConfig, TrainingConfig
from hebbax.errors import HebbaxError


def test_the_population_mean_has_a_point_a_generation(write_run):
    curve = read_curve(write_run("run", [1.0, 2.0, 4.0]), "population-mean")

    assert curve.generations.tolist() == [1, 2, 3]
    assert curve.steps.tolist() == [1000, 2000, 3000]
    assert curve.values.tolist() == [1, 2, 4]
    assert (curve.final, curve.generation, curve.finished) == (4, 3, True)


def test_the_mean_genome_has_a_point_an_evaluation(write_run):
    path = write_run("run", [0.0] * 6, evaluations={1: 5.0, 3: 9.0, 6: 7.0})
    curve = read_curve(path)

    assert curve.generations.tolist() == [1, 3, 6]
    assert curve.steps.tolist() == [1000, 3000, 6000]
    assert curve.values.tolist() == [5, 9, 7]


def test_the_best_does_not_fall(write_run):
    path = write_run("run", [0.0] * 6, evaluations={1: 5.0, 3: 9.0, 6: 7.0})

    assert read_curve(path, "best").values.tolist() == [5, 9, 9]


def test_an_evaluation_with_a_diverged_life_counts_but_is_not_the_best(write_run):
    path = write_run("run", [0.0], evaluations={1: 5.0}, evaluations_diverged=4, evaluate_lifetimes=16)

    curve = read_curve(path)
    assert (curve.final, curve.diverged) == (5, 0.25)
    assert np.isnan(read_curve(path, "best").final)


def test_where_every_life_diverged_there_is_no_return(write_run):
    path = write_run("run", [1.0, None], evaluations={2: None}, evaluations_diverged=16, evaluate_lifetimes=16)

    assert np.isnan(read_curve(path).final)
    assert read_curve(path).diverged == 1
    assert np.isnan(read_curve(path, "population-mean").values).tolist() == [False, True]


def test_a_run_that_was_asked_for_more_is_unfinished(write_run):
    curve = read_curve(write_run("run", [1.0, 2.0], generations=5), "population-mean")

    assert (curve.generation, curve.finished, curve.final) == (2, False, 2)


def test_as_if_fewer_had_been_asked_for(write_run):
    path = write_run("run", [1.0, 2.0, 4.0, 8.0], evaluations={1: 5.0, 3: 9.0})

    curve = read_curve(path, "population-mean", generations=2)
    assert (curve.final, curve.generation, curve.finished, curve.config.generations) == (2, 2, True, 2)
    assert read_curve(path, generations=3).final == 9
    assert not read_curve(path, generations=6).finished
    with pytest.raises(HebbaxError, match="generations=0: expected a whole number of at least 1; nearest valid: 1"):
        read_curve(path, generations=0)


@pytest.mark.parametrize(("metric", "generations", "nearest"), [("mean-genome", 2, 1), ("best", 4, 3)])
def test_a_value_of_an_earlier_generation_does_not_stand_for_a_later_one(write_run, metric, generations, nearest):
    path = write_run("run", [1.0, 2.0, 4.0, 8.0], evaluations={1: 5.0, 3: 9.0})

    message = f"generations={generations}: .* no evaluation of its mean genome there; nearest valid: {nearest}"
    with pytest.raises(HebbaxError, match=message):
        read_curve(path, metric, generations=generations)


def test_before_the_first_generation(write_run):
    curve = read_curve(write_run("run", [], generations=3))

    assert (curve.generation, curve.finished, len(curve.values)) == (0, False, 0)
    assert np.isnan(curve.final)


def test_a_controller_of_the_zoo():
    curve = read_curve("zoo:half_cheetah/han-e")

    assert curve.source == "zoo:half_cheetah/han-e"
    assert curve.generations[0] == 1
    assert curve.final > 4000


def test_a_folder_of_runs_stands_for_them(write_run, tmp_path):
    for name in ("b", "a"):
        write_run(f"sweep/{name}", [1.0])
    folder, single = str(tmp_path / "sweep"), str(tmp_path / "sweep/a")

    assert expand_sources([folder]) == [single, str(tmp_path / "sweep/b")]
    assert expand_sources([single, folder]) == [single, str(tmp_path / "sweep/b")], "each once"
    assert expand_sources(["zoo:x/y", "nowhere"]) == ["zoo:x/y", "nowhere"]


def test_a_folder_whose_folders_hold_runs_names_one(write_run, tmp_path):
    write_run("han/laptop/a", [1.0])

    with pytest.raises(HebbaxError, match=r"han is no run and holds none, but .*laptop does: give that"):
        expand_sources([str(tmp_path / "han")])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "config.yaml is not YAML: .*; restore it from a copy"),
        ("- a list", r"config.yaml: it holds \['a list'\]: expected an object; restore it from a copy"),
        ("seed: 0", "config.yaml: task is missing: expected an object; restore it from a copy"),
    ],
)
def test_a_broken_configuration(write_run, text, said):
    path = write_run("run", [1.0])
    (path / "config.yaml").write_text(text)

    with pytest.raises(HebbaxError, match=said):
        read_curve(path)


@pytest.mark.parametrize(
    ("line", "change", "said"),
    [
        (1, {"steps": None}, "steps=None: expected a whole number"),
        (1, {"return_mean": "9"}, "return_mean='9': expected a number"),
        (1, {"return_mean": 1e308}, r"return_mean=1e\+308: expected a number from -1e\+20 to 1e\+20"),
        (1, {"lives": 0}, "lives=0: expected a whole number of at least 1"),
        (1, {"diverged": 65}, "diverged=65: expected at most the 64 lives"),
        (1, {"generation": 0}, "generation=0: expected more than the 0 before it"),
        (2, {"mean_genome_diverged": 17}, "expected at most evaluate_lifetimes=16"),
    ],
)
def test_metrics_that_cannot_be(write_run, line, change, said):
    path = write_run("run", [1.0, 2.0, 3.0], evaluations={3: 5.0})
    records = [json.loads(text) for text in (path / "metrics.jsonl").read_text().splitlines()]
    records[line] |= change
    (path / "metrics.jsonl").write_text("".join(json.dumps(record) + "\n" for record in records))

    with pytest.raises(HebbaxError, match=said):
        read_curve(path)


def test_metrics_that_lack_what_is_needed(write_run):
    path = write_run("run", [1.0])
    (path / "metrics.jsonl").write_text('{"generation": 0}\n')

    with pytest.raises(HebbaxError, match=r"line 1 of .*metrics.jsonl is broken: \w+ is missing"):
        read_curve(path)


def test_an_unknown_metric(write_run):
    with pytest.raises(HebbaxError, match="unknown metric 'bst': did you mean 'best'"):
        read_curve(write_run("run", [1.0]), "bst")


@pytest.mark.parametrize(
    "training",
    [
        TrainingConfig(20),
        TrainingConfig("growing"),
        TrainingConfig(phases=[PhaseConfig(1, ticks=20)]),
        TrainingConfig("full", race=0.9),
    ],
)
def test_lives_of_training_that_are_not_full_or_as_many_are_nothing_to_compare_by(write_run, training):
    path = write_run("run", [1.0, 2.0], evaluations={1: 5.0}, training=training)

    with pytest.raises(HebbaxError, match=r"metric=population-mean: .*; nearest valid: mean-genome"):
        read_curve(path, "population-mean")
    assert read_curve(path).values.tolist() == [5]
    weighed = TrainingConfig(phases=[PhaseConfig(1, ticks="full", weights={"control": 2.0})])
    assert read_curve(write_run("weighed", [1.0], training=weighed), "population-mean").values.tolist() == [1]
