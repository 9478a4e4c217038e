"""`car`: frames a second of whole lives of the pixel-driven car, and what of a frame takes how long.

Lives differ by one part each: with plasticity, without it, with actions that are played back in place of a network, and
without pixels. So a part is a difference, measured in the loop that it is in. Lives end at their last frame alone: a
birth, which folds half a million numbers, is one of so many frames as in lives that drive.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from importlib.util import find_spec
from typing import Any

import numpy as np

from hebbax.bench.closed_loop import life_keys_of
from hebbax.bench.measure import alternate, rates, summary
from hebbax.bench.report import Report, Settings, Table, Tell
from hebbax.bench.words import rate, with_interval
from hebbax.engines.native import NativeEngine
from hebbax.engines.scenario import Scenario
from hebbax.policies.any_policy import AnyPolicy
from hebbax.policies.make_policy import make_policy
from hebbax.policies.open_loop import Replay
from hebbax.tasks.car_racing import car_racing
from hebbax.tasks.car_racing_state import car_racing_state

PLASTIC, STATIC, PIXELS, PHYSICS = "plastic", "static", "pixels", "physics"
PUBLISHED = (42.0, 47.0)
"""Frames a second a core of the published code (2 cores of an AMD EPYC, one pinned core, CPU time)."""

_POPULATION, _TICKS, _ROUNDS = 16, 500, 9
_PARTS = {"plasticity": (PLASTIC, STATIC), "network": (STATIC, PIXELS), "pixels": (PIXELS, PHYSICS)}
_OUTPUT = ("lives", "frames/s", "µs of a core a frame")


def measure(settings: Settings, tell: Tell) -> Report:
    """Measure the four kinds of lives in turns, on all cores, and Gymnasium's own environment if it is installed."""
    population, ticks = settings.population or _POPULATION, settings.ticks or _TICKS
    sides: dict[str, Callable[[], object]] = {}
    cores = 1
    for name, task, policy in _kinds(ticks):
        tell(f"{name}: compiling lives")
        engine = NativeEngine(task, policy)
        cores = engine.threads
        random = np.random.default_rng(0)
        genomes = random.standard_normal((population, policy.genome_size), np.float32)
        sides[name] = partial(engine.evaluate, genomes, life_keys_of(population), Scenario(ticks=ticks))
        sides[name]()
    peer = _gymnasium(ticks) if find_spec("Box2D") else None
    if peer is not None:
        sides["gymnasium"] = peer
    rounds = settings.rounds(_ROUNDS)
    tell(f"{rounds} rounds of {', '.join(sides)}")
    seconds = alternate(sides, rounds)
    frames = {name: ticks if name == "gymnasium" else population * ticks for name in seconds}
    speeds = {name: summary(rates(values, frames[name])) for name, values in seconds.items()}
    costs = {name: 1e6 * cores / speeds[name]["median"] for name in (PLASTIC, STATIC, PIXELS, PHYSICS)}
    results = {
        "population": population,
        "ticks": ticks,
        "threads": cores,
        "seconds": seconds,
        "frames_per_second": speeds,
        "microseconds_a_frame": {
            **{part: costs[whole] - costs[rest] for part, (whole, rest) in _PARTS.items()},
            PHYSICS: costs[PHYSICS],
            "all": costs[PLASTIC],
        },
        "published_frames_per_second_a_core": list(PUBLISHED),
        "faster_than_published_a_core": [speeds[PLASTIC]["median"] / cores / one for one in reversed(PUBLISHED)],
    }
    return Report(results, _tables(results))


def _kinds(ticks: int) -> list[tuple[str, Any, AnyPolicy]]:
    """Return each kind of lives: its name, task and policy."""
    seen, state = car_racing(np.inf), car_racing_state(np.inf)
    replay = Replay(action_size=3, ticks=ticks)
    return [
        (PLASTIC, seen, make_policy("najarro-car", seen)),
        (STATIC, seen, make_policy("conv", seen)),
        (PIXELS, seen, replay),
        (PHYSICS, state, replay),
    ]


def _gymnasium(ticks: int) -> Callable[[], object]:
    """Return what takes so many steps of Gymnasium's CarRacing-v3, pixels and all, under random actions."""
    import gymnasium

    environment = gymnasium.make("CarRacing-v3", max_episode_steps=-1)
    actions = np.random.default_rng(0).uniform((-1, 0, 0), 1, (ticks, 3)).astype(np.float32)

    def run() -> None:
        environment.reset(seed=0)
        for action in actions:
            environment.step(action)

    return run


def _tables(results: dict[str, Any]) -> list[Table]:
    speeds, parts = results["frames_per_second"], results["microseconds_a_frame"]
    rows = [[name, with_interval(speed, 0), ""] for name, speed in speeds.items()]
    for row in rows[:4]:
        row[2] = f"{1e6 * results['threads'] / speeds[row[0]]['median']:.1f}"
    low, high = results["faster_than_published_a_core"]
    title = (
        f"{results['population']} lives of {results['ticks']} frames on {results['threads']} cores; plastic lives make "
        f"{rate(speeds[PLASTIC])} frames/s, a core {low:.0f} to {high:.0f} × the published code"
    )
    times = [[part, f"{time:.1f}"] for part, time in parts.items()]
    return [
        Table(title, _OUTPUT, rows, _OUTPUT[1:]),
        Table("of a frame", ("part", "µs of a core"), times, ("µs of a core",)),
    ]
