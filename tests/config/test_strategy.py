"""Options, their defaults, and every way in which they can be wrong."""

import copy
import dataclasses
import pickle
import re

import pytest

from hebbax.config.strategy import StrategyConfig
from hebbax.config.strategy_table import STORED_OPTIONS, STRATEGIES, Snes, register_strategy
from hebbax.errors import HebbaxError

FIELDS = ["name", "population", *STORED_OPTIONS]


def test_the_defaults_of_the_default():
    config = StrategyConfig()
    assert (config.name, config.population, config.learning_rate, config.sigma) == ("openai-es", 64, 0.1, 0.2)
    assert (config.optimiser, config.learning_rate_decay, config.sigma_decay) == ("adam", 1.0, 1.0)
    assert not hasattr(config, "elite")


def test_what_a_run_of_the_first_schema_stored_is_still_the_same_strategy():
    stored = StrategyConfig(**{"name": "openai-es", "population": 4, "learning_rate": 0.1, "sigma": 0.2})
    assert stored == dataclasses.replace(StrategyConfig(), population=4, learning_rate=0.1, sigma=0.2)


@pytest.mark.parametrize("name", STRATEGIES)
def test_each_strategy_has_its_own_options_and_no_others(name):
    config, own = StrategyConfig(name), STRATEGIES.get(name).defaults
    assert dataclasses.asdict(config.options) == own
    assert set(own) <= set(FIELDS)
    others = [field for field in FIELDS if field not in ("name", "population", *own)]
    assert [hasattr(config, other) for other in others] == [False] * len(others)
    for other in others:
        with pytest.raises(HebbaxError, match=rf"^{other}=0.5: {name} has no such option, only .*; options"):
            StrategyConfig(name, **{other: 0.5})
    assert dataclasses.replace(config, population=100) == StrategyConfig(name, 100)


@pytest.mark.parametrize("name", STRATEGIES)
def test_runs_store_one_list_of_keys_whatever_their_strategy(name):
    values = StrategyConfig(name).to_values()
    assert list(values) == FIELDS
    assert StrategyConfig.of_values(values) == StrategyConfig(name)


def test_a_run_stored_before_an_option_has_its_default():
    values = StrategyConfig("pgpe").to_values()
    del values["shaping"], values["weight_decay"]
    assert StrategyConfig.of_values(values) == StrategyConfig("pgpe", shaping="ranks", weight_decay=0.0)


def test_options_as_a_dataclass_are_those_by_name():
    assert StrategyConfig("snes", options=Snes(sigma=0.1)) == StrategyConfig("snes", sigma=0.1)
    assert dataclasses.replace(StrategyConfig("snes", sigma=0.1), learning_rate=0.5).sigma == 0.1
    assert dataclasses.replace(StrategyConfig("snes", sigma=0.1), sigma=None) == StrategyConfig("snes")
    assert copy.deepcopy(StrategyConfig("snes")) == pickle.loads(pickle.dumps(StrategyConfig("snes")))  # noqa: S301
    with pytest.raises(HebbaxError, match="strategy 'pgpe': its options are Pgpe, not those of another one"):
        StrategyConfig("pgpe", options=Snes())


def test_an_option_that_no_strategy_has():
    with pytest.raises(HebbaxError, match=r"^unknown option of a strategy 'sgma': did you mean 'sigma'\?$"):
        StrategyConfig(sgma=0.1)
    with pytest.raises(HebbaxError, match=r"^unknown configuration key 'strategy.sgma': did you mean 'strategy.sigma'"):
        StrategyConfig.of_values({"name": "snes", "sgma": 0.1})


