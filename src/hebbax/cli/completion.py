"""`hebbax completion SHELL`: the lines by which a shell completes commands, options, KEY=VALUE and names."""

from __future__ import annotations

import os
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterable, Sequence
from importlib import import_module
from typing import TextIO

from hebbax.cli.parser import Parser

SHELLS = ("bash", "zsh", "fish")

ASKED = "_ARGCOMPLETE"
"""The variable by which a shell asks this program for completions; its value is the number of the program's word."""

_DESCRIPTION = """\
Print the lines that make a shell complete commands, options, KEY=VALUE, tasks, policies and shipped controllers."""

_EXAMPLES = """\
  hebbax completion bash >> ~/.bashrc
  hebbax completion zsh >> ~/.zshrc
  hebbax completion fish > ~/.config/fish/completions/hebbax.fish"""


def parser() -> Parser:
    """Return the options."""
    options = Parser("completion", _DESCRIPTION, _EXAMPLES)
    options.add_argument("shell", metavar="SHELL", choices=SHELLS, help="bash, zsh or fish")
    return options


def run(options: Namespace) -> int:
    """Print the lines; return 0."""
    from argcomplete.shell_integration import shellcode

    print(shellcode(["hebbax"], shell=options.shell))
    return 0


def complete(output: TextIO | None = None, leave: Callable[[int], object] = os._exit) -> None:
    """Answer a shell that asks for completions, on `output` or where the shell listens, and leave."""
    from argcomplete.completers import SuppressCompleter
    from argcomplete.finders import CompletionFinder

    options = _parser_of(os.environ["COMP_LINE"], int(os.environ["COMP_POINT"]))
    CompletionFinder(default_completer=SuppressCompleter())(
        options, always_complete_options="long", output_stream=output, exit_method=leave
    )


def _parser_of(line: str, point: int) -> ArgumentParser:
    """Return what reads the words of a line: that of the subcommand, if one is whole before the cursor."""
    from hebbax.cli.main import SUBCOMMANDS, module_of

    before = line[:point].split()
    chosen = before[1] if len(before) > 2 or (len(before) == 2 and line[:point].endswith(" ")) else ""
    if chosen not in SUBCOMMANDS:
        options = ArgumentParser("hebbax", allow_abbrev=False)
        options.add_argument("--version", action="store_true")
        options.add_argument("command", choices=[*SUBCOMMANDS])
        return options
    os.environ[ASKED] = "2"  # the program's word is then the subcommand, and the words before it are left out
    return completing(import_module(module_of(chosen)).parser())


def completing(options: Parser) -> Parser:
    """Return a subcommand's parser with what completes each of its values."""
    from argcomplete.completers import FilesCompleter

    if options.takes_overrides:
        options.add_argument("overrides", nargs="*", metavar="KEY=VALUE")
    for action in options._actions:
        name = str(action.metavar or "")
        name = f"{options.prog.split()[-1]} NAME" if name == "NAME" else name
        if name in _NAMES:
            action.completer = _completer(_NAMES[name])  # type: ignore[attr-defined]
        elif name.startswith(("FILE", "FOLDER", "DIR", "OTHER")):
            action.completer = FilesCompleter()  # type: ignore[attr-defined]
    return options


def _completer(names: Callable[[str], Iterable[str]]) -> Callable[..., list[str]]:
    def completer(prefix: str, **_: object) -> list[str]:
        return [name for name in names(prefix) if name.startswith(prefix)]

    return completer


def _runs(prefix: str) -> Sequence[str]:
    from argcomplete.completers import FilesCompleter

    from hebbax.zoo import zoo_names

    return [*(f"zoo:{name}" for name in zoo_names()), *FilesCompleter()(prefix)]


def _overrides(prefix: str) -> Sequence[str]:
    """Return what a KEY=VALUE can go on as: keys, or after the sign the names of a group."""
    from hebbax.cli.overrides.check import known_keys
    from hebbax.cli.overrides.schema import groups

    presets = groups()
    key = prefix.partition("=")[0]
    if "=" in prefix:
        return [f"{key}={name}" for name in presets.get(key, ())]
    return [f"{name}=" for name in dict.fromkeys((*presets, *known_keys()))]


def _tasks(_: str) -> Sequence[str]:
    from hebbax.tasks.registry import TASKS

    return TASKS.names()


def _policies(_: str) -> Sequence[str]:
    from hebbax.config.policy import PRESETS

    return PRESETS.names()


def _suites(_: str) -> Sequence[str]:
    from hebbax.stress.suites import ALL, SUITES

    return [ALL, *SUITES]


def _experiments(_: str) -> Sequence[str]:
    from hebbax.experiments.registry import ALL, EXPERIMENTS

    return [ALL, *EXPERIMENTS.names()]


def _published(_: str) -> Sequence[str]:
    from hebbax.reproduction.registry import EXPERIMENTS

    return [*EXPERIMENTS]


_NAMES: dict[str, Callable[[str], Iterable[str]]] = {
    "RUN": _runs,
    "OTHER": _runs,
    "KEY=VALUE": _overrides,
    "TASK": _tasks,
    "POLICY": _policies,
    "SUITE": _suites,
    "EXPERIMENT": _published,
    "tasks NAME": _tasks,
    "experiment NAME": _experiments,
    "best|mean": lambda _: ("best", "mean"),
}
"""What can stand for a value, by the word that help has for it."""
