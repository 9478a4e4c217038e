"""`ants`: lives of `ant_run` against those of Gymnasium's ant, and against MuJoCo alone on the same controls."""

from __future__ import annotations

from functools import partial
from typing import Any

from hebbax.bench.closed_loop import life_keys_of, measure_controls
from hebbax.bench.controls import Controls, endless, random_controls
from hebbax.bench.measure import alternate, rates, ratios, summary
from hebbax.bench.report import Report, Settings, Table, Tell
from hebbax.bench.words import rate, with_interval
from hebbax.config.policy import PRESETS
from hebbax.engines.native import NativeEngine
from hebbax.engines.scenario import Scenario
from hebbax.tasks.contract import compiled_task
from hebbax.tasks.registry import make_task

POLICY, ANTS = "han-b", ("ant_run", "ant_proprioceptive")
_POPULATION, _TICKS, _ROUNDS = 256, 200, 15
_COLUMNS = ("ant", "steps/s", "ant_run is faster by", "lives ÷ MuJoCo alone")


def measure(settings: Settings, tell: Tell) -> Report:
    """Measure both ants in turns, put back after a fall; then `ant_run` in lives that a fall does not end."""
    population, ticks = settings.population or _POPULATION, settings.ticks or _TICKS
    rounds = settings.rounds(_ROUNDS)
    seconds = _lives(population, ticks, rounds, tell)
    ratio = summary(ratios(seconds["ant_proprioceptive"], seconds["ant_run"]))
    closed_loop = measure_controls(
        random_controls(endless("ant_run"), PRESETS[POLICY], population), ticks, rounds, tell
    )
    results = {
        "policy": POLICY,
        "population": population,
        "ticks": ticks,
        "seconds": seconds,
        "steps_per_second": {name: summary(rates(values, population * ticks)) for name, values in seconds.items()},
        "ratio": ratio,
        "closed_loop": closed_loop,
    }
    return Report(results, [_table(results)])


def _lives(population: int, ticks: int, rounds: int, tell: Tell) -> dict[str, list[float]]:
    sides = {}
    for name in ANTS:
        tell(f"{name}: compiling lives")
        controls: Controls = random_controls(compiled_task(make_task(name)), PRESETS[POLICY], population)
        scenario = Scenario(normaliser=controls.normaliser, ticks=ticks, termination="restart")
        engine = NativeEngine(controls.task, controls.policy)
        sides[name] = partial(engine.evaluate, controls.genomes, life_keys_of(population), scenario)
        sides[name]()
    tell(f"{rounds} rounds of {' and '.join(ANTS)}")
    return alternate(sides, rounds)


def _table(results: dict[str, Any]) -> Table:
    speed = results["steps_per_second"]
    rows = [
        ["ant_run", rate(speed["ant_run"]), "", with_interval(results["closed_loop"]["ratio"], 3)],
        ["ant_proprioceptive", rate(speed["ant_proprioceptive"]), with_interval(results["ratio"], 2, " ×"), ""],
    ]
    title = f"{results['policy']}, random rules, {results['population']} lives of {results['ticks']} ticks"
    return Table(title, _COLUMNS, rows, _COLUMNS[1:])
