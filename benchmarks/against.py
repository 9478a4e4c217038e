"""Compare this checkout with another: speed in turns, and what lives and a short run give, to the bit.

    python benchmarks/against.py OTHER_CHECKOUT --json benchmarks/results/against.json

Each side is a process of its checkout's own `.venv`, which compiles its lives once and then runs a round whenever it
has the turn. Every other round runs backwards. Where a process puts its memory makes a difference of two in a hundred,
so each side is started several times. The cases are those of `hebbax bench closed-loop`. Then come, in turns too,
`hebbax --help` and a warm start to the end of the first generation, and a run of GENERATIONS generations of which the
last checkpoint and the metrics are compared.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

LIVES = 64
GENERATIONS = 20
STARTS = 7
TRAINING = ("task=half_cheetah", "policy=han-e", "strategy.population=16", "evaluate_lifetimes=4", "task.ticks=200")
_TIMES = ("seconds", "steps_per_second")  # what metrics begin with that no run repeats

SIDE = f"""
import hashlib, sys, time
from hebbax.bench.closed_loop import life_keys_of
from hebbax.bench.controls import CLOSED_LOOP
from hebbax.engines.native import NativeEngine

keys, sides = life_keys_of({LIVES}), []
for make, ticks in CLOSED_LOOP.items():
    controls = make({LIVES})
    engine = NativeEngine(controls.task, controls.policy)
    def run(engine=engine, controls=controls, ticks=ticks):
        return engine.evaluate(controls.genomes, keys, normaliser=controls.normaliser, ticks=ticks)
    digest = hashlib.sha256(run().returns.tobytes()).hexdigest()
    sides.append(run)
    print(controls.name, digest, sep="\\t", flush=True)
print("ready", flush=True)
for line in sys.stdin:
    begin = time.perf_counter()
    sides[int(line)]()
    print(time.perf_counter() - begin, flush=True)
