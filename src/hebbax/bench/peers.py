"""`peers`: the shipped HalfCheetah controller's lives the way others run them, against hebbax."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from hebbax.bench.closed_loop import life_keys_of
from hebbax.bench.controls import Controls, shipped_half_cheetah
from hebbax.bench.measure import alternate, rates, ratios, summary
from hebbax.bench.mjx_peer import mjx_peer
from hebbax.bench.report import Report, Settings, Table, Tell
from hebbax.bench.vector_peers import async_peer, envpool_peer, sync_peer
from hebbax.bench.words import rate, with_interval
from hebbax.engines.native import NativeEngine
from hebbax.engines.scenario import Scenario
from hebbax.errors import one_line
from hebbax.worlds.mujoco.library import clock_running

_POPULATION = 256
_TICKS, _MJX_TICKS = 250, 50  # fewer than a life has: the slowest of them take a second for a thousand
_ENVIRONMENTS, _PROCESSES = 64, 16
_COLUMNS = ("how", "environments", "ticks", "steps/s", "hebbax is faster by", "return of a life")


@dataclass(frozen=True)
class Peer:
    """One way to run lives."""

    environments: int
    ticks: int
    run: Callable[[], np.ndarray]  # returns [environments]


def measure(settings: Settings, tell: Tell) -> Report:
    """Measure hebbax and all peers that are installed."""
    population, ticks = settings.population or _POPULATION, settings.ticks or _TICKS
    controls = shipped_half_cheetah(population)
    with ExitStack() as stack:
        peers = _peers(controls, population, ticks, stack, tell)
        present = {name: peer for name, peer in peers.items() if isinstance(peer, Peer)}
        returns = {}
        for name, peer in present.items():
            tell(f"{name}: first run, which compiles")
            returns[name] = float(np.mean(peer.run()))
        tell(f"{settings.rounds()} rounds of {', '.join(present)}")
        seconds = alternate({name: peer.run for name, peer in present.items()}, settings.rounds())
    results = _results(peers, seconds, returns)
    return Report({"controls": controls.how, "peers": results}, [_table(results)])


def _peers(controls: Controls, population: int, ticks: int, stack: ExitStack, tell: Tell) -> dict[str, Peer | str]:
    """Return hebbax and its peers by name; in place of one that cannot run, why."""
    many, few = min(population, _ENVIRONMENTS), min(population, _PROCESSES)
    peers: dict[str, Peer | str] = {"hebbax": _hebbax(controls, ticks)}
    vectors = (
        ("gymnasium SyncVectorEnv", sync_peer, many),
        ("gymnasium AsyncVectorEnv", async_peer, few),
        ("envpool", envpool_peer, many),
    )
    for name, make, count in vectors:
        tell(f"{name}: making {count} environments")
        peer = _try_make(make, controls, count)
        if not isinstance(peer, str):
            stack.callback(peer.close)
            peer = Peer(count, ticks, _with_clock(partial(peer.run, ticks)))
        peers[name] = peer
    mjx_ticks = min(ticks, _MJX_TICKS)
    mjx = _try_make(mjx_peer, controls, many, mjx_ticks)
    peers["mjx on the CPU"] = mjx if isinstance(mjx, str) else Peer(many, mjx_ticks, mjx.run)
    return peers


def _try_make(make: Callable[..., Any], *arguments: Any) -> Any:
    """Return what others' software makes, or why it does not."""
    try:
        return make(*arguments) or "not installed"
    except Exception as error:
        return f"not usable: {one_line(error)[:200]}"


def _with_clock(run: Callable[[], np.ndarray]) -> Callable[[], np.ndarray]:
    """Return the same lives as they are without hebbax, which stops MuJoCo's clock for the process."""

    def with_clock() -> np.ndarray:
        with clock_running():
            return run()

    return with_clock


def _hebbax(controls: Controls, ticks: int) -> Peer:
    engine = NativeEngine(controls.task, controls.policy)
    population = len(controls.genomes)
    keys = life_keys_of(population)

    def run() -> np.ndarray:
        return engine.evaluate(controls.genomes, keys, Scenario(normaliser=controls.normaliser, ticks=ticks)).returns

    return Peer(population, ticks, run)


def _results(
    peers: dict[str, Peer | str], seconds: dict[str, list[float]], returns: dict[str, float]
) -> dict[str, Any]:
    steps = {name: peer.environments * peer.ticks for name, peer in peers.items() if isinstance(peer, Peer)}
    speed = {name: rates(values, steps[name]) for name, values in seconds.items()}
    results: dict[str, Any] = {}
    for name, peer in peers.items():
        if isinstance(peer, str):
            results[name] = peer
            continue
        results[name] = {
            "environments": peer.environments,
            "ticks": peer.ticks,
            "seconds": seconds[name],
            "steps_per_second": summary(speed[name]),
            "ratio": summary(ratios(speed["hebbax"], speed[name])),  # hebbax ÷ this
            "return_mean": returns[name],  # of so many ticks: the same controller should earn the same anywhere
        }
    return results


def _table(results: dict[str, Any]) -> Table:
    rows = []
    for name, result in results.items():
        if isinstance(result, str):
            rows.append([name, "", "", result, "", ""])
            continue
        faster = "" if name == "hebbax" else with_interval(result["ratio"], 1, " ×")
        counts = [str(result["environments"]), str(result["ticks"])]
        rows.append([name, *counts, rate(result["steps_per_second"]), faster, f"{result['return_mean']:,.0f}"])
    return Table("half_cheetah han-e, the shipped controller", _COLUMNS, rows, _COLUMNS[1:])
