"""`hebbax show`: a run's learning curve, the weights of one life, and a film of it."""

from __future__ import annotations

import re
from argparse import ArgumentTypeError, Namespace
from pathlib import Path

from hebbax.cli.evaluate import add_genome_option
from hebbax.cli.output import note, note_replaced, returned, waiting
from hebbax.cli.parser import Parser, positive_number, whole_number
from hebbax.cli.trust import add_scenario_overrides, add_trust_option, open_run

_DESCRIPTION = """\
Draw a run's learning curve (learning-curve.png) and the weights of one life (weights.png), and film that life
(life.mp4). The life is the first that `hebbax evaluate` runs with the same seed. The files go into the folder of the
run, or into ./show-<task>-<policy>/ for a controller that ships with hebbax.

The camera goes with the robot (`following`), stands where it sees all of its way (`fixed`), or is one of the model's,
by its name or number. `--overlay` writes time, return and what happens to the life on the film."""

_EXAMPLES = """\
  hebbax show runs/mine
  hebbax show runs/mine --genome mean --seed 7 --out pictures
  hebbax show zoo:half_cheetah/han-e --seconds 20
  hebbax show zoo:half_cheetah/han-e --gif --speed 0.5 --camera fixed --size 640x240 --seconds 2
  hebbax show runs/mine --overlay "damage=push-body(torso, (0, 0, 200), from=2s, for=0.2s)\""""


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
    options.add_argument("--seconds", type=positive_number, metavar="S", help="of the life in the film (default: 10)")
    options.add_argument("--speed", type=positive_number, default=1.0, metavar="X", help="times real time (default: 1)")
    options.add_argument("--camera", default="following", metavar="CAMERA", help="following, fixed, or one by its name")
    options.add_argument("--size", type=_size, default=(480, 360), metavar="WxH", help="pixels (default: 480x360)")
    options.add_argument("--overlay", action="store_true", help="write time, return and events on the film")
    options.add_argument("--gif", action="store_true", help="life.gif in place of life.mp4")
    return options


def _size(text: str) -> tuple[int, int]:
    """Return the sides that an option gives."""
    match = re.fullmatch(r"(\d{1,6})[x×](\d{1,6})", text.strip().lower())
    if match is None:
        raise ArgumentTypeError(f"expected WIDTHxHEIGHT in pixels, such as 640x480, not {text!r}")
    return int(match[1]), int(match[2])


def run(options: Namespace) -> int:
    """Draw and film; return 0, also where nothing can film."""
    from hebbax.report.film.look import Look
    from hebbax.report.show import CURVE, FILM, GIF, WEIGHTS, show_folder, show_run

    width, height = options.size
    look = Look(options.seconds, options.speed, width, height, options.camera, options.overlay)
    film = None if options.no_video else GIF if options.gif else FILM
    stored = open_run(options.target, trust=options.trust, overrides=options.overrides)
    folder = show_folder(stored) if options.out is None else Path(options.out)
    note_replaced(folder / name for name in (CURVE, WEIGHTS, film) if name is not None)
    waiting("running a life; compiling it takes up to 20 s the first time")
    lives = show_run(
        stored,
        folder,
        genome=options.genome,
        seed=options.seed,
        look=look,
        film=film,
        on_file=lambda path: print(path, flush=True),
        on_note=note,
    )
    terminations = f"{lives.terminations[0]} (termination={stored.config.termination})"
    print(f"this life's return: {returned(float(lives.returns[0]))}, terminations: {terminations}")
    return 0
