"""`scaling`: how throughput depends on population, threads and network width, and what a synapse costs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np

from hebbax.bench.closed_loop import life_keys_of
from hebbax.bench.controls import KEY, Controls, random_half_cheetah, shipped_half_cheetah
from hebbax.bench.measure import alternate, rates, ratios, summary
from hebbax.bench.report import Report, Settings, Table, Tell
from hebbax.bench.scaling_figure import draw_scaling
from hebbax.bench.synapses import PolicyAlone, policy_loop
from hebbax.bench.words import rate, with_interval
from hebbax.cores import available_cores
from hebbax.engines.native import NativeEngine
from hebbax.engines.scenario import Scenario
from hebbax.errors import HebbaxError
from hebbax.kernels.compile_step import compile_step
from hebbax.keys import stream

POPULATIONS = (16, 32, 64, 128, 256, 512, 1024)
WIDTHS = (16, 32, 64, 128)
_POPULATION, _TICKS = 256, 300
_REFERENCE = {"population": 128, "threads": 1, "width": WIDTHS[0], "synapse": WIDTHS[0]}
"""What each series is compared with."""

_COLUMNS = ("series", "value", "median", "unit", "relative to", "ratio")


def measure(settings: Settings, tell: Tell) -> Report:
    """Measure all four series."""
    population, ticks, repeats = settings.population or _POPULATION, settings.ticks or _TICKS, settings.rounds()
    tell("compiling lives")
    largest = shipped_half_cheetah(max(POPULATIONS))
    engine = NativeEngine(largest.task, largest.policy)
    engine.evaluate(largest.genomes[:2], life_keys_of(2), Scenario(normaliser=largest.normaliser, ticks=1))
    tell(f"population, {repeats} rounds")
    results = {"population": _populations(engine, largest, ticks, repeats)}
    tell(f"threads, {repeats} rounds")
    results["threads"] = _threads(largest, population, ticks, repeats)
    widths = {width: random_half_cheetah(population, width) for width in WIDTHS}
    tell(f"width, {repeats} rounds")
    results["width"] = _widths(widths, ticks, repeats)
    tell(f"cost of a synapse, {repeats} rounds")
    _, record = engine.record(
        largest.genomes[0], stream(KEY, "inputs"), Scenario(normaliser=largest.normaliser, ticks=ticks)
    )
    inputs = largest.normaliser.applied(record.observations)
    results["synapse"] = _synapses(widths, inputs.astype(np.float32), repeats)
    sizes = {"population": population, "ticks": ticks, "threads": engine.threads}
    details = {"controls": largest.how, "controls_of_widths": widths[WIDTHS[0]].how}
    return Report({**sizes, **details, "series": results}, [_table(results)], draw_scaling(results))


def _populations(engine: NativeEngine, controls: Controls, ticks: int, repeats: int) -> list[dict[str, Any]]:
    runs = {count: _lives(engine, controls, count, ticks) for count in POPULATIONS}
    steps = {count: count * ticks for count in POPULATIONS}
    return _throughputs("population", runs, steps, repeats)


def _threads(controls: Controls, population: int, ticks: int, repeats: int) -> list[dict[str, Any]]:
    cores = available_cores()
    counts = [1 << power for power in range(cores.bit_length())]  # 1, 2, 4 … up to the cores
    engines = {count: NativeEngine(controls.task, controls.policy, threads=count) for count in counts}
    population = min(population, len(controls.genomes))
    runs = {count: _lives(engine, controls, population, ticks) for count, engine in engines.items()}
    return _throughputs("threads", runs, dict.fromkeys(counts, population * ticks), repeats)


def _widths(controls: dict[int, Controls], ticks: int, repeats: int) -> list[dict[str, Any]]:
    runs, steps = {}, {}
    for width, one in controls.items():
        runs[width] = _lives(NativeEngine(one.task, one.policy), one, len(one.genomes), ticks)
        steps[width] = len(one.genomes) * ticks
    rows = _throughputs("width", runs, steps, repeats)
    return [{**row, "synapses": controls[row["value"]].policy.weight_count} for row in rows]


def _synapses(controls: dict[int, Controls], inputs: np.ndarray, repeats: int) -> list[dict[str, Any]]:
    loop = policy_loop(compile_step(controls[WIDTHS[0]].policy))  # one function: the widths are data
    alone = {width: PolicyAlone(one.policy, one.genomes, inputs, loop) for width, one in controls.items()}
    for one in alone.values():
        if one.run() != len(one.genomes) * len(inputs):
            raise HebbaxError("a policy diverged over the recorded observations: nothing to measure")
    seconds = alternate({width: one.run for width, one in alone.items()}, repeats)
    cost = {width: [1e9 * s / alone[width].synapse_ticks for s in values] for width, values in seconds.items()}
    rows = _series("synapse", cost, "nanoseconds")
    return [
        {
            **row,
            "synapses": controls[row["value"]].policy.weight_count,
            "microseconds_per_tick": row["nanoseconds"]["median"] * controls[row["value"]].policy.weight_count / 1e3,
        }
        for row in rows
    ]


def _lives(engine: NativeEngine, controls: Controls, count: int, ticks: int) -> Callable[[], Any]:
    genomes, keys = controls.genomes[:count], life_keys_of(count)
    return partial(engine.evaluate, genomes, keys, Scenario(normaliser=controls.normaliser, ticks=ticks))


def _throughputs(
    name: str, runs: dict[int, Callable[[], Any]], steps: dict[int, int], repeats: int
) -> list[dict[str, Any]]:
    seconds = alternate(runs, repeats)
    return _series(name, {value: rates(seconds[value], steps[value]) for value in runs}, "steps_per_second")


def _series(name: str, measurements: dict[int, list[float]], unit: str) -> list[dict[str, Any]]:
    reference = measurements[_REFERENCE[name]]
    return [
        {"value": value, unit: summary(values), "ratio": summary(ratios(values, reference))}
        for value, values in measurements.items()
    ]


def _table(results: Mapping[str, Sequence[dict[str, Any]]]) -> Table:
    rows = []
    for name, series in results.items():
        for row in series:
            if "nanoseconds" in row:
                median, unit = f"{row['nanoseconds']['median']:.3f}", "ns per synapse and tick"
            else:
                median, unit = rate(row["steps_per_second"]), "steps/s"
            reference = f"{name} {_REFERENCE[name]}"
            rows.append([name, str(row["value"]), median, unit, reference, with_interval(row["ratio"], 3)])
    return Table("half_cheetah; width: two layers, updated at every tick", _COLUMNS, rows, ("value", "median", "ratio"))
