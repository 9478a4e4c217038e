"""`hebbax show`: a run's learning curve, the weights of one life, and a film of it."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

from hebbax.cli.evaluate import add_genome_option
from hebbax.cli.output import note, returned, waiting
from hebbax.cli.parser import Parser, positive_number, whole_number
from hebbax.cli.trust import add_scenario_overrides, add_trust_option, open_run

_DESCRIPTION = """\
Draw a run's learning curve (learning-curve.png) and the weights of one life (weights.png), and film that life
(life.mp4). The life is the first that `hebbax evaluate` runs with the same seed. The files go into the folder of the
run, or into ./show-<task>-<policy>/ for a controller that ships with hebbax."""

_EXAMPLES = """\
  hebbax show runs/mine
  hebbax show runs/mine --genome mean --seed 7 --out pictures
  hebbax show zoo:half_cheetah/han-e --seconds 20"""


def parser() -> Parser:
    """Return the options."""
    options = Parser("show", _DESCRIPTION, _EXAMPLES)
    options.add_argument("target", metavar="RUN", help="folder of a run, or zoo:TASK/POLICY")
    add_scenario_overrides(options)
    options.add_argument("--seed", type=whole_number, default=1, metavar="N", help="of the life (default: 1)")
    add_genome_option(options)
    add_trust_option(options)
    options.add_argument("--out", metavar="FOLDER", help="where the files go")
    options.add_argument("--no-video", action="store_true", help="pictures only")
    options.add_argument(
        "--seconds", type=positive_number, default=10.0, metavar="S", help="length of the film (default: 10)"
    )
    return options


def run(options: Namespace) -> int:
    """Draw and film; return 0, also where nothing can film."""
    from hebbax.report.show import show_folder, show_run

    stored = open_run(options.target, trust=options.trust, overrides=options.overrides)
    waiting("running a life; compiling it takes up to 20 s the first time")
    lives = show_run(
        stored,
        show_folder(stored) if options.out is None else Path(options.out),
        genome=options.genome,
        seed=options.seed,
        seconds=options.seconds,
        film=not options.no_video,
        on_file=lambda path: print(path, flush=True),
        on_note=note,
    )
    terminations = f"{lives.terminations[0]} (termination={stored.config.termination})"
    print(f"this life's return: {returned(float(lives.returns[0]))}, terminations: {terminations}")
    return 0
