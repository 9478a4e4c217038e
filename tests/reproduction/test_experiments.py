"""The published experiments: which runs, in which order."""

from __future__ import annotations

from collections import Counter

import pytest

from hebbax.cli.overrides.compose import compose_train
from hebbax.errors import HebbaxError
from hebbax.plasticity.najarro_rules import NAJARRO_RULES
from hebbax.reproduction.experiment import Budget
from hebbax.reproduction.registry import EXPERIMENTS, budget_named, experiment_named
from hebbax.runs.sweep import run_name
from hebbax.tasks.registry import make_task


def of(overrides: tuple[str, ...]) -> dict[str, str]:
    return dict(text.split("=", 1) for text in overrides)


TWICE = ("han-a", "han-c", "han-d", "gru", "ppo-mlp")


def test_the_laptop_budget():
    runs = [of(overrides) for overrides in EXPERIMENTS["han-gymnasium"].budgets["laptop"].runs()]

    # Three policies with five seeds and five with two, on two tasks: (3 × 5 + 5 × 2) × 2.
    assert len(runs) == 50
    seeds = Counter(run["policy"] for run in runs if run["task"] == "swimmer")
    assert seeds == {**dict.fromkeys(("han-b", "han-e", "mlp"), 5), **dict.fromkeys(TWICE, 2)}
    evolved = [run for run in runs if "learner" not in run]
    assert {(run["strategy.population"], run["generations"], run["lifetimes"]) for run in evolved} == {
        ("64", "100", "1")
    }


@pytest.mark.parametrize(
    ("experiment", "budget", "learner"),
    [
        ("han-gymnasium", "laptop", "ppo"),
        ("han-gymnasium", "paper", "ppo-han"),
        ("han-ant", "laptop", "ppo-brax"),
        ("han-go1", "laptop", "ppo"),
    ],
)
def test_ppo_has_nothing_of_evolution(experiment, budget, learner):
    runs = [of(overrides) for overrides in EXPERIMENTS[experiment].budgets[budget].runs()]
    learnt = [run for run in runs if run["policy"] == "ppo-mlp"]
    assert {run["learner"] for run in learnt} == {learner}
    assert all(run.get("training.weights", "{}") == "{}" for run in learnt)
    assert not any(
        key.startswith(("strategy.", "lifetimes")) or key == "training.ticks" for run in learnt for key in run
    )
    summary = EXPERIMENTS[experiment].budgets["laptop"].summary
    assert "`ppo-mlp` is PPO of Stable-Baselines3 in the time that a laptop has" in summary


def test_the_paper_budget():
    runs = [of(overrides) for overrides in EXPERIMENTS["han-gymnasium"].budgets["paper"].runs()]

    assert len(runs) == 5 * 8 * 5
    evolved = [run for run in runs if "learner" not in run]
    assert {(run["strategy.population"], run["generations"], run["lifetimes"]) for run in evolved} == {
        ("512", "1000", "4")
    }
    fall = {run["task"] for run in runs if run.get("termination") == "restart"}
    assert fall == {"walker2d", "hopper", "ant_proprioceptive"}


def test_the_growing_budget():
    runs = [of(overrides) for overrides in EXPERIMENTS["han-gymnasium"].budgets["growing"].runs()]

    # Four policies with five seeds and three with two, on five tasks: (4 × 5 + 3 × 2) × 5.
    assert len(runs) == 130
    assert {(run["training.ticks"], run["strategy.population"]) for run in runs} == {("growing", "64")}
    paper = EXPERIMENTS["han-gymnasium"].budgets["paper"].runs()
    assert {(run["task"], run.get("termination")) for run in runs} == {
        (run["task"], run.get("termination")) for run in map(of, paper)
    }


def test_the_growing_budget_has_one_seed_of_the_main_pairs_then_more_then_the_other_conditions():
    runs = [of(overrides) for overrides in EXPERIMENTS["han-gymnasium"].budgets["growing"].runs()]

    main = ["han-b", "han-e", "mlp", "gru"]
    assert [(run["policy"], run["seed"]) for run in runs[:20:5]] == [(policy, "0") for policy in main]
    assert all(len({run["task"] for run in runs[at : at + 5]}) == 5 for at in range(0, 130, 5))
    assert [int(run["seed"]) for run in runs[:100]] == [seed for seed in range(5) for _ in range(20)]
    assert {run["policy"] for run in runs[:100]} == set(main)
    assert [run["seed"] for run in runs[100:]] == ["0"] * 15 + ["1"] * 15
    assert {run["policy"] for run in runs[100:]} == {"han-a", "han-c", "han-d"}


def test_no_run_of_the_growing_budget_can_cost_more_than_its_six_minutes():
    """Were all lives full ones, at 22,000 control ticks per second; of the ant, 17,000."""
    for run in map(of, EXPERIMENTS["han-gymnasium"].budgets["growing"].runs()):
        ticks = 1000 * 64 * int(run["generations"])
        assert ticks / (17_000 if run["task"].startswith("ant") else 22_000) < 360


