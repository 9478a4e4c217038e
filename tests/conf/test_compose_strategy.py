"""Choosing a strategy and its options by overrides."""

from __future__ import annotations

import re

import pytest

from hebbax.conf.compose import compose_train
from hebbax.config import from_dict, to_dict
from hebbax.errors import HebbaxError
from hebbax.evolution.strategies.table import STRATEGIES
from hebbax.evolution.strategy_config import StrategyConfig


@pytest.mark.parametrize("name", STRATEGIES)
def test_every_strategy_by_name_with_its_own_defaults(name):
    config = compose_train([f"strategy={name}"])

    assert config.strategy == StrategyConfig(name)
    assert from_dict(to_dict(config)) == config


def test_options_before_and_after_the_choice():
    config = compose_train(["strategy.population=128", "strategy=adaptive-es", "strategy.elite=0.2"])

    assert config.strategy == StrategyConfig("adaptive-es", 128, elite=0.2)


def test_options_of_the_default_need_no_choice():
    config = compose_train(["strategy.sigma=0.2", "strategy.sigma_decay=0.995", "strategy.decay_generations=500"])

    assert config.strategy == StrategyConfig(sigma=0.2, sigma_decay=0.995, decay_generations=500)


def test_null_is_the_default():
    assert compose_train(["strategy=snes", "strategy.sigma=null"]).strategy == StrategyConfig("snes")


WRONG = {
    ("strategy=spes",): "unknown strategy 'spes': did you mean 'snes'?",
    ("strategy=CMA-ES",): "unknown strategy 'CMA-ES': did you mean 'cma-es'?",
    ("strategy=snes", "strategy.optimiser=adam"): "strategy.optimiser=adam: snes has no such option, only openai-es, "
    "pgpe; options of snes: population, learning_rate, sigma, sigma_learning_rate",
    ("strategy.optimizer=adam",): "unknown configuration key 'strategy.optimizer': did you mean 'strategy.optimiser'?",
    ("strategy=pgpe", "strategy.population=9"): "strategy.population=9: expected an even number of at least 2, because "
    "samples come in mirrored pairs; nearest valid: 10",
    ("strategy.decay_generations=half",): "strategy.decay_generations=half: expected a whole number or null",
}


@pytest.mark.parametrize(("overrides", "message"), WRONG.items())
def test_message_of_what_is_wrong(overrides, message):
    with pytest.raises(HebbaxError, match=f"^{re.escape(message)}$"):
        compose_train(overrides)
