"""What a run and a controller are, by their content: files belong together where these agree, whatever their times."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace

import numpy as np

from hebbax.config.train import ENGINE_OPTIONS, TrainConfig, flat_dict, to_dict
from hebbax.types import Normaliser


def run_id(config: TrainConfig) -> str:
    """Return 16 hexadecimal digits that stand for the configuration of a run, however many generations it is to have.

    Another version of hebbax may have another id for the same configuration: compare those that are stored.
    """
    text = json.dumps(to_dict(replace(config, generations=1)), sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def difference(config: TrainConfig, other: TrainConfig) -> tuple[str, str] | None:
    """Return the first key whose values differ, as "seed=0" and "seed=1", or None.

    `generations`, and the engine with its options, do not count: a run goes on with others.
    """
    mine, theirs = (flat_dict(replace(one, generations=1)) for one in (config, other))
    for key in {**mine, **theirs}:
        if key.partition(".")[0] not in ("engine", *ENGINE_OPTIONS) and mine.get(key) != theirs.get(key):
            return f"{key}={mine.get(key)}", f"{key}={theirs.get(key)}"
    return None


def controller_sha256(genome: np.ndarray, normaliser: Normaliser) -> str:
    """Return SHA-256 over the bytes of a genome (float32), and of mean and scale of its observations (float64)."""
    digest = hashlib.sha256(np.ascontiguousarray(genome, "<f4").tobytes())
    for values in (normaliser.mean, normaliser.scale):
        digest.update(np.ascontiguousarray(values, "<f8").tobytes())
    return digest.hexdigest()