def test_the_ant_is_the_published_one():
    """Their configuration of Ant-v5 has `include_cfrc_ext_in_observation: false`."""
    ant = make_task("ant_proprioceptive")

    assert (ant.gymnasium_id, ant.gymnasium_options) == ("Ant-v5", {"include_cfrc_ext_in_observation": False})
    for budget in ("growing", "paper"):
        tasks = EXPERIMENTS["han-gymnasium"].budgets[budget].tasks
        assert [name for name in tasks if name.startswith("ant")] == [ant.name]


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

    assert {name for claim in experiment.claims for name in (claim.first, *claim.others)} <= set(paper.seeds)
    assert {name for claim in experiment.claims for name in claim.tasks or ()} <= set(paper.tasks)
    assert {(number.task in paper.tasks, number.policy in paper.seeds) for number in experiment.published} == {
        (True, True)
    }


LOOKING = [name for name, experiment in EXPERIMENTS.items() if experiment.runs_of is not None]


@pytest.mark.parametrize(
    "every", [False, pytest.param(True, marks=pytest.mark.slow)], ids=["each override", "every run"]
)
@pytest.mark.parametrize("name", [name for name in EXPERIMENTS if name not in LOOKING])
def test_every_run_can_be_composed_and_each_is_another(name, every):
    """The quick way composes only runs that have an override which none before had."""
    experiment, composed = EXPERIMENTS[name], set()
    for budget in experiment.budgets.values():
        runs = budget.runs()
        assert len(set(runs)) == len(runs)
        one_seed = [overrides for overrides in runs if overrides[-1] == "seed=0"]
        for overrides in one_seed:
            if every or not composed.issuperset(overrides):
                assert compose_train(overrides)
                composed.update(overrides)


def test_a_policy_has_overrides_of_its_own():
    runs = [of(overrides) for overrides in EXPERIMENTS["han-ant"].budgets["laptop"].runs()]

    assert len(runs) == 21
    assert {run["policy"] for run in runs if "training.phases" in run} == {"han-b", "han-e"}
    assert {run["policy"] for run in runs if run.get("training.weights") == "{}"} == {"mlp", "gru", "ppo-mlp"}


def test_a_run_is_called_by_what_it_is():
    budget = Budget("s", {"swimmer": ()}, {"han-b": 1, "han-b half as many": 1}, (), {"mlp": 1})
    names = budget.names()

    assert names == ["swimmer-han-b-s0", "swimmer-han-b-half-as-many-s0", "swimmer-mlp-s0"]
    assert [of(run)["policy"] for run in budget.runs()] == ["han-b", "han-b", "mlp"]
    first = compose_train(budget.runs()[0])
    assert names[0] == run_name(first, ()), "as in a sweep"


@pytest.mark.parametrize("name", list(EXPERIMENTS))
def test_no_two_runs_share_a_folder(name):
    for budget in EXPERIMENTS[name].budgets.values():
        assert len(set(budget.names())) == len(budget.runs())


def test_three_kinds_of_quadruped_have_seeds_and_one_run_meets_random_damages():
    budget = EXPERIMENTS["najarro-table1"].budgets["laptop"]
    runs = dict(zip(budget.names(), map(of, budget.runs()), strict=True))

    assert len(runs) == 3 * 5 + 1
    normed = runs["quadruped-najarro-hebbian-max-norm-s0"]
    assert normed.pop("policy.normalisation") == "max"
    assert normed == runs["quadruped-najarro-hebbian-s0"], "twins in all else"
    assert runs["quadruped-mlp-s4"]["policy.hidden"] == "[128,64]"
    assert {run["damage"] for run in runs.values() if "0.25..1" not in run["damage"]} == {
        "none | najarro-ant/right-front"
    }
    assert list(runs)[-1] == "quadruped-najarro-hebbian-random-damage-s0"


def test_nine_rules_have_a_run_each():
    runs = [of(overrides) for overrides in EXPERIMENTS["najarro-ablation"].budgets["laptop"].runs()]

    assert [run["policy.rule"] for run in runs] == list(NAJARRO_RULES)
    assert len(runs) == 9
    assert {(run["strategy.population"], run["generations"], run["seed"]) for run in runs} == {("64", "100", "0")}


# They evolve conditions of their own beside those that they share.
SHARING = {"leung-normalisation", "leung-ratio", "leung-transfer"}


@pytest.mark.parametrize("name", LOOKING)
def test_runs_of_another_experiment_are_among_its_own(name):
    experiment = EXPERIMENTS[name]
    for budget, runs in experiment.budgets.items():
        ours, theirs = set(runs.runs()), set(EXPERIMENTS[str(experiment.runs_of)].budgets[budget].runs())
        assert ours & theirs
        assert name in SHARING or ours <= theirs


def test_unknown_names():
    with pytest.raises(HebbaxError, match="unknown experiment 'han-gymnas': did you mean 'han-gymnasium'"):
        experiment_named("han-gymnas")
    with pytest.raises(HebbaxError, match="unknown budget 'laptp': did you mean 'laptop'"):
        budget_named(EXPERIMENTS["han-gymnasium"], "laptp")
