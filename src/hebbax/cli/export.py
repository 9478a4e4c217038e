"""`hebbax export`: a controller as C, ONNX, plain NumPy or JSON, for a robot."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

from hebbax.cli.evaluate import add_genome_option
from hebbax.cli.output import quoted, waiting
from hebbax.cli.parser import Parser, whole_number
from hebbax.cli.trust import add_trust_option, open_run

_FORMATS = ("c", "onnx", "numpy", "json")
_BITS = (32, 16)

_DESCRIPTION = """\
Write a controller as a robot can run it, with its plasticity inside: one step from an observation to an action. The
folder has a README with the loop, what every number of an observation and an action is, and a test vector."""

_EXAMPLES = """\
  hebbax export zoo:half_cheetah/han-e --format c
  hebbax export runs/mine --format onnx --to my_robot
  hebbax export runs/mine --format c --bits 16"""


def parser() -> Parser:
    """Return the options."""
    options = Parser("export", _DESCRIPTION, _EXAMPLES)
    options.add_argument("target", metavar="RUN", help="folder of a run, or zoo:TASK/POLICY")
    options.add_argument("--format", choices=_FORMATS, required=True, help="what to write")
    options.add_argument(
        "--to", metavar="FOLDER", help="where to (default: export/FORMAT in the run, or ./export-TASK-POLICY-FORMAT)"
    )
    options.add_argument(
        "--bits", type=whole_number, choices=_BITS, default=32, help="of a coefficient or a weight (default: 32)"
    )
    options.add_argument(
        "--seed", type=whole_number, default=1, metavar="N", help="of the life of the test vector (default: 1)"
    )
    add_genome_option(options)
    add_trust_option(options)
    return options


def run(options: Namespace) -> int:
    """Write the folder; say what is in it, and what to type next."""
    from hebbax.errors import HebbaxError
    from hebbax.export.write import check_place, export_run
    from hebbax.runs.stored_run import results_path

    if options.to == "":
        raise HebbaxError("--to: expected the name of a folder, such as my_robot")
    stored = open_run(options.target, trust=options.trust)
    folder = Path(options.to or results_path(stored, f"export/{options.format}", "export", f"-{options.format}"))
    check_place(folder)
    stored.controller(options.genome)  # a bad name is told before anything is compiled
    waiting("running a life for the test vector; compiling it takes up to 20 s the first time")
    manifest = export_run(
        stored,
        options.format,
        folder,
        called=options.target,
        which=options.genome,
        bits=options.bits,
        seed=options.seed,
    )
    print(f"{stored.task.name} · {stored.policy.name} as {options.format} → {folder}")
    print(f"{', '.join(manifest.files)}; README.md says how to run it")
    print(f"next: hebbax verify-export {quoted(folder)}")
    return 0
