"""`hebbax verify-export`: whether an exported controller is still the same."""

from __future__ import annotations

import json
from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from hebbax.cli.output import note, print_facts, returned, waiting
from hebbax.cli.parser import Parser, whole_number
from hebbax.cli.trust import add_trust_option, open_run

if TYPE_CHECKING:
    from hebbax.export.verify import Verification
    from hebbax.types import Lives

_DESCRIPTION = """\
Run what `hebbax export` has written: C is compiled with this machine's compiler. Its test vector, observations that are
not numbers, and lives of the task, through the exported controller and through the original. Exits with 1 where they
are not the same."""

_EXAMPLES = """\
  hebbax verify-export export-half_cheetah-han-e-c
  hebbax verify-export my_robot --run runs/mine --lives 100"""


def parser() -> Parser:
    """Return the options."""
    options = Parser("verify-export", _DESCRIPTION, _EXAMPLES)
    options.add_argument("folder", metavar="FOLDER", help="that `hebbax export` has written")
    options.add_argument("--run", metavar="RUN", help="that it was exported from, where it is elsewhere now")
    options.add_argument(
        "--lives",
        type=whole_number,
        default=20,
        metavar="N",
        help="of the task, through both; 0 for none (default: 20)",
    )
    options.add_argument("--seed", type=whole_number, default=1, metavar="N", help="of these lives (default: 1)")
    add_trust_option(options)
    options.add_argument("--json", action="store_true", help="print one JSON object")
    return options


def run(options: Namespace) -> int:
    """Verify; return 0 where the controller is the same, 1 where it is not."""
    from hebbax.errors import HebbaxError, check_seed, check_whole
    from hebbax.export.verify import NO_COMPILER, read_export, verify_export

    check_whole("--lives", options.lives, 0, 1_000_000)
    check_seed(options.seed)
    folder = Path(options.folder)
    manifest = read_export(folder)
    try:
        stored = open_run(options.run or manifest.run, trust=options.trust)
    except HebbaxError as error:
        if options.run is not None:
            raise
        raise HebbaxError(f"{error}; it was exported from there: expected its run with --run RUN") from error
    waiting(f"running the test vector and {options.lives} lives through both; it takes up to a minute")
    found = verify_export(folder, stored, lives=options.lives, seed=options.seed)
    if not found.compiled:
        note(NO_COMPILER)
    if options.json:
        print(json.dumps(found.to_json()))
    else:
        print_facts(facts_of(options.folder, found))
    return 0 if found.passed else 1


def facts_of(folder: str, found: Verification) -> list[tuple[str, str]]:
    """Return what was found as names and values to print."""
    manifest = found.manifest
    what = f"{manifest.format} of {manifest.run} ({manifest.genome} genome, {manifest.bits} bits)"
    facts = [
        ("export", f"{folder}: {what}"),
        (
            "test vector",
            f"{_word(found.same_actions)}: {found.ticks:,} ticks, actions differ by {found.largest_difference:.2g} "
            f"at most ({manifest.tolerance:g} allowed)",
        ),
        ("not a number", f"{_word(found.answers)}: such ticks are left out"),
    ]
    if found.original is None or found.exported is None:
        return facts
    lives = f"{_of(found.exported)} exported, {_of(found.original)} original"
    return [*facts, ("mean return", f"{_word(found.same_lives)}: {lives}, {len(found.exported.returns)} lives each")]


def _word(fine: bool) -> str:
    return "the same" if fine else "NOT the same"


def _of(lives: Lives) -> str:
    """Return the mean return of lives with its 95 % interval."""
    from hebbax.runs.evaluation import mean_interval

    returns = lives.returns[~lives.diverged]
    interval = mean_interval(returns)
    mean = returned(float(returns.mean()) if len(returns) else None)
    return mean if interval is None else f"{mean} ({returned(interval[0])} to {returned(interval[1])})"
