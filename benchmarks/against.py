"""Compare this checkout with another: speed of closed-loop lives, in turns, and their returns, to the bit.

    python benchmarks/against.py OTHER_CHECKOUT --rounds 21 --json benchmarks/results/against.json

Each side is one process of its checkout's own `.venv`, which compiles its lives once and then runs a round whenever it
has the turn. Every other round runs backwards. The cases are those of `hebbax bench closed-loop`.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path

LIVES = 64

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

    def _read(self) -> str:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise SystemExit(f"a side ended with {self._process.wait()}")
        return line.strip()


def main() -> None:
    from hebbax.bench.measure import ratios, summary
    from hebbax.versions import environment

    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("other", type=Path)
    options.add_argument("--rounds", type=int, default=21)
    options.add_argument("--json", type=Path)
    given = options.parse_args()
    here = Path(__file__).resolve().parents[1]
    commits = {
        name: subprocess.check_output(["git", "rev-parse", "HEAD"], cwd=at, text=True).strip()
        for name, at in (("here", here), ("other", given.other))
    }
    sides = {"here": Side(here), "other": Side(given.other.resolve())}
    cases = []
    for number, (name, digest) in enumerate(sides["here"].digests.items()):
        seconds: dict[str, list[float]] = {side: [] for side in sides}
        for turn in range(given.rounds):
            for side in list(sides)[:: 1 if turn % 2 == 0 else -1]:
                seconds[side].append(sides[side].seconds(number))
        ratio = summary(ratios(seconds["other"], seconds["here"]))
        same = digest == sides["other"].digests[name]
        cases.append({"name": name, "ratio": ratio, "same_returns": same, "seconds": seconds})
        low, high = ratio["interval"]
        sys.stdout.write(
            f"{name}: speed here ÷ there {ratio['median']:.3f} ({low:.3f} to {high:.3f}), "
            f"returns {'equal to the bit' if same else 'differ'}\n"
        )
    if given.json is not None:
        document = {"command": sys.argv, "commits": commits, "lives": LIVES, "cases": cases, "versions": environment()}
        given.json.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
