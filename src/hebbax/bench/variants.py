"""`variants`: lives under three variants of damage in one batch, against as many lives of the whole robot."""

from __future__ import annotations

from functools import partial

from hebbax.bench.closed_loop import life_keys_of
from hebbax.bench.controls import random_controls
from hebbax.bench.measure import alternate, rates, ratios, summary
from hebbax.bench.report import Report, Settings, Table, Tell
from hebbax.bench.words import rate, with_interval
from hebbax.config.policy import PRESETS
from hebbax.damage.text import parse_damages
from hebbax.engines.native import NativeEngine
from hebbax.engines.scenario import Scenario, in_turn
from hebbax.tasks.contract import compiled_task
from hebbax.tasks.registry import make_task

TASK, POLICY, DAMAGE = "ant_run", "han-b", "none | ant/front-left | ant/rear-left"
_POPULATION, _TICKS, _ROUNDS = 384, 200, 15
_COLUMNS = ("lives", "steps/s", "of the whole robot's")


def measure(settings: Settings, tell: Tell) -> Report:
    """Measure both in turns; a fall puts the robot back, so that all lives are as long."""
    population, ticks = settings.population or _POPULATION, settings.ticks or _TICKS
    rounds = settings.rounds(_ROUNDS)
    tell(f"{TASK}: compiling lives")
    controls = random_controls(compiled_task(make_task(TASK)), PRESETS[POLICY], population)
    engine = NativeEngine(controls.task, controls.policy)
    whole = Scenario(normaliser=controls.normaliser, ticks=ticks, termination="restart")
    variants = parse_damages(DAMAGE, controls.task.control_period)
    keys = life_keys_of(population)
    sides = {
        "whole": partial(engine.evaluate, controls.genomes, keys, whole),
        "variants": partial(engine.evaluate, controls.genomes, keys, whole.with_damages(in_turn(variants, population))),
    }
    for live in sides.values():
        live()
    tell(f"{rounds} rounds")
    seconds = alternate(sides, rounds)
    results = {
        "task": TASK,
        "policy": POLICY,
        "damage": DAMAGE,
        "population": population,
        "ticks": ticks,
        "seconds": seconds,
        "steps_per_second": {name: summary(rates(values, population * ticks)) for name, values in seconds.items()},
        "ratio": summary(ratios(seconds["whole"], seconds["variants"])),
    }
    speed = results["steps_per_second"]
    rows = [
        ["of the whole robot", rate(speed["whole"]), ""],
        [DAMAGE, rate(speed["variants"]), with_interval(results["ratio"], 3)],
    ]
    title = f"{TASK}, {POLICY}, random rules, {population} lives of {ticks} ticks"
    return Report(results, [Table(title, _COLUMNS, rows, _COLUMNS[1:])])
