"""`memory`: the most memory that a generation of very large genomes needs."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

from hebbax.bench.measure import summary
from hebbax.bench.report import Report, Settings, Table, Tell
from hebbax.errors import HebbaxError

CASE: dict[str, Any] = {"task": "half_cheetah", "hidden": [217, 393]}
"""17-217-393-6 with five coefficients per weight: 456,640 evolved numbers, like the published CarRacing network."""

_POPULATION, _TICKS = 200, 5
_REPEATS = 3
_BOUND = 2e9  # bytes
_COLUMNS = ("what", "value")


def measure(settings: Settings, tell: Tell) -> Report:
    """Measure at most three fresh processes."""
    ticks = min(settings.ticks or _TICKS, _TICKS)  # memory does not depend on it
    case = {**CASE, "population": settings.population or _POPULATION, "ticks": ticks}
    processes = []
    for turn in range(min(settings.rounds(), _REPEATS)):
        tell(f"process {turn + 1}")
        processes.append(_child(case))
    population_bytes = 4 * processes[0]["genome_size"] * case["population"]
    peak = summary([one["peak_bytes"] for one in processes])
    results = {
        "case": case,
        "genome_size": processes[0]["genome_size"],
        "population_bytes": population_bytes,  # one array of all genomes, float32
        "processes": processes,
        "peak_bytes": peak,
        "populations": summary([(one["peak_bytes"] - one["imported_bytes"]) / population_bytes for one in processes]),
        "ratio_to_bound": summary([one["peak_bytes"] / _BOUND for one in processes]),
    }
    return Report(results, [_table(results)])


def _child(case: dict[str, Any]) -> dict[str, Any]:
    command = [sys.executable, "-m", "hebbax.bench.memory_child", json.dumps(case)]
    process = subprocess.run(command, capture_output=True, text=True)
    if process.returncode != 0:
        lines = process.stderr.strip().splitlines() or [
            f"it ended with code {process.returncode}, perhaps for want of memory"
        ]
        raise HebbaxError(f"the process that memory is measured in failed: {lines[-1]}")
    return json.loads(process.stdout.splitlines()[-1])


def _table(results: dict[str, Any]) -> Table:
    peak, case = results["peak_bytes"], results["case"]
    rows = [
        ["genome", f"{results['genome_size']:,} numbers"],
        ["population", f"{case['population']} ({results['population_bytes'] / 1e6:,.0f} MB as one array)"],
        ["resident after imports", f"{results['processes'][0]['imported_bytes'] / 1e6:,.0f} MB"],
        ["peak", f"{peak['median'] / 1e6:,.0f} MB (bound: {_BOUND / 1e6:,.0f} MB)"],
        ["arrays as large as the population", f"{results['populations']['median']:.2f}"],
    ]
    return Table("one ask, lifetimes and tell", _COLUMNS, rows)