OPTIONS = {
    "no dataclass": (dict, "expected its options as a frozen dataclass"),
    "no default": (dataclasses.make_dataclass("Options", [("patience", int)]), "expected a default for each of its"),
    "taken": (dataclasses.make_dataclass("Options", [("population", int, 3)]), "cannot have an option 'population'"),
    "other type": (
        dataclasses.make_dataclass("Options", [("sigma", str, "big")]),
        "cannot have an option 'sigma' of <class 'str'>: expected float, or another name",
    ),
    "no plain type": (
        dataclasses.make_dataclass("Options", [("sizes", list, None)]),
        "cannot have an option 'sizes' of <class 'list'>: expected float, int, str or bool, or another name",
    ),
}


@pytest.mark.parametrize(("options", "message"), OPTIONS.values(), ids=OPTIONS)
def test_options_that_a_strategy_of_ones_own_cannot_have(options, message):
    with pytest.raises(HebbaxError, match=message):
        register_strategy("test-refused", lambda *_: (None, None), options, summary="")
    assert "test-refused" not in STRATEGIES


WRONG = [
    ({"name": "openai"}, "unknown strategy 'openai': did you mean 'openai-es'?"),
    ({"name": "sep-cma"}, "unknown strategy 'sep-cma': did you mean 'sep-cma-es'?"),
    (
        {"name": "snes", "elite": 0.2},
        "elite=0.2: snes has no such option, only mu-lambda-es, adaptive-es; "
        "options of snes: population, learning_rate, sigma, sigma_learning_rate",
    ),
    (
        {"population": 7},
        "population=7: expected an even number of at least 2, because samples come in mirrored pairs; nearest valid: 8",
    ),
    (
        {"name": "pgpe", "population": -3},
        "population=-3: expected an even number of at least 2, because samples come in mirrored pairs; "
        "nearest valid: 2",
    ),
    ({"name": "cma-es", "population": 3}, "population=3: cma-es expects at least 4; nearest valid: 4"),
    ({"name": "snes", "population": 1}, "population=1: snes expects at least 2; nearest valid: 2"),
    (
        {"name": "adaptive-es", "population": 16},
        "population=16: adaptive-es with elite=0.1 expects at least 20, of which 2 are the elite; nearest valid: 20",
    ),
    (
        {"name": "mu-lambda-es", "population": 64, "elite": 0.03},
        "population=64: mu-lambda-es with elite=0.03 expects at least 67, of which 2 are the elite; nearest valid: 67",
    ),
    ({"sigma": 0.0}, "sigma=0.0: expected a positive number such as 0.2, the default"),
    (
        {"name": "snes", "sigma_learning_rate": -1.0},
        "sigma_learning_rate=-1.0: expected a positive number, or null",
    ),
    ({"sigma": float("inf")}, "sigma=inf: expected a positive number"),
    ({"learning_rate": float("nan")}, "learning_rate=nan: expected a positive number"),
    ({"learning_rate_decay": 0.0}, "learning_rate_decay=0.0: expected a number above 0 and at most 1, where "),
    (
        {"sigma_decay": 1.1},
        "sigma_decay=1.1: expected a number above 0 and at most 1, where 1 keeps the value constant; nearest valid: 1",
    ),
    (
        {"decay_generations": 0},
        "decay_generations=0: expected a whole number of at least 1; nearest valid: 1",
    ),
    ({"decay_shape": "cosin"}, "unknown decay shape 'cosin': did you mean 'cosine'?"),
    ({"shaping": "rank"}, "unknown shaping 'rank': did you mean 'ranks'?"),
    ({"name": "snes", "shaping": "raw"}, "shaping=raw: snes has no such option, only openai-es, pgpe; options of snes"),
    ({"weight_decay": -0.1}, "weight_decay=-0.1: expected a number of at least 0, where 0 is none; nearest valid: 0"),
    ({"weight_decay": float("inf")}, "weight_decay=inf: expected a number of at least 0, where 0 is none"),
    ({"optimiser": "adma"}, "unknown optimiser 'adma': did you mean 'adam'?"),
    (
        {"name": "adaptive-es", "elite": 1.0},
        "elite=1.0: expected a share of the population between 0 and 1, such as 0.1, the default",
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
