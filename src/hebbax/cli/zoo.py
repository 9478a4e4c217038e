"""`hebbax zoo`: the controllers that ship with hebbax."""

from __future__ import annotations

import json
from argparse import Namespace
from pathlib import Path
from typing import Any

from hebbax.cli.output import note, number, print_table, returned, waiting
from hebbax.cli.parser import Parser, whole_number
from hebbax.cores import keep_algebra_on_one_thread
from hebbax.errors import HebbaxError
from hebbax.policies.sizes import SIZE_COLUMNS, size_cells, sizes_of

_DESCRIPTION = """\
List the evolved controllers that ship with hebbax. zoo:TASK/POLICY can be given wherever a run can."""

_EXAMPLES = """\
  hebbax zoo
  hebbax evaluate zoo:half_cheetah/han-e
  hebbax show zoo:half_cheetah/han-e
  hebbax zoo --gallery gallery --lifetimes 5"""

_COLUMNS = ("controller", "mean return", "standard deviation", "lifetimes", *SIZE_COLUMNS)
_LIFETIMES = 20  # of a verdict in the gallery
_KEYS = ("return_mean", "return_std", "lifetimes", "command")


def parser() -> Parser:
    """Return the options."""
    options = Parser("zoo", _DESCRIPTION, _EXAMPLES)
    options.add_argument("--json", action="store_true", help="print one JSON list")
    options.add_argument(
        "--gallery", metavar="FOLDER", help="write a page with film, weights, verdict, stress chart and card of each"
    )
    options.add_argument("--stress", metavar="FOLDER", help="where results of `hebbax stress` are (with --gallery)")
    options.add_argument(
        "--lifetimes",
        type=whole_number,
        metavar="N",
        help="lives of a verdict, with --gallery (default: 20)",
    )
    return options


def run(options: Namespace) -> int:
    """Print the controllers, or write their gallery; return 0."""
    if options.gallery is not None:
        return _write_gallery(options)
    for name in ("stress", "lifetimes"):
        if (value := getattr(options, name)) is not None:
            raise HebbaxError(f"--{name} {value}: expected only with --gallery FOLDER, which it is about")
    rows = describe_zoo()
    if options.json:
        print(json.dumps(rows))
    elif not rows:
        print("no controller ships with this version of hebbax: `hebbax train` evolves one")
    else:
        print_table(_COLUMNS, [[row["name"], *_cells(row)] for row in rows], right=_COLUMNS[1:])
        for row in rows:  # a command is to be copied, which a column would break
            print(f"{row['name']} was evolved by: {row['command'] or '–'}")
        print(
            f"use one like a run: hebbax evaluate {rows[0]['name']}\n                    hebbax show {rows[0]['name']}"
        )
    return 0


def _write_gallery(options: Namespace) -> int:
    keep_algebra_on_one_thread()  # before NumPy is loaded
    from hebbax.files.destination import check_folder
    from hebbax.gallery.gallery import write_gallery
    from hebbax.zoo import zoo_names

    folder = Path(options.gallery)
    check_folder(folder)  # before lives are lived for it
    stressed = None if options.stress is None else Path(options.stress)
    if stressed is not None and not stressed.is_dir():
        raise HebbaxError(f"no folder {stressed}: expected one that `hebbax stress` has written")
    waiting("running and analysing lives of every controller, some minutes in all")
    write_gallery(
        [f"zoo:{name}" for name in zoo_names()],
        folder,
        lifetimes=_LIFETIMES if options.lifetimes is None else options.lifetimes,
        stressed=stressed,
        typed=options.command,
        on_file=lambda path: print(path, flush=True),
        on_note=note,
    )
    return 0


def describe_zoo() -> list[dict[str, Any]]:
    """Return the name of each controller with the evaluation on its card, null where its card does not say."""
    from hebbax.runs.identity import controller_sha256
    from hebbax.runs.stored_run import StoredRun
    from hebbax.zoo import zoo_names, zoo_path

    rows = []
    for name in (f"zoo:{name}" for name in zoo_names()):
        stored = StoredRun.open(name, on_note=lambda line: None)
        card = _card(zoo_path(name))
        controller = stored.controller()
        own = controller_sha256(controller.genome, controller.statistics.normaliser())
        if card.get("controller_sha256", own) != own:
            note(f"the card of {name} is about another controller: its numbers are left out")
            card = {}
        rows.append({"name": name, **{key: card.get(key) for key in _KEYS}, **sizes_of(stored.policy)})
    return rows


def _card(folder: Path) -> dict[str, Any]:
    from hebbax.expected import TEXT, Fields, number, or_null, whole
    from hebbax.files.documents import read_json

    values = {"return_mean": number(), "return_std": or_null(number(0.0)), "lifetimes": whole(1), "command": TEXT}
    path = folder / "card.json"
    return read_json(path, Fields(known=values), "install hebbax anew") if path.is_file() else {}


def _cells(row: dict[str, Any]) -> list[str]:
    return [
        returned(row["return_mean"]),
        returned(row["return_std"]),
        number(row["lifetimes"]),
        *size_cells(row),
    ]
