"""`memory`: the most memory that a generation of very large genomes needs, and what making them takes."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

from hebbax.bench.measure import summary
from hebbax.bench.report import Report, Settings, Table, Tell
from hebbax.errors import HebbaxError

CASE: dict[str, Any] = {"task": "half_cheetah", "hidden": [218, 393]}
"""17-218-393-6 with five coefficients per weight: 458,690 evolved numbers; the published car has 458,002."""

# Strategy, population, bytes that it may need at most, and how many processes measure it.
_CASES = (("openai-es", 200, 1e9, 3), ("najarro-es", 200, 1e9, 3), ("openai-es", 10_000, 2e9, 1))
_TICKS = 5
_COLUMNS = ("genomes", "as one array", "bound", "peak", "of which imports", "processor time of noise", "to tell")


def measure(settings: Settings, tell: Tell) -> Report:
    """Measure at most three fresh processes a case; a given population is the only one."""
    ticks = min(settings.ticks or _TICKS, _TICKS)  # memory does not depend on it
    cases = []
    for strategy, population, bound, repeats in _CASES:
        if settings.population is not None and population > _CASES[0][1]:
            continue
        case = {**CASE, "strategy": strategy, "population": settings.population or population, "ticks": ticks}
        processes = []
        for turn in range(min(settings.rounds(), repeats)):
            tell(f"{strategy}, {case['population']:,} genomes: process {turn + 1}")
            processes.append(_child(case))
        cases.append(_result(case, bound, processes))
    return Report({"cases": cases}, [_table(cases)])


def _result(case: dict[str, Any], bound: float, processes: list[dict[str, Any]]) -> dict[str, Any]:
    size = processes[0]["genome_size"]
    return {
        "case": case,
        "genome_size": size,
        "population_bytes": 4 * size * case["population"],  # one array of all genomes, float32
        "processes": processes,
        "peak_bytes": summary([one["peak_bytes"] for one in processes]),
        "bound": bound,
        "ratio_to_bound": summary([one["peak_bytes"] / bound for one in processes]),
    }


def _child(case: dict[str, Any]) -> dict[str, Any]:
    command = [sys.executable, "-m", "hebbax.bench.memory_child", json.dumps(case)]
    process = subprocess.run(command, capture_output=True, text=True)
    if process.returncode != 0:
        lines = process.stderr.strip().splitlines() or [
            f"it ended with code {process.returncode}, perhaps for want of memory"
        ]
        raise HebbaxError(f"the process that memory is measured in failed: {lines[-1]}")
    return json.loads(process.stdout.splitlines()[-1])


def _table(cases: list[dict[str, Any]]) -> Table:
    rows = []
    for one in cases:
        case, first = one["case"], one["processes"][0]
        noise = [first["noise_seconds"], first["tell_noise_seconds"]]
        rows.append(
            [
                f"{case['population']:,} × {one['genome_size']:,}, {case['strategy']}",
                _megabytes(one["population_bytes"]),
                _megabytes(one["bound"]),
                _megabytes(one["peak_bytes"]["median"]),
                _megabytes(first["imported_bytes"]),
                *("in memory" if seconds is None else f"{seconds:.2f} s" for seconds in noise),
            ]
        )
    return Table("one ask, lifetimes and tell", _COLUMNS, rows, right=_COLUMNS[1:])


def _megabytes(size: float) -> str:
    return f"{size / 1e6:,.0f} MB"
