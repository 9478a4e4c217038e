"""`hebbax stress`: what controllers keep of their return under damages that they may never have met."""

from __future__ import annotations

import json
from argparse import Namespace
from pathlib import Path

from hebbax.cli.evaluate import add_genome_option
from hebbax.cli.output import note_replaced, print_table, waiting
from hebbax.cli.parser import Parser, whole_number
from hebbax.cli.trust import add_trust_option, open_run

_DESCRIPTION = """\
Put controllers through damages at several amounts, each over the same lives as the unharmed ones, and say what they
keep of their return, with 95 % intervals. RUN is the folder of a run, or zoo:TASK/POLICY; several stand side by side.

The table (stress.md, stress.json) and its figure (stress.png, .svg) go to --out.

Suites; `all` is every one that fits the robot:
  actuators     weak, dead, stuck, late and noisy motors
  sensors       noise, drop-outs, delay, and each group of observations frozen
  surroundings  weight, gravity, friction, slope, rough ground, a push
  ant           each leg shortened
  cheetah       a motor that fails, shorter feet and shins
  physics       a converged solver, other cones, half the step, other friction and armature: what keeps less than 80 %
                lives by how the simulator computes
  transfer      another simulation: integrator, step, soft contacts, torque that falls with speed, late motors and
                sensors, noise, and much of that at once; by its name alone, and no part of `all`"""

_EXAMPLES = """\
  hebbax stress zoo:half_cheetah/han-e --suite sensors
  hebbax stress runs/plastic runs/static --out stress/ants
  hebbax stress zoo:half_cheetah/han-e --suite physics --lifetimes 50 --json"""


def parser() -> Parser:
    """Return the options."""
    options = Parser("stress", _DESCRIPTION, _EXAMPLES)
    options.add_argument("targets", nargs="+", metavar="RUN", help="folder of a run, or zoo:TASK/POLICY")
    options.add_argument("--suite", default="all", metavar="SUITE", help="one of the above (default: all)")
    options.add_argument("--lifetimes", type=whole_number, default=20, metavar="N", help="of each case (default: 20)")
    options.add_argument("--seed", type=whole_number, default=1, metavar="N", help="of the lives (default: 1)")
    add_genome_option(options)
    add_trust_option(options)
    options.add_argument("--out", default="stress", metavar="FOLDER", help="of the files (default: stress)")
    options.add_argument("--json", action="store_true", help="print one JSON object")
    return options


def run(options: Namespace) -> int:
    """Stress; return 0."""
    from hebbax.files.destination import check_folder
    from hebbax.stress.stress import check_comparable, document, stress
    from hebbax.stress.tables import remarks_of, rows_of, stress_paths, write_stress

    runs = [open_run(target, trust=options.trust) for target in options.targets]
    check_comparable(runs)
    folder = Path(options.out)
    check_folder(folder)  # before lives are lived for it
    note_replaced(stress_paths(folder))
    waiting("the first lives may have to be compiled, which takes up to 20 s")
    asked = {"suite": options.suite, "lifetimes": options.lifetimes, "seed": options.seed, "genome": options.genome}
    stressed = [
        stress(run, name=target, tell=waiting, **asked) for run, target in zip(runs, options.targets, strict=True)
    ]
    values = document(stressed, **asked)
    write_stress(folder, stressed, values)
    if options.json:
        print(json.dumps({**values, "files": [str(path) for path in stress_paths(folder)]}))
        return 0
    columns, rows = rows_of(stressed)
    print_table(columns, rows, right=columns[2:])
    for line in (*remarks_of(stressed), *map(str, stress_paths(folder))):
        print(line)
    return 0