"""


class Side:
    """A process of one checkout that runs lives when it is asked to."""

    def __init__(self, checkout: Path) -> None:
        self._process = subprocess.Popen(
            [str(checkout / ".venv/bin/python"), "-c", SIDE],
            cwd=checkout,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.digests: dict[str, str] = {}
        while (line := self._read()) != "ready":
            name, digest = line.split("\t")
            self.digests[name] = digest

    def seconds(self, case: int) -> float:
        """Run a case once and return how long it took."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{case}\n")
        self._process.stdin.flush()
        return float(self._read())

    def end(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.wait()

    def _read(self) -> str:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise SystemExit(f"a side ended with {self._process.wait()}")
        return line.strip()


def hebbax(checkout: Path, *arguments: str) -> float:
    """Run a command of a checkout and return how long it took, s."""
    begin = time.perf_counter()
    command = [str(checkout / ".venv/bin/python"), "-m", "hebbax.cli.main", *arguments]
    subprocess.run(command, cwd=checkout, check=True, capture_output=True)
    return time.perf_counter() - begin


def starts(checkouts: dict[str, Path]) -> dict[str, dict[str, list[float]]]:
    """Return how long `hebbax --help`, and a warm start to the end of the first generation, take on each side, s."""
    found: dict[str, dict[str, list[float]]] = {
        name: {side: [] for side in checkouts} for name in ("help", "warm start")
    }
    for turn in range(STARTS + 1):
        for side in list(checkouts)[:: 1 if turn % 2 == 0 else -1]:
            with tempfile.TemporaryDirectory() as folder:
                arguments = ("train", *TRAINING, "generations=1", "--run", f"{folder}/run")
                seconds = {"help": hebbax(checkouts[side], "--help"), "warm start": hebbax(checkouts[side], *arguments)}
            for name, value in seconds.items():
                if turn > 0:  # the first one compiles
                    found[name][side].append(value)
    return found


def compare_runs(checkouts: dict[str, Path]) -> dict[str, Any]:
    """Evolve the same run on both sides; return which arrays and which metrics of the other differ here."""
    from hebbax.runs.checkpoint import read_checkpoint
    from hebbax.runs.run_folder import RunFolder

    tensors, metrics = {}, {}
    with tempfile.TemporaryDirectory() as folder:
        for side, checkout in checkouts.items():
            run = Path(folder) / side
            hebbax(checkout, "train", *TRAINING, f"generations={GENERATIONS}", "--run", str(run))
            opened = RunFolder.open(run)
            tensors[side] = read_checkpoint(opened.checkpoints()[-1]).tensors
            metrics[side] = opened.read_metrics()
    other = tensors["other"]
    arrays = [
        name
        for name in other
        if name not in tensors["here"] or not _same(np.asarray(other[name]), tensors["here"][name])
    ]
    lines = zip(metrics["here"], metrics["other"], strict=True)
    keys = {
        key for here, there in lines for key in there if not key.startswith(_TIMES) and there[key] != here.get(key, "")
    }
    return {
        "command": [*TRAINING, f"generations={GENERATIONS}"],
        "arrays": len(other),
        "differing_arrays": arrays,
        "metrics": len(metrics["other"][0]),
        "differing_metrics": sorted(keys),
    }


def _same(one: np.ndarray, other: np.ndarray) -> bool:
    return one.dtype == other.dtype and one.shape == other.shape and one.tobytes() == np.asarray(other).tobytes()


def main() -> None:
    from hebbax.bench.measure import ratios, summary
    from hebbax.versions import environment

    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("other", type=Path)
    options.add_argument("--rounds", type=int, default=7)
    options.add_argument("--processes", type=int, default=5)
    options.add_argument("--json", type=Path)
    given = options.parse_args()
    here = Path(__file__).resolve().parents[1]
    commits = {
        name: subprocess.check_output(["git", "rev-parse", "HEAD"], cwd=at, text=True).strip()
        for name, at in (("here", here), ("other", given.other))
    }
    checkouts = {"here": here, "other": given.other.resolve()}
    cases: list[dict[str, Any]] = []
    for beginning in range(given.processes):
        sides = {name: Side(at) for name, at in checkouts.items()}
        for number, (name, digest) in enumerate(sides["here"].digests.items()):
            if beginning == 0:
                same = digest == sides["other"].digests[name]
                cases.append({"name": name, "same_returns": same, "seconds": {side: [] for side in sides}})
            for turn in range(given.rounds):
                for side in list(sides)[:: 1 if turn % 2 == 0 else -1]:
                    cases[number]["seconds"][side].append(sides[side].seconds(number))
        for side in sides.values():
            side.end()
    for case in cases:
        case["ratio"] = summary(ratios(case["seconds"]["other"], case["seconds"]["here"]))
        low, high = case["ratio"]["interval"]
        sys.stdout.write(
            f"{case['name']}: speed here ÷ there {case['ratio']['median']:.3f} ({low:.3f} to {high:.3f}), "
            f"returns {'equal to the bit' if case['same_returns'] else 'differ'}\n"
        )
    begun = starts(checkouts)
    for name, seconds in begun.items():
        ratio = summary(ratios(seconds["here"], seconds["other"]))
        sys.stdout.write(
            f"{name}: {np.median(seconds['here']):.3f} s here, time here ÷ there {ratio['median']:.3f} "
            f"({ratio['interval'][0]:.3f} to {ratio['interval'][1]:.3f})\n"
        )
    run = compare_runs(checkouts)
    sys.stdout.write(
        f"{GENERATIONS} generations: {len(run['differing_arrays'])} of {run['arrays']} arrays of the last checkpoint "
        f"and {len(run['differing_metrics'])} of {run['metrics']} metrics differ\n"
    )
    if given.json is not None:
        document = {
            "command": sys.argv,
            "commits": commits,
            "lives": LIVES,
            "cases": cases,
            "starts": begun,
            "run": run,
            "versions": environment(),
        }
        given.json.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
