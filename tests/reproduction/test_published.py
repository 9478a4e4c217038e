"""The published experiments: which runs, in which order."""

from __future__ import annotations

from collections import Counter

import pytest

from hebbax.errors import HebbaxError
from hebbax.reproduction.published import EXPERIMENTS, budget_named, experiment_named


def of(overrides: tuple[str, ...]) -> dict[str, str]:
    return dict(text.split("=", 1) for text in overrides)


def test_the_laptop_budget():
    runs = [of(overrides) for overrides in EXPERIMENTS["han-gymnasium"].budgets["laptop"].runs()]

    # Three policies with five seeds and four with two, on two tasks: (3 × 5 + 4 × 2) × 2.
    assert len(runs) == 46
    seeds = Counter(run["policy"] for run in runs if run["task"] == "swimmer")
    assert seeds == {"han-b": 5, "han-e": 5, "mlp": 5, "han-a": 2, "han-c": 2, "han-d": 2, "gru": 2}
    assert {(run["strategy.population"], run["generations"], run["lifetimes"]) for run in runs} == {("64", "100", "1")}


def test_the_paper_budget():
    runs = [of(overrides) for overrides in EXPERIMENTS["han-gymnasium"].budgets["paper"].runs()]

    assert len(runs) == 5 * 7 * 5
    assert {(run["strategy.population"], run["generations"], run["lifetimes"]) for run in runs} == {
        ("512", "1000", "4")
    }
    fall = {run["task"] for run in runs if run.get("termination") == "restart"}
    assert fall == {"walker2d", "hopper", "ant"}


@pytest.mark.parametrize("budget", ["laptop", "paper"])
def test_one_seed_of_everything_comes_before_the_next(budget):
    experiment = EXPERIMENTS["han-gymnasium"]
    seeds = [int(of(overrides)["seed"]) for overrides in experiment.budgets[budget].runs()]

    assert seeds == sorted(seeds)
    conditions = len(experiment.budgets[budget].seeds) * len(experiment.budgets[budget].tasks)
    assert seeds.count(0) == conditions


def test_claims_and_numbers_are_about_what_is_run():
    experiment = EXPERIMENTS["han-gymnasium"]
    paper = experiment.budgets["paper"]

    assert {claim.first for claim in experiment.claims} | {claim.second for claim in experiment.claims} <= set(
        paper.seeds
    )
    assert {(number.task in paper.tasks, number.policy in paper.seeds) for number in experiment.published} == {
        (True, True)
    }


def test_unknown_names():
    with pytest.raises(HebbaxError, match="unknown experiment 'han-gym': did you mean 'han-gymnasium'"):
        experiment_named("han-gym")
    with pytest.raises(HebbaxError, match="unknown budget 'laptp': did you mean 'laptop'"):
        budget_named(EXPERIMENTS["han-gymnasium"], "laptp")
