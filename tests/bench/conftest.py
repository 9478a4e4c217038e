"""`hebbax bench` in an empty folder."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from hebbax.cli.main import main

TINY = ("--population", "4", "--ticks", "10", "--repeats", "2")


@pytest.fixture
def bench(tmp_path: Path, monkeypatch) -> Callable[..., dict[str, Any]]:
    """Run one benchmark at a tiny size; return what its file holds, the parts that all share checked."""
    monkeypatch.chdir(tmp_path)

    def run(name: str, *arguments: str) -> dict[str, Any]:
        assert main(["bench", name, *TINY, *arguments]) == 0
        document = json.loads((tmp_path / f"benchmarks/results/{name}.json").read_text())
        assert document["benchmark"] == name
        assert document["command"] == " ".join(["hebbax bench", name, *TINY, *arguments])
        assert document["settings"] == {"repeats": 2, "population": 4, "ticks": 10, "peers": "--peers" in arguments}
        assert {"hebbax", "mujoco", "numba", "cpu", "python"} <= set(document["environment"])
        assert document["cores"] >= 1
        assert [len(document[key]) for key in ("load_before", "load_after")] == [3, 3]
        for summary in summaries(document["results"]):
            low, high = summary["interval"]
            assert 0 < low <= summary["median"] <= high < math.inf
            assert all(low <= value <= high for value in summary["values"])
        return document["results"]

    return run


def summaries(found: Any) -> Iterator[dict[str, Any]]:
    """Yield every median with its interval, however deep."""
    if isinstance(found, dict):
        if "interval" in found:
            yield found
        for value in found.values():
            yield from summaries(value)
    elif isinstance(found, list):
        for value in found:
            yield from summaries(value)
