"""`go1`: lives of `go1_walk` that a fall does not end, against MuJoCo alone on the same controls."""

from __future__ import annotations

from hebbax.bench.closed_loop import measure_controls
from hebbax.bench.controls import endless, random_controls
from hebbax.bench.report import Report, Settings, Table, Tell
from hebbax.bench.words import rate, with_interval
from hebbax.config.policy import PRESETS

POLICY = "han-e"
_POPULATION, _TICKS, _ROUNDS = 256, 200, 15
_COLUMNS = ("robot", "lives (steps/s)", "MuJoCo alone", "lives ÷ MuJoCo alone")


def measure(settings: Settings, tell: Tell) -> Report:
    """Measure lives under random controls, plastic network and all, and a replay of their controls."""
    population, ticks = settings.population or _POPULATION, settings.ticks or _TICKS
    controls = random_controls(endless("go1_walk"), PRESETS[POLICY], population)
    case = measure_controls(controls, ticks, settings.rounds(_ROUNDS), tell)
    sides = case["steps_per_second"]
    row = ["go1_walk", rate(sides["lives"]), rate(sides[case["faster_replay"]]), with_interval(case["ratio"], 3)]
    title = f"{population} lives of {ticks} ticks, {POLICY}; medians, ratio round by round with interval"
    return Report({"policy": POLICY, "closed_loop": case}, [Table(title, _COLUMNS, [row], _COLUMNS[1:])])
