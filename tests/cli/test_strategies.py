"""The list of strategies, and choosing one on the command line."""

from __future__ import annotations

import json

import pytest

from hebbax.config.strategy import StrategyConfig
from hebbax.config.strategy_table import STRATEGIES


def test_strategies(hebbax):
    ran = hebbax("strategies", "--json")

    assert ran.code == 0
    rows = {row["name"]: row for row in json.loads(ran.out)}
    assert set(rows) == set(STRATEGIES)
    assert rows["adaptive-es"]["options"] == {
        "population": 64,
        "learning_rate": 1.0,
        "sigma": 0.5,
        "sigma_learning_rate": 0.1,
        "elite": 0.1,
    }
    assert rows["openai-es"]["reference"] == "Salimans et al. 2017, arXiv:1703.03864"
    for name, row in rows.items():
        assert StrategyConfig(name, **row["options"]) == StrategyConfig(name)


@pytest.mark.usefixtures("wide_terminal")
def test_the_table_shows_every_option(hebbax):
    ran = hebbax("strategies")

    assert ran.code == 0
    for name, kind in STRATEGIES.items():
        assert name in ran.out
        assert kind.summary in ran.out
    assert "sigma_learning_rate=by genome size" in ran.out
    assert "elite=0.2" in ran.out


def test_an_option_of_another_strategy_is_one_line(hebbax, tmp_path):
    ran = hebbax("train", "strategy=cma-es", "strategy.elite=0.2", "--run", tmp_path / "run")

    assert ran.code == 2
    assert ran.error == (
        "hebbax: strategy.elite=0.2: cma-es has no such option, only mu-lambda-es, adaptive-es; "
        "options of cma-es: population, sigma\n"
    )
    assert not (tmp_path / "run").exists()


def test_a_covariance_that_cannot_fit_is_refused_before_a_run_begins(hebbax, tmp_path):
    # 17 · 400 + 400 · 6 = 9,200 weights, five coefficients each.
    ran = hebbax("train", "strategy=cma-es", "policy.hidden=[400]", "--run", tmp_path / "run")

    assert ran.code == 2
    assert ran.error == (
        "hebbax: strategy=cma-es: the covariance of a genome of 46,000 numbers and its decomposition need 84.6 GB, "
        "more than 2 GB (a genome of 7,071); use strategy=sep-cma-es or strategy=snes\n"
    )
    assert not (tmp_path / "run").exists()
