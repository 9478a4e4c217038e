"""What a run and a controller are, by their content."""

from __future__ import annotations

import hashlib
import struct
from dataclasses import replace

import numpy as np

from hebbax.config.strategy import StrategyConfig
from hebbax.config.train import TrainConfig, from_dict, to_dict
from hebbax.runs.identity import controller_sha256, difference, run_id
from hebbax.types import Normaliser

CONFIG = TrainConfig()


def test_a_controller_is_its_genome_and_its_statistics_byte_after_byte():
    found = controller_sha256(np.array([1, -2], np.float32), Normaliser(np.array([0.5]), np.array([3.0])))
    assert found == hashlib.sha256(struct.pack("<2f2d", 1, -2, 0.5, 3.0)).hexdigest()


def test_a_run_is_its_configuration_however_long_it_goes_on():
    assert run_id(CONFIG) == run_id(replace(CONFIG, generations=9)) == run_id(from_dict(to_dict(CONFIG)))
    assert run_id(CONFIG) != run_id(replace(CONFIG, seed=1))
    assert len(run_id(CONFIG)) == 16


def test_what_differs_is_named():
    assert difference(CONFIG, replace(CONFIG, generations=9)) is None
    other = replace(CONFIG, strategy=StrategyConfig(population=8))
    assert difference(CONFIG, other) == ("strategy.population=64", "strategy.population=8")
