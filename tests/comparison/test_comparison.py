"""Which runs are one group, which groups one table, and what counts."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from hebbax.comparison.comparison import compare, improvement, summarise
from hebbax.comparison.curves import read_curve
from hebbax.config.learner import LEARNERS
from hebbax.config.strategy import StrategyConfig
from hebbax.config.train import TaskConfig
from hebbax.errors import HebbaxError


def tables_of(*paths):
    return compare([read_curve(path, "population-mean") for path in paths])


def seeds_of(write_run, policy, finals, **settings):
    return [
        write_run(f"{policy}-{seed}", [0.0, final], policy=policy, seed=seed, **settings)
        for seed, final in enumerate(finals)
    ]


def test_seeds_of_one_configuration_are_one_group(write_run):
    (table,) = tables_of(*seeds_of(write_run, "han-e", [3.0, 1.0, 2.0]), *seeds_of(write_run, "mlp", [5.0]))

    assert table.name == "swimmer, termination=end"
    assert [group.name for group in table.groups] == ["han-e", "mlp"]
    assert [group.finals.tolist() for group in table.groups] == [[3, 1, 2], [5]]


def test_what_changes_no_result_parts_no_group(write_run):
    paths = [write_run("a", [1.0], seed=0), write_run("b", [2.0], seed=1, threads=2, checkpoint_every=5)]

    (table,) = tables_of(*paths)
    assert len(table.groups) == 1


def test_the_order_in_which_connections_were_named_parts_no_group(write_run):
    """A run that was resumed has them in another order than one that was not."""
    orders = [
        "layer 0: {plastic: false, birth: random}, layer 1: {}",
        "layer 1: {}, layer 0: {birth: random, plastic: false}",
    ]
    paths = []
    for seed, connections in enumerate(orders):
        path = write_run(f"run-{seed}", [1.0], seed=seed)
        text = (path / "config.yaml").read_text()
        assert "connections: {}" in text
        (path / "config.yaml").write_text(text.replace("connections: {}", f"connections: {{{connections}}}"))
        paths.append(path)

    (table,) = tables_of(*paths)
    assert [len(group.finals) for group in table.groups] == [2]


def test_groups_are_named_by_what_differs(write_run):
    narrow = write_run("a", [1.0], strategy=StrategyConfig(sigma=0.1))
    wide = write_run("b", [2.0], strategy=StrategyConfig(sigma=0.2))
    (table,) = tables_of(narrow, wide)

    assert [group.name for group in table.groups] == ["han-e strategy.sigma=0.1", "han-e strategy.sigma=0.2"]
    assert table.groups[1].settings == {"strategy.sigma": 0.2}


def test_a_policy_that_is_not_the_preset_of_its_name_says_so(write_run):
    changed = write_run("b", [2.0], policy="han-b")
    config = (changed / "config.yaml").read_text()
    (changed / "config.yaml").write_text(config.replace("normalisation: max", "normalisation: none"))
    (table,) = tables_of(changed, write_run("c", [3.0], policy="han-e"))

    assert [group.name for group in table.groups] == ["han-b policy.normalisation=none", "han-e"]


def test_what_a_policys_name_says_is_not_said_again(write_run):
    """han-c and han-e differ in their averaging; only windows of the same policy have to be named."""
    from dataclasses import replace

    from hebbax.config.policy import PRESETS

    other = write_run("b", [2.0])
    config = (other / "config.yaml").read_text()
    (other / "config.yaml").write_text(config.replace("window: 10", "window: 20"))
    (table,) = tables_of(write_run("a", [1.0]), other, write_run("c", [3.0], policy="han-c"))

    assert replace(PRESETS["han-e"], window=10) == PRESETS["han-e"]
    assert [group.name for group in table.groups] == ["han-e policy.window=10", "han-e policy.window=20", "han-c"]


def test_an_option_that_another_strategy_does_not_have_is_not_named(write_run):
    gradient = write_run("a", [1.0], strategy=StrategyConfig("openai-es", learning_rate=0.2, sigma=0.1))  # as pgpe's
    (table,) = tables_of(gradient, write_run("b", [2.0], policy="gru-hebbian", strategy=StrategyConfig("pgpe")))
    assert [group.name for group in table.groups] == ["han-e strategy.name=openai-es", "gru-hebbian strategy.name=pgpe"]

    faster = write_run("c", [2.0], strategy=StrategyConfig("pgpe", sigma_learning_rate=0.2))
    slower = write_run("d", [2.0], strategy=StrategyConfig("pgpe", sigma_learning_rate=0.1))
    (table,) = tables_of(gradient, faster, slower)
    assert [group.settings for group in table.groups] == [
        {"strategy.name": "openai-es"},
        {"strategy.name": "pgpe", "strategy.sigma_learning_rate": 0.2},
        {"strategy.name": "pgpe", "strategy.sigma_learning_rate": 0.1},
    ]


def test_another_budget_is_another_group(write_run):
    (table,) = tables_of(write_run("a", [1.0, 2.0]), write_run("b", [1.0, 2.0, 3.0], seed=1))

    assert [group.name for group in table.groups] == ["han-e generations=2", "han-e generations=3"]


def test_tasks_lengths_and_terminations_have_tables_of_their_own(write_run):
    short = write_run("c", [1.0])
    text = (short / "config.yaml").read_text()
    (short / "config.yaml").write_text(text.replace("ticks: null", "ticks: 50", 1))
    restarted = write_run("d", [1.0], termination="restart")
    tables = tables_of(write_run("a", [1.0]), write_run("b", [1.0], task="half_cheetah"), short, restarted)

    assert [table.name for table in tables] == [
        "swimmer, termination=end",
        "half_cheetah, termination=end",
        "swimmer, task.ticks=50, termination=end",
        "swimmer, termination=restart",
    ]
    assert TaskConfig("swimmer", 50) == tables[2].groups[0].curves[0].config.task


def test_below_five_seeds_there_are_no_statistics(write_run):
    (table,) = tables_of(*seeds_of(write_run, "han-e", [1.0, 2, 3, 4]), *seeds_of(write_run, "mlp", range(5)))
    few, enough = table.groups

    summary = summarise(few)
    assert (summary.mean, summary.mean_ci95, summary.interquartile_mean) == (None, None, None)
    assert improvement(enough, few) is None
    assert improvement(few, enough) is None


def test_from_five_seeds_on_there_are(write_run):
    (table,) = tables_of(
        *seeds_of(write_run, "han-e", [0.0, 0, 1, 0, 0]), *seeds_of(write_run, "mlp", [2.0, 3, 4, 5, 6])
    )
    summary = summarise(table.groups[0])

    assert summary.mean == pytest.approx(0.2)
    assert summary.mean_ci95 == pytest.approx((0.0, 0.6))  # binomial, see the tests of the statistics
    assert summary.interquartile_mean == 0
    better = improvement(table.groups[1], table.groups[0])
    assert better is not None
    assert (better.group, better.over, better.probability, better.ci95) == ("mlp", "han-e", 1.0, (1.0, 1.0))


def test_unfinished_runs_do_not_count(write_run):
    paths = seeds_of(write_run, "han-e", [1.0, 2, 3, 4])
    (table,) = tables_of(*paths, write_run("late", [7.0], seed=4, generations=2))
    (group,) = table.groups

    assert len(group.curves) == 5
    assert group.finals.tolist() == [1, 2, 3, 4]
    assert not group.enough


def test_a_run_without_a_return_does_not_count(write_run):
    (table,) = tables_of(*seeds_of(write_run, "han-e", [1.0]), write_run("gone", [1.0, None], seed=1))

    assert table.groups[0].finals.tolist() == [1]
    assert np.isnan(table.groups[0].curves[1].final)


def test_a_seed_is_not_counted_twice(write_run):
    paths = [write_run("a", [1.0], seed=3), write_run("b", [2.0], seed=3)]

    with pytest.raises(HebbaxError, match=r"a and .*b are one configuration with seed 3: give one of them"):
        tables_of(*paths)


def test_what_is_a_generation_of_one_learner_is_none_of_another(write_run):
    """So a table of PPO and evolution names neither strategies nor generations, unless its own differ in them."""
    ppo = {"learner": LEARNERS.get("ppo")}
    paths = [
        write_run("evolved", [1.0] * 4, policy="mlp"),
        write_run("ppo", [1.0] * 9, policy="ppo-mlp", **ppo),
        write_run("slow", [1.0] * 9, policy="ppo-mlp", learner=replace(ppo["learner"], gamma=0.5), seed=1),
    ]
    (table,) = tables_of(*paths)
    assert [group.name for group in table.groups] == ["mlp", "ppo-mlp learner.gamma=0.98", "ppo-mlp learner.gamma=0.5"]
