"""`go1`: lives of `go1_walk` that a fall does not end, against MuJoCo alone on the same controls."""

from __future__ import annotations

import dataclasses

from hebbax.bench.closed_loop import measure_controls
from hebbax.bench.controls import random_controls
from hebbax.bench.report import Report, Settings, Table, Tell
from hebbax.bench.words import rate, with_interval
from hebbax.compiling.compiler import compiled
from hebbax.config.policy import PRESETS
from hebbax.tasks.contract import compiled_task
from hebbax.tasks.go1_walk import outcome
from hebbax.tasks.registry import make_task
from hebbax.types import Array, Simulation

POLICY = "han-e"
_POPULATION, _TICKS, _ROUNDS = 256, 200, 15
_COLUMNS = ("robot", "lives (steps/s)", "MuJoCo alone", "lives ÷ MuJoCo alone")

_outcome = compiled(outcome)


def _endless(
    before: Simulation, simulation: Simulation, action: Array, memory: Array, period: float
) -> tuple[tuple[Array, ...], Array, Array]:
    terms, _, memory = _outcome(before, simulation, action, memory, period)
    return terms, False, memory


def measure(settings: Settings, tell: Tell) -> Report:
    """Measure lives under random controls, plastic network and all, and a replay of their controls."""
    population, ticks = settings.population or _POPULATION, settings.ticks or _TICKS
    task = dataclasses.replace(compiled_task(make_task("go1_walk")), name="bench-go1_walk", outcome=_endless)
    controls = random_controls(task, PRESETS[POLICY], population)
    case = measure_controls(controls, ticks, settings.rounds(_ROUNDS), tell)
    sides = case["steps_per_second"]
    row = ["go1_walk", rate(sides["lives"]), rate(sides[case["faster_replay"]]), with_interval(case["ratio"], 3)]
    title = f"{population} lives of {ticks} ticks, {POLICY}; medians, ratio round by round with interval"
    return Report({"policy": POLICY, "closed_loop": case}, [Table(title, _COLUMNS, [row], _COLUMNS[1:])])
