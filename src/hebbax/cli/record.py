"""`hebbax record`: everything that happens in some lives, in one HDF5 file."""

from __future__ import annotations

import os
from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from hebbax.cli.evaluate import add_genome_option
from hebbax.cli.interrupt import interruption
from hebbax.cli.output import note, number, returned, waiting
from hebbax.cli.parser import Parser, whole_number
from hebbax.cli.trust import add_scenario_overrides, add_trust_option, open_run
from hebbax.errors import HebbaxError

if TYPE_CHECKING:
    from hebbax.runs.stored_run import StoredRun
    from hebbax.types import Lives

_DESCRIPTION = """\
Record lives of a controller: states, observations, actions, rewards, contacts, torques and all weights at every tick,
in one HDF5 file that any program can read. The lives are the first that `hebbax evaluate` runs with the same seed. The
file is RUN/recording.h5, or ./recording-TASK-POLICY.h5 for a controller that ships with hebbax; one that exists is not
overwritten. Ctrl-C ends the lives that go on; the file then holds them up to there. Where the disk is full, it holds
the lives that were whole by then."""

_EXAMPLES = """\
  hebbax record runs/mine
  hebbax record runs/mine --lifetimes 1 --ticks 72000 --every 4 --out hour.h5
  hebbax record zoo:half_cheetah/han-e --seed 7"""


def parser() -> Parser:
    """Return the options."""
    options = Parser("record", _DESCRIPTION, _EXAMPLES)
    options.add_argument("target", metavar="RUN", help="folder of a run, or zoo:TASK/POLICY")
    add_scenario_overrides(options)
    options.add_argument("--lifetimes", type=whole_number, default=5, metavar="N", help="lives (default: 5)")
    options.add_argument("--ticks", type=whole_number, metavar="N", help="of a life (default: as the run lived)")
    options.add_argument(
        "--every", type=whole_number, default=1, metavar="N", help="keep every n-th tick (default: 1, all)"
    )
    options.add_argument("--seed", type=whole_number, default=1, metavar="N", help="of these lives (default: 1)")
    add_genome_option(options)
    add_trust_option(options)
    options.add_argument("--out", metavar="FILE.h5", help="the file")
    return options


def run(options: Namespace) -> int:
    """Record; return 0, or 130 after Ctrl-C."""
    from hebbax.evolution.trust import remember_trust
    from hebbax.recording.record import check_recording, record_lives
    from hebbax.runs.trials import Source

    stored = open_run(options.target, trust=options.trust, overrides=options.overrides)
    path = recording_path(stored) if options.out is None else Path(options.out)
    source = Source.of_run(
        stored, lifetimes=options.lifetimes, ticks=options.ticks, seed=options.seed, genome=options.genome
    )
    check_recording(path, options.every)  # before the life is compiled
    if options.every >= max(2, source.ticks):
        nearest = max(1, source.ticks - 1)
        raise HebbaxError(
            f"every={options.every}: of lives of {source.ticks} ticks only tick 0 would be kept; "
            f"nearest valid: {nearest}"
        )
    waiting(f"recording {options.lifetimes} lives; compiling them takes up to 20 s the first time")
    unheard: list[OSError] = []

    def tell(life: int, row: Lives) -> None:
        if unheard:
            return
        try:
            print(
                f"life {life}  return {returned(float(row.returns[0]))}  {number(int(row.lengths[0]))} ticks",
                flush=True,
            )
        except OSError as error:  # nobody reads, which is no reason to lose the lives
            unheard.append(error)

    with interruption() as interrupted:
        runner = source.runner()
        interrupted.when_asked(runner.stop)
        found = record_lives(source, path, every=options.every, runner=runner, on_life=tell)
    remember_trust(stored.config, path, note)  # the recording is as trusted as the run that it is of
    if unheard:
        raise unheard[0]
    print(f"{path}  {found} {'life' if found == 1 else 'lives'}, {number(os.path.getsize(path) / 1e6, 1)} MB")
    return interrupted.exit_code


def recording_path(run: StoredRun) -> Path:
    """Return where the recording of a run goes by default."""
    from hebbax.runs.stored_run import results_path

    return results_path(run, "recording.h5", "recording", ".h5")
