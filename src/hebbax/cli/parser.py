"""Options as the command line reads them: argparse, with its complaints turned into one line."""

from __future__ import annotations

import argparse
import re
from collections.abc import Sequence
from typing import NoReturn

from hebbax.errors import HebbaxError, unknown_name


class Parser(argparse.ArgumentParser):
    """A parser of one subcommand's options, which raises HebbaxError where argparse would print its usage and exit."""

    takes_overrides = False
    """Whether arguments KEY=VALUE are no positionals, but `overrides`."""

    def __init__(self, name: str, description: str, examples: str) -> None:
        super().__init__(
            prog=f"hebbax {name}",
            description=description,
            epilog=f"examples:\n{examples}",
            formatter_class=argparse.RawDescriptionHelpFormatter,
            allow_abbrev=False,
        )

    def read(self, arguments: Sequence[str]) -> argparse.Namespace:
        """Return the values of the arguments, options and positionals in any order, with the literal `command`."""
        overrides = self._overrides_among(arguments) if self.takes_overrides else []
        values, unknown = self.parse_known_intermixed_args([a for i, a in enumerate(arguments) if i not in overrides])
        if self.takes_overrides:
            values.overrides = [arguments[index] for index in overrides]
        values.command = [*self.prog.split(), *arguments]
        values.own_process = False  # until `main` says that it has one
        for argument in unknown:
            if argument.startswith("-"):
                raise unknown_name("option", argument.partition("=")[0], self._option_string_actions)
            raise HebbaxError(f"{argument!r} is one argument too many: see `{self.prog} --help`")
        return values

    def _overrides_among(self, arguments: Sequence[str]) -> list[int]:
        """Return which arguments are KEY=VALUE, wherever they stand, and no option's value."""
        takes_value = [name for name, action in self._option_string_actions.items() if action.nargs is None]
        values = [index + 1 for index, argument in enumerate(arguments) if argument in takes_value]
        return [index for index, a in enumerate(arguments) if index not in values and re.match(r"[A-Za-z_][\w.]*=", a)]

    def error(self, message: str) -> NoReturn:
        """Raise HebbaxError with what is wrong."""
        raise HebbaxError(f"{message.removeprefix('argument ')}: see `{self.prog} --help`")


def whole_number(text: str) -> int:
    """Return the whole number that an option gives."""
    try:
        return int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"expected a whole number, not {text!r}") from None


def positive_number(text: str) -> float:
    """Return the number above 0 that an option gives."""
    try:
        number = float(text)
    except ValueError:
        number = 0.0
    if not 0 < number < float("inf"):
        raise argparse.ArgumentTypeError(f"expected a number above 0, not {text!r}")
    return number
