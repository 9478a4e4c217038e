"""What the page says that controllers cost is what was measured."""

from __future__ import annotations

import json
import re
from pathlib import Path

from hebbax.export.c_memory import Memory
from hebbax.export.describe import describe_run
from hebbax.runs.stored_run import StoredRun
from hebbax.zoo import zoo_names

ROOT = Path(__file__).parents[2]


def test_the_costs_on_the_page_are_those_measured():
    text = (ROOT / "docs/export.md").read_text("utf-8")
    told = re.findall(r"^\| `(zoo:\S+)` \| (16|32) \| ([\d.]+) \| ([\d,]+) \| ([\d,]+) \|$", text, re.MULTILINE)
    measured = json.loads((ROOT / "benchmarks/results/export.json").read_text("utf-8"))["controllers"]
    assert told == [
        (
            one["run"],
            str(one["bits"]),
            f"{one['microseconds'][1]:.2f}",
            f"{one['ram']:,}",
            f"{one['flash']:,}",
        )
        for one in measured
    ]


def test_the_ram_is_that_of_what_is_printed_now():
    measured = json.loads((ROOT / "benchmarks/results/export.json").read_text("utf-8"))["controllers"]
    found = {name: Memory(describe_run(StoredRun.open(f"zoo:{name}", lambda line: None))).bytes for name in zoo_names()}
    shared = {one["run"]: one["ram"] for one in measured if one["run"].removeprefix("zoo:") in found}
    assert shared == {f"zoo:{name}": size for name, size in found.items() if f"zoo:{name}" in shared}
    assert len(shared) >= 7
