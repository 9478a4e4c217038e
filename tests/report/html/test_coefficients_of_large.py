"""The coefficients of a first generation that does not live in memory: as many as show how they are spread."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from hebbax.evolution.strategies import streamed
from hebbax.report.html import pictures
from hebbax.runs.stored_run import StoredRun

RUN = Path(__file__).parents[2] / "golden/run-schema-1"


def test_some_of_its_genomes_are_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    run = StoredRun.open(RUN, lambda line: None)
    material = SimpleNamespace(run=run, evaluation=SimpleNamespace(genome="best"))
    _, kept = pictures._coefficients(material)  # pyright: ignore[reportArgumentType]
    monkeypatch.setattr(streamed, "LARGEST_POPULATION", 0)
    monkeypatch.setattr(pictures, "_MOST_COEFFICIENTS", 2 * run.policy.genome_size + 5)
    _, made = pictures._coefficients(material)  # pyright: ignore[reportArgumentType]
    assert made.keys() == kept.keys()
    for name, values in made.items():
        of_two = kept[name].reshape(run.config.strategy.population, -1)[:2].ravel()
        np.testing.assert_allclose(np.sort(np.ravel(values)), np.sort(of_two), rtol=1e-5, atol=1e-6)
