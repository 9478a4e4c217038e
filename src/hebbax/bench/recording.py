"""`recording`: what it costs to keep everything that happens in a life, and how long it takes to analyse lives."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from typing import Any

from hebbax.analysis.analyze import analyze_source
from hebbax.bench.measure import alternate, rates, ratios, summary
from hebbax.bench.report import Report, Settings, Table, Tell
from hebbax.bench.words import rate, with_interval
from hebbax.keys import evaluation_key
from hebbax.recording.record import record_lives
from hebbax.runs.stored_run import StoredRun
from hebbax.runs.trials import Runner, Source

CONTROLLER = "zoo:half_cheetah/han-e"
_LIFETIMES, _TICKS = 24, 1000
_ROUNDS = 25  # they are short
_ANALYSIS_LIVES, _ANALYSES = 20, 3
_COLUMNS = ("how", "ticks/s", "of those that are not kept")


def measure(settings: Settings, tell: Tell) -> Report:
    """Measure lives that are not kept, lives in memory and lives in a file, in turns; then analyses."""
    run = StoredRun.open(CONTROLLER)
    ticks, lifetimes = settings.ticks or _TICKS, settings.population or _LIFETIMES
    source = Source.of_run(run, lifetimes=lifetimes, ticks=ticks)
    with tempfile.TemporaryDirectory(prefix="hebbax-bench-") as folder:
        path = Path(folder) / "recording.h5"
        sides = _sides(source, source.runner(), path)
        for name, side in sides.items():
            tell(f"{name}: first run, which compiles")
            side()
        size = path.stat().st_size
        rounds = settings.rounds(_ROUNDS)
        tell(f"{rounds} rounds of {', '.join(sides)}")
        # Removing the last round's file takes a fifth of the time that writing one does, and is no part of recording.
        seconds = alternate(sides, rounds, tidy=lambda: path.unlink(missing_ok=True))
    analysis_source = Source.of_run(run, lifetimes=min(lifetimes, _ANALYSIS_LIVES), ticks=ticks)
    analyses = [_seconds_of_analysis(analysis_source, tell) for _ in range(min(rounds, _ANALYSES))]
    results: dict[str, Any] = {
        "controller": CONTROLLER,
        "lifetimes": lifetimes,
        "ticks": ticks,
        "seconds": seconds,
        "rates": {name: summary(rates(values, lifetimes * ticks)) for name, values in seconds.items()},
        "ratio": {
            name: summary(ratios(seconds["lives"], values)) for name, values in seconds.items() if name != "lives"
        },
        "file_bytes": size,
        "analysis": {"lifetimes": analysis_source.lifetimes, "seconds": summary(analyses)},
    }
    return Report(results, [_table(results), _analysis_table(results)])


def _sides(source: Source, runner: Runner, path: Path) -> dict[str, Any]:
    def lives() -> None:
        runner.engine.evaluate(
            source.genome[None],
            evaluation_key(source.seed),
            source.scenario(0),
            lifetimes=source.lifetimes,
        )

    def in_memory() -> None:
        runner.map(
            lambda life: sum(len(part.rewards) for part, _ in runner.stream(life, chunk=1000)), range(source.lifetimes)
        )

    def in_file() -> None:
        record_lives(source, path, runner=runner)

    return {"lives": lives, "in memory": in_memory, "in a file": in_file}


def _seconds_of_analysis(source: Source, tell: Tell) -> float:
    tell(f"analysis of {source.lifetimes} lives")
    start = time.perf_counter()
    analyze_source(source)
    return time.perf_counter() - start


def _table(results: dict[str, Any]) -> Table:
    rows = [["lives", rate(results["rates"]["lives"]), "1"]]
    rows += [[name, rate(results["rates"][name]), with_interval(ratio)] for name, ratio in results["ratio"].items()]
    title = f"everything kept at every tick, {results['lifetimes']} lives of {results['ticks']} ticks of {CONTROLLER}"
    return Table(title, _COLUMNS, rows, _COLUMNS[1:])


def _analysis_table(results: dict[str, Any]) -> Table:
    analysis = results["analysis"]
    row = [str(analysis["lifetimes"]), str(results["ticks"]), with_interval(analysis["seconds"], 1)]
    columns = ("lives", "ticks", "seconds")
    return Table("analysis", columns, [row], columns)
