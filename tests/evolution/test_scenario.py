"""A run under damage, and one without a normaliser: from the configuration to the lives of what was stored."""

from dataclasses import replace

import numpy as np
import pytest

from hebbax.config.strategy import StrategyConfig
from hebbax.config.train import ObservationsConfig, TaskConfig, TrainConfig, from_dict, to_dict
from hebbax.damage.events import Event
from hebbax.engines.scenario import Scenario
from hebbax.errors import HebbaxError
from hebbax.evolution.search import Search
from hebbax.keys import stream
from hebbax.runs.evaluation import evaluate_run
from hebbax.runs.stored_run import StoredRun
from hebbax.runs.training import Training

LAME = "none | scale-actuator(0, 0, from=2)"
CONFIG = TrainConfig(
    task=TaskConfig("swimmer", ticks=15),
    strategy=StrategyConfig(population=4),
    generations=2,
    lifetimes=2,
    evaluate_lifetimes=2,
    threads=1,
)


def first_generation(config):
    """Return the metrics of a run's first generation, and the lives that they are of."""
    search = Search(config)
    state = search.begin()
    following, metrics = search.step(state)
    genomes, _ = search.strategy.ask(stream(search.key, "ask", 0), state.strategy)
    return search, following, metrics, np.asarray(genomes)


def test_every_genome_meets_every_variant():
    search, _, metrics, genomes = first_generation(replace(CONFIG, damage=LAME))
    each = [(), (Event("scale-actuator", 2, 10**9, target=0, value=0.0),)] * 4
    key = stream(search.key, "train", 0)
    lives = search.engine.evaluate(genomes, key, Scenario(15, damages=each), lifetimes=2)
    assert metrics["return_mean"] == lives.returns.mean()
    free = search.engine.evaluate(genomes, key, Scenario(15), lifetimes=2)
    assert (lives.returns == free.returns).tolist() == [True, False] * 4


@pytest.mark.parametrize(
    ("damage", "lifetimes", "message"),
    [
        (LAME, 3, "lifetimes=3: expected a multiple of the 2 variants of damage.*; nearest valid: 4"),
        ("scale-actuator(5, 0)", 2, "on actuator 5: expected 0 to 1"),
        ("scale-actuatr(0)", 2, "unknown damage 'scale-actuatr': did you mean 'scale-actuator'"),
    ],
)
def test_damage_that_cannot_be_is_refused_before_the_first_life(damage, lifetimes, message):
    with pytest.raises(HebbaxError, match=message):
        Search(replace(CONFIG, damage=damage, lifetimes=lifetimes))


def test_without_a_normaliser_nothing_is_gathered_and_nothing_is_applied():
    config = replace(CONFIG, observations=ObservationsConfig("none"))
    search, following, _, _ = first_generation(config)
    assert following.statistics.count == 0
    _, metrics = search.step(following)
    genomes, _ = search.strategy.ask(stream(search.key, "ask", 1), following.strategy)
    lives = search.engine.evaluate(np.asarray(genomes), stream(search.key, "train", 1), Scenario(15), lifetimes=2)
    assert metrics["return_mean"] == lives.returns.mean()
    _, normalised, _, _ = first_generation(CONFIG)
    assert normalised.statistics.count == 4 * 2 * 15


def test_what_was_stored_lives_as_it_trained_and_under_something_else(tmp_path):
    training = Training.start(replace(CONFIG, damage=LAME), tmp_path / "run")
    assert training.run()
    run = StoredRun.open(tmp_path / "run")
    assert run.config.damage == LAME
    assert from_dict(to_dict(run.config)) == run.config
    engine = training.search.engine
    as_trained, free, lame = (
        evaluate_run(stored, engine, lifetimes=4, seed=1)
        for stored in (run, run.under(damage="none"), run.under(damage="scale-actuator(0, 0, from=2)"))
    )
    chosen = [free.lives.returns[0], lame.lives.returns[1], free.lives.returns[2], lame.lives.returns[3]]
    assert as_trained.lives.returns.tolist() == chosen
    assert (as_trained.to_json()["damage"], free.to_json()["damage"]) == (LAME, "none")
    assert run.under(ticks=7).config.task.ticks == 7
    assert run.under(ticks=7).trained == run.config
    with pytest.raises(HebbaxError, match="unknown termination 'ends'"):
        run.under(termination="ends")
    with pytest.raises(HebbaxError, match="on actuator 9"):
        run.under(damage="pin-actuator(9, 0)")
