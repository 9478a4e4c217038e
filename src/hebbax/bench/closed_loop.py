"""`closed-loop`: whole lives, policy and all, against the faster of two replays of the same controls."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from hebbax.bench.controls import CLOSED_LOOP, KEY, Controls
from hebbax.bench.measure import alternate, rates, ratios, summary
from hebbax.bench.replays import BatchReplay, LoopReplay, record_lives
from hebbax.bench.report import Report, Settings, Table, Tell
from hebbax.bench.words import rate, with_interval
from hebbax.engines.gate import life_keys
from hebbax.engines.native import NativeEngine
from hebbax.engines.scenario import Scenario
from hebbax.keys import stream

_POPULATION = 256
_ROUNDS = 15
_GROUP = 32
"""Lives that one side runs before the next has its turn: a machine that slows down for seconds then slows all sides."""

_COLUMNS = ("controls", "lives (steps/s)", "mujoco.batch", "compiled loop", "lives ÷ the faster")


def measure(settings: Settings, tell: Tell) -> Report:
    """Measure all three controls."""
    population, rounds = settings.population or _POPULATION, settings.rounds(_ROUNDS)
    cases = []
    for make, ticks in CLOSED_LOOP.items():
        tell("compiling lives")
        cases.append(measure_controls(make(population), settings.ticks or ticks, rounds, tell))
    rows = [_row(case) for case in cases]
    title = f"{population} lives at a time; medians, ratios round by round with interval"
    return Report({"cases": cases}, [Table(title, _COLUMNS, rows, _COLUMNS[1:])])


def measure_controls(controls: Controls, ticks: int, repeats: int, tell: Tell) -> dict[str, Any]:
    """Return the times of lives and replays, having proven that all step the same physics."""
    engine = NativeEngine(controls.task, controls.policy)
    population = len(controls.genomes)
    keys = life_keys_of(population)
    tell(f"{controls.name}: recording {population} lives")
    recording = record_lives(engine, controls, keys, ticks)
    sides: dict[tuple[str, int], Callable[[], object]] = {}
    tell(f"{controls.name}: checking that lives and replays are the same")
    for start in range(0, population, _GROUP):
        group = slice(start, start + _GROUP)
        batch = BatchReplay(controls, recording.of_lives(group), engine.threads)
        loop = LoopReplay(controls.task, recording.of_lives(group), keys[group], controls.normaliser)
        lives = partial(
            engine.evaluate, controls.genomes[group], keys[group], Scenario(normaliser=controls.normaliser, ticks=ticks)
        )
        loop.check(lives())
        batch.run()
        batch.check()
        sides |= {("lives", start): lives, ("batch", start): batch.run, ("loop", start): loop.run}
    tell(f"{controls.name}: {repeats} rounds")
    of_groups = alternate(sides, repeats)
    seconds = {
        side: np.sum([values for (of, _), values in of_groups.items() if of == side], axis=0).tolist()
        for side in ("lives", "batch", "loop")
    }
    return {
        "name": controls.name,
        "network": list(controls.policy.network.sizes),
        "weights": controls.policy.network.weight_count,
        "controls": {"how": controls.how, **recording.describe()},
        "population": population,
        "ticks": ticks,
        "threads": engine.threads,
        **_comparison(seconds, population * ticks),
    }


def life_keys_of(population: int) -> Any:
    """Return one key per life, uint32 [population, 2]."""
    return life_keys(stream(KEY, "lives"), population)


def _comparison(seconds: dict[str, list[float]], steps: int) -> dict[str, Any]:
    # Chosen by its median, not anew in each round: the lesser of two noisy times is less than either is.
    faster = min(("batch", "loop"), key=lambda side: float(np.median(seconds[side])))
    to = {side: summary(ratios(seconds[side], seconds["lives"])) for side in ("batch", "loop")}
    return {
        "steps": steps,
        "seconds": seconds,
        "steps_per_second": {side: summary(rates(values, steps)) for side, values in seconds.items()},
        "ratio_to_batch": to["batch"],
        "ratio_to_loop": to["loop"],
        "faster_replay": faster,
        "ratio": to[faster],
    }


def _row(case: dict[str, Any]) -> list[str]:
    sides = case["steps_per_second"]
    return [case["name"], *(rate(sides[side]) for side in ("lives", "batch", "loop")), with_interval(case["ratio"], 3)]
