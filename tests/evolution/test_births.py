"""Searches whose first weights are a slot's, in the genome, or handed on: resumed to the bit."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from hebbax.config.policy import PRESETS
from hebbax.config.strategy import StrategyConfig
from hebbax.config.train import TaskConfig, TrainConfig
from hebbax.errors import HebbaxError
from hebbax.evolution.search import Search
from hebbax.runs.training import Training


def _config(birth, engine="native", **connections):
    policy = replace(PRESETS["han-b"], name="mine", birth=birth, connections=connections)
    strategy = StrategyConfig("openai-es", 4)
    return TrainConfig(
        TaskConfig("swimmer", 12),
        policy,
        strategy,
        generations=4,
        lifetimes=2,
        evaluate_lifetimes=8,  # as many lives as a generation has, for which lockstep has compiled already
        engine=engine,
        checkpoint_every=2,
    )


@pytest.mark.parametrize("engine", ["native", pytest.param("lockstep", marks=pytest.mark.slow)])
@pytest.mark.parametrize("birth", ["per-slot", "coevolved", pytest.param("persistent", marks=pytest.mark.slow)])
def test_a_run_that_was_stopped_ends_with_the_bytes_of_one_that_was_not(tmp_path, birth, engine):
    config = _config(birth, engine)
    whole = Training.start(config, tmp_path / "whole")
    assert whole.run()
    Training.start(replace(config, generations=2), tmp_path / "two").run()
    resumed = Training.resume(tmp_path / "two", generations=4)
    assert resumed.run()
    tensors = [training.search.pack(training.state) for training in (whole, resumed)]
    assert tensors[0].keys() == tensors[1].keys()
    for name, tensor in tensors[0].items():
        np.testing.assert_array_equal(tensor, tensors[1][name], err_msg=name)
    assert ("slots/weights" in tensors[0]) == (birth == "persistent")


def test_weights_go_on_from_generation_to_generation():
    search = Search(_config("persistent"))
    state = search.begin()
    assert np.isnan(state.slot_weights).all()
    state, _ = search.step(state)
    assert state.slot_weights.shape == (8, search.policy.weight_count)
    assert np.isfinite(state.slot_weights).all()
    lost = replace(state, slot_weights=np.full_like(state.slot_weights, np.nan))
    (kept, _), (anew, _) = search.step(state), search.step(lost)
    assert np.any(kept.strategy.mean != anew.strategy.mean)


def test_a_checkpoint_without_the_weights_of_its_slots_is_refused():
    search = Search(_config("persistent"))
    state, _ = search.step(search.begin())
    tensors = search.pack(state)
    del tensors["slots/weights"]
    with pytest.raises(HebbaxError, match="slots/weights"):
        search.unpack(tensors, 1, state.statistics, None)


def test_first_genomes_hold_weights_as_they_are_drawn_and_coefficients_as_they_are():
    search = Search(
        _config("coevolved", **{"layer 1": {"plastic": False, "initial": "constant", "initial_scale": 0.5}})
    )
    mean = np.asarray(search.strategy.mean(search.begin().strategy))
    genes = {(gene.connection, gene.name): mean[gene.at : gene.at + gene.size] for gene in search.policy.layout}
    np.testing.assert_allclose(genes[1, "weights"], 0.5, rtol=1e-6)
    assert np.abs(genes[0, "first_weights"]).max() <= 0.1
    assert np.abs(genes[0, "A"]).max() > 0.1


@pytest.mark.slow
def test_a_static_layer_before_one_that_shares_coefficients_evolves_alike_in_both_engines():
    connections = {"layer 0": {"plastic": False}, "layer 1": {"scope": "post"}}
    returns = []
    for engine in ("native", "lockstep"):
        search = Search(_config(None, engine, **connections))
        state, metrics = search.begin(), []
        for _ in range(2):
            state, told = search.step(state)
            metrics.append((told["return_mean"], told["return_max"]))
        returns.append(metrics)
    np.testing.assert_allclose(*returns, rtol=1e-3, atol=1e-4)


def test_the_slot_of_a_life_that_was_spared_keeps_its_weights():
    births = Search(_config("persistent")).births
    before = births.begin()
    assert before is not None
    left = births.left(before, np.array([0, 3]), np.ones((2, before.shape[1]), np.float32))
    assert left is not None
    assert np.isnan(left).all(axis=1).tolist() == [False, True, True, False, True, True, True, True]
    assert np.isnan(before).all()
