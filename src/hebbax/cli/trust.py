"""`--trust`: the user's word that what a run names may be imported, for whatever command opens a run."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from hebbax.cli.output import note
from hebbax.cli.parser import Parser

if TYPE_CHECKING:
    from hebbax.runs.stored_run import StoredRun


def add_trust_option(options: Parser) -> None:
    """Add the option."""
    help = "import the modules that the run names, which runs their code; remembered for this run"
    options.add_argument("--trust", action="store_true", help=help)


def add_scenario_overrides(options: Parser) -> None:
    """Let lives be put through something else than the run lived through, by KEY=VALUE anywhere after the command."""
    options.takes_overrides = True
    text = (
        "KEY=VALUE puts the lives through something else than in training: ticks=N termination=end|restart damage=…, "
    )
    text += "or on another task of as many observations and actions: task=NAME"
    options.description = f"{options.description}\n\n{text}"


def open_run(target: str, *, trust: bool, overrides: Sequence[str] = ()) -> StoredRun:
    """Open a run folder, or `zoo:TASK/POLICY`, and remember it where it is trusted; see `StoredRun.open`.

    `overrides` such as "ticks=2000" change what its lives are put through.
    """
    from hebbax.evolution.trust import remember_trust
    from hebbax.runs.stored_run import StoredRun

    stored = StoredRun.open(target, note, trust=trust)
    if trust:
        remember_trust(stored.config, stored.folder.path, note)
    if overrides:
        from hebbax.cli.overrides.compose import compose_scenario

        stored = stored.under(**compose_scenario(overrides))
    return stored
