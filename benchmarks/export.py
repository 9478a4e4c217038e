"""What exported controllers cost on a board: microseconds a tick here, bytes of RAM, and of flash of a Cortex-M4.

    python benchmarks/export.py --json benchmarks/results/export.json

The C of each shipped controller, with coefficients of 32 and of 16 bits. A round is the 1,000 ticks of its test vector,
called from C. Flash is code and constants as `arm-none-eabi-gcc -Os` makes them for a Cortex-M4 with its own library,
where that compiler is there; the size of an object of this machine where it is not.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from hebbax.export.c_memory import Memory
from hebbax.export.c_printer import print_c
from hebbax.export.describe import describe_run
from hebbax.export.description import Description
from hebbax.export.steppers import compiler
from hebbax.runs.stored_run import StoredRun
from hebbax.versions import environment
from hebbax.zoo import zoo_names

ROUNDS = 40
ARM = ("arm-none-eabi-gcc", "-mcpu=cortex-m4", "-mthumb", "-mfloat-abi=hard", "-mfpu=fpv4-sp-d16")

_CLOCK = """\
#include "{name}.h"
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static {name} controller;

int main(int count, char **arguments)
{{
    static float seen[1000][{big}_OBSERVATIONS], action[{big}_ACTIONS];
    FILE *file = fopen(arguments[1], "rb");
    int round, tick;
    (void)count;
    if (file == NULL || fread(seen, sizeof seen, 1, file) != 1) return 1;
    for (round = 0; round < {rounds}; ++round) {{
        struct timespec begin, end;
        {name}_start(&controller, 1u);
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &begin);
        for (tick = 0; tick < 1000; ++tick) {name}_step(&controller, seen[tick], action);
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &end);
        printf("%.6f\\n", ((double)(end.tv_sec - begin.tv_sec) * 1e9 + (double)(end.tv_nsec - begin.tv_nsec)) / 1e6);
    }}
    return 0;
}}
"""


def main() -> None:
    """Measure, print and write."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--json", type=Path)
    path = options.parse_args().json
    rows = [measured(name, bits) for name in zoo_names() for bits in (32, 16)]
    for row in rows:
        print(
            f"{row['run']:34} {row['bits']} bits  {row['microseconds'][1]:6.2f} µs a tick  "
            f"{row['ram']:6,} bytes of RAM  {row['flash']:7,} of flash ({row['flash_of']})"
        )
    if path is not None:
        command = f"python benchmarks/export.py --json {path}"
        result = {"command": command, "rounds": ROUNDS, "controllers": rows, "versions": environment()}
        path.write_text(json.dumps(result, indent=1) + "\n")


def measured(name: str, bits: int) -> dict[str, Any]:
    """Return what a controller costs."""
    run = StoredRun.open(f"zoo:{name}", on_note=lambda line: None)
    found = describe_run(run, bits=bits)
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        for file, text in print_c(found).items():
            (place / file).write_text(text, encoding="utf-8")
        low, median, high = np.percentile(_times(found, run, place), [2.5, 50, 97.5])
        flash, of = _flash(found, place)
    return {
        "run": f"zoo:{name}",
        "bits": bits,
        "microseconds": [float(low), float(median), float(high)],
        "ram": Memory(found).bytes,
        "flash": flash,
        "flash_of": of,
    }


def _times(found: Description, run: StoredRun, place: Path) -> list[float]:
    """Return the microseconds a tick of each round; what is seen are draws about the controller's own observations."""
    normaliser = run.controller().statistics.normaliser()
    draws = np.random.default_rng(1).normal(size=(1000, found.observation_size))
    (normaliser.mean + draws / normaliser.scale).astype(np.float32).tofile(place / "seen")
    clock = _CLOCK.format(name=found.name, big=found.name.upper(), rounds=ROUNDS)
    (place / "clock.c").write_text(clock, encoding="utf-8")
    chosen = compiler()
    assert chosen is not None, "no C compiler"
    files = ["clock.c", f"{found.name}.c"]
    subprocess.run([chosen, "-std=gnu99", "-O2", *files, "-lm", "-o", "clock"], cwd=place, check=True)
    done = subprocess.run([place / "clock", "seen"], cwd=place, check=True, capture_output=True, text=True)
    return [float(line) for line in done.stdout.split()]


def _flash(found: Description, place: Path) -> tuple[int, str]:
    """Return the bytes of code and constants, and what of."""
    arm = shutil.which(ARM[0]) is not None
    command = ARM if arm else (str(compiler()),)
    sources = f"{found.name}.c"
    if arm:  # with the functions of C's library that it calls, and without those that it does not
        (place / "main.c").write_text(
            f'#include "{found.name}.h"\n{found.name} controller;\n'
            f"float seen[{found.observation_size}], action[{found.action_size}];\n"
            f"int main(void) {{ {found.name}_start(&controller, 1u); "
            f"return {found.name}_step(&controller, seen, action); }}\n"
            "void _exit(int code) { (void)code; for (;;) {} }\n",
            encoding="utf-8",
        )
        options = [
            "-std=c99",
            "-Os",
            "-ffunction-sections",
            "-fdata-sections",
            "-Wl,--gc-sections",
            "--specs=nano.specs",
        ]
        subprocess.run([*command, *options, sources, "main.c", "-lm", "-o", "board"], cwd=place, check=True)
        return _size("arm-none-eabi-size", place / "board"), "Cortex-M4"
    subprocess.run([*command, "-std=c99", "-Os", "-c", sources, "-o", "board"], cwd=place, check=True)
    return _size("size", place / "board"), "this machine"


def _size(program: str, file: Path) -> int:
    done = subprocess.run([program, file], check=True, capture_output=True, text=True)
    text, data, *_ = done.stdout.splitlines()[1].split()
    return int(text) + int(data)


if __name__ == "__main__":
    main()
