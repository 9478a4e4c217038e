"""Options, their defaults, and every way in which they can be wrong."""

import dataclasses
import re

import pytest

from hebbax.config.strategy import StrategyConfig
from hebbax.config.strategy_table import STRATEGIES
from hebbax.errors import HebbaxError

FIELDS = [field.name for field in dataclasses.fields(StrategyConfig)]


def test_the_defaults_of_the_default():
    config = StrategyConfig()
    assert (config.name, config.population, config.learning_rate, config.sigma) == ("openai-es", 64, 0.1, 0.2)
    assert (config.optimiser, config.learning_rate_decay, config.sigma_decay) == ("adam", 1.0, 1.0)
    assert config.elite is None


def test_what_a_run_of_the_first_schema_stored_is_still_the_same_strategy():
    stored = StrategyConfig(**{"name": "openai-es", "population": 4, "learning_rate": 0.1, "sigma": 0.2})
    assert stored == dataclasses.replace(StrategyConfig(), population=4, learning_rate=0.1, sigma=0.2)


@pytest.mark.parametrize("name", STRATEGIES)
def test_each_strategy_has_its_own_options_and_no_others(name):
    config, own = StrategyConfig(name), STRATEGIES[name].options
    assert config.options() == own
    assert set(own) <= set(FIELDS)
    others = [field for field in FIELDS if field not in ("name", "population", *own)]
    assert [getattr(config, other) for other in others] == [None] * len(others)
    for other in others:
        with pytest.raises(HebbaxError, match=rf"^strategy.{other}=0.5: {name} has no such option, only .*; options"):
            StrategyConfig(name, **{other: 0.5})
    assert dataclasses.replace(config, population=100) == StrategyConfig(name, 100)


WRONG = [
    ({"name": "openai"}, "unknown strategy 'openai': did you mean 'openai-es'?"),
    ({"name": "sep-cma"}, "unknown strategy 'sep-cma': did you mean 'sep-cma-es'?"),
    (
        {"name": "snes", "elite": 0.2},
        "strategy.elite=0.2: snes has no such option, only mu-lambda-es, adaptive-es; "
        "options of snes: population, learning_rate, sigma, sigma_learning_rate",
    ),
    (
        {"population": 7},
        "strategy.population=7: expected an even number of at least 2, because samples come in mirrored pairs; "
        "nearest valid: 8",
    ),
    (
        {"name": "pgpe", "population": -3},
        "strategy.population=-3: expected an even number of at least 2, because samples come in mirrored pairs; "
        "nearest valid: 2",
    ),
    ({"name": "cma-es", "population": 3}, "strategy.population=3: cma-es expects at least 4; nearest valid: 4"),
    ({"name": "snes", "population": 1}, "strategy.population=1: snes expects at least 2; nearest valid: 2"),
    (
        {"name": "adaptive-es", "population": 16},
        "strategy.population=16: adaptive-es with strategy.elite=0.1 expects at least 20, of which 2 are the elite; "
        "nearest valid: 20",
    ),
    (
        {"name": "mu-lambda-es", "population": 64, "elite": 0.03},
        "strategy.population=64: mu-lambda-es with strategy.elite=0.03 expects at least 67, of which 2 are the elite; "
        "nearest valid: 67",
    ),
    ({"sigma": 0.0}, "strategy.sigma=0.0: expected a positive number such as 0.2, the default"),
    (
        {"name": "snes", "sigma_learning_rate": -1.0},
        "strategy.sigma_learning_rate=-1.0: expected a positive number, or null",
    ),
    ({"sigma": float("inf")}, "strategy.sigma=inf: expected a positive number"),
    ({"learning_rate": float("nan")}, "strategy.learning_rate=nan: expected a positive number"),
    ({"learning_rate_decay": 0.0}, "strategy.learning_rate_decay=0.0: expected a number above 0 and at most 1, where "),
    (
        {"sigma_decay": 1.1},
        "strategy.sigma_decay=1.1: expected a number above 0 and at most 1, where 1 keeps the value constant; "
        "nearest valid: 1",
    ),
    (
        {"decay_generations": 0},
        "strategy.decay_generations=0: expected a whole number of at least 1; nearest valid: 1",
    ),
    ({"decay_shape": "cosin"}, "unknown decay shape 'cosin': did you mean 'cosine'?"),
    ({"optimiser": "adma"}, "unknown optimiser 'adma': did you mean 'adam'?"),
    (
        {"name": "adaptive-es", "elite": 1.0},
        "strategy.elite=1.0: expected a share of the population between 0 and 1, such as 0.1, the default",
    ),
]


@pytest.mark.parametrize(("settings", "message"), WRONG)
def test_message_of_what_is_wrong(settings, message):
    with pytest.raises(HebbaxError, match="^" + re.escape(message)):
        StrategyConfig(**settings)


@pytest.mark.parametrize("elite", [0.1, 0.2, 0.29, 0.07, 0.5])
def test_the_nearest_population_is_valid_and_one_less_is_not(elite):
    with pytest.raises(HebbaxError, match="nearest valid") as caught:
        StrategyConfig("adaptive-es", 2, elite=elite)
    nearest = int(str(caught.value).rpartition(" ")[2])
    assert StrategyConfig("adaptive-es", nearest, elite=elite).population == nearest
    with pytest.raises(HebbaxError, match=f"nearest valid: {nearest}"):
        StrategyConfig("adaptive-es", nearest - 1, elite=elite)
