"""`gymnasium`: a step of our environments, against the bodies that it steps and Gymnasium's own HalfCheetah.

The bodies alone are `BodyBatch`, which the lockstep engine ticks too: what a step takes beyond them is what
environments add. Gymnasium's wrappers are measured about an environment that does nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import gymnasium
import numpy as np

from hebbax.bench.measure import alternate, rates, ratios, summary
from hebbax.bench.report import Report, Settings, Table, Tell
from hebbax.bench.words import with_interval
from hebbax.engines.puppets import Puppets
from hebbax.environments import Environment, VectorEnvironment
from hebbax.environments.registration import environment_id
from hebbax.keys import life_words
from hebbax.tasks.registry import make_task

_TASK, _PEER, _PLACES, _TICKS, _ROUNDS = "half_cheetah", "HalfCheetah-v5", 16, 500, 9
BODY, ALONE, MADE, WRAPPERS, PEER = "bodies alone", "Environment", "gymnasium.make", "wrappers alone", "Gymnasium's own"
BODIES, VECTOR = f"{_PLACES} bodies alone", f"VectorEnvironment of {_PLACES}"


def measure(settings: Settings, tell: Tell) -> Report:
    """Measure steps of each side in turns, on one core."""
    ticks, rounds = settings.ticks or _TICKS, settings.rounds(_ROUNDS)
    random = np.random.default_rng(0)
    one = random.uniform(-1, 1, (ticks, 6)).astype(np.float32)
    many = random.uniform(-1, 1, (ticks, _PLACES, 6)).astype(np.float32)
    tell("compiling the task for many lives at once")
    sides: dict[str, Callable[[], object]] = {
        BODY: _bodies(1, one[:, None]),
        ALONE: _stepped(Environment(_TASK, ticks=ticks), one),
        MADE: _stepped(gymnasium.make(environment_id(_TASK), ticks=ticks), one),
        WRAPPERS: _stepped(_wrapped(), one),
        PEER: _stepped(gymnasium.make(_PEER), one),
        BODIES: _bodies(_PLACES, many),
        VECTOR: _stepped(VectorEnvironment(_TASK, _PLACES, ticks=ticks, threads=1), many),
    }
    for run in sides.values():
        run()
    tell(f"{rounds} rounds of {', '.join(sides)}")
    seconds = alternate(sides, rounds)
    results = {
        "task": _TASK,
        "ticks": ticks,
        "places": _PLACES,
        "seconds": seconds,
        "microseconds_a_step": {
            name: summary([1e6 / rate for rate in rates(values, ticks)]) for name, values in seconds.items()
        },
        "ratios": {
            "Environment to the bodies": summary(ratios(seconds[ALONE], seconds[BODY])),
            "VectorEnvironment to the bodies": summary(ratios(seconds[VECTOR], seconds[BODIES])),
            "gymnasium.make to Gymnasium's own": summary(ratios(seconds[MADE], seconds[PEER])),
        },
    }
    return Report(results, _tables(results))


def _bodies(places: int, actions: np.ndarray) -> Callable[[], object]:
    """Return what ticks bodies under actions [ticks, places, actuators], as lockstep does between two passes."""
    task = make_task(_TASK)
    puppets, all_of_them = Puppets(task, places, threads=1), np.ones(places, bool)
    keys = np.stack([life_words(place, 0) for place in range(places)])

    def run() -> None:
        puppets.begin(all_of_them, keys)
        for tick, each in enumerate(actions):
            ticks = np.full(places, tick, np.int64)
            puppets.body.advance(all_of_them, ticks, each.astype(np.float64), None)
            puppets.body.observe(all_of_them, ticks)

    return run


def _stepped(environment: Any, actions: np.ndarray) -> Callable[[], object]:
    return partial(_run, environment, actions)


def _run(environment: Any, actions: np.ndarray) -> None:
    environment.reset(seed=0)
    for action in actions:
        environment.step(action)


class _Nothing(gymnasium.Env[np.ndarray, np.ndarray]):
    """An environment in which nothing happens."""

    def __init__(self) -> None:
        like = Environment(_TASK)
        self.observation_space, self.action_space = like.observation_space, like.action_space
        self._seen = np.zeros(17)

    def reset(self, *, seed: int | None = None, options: Any = None) -> tuple[np.ndarray, dict[str, Any]]:
        """Return what is always seen."""
        super().reset(seed=seed)
        return self._seen, {}

    def step(self, action: np.ndarray) -> tuple[np.ndarray, float, bool, bool, dict[str, Any]]:
        """Return what is always seen."""
        return self._seen, 0.0, False, False, {}


def _wrapped() -> Any:
    """Return the environment in which nothing happens, within the wrappers of `gymnasium.make`."""
    name = "hebbax-bench/Nothing-v0"
    if name not in gymnasium.registry:
        gymnasium.register(name, lambda **_: _Nothing())
    return gymnasium.make(name)


def _tables(results: dict[str, Any]) -> list[Table]:
    steps = [[name, with_interval(one, 1)] for name, one in results["microseconds_a_step"].items()]
    shares = [[name, with_interval(one, 2)] for name, one in results["ratios"].items()]
    title = f"{results['task']}: a step of {results['ticks']} on one core"
    return [
        Table(title, ("side", "µs"), steps, ("µs",)),
        Table("of each other, round by round", ("what", "ratio"), shares, ("ratio",)),
    ]
