"""What a report is made from."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from hebbax.errors import HebbaxError
from hebbax.report.html import material
from hebbax.types import Record


def test_a_first_life_without_a_tick_is_told_before_others_are_lived(monkeypatch):
    empty = np.zeros((0, 1))
    record = Record(*[empty] * 4, np.zeros(0), np.zeros(0, bool), empty, empty > 0, empty)
    runner = SimpleNamespace(record=lambda life: (None, record))
    source = SimpleNamespace(runner=lambda: runner)
    monkeypatch.setattr(material.Source, "of_run", lambda *arguments, **named: source)
    monkeypatch.setattr(material, "evaluate_run", lambda *arguments, **named: pytest.fail("lives were lived"))
    run: Any = None
    with pytest.raises(HebbaxError, match=r"^life 0 of seed 3 diverges at its first tick, so a report has no life"):
        material.gather(run, "runs/lost", seed=3)
