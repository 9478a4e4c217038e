"""Running a benchmark and writing what it found, with all that is needed to repeat it."""

from __future__ import annotations

import json
import os
import shlex
from collections.abc import Sequence
from dataclasses import asdict, replace
from importlib import import_module
from pathlib import Path

from hebbax.bench.report import Report, Settings, Tell
from hebbax.cores import available_cores
from hebbax.errors import HebbaxError
from hebbax.files.atomic_write import write_text_atomically
from hebbax.report.style import save_figure
from hebbax.versions import environment


def run_benchmark(name: str, settings: Settings, command: Sequence[str], out: Path, tell: Tell) -> Report:
    """Run one benchmark, write `<name>.json` into a folder, and its figure beside it; return the report.

    Args:
        name: one of BENCHMARKS.
        settings: how much to measure.
        command: the literal command, for the file.
        out: the folder, made if missing.
        tell: gets a line on what is being measured now.

    Raises HebbaxError where the folder cannot be written to, before anything is measured.
    """
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise HebbaxError(f"cannot make the folder {out}: {error.strerror}; choose another with --out") from error
    before = os.getloadavg()
    kept = replace(settings, parts=out / f"{name}-parts")
    report = import_module(f"hebbax.bench.{name.replace('-', '_')}").measure(kept, tell)
    document = {
        "benchmark": name,
        "command": shlex.join(command),
        "settings": {key: value for key, value in asdict(settings).items() if key != "parts"},
        "environment": environment(),
        "cores": available_cores(),
        "load_before": before,  # of the last 1, 5 and 15 minutes
        "load_after": os.getloadavg(),
        "results": report.results,
    }
    write_text_atomically(out / f"{name}.json", json.dumps(document, indent=1, allow_nan=False) + "\n")
    if report.figure is not None:
        save_figure(report.figure, out / f"{name}.png")
    return report
