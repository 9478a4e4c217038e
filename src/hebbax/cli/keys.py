"""What the command line calls the fields that the library's errors name."""

from __future__ import annotations

import re

from hebbax.errors import HebbaxError

_OPTIONS = {"genome=": "--genome ", "choose another folder": "choose another folder with --run"}
"""What stands for options of commands in messages of the library."""

_FIELD_OF_OPTION = ("genome", "path")


def told(error: HebbaxError) -> str:
    """Return an error's message in terms of what can be typed: `policy.window=0` for the library's `window=0`."""
    text = str(error)
    if error.field is None:
        return text
    if error.field in _FIELD_OF_OPTION:
        for words, option in _OPTIONS.items():
            text = text.replace(words, option)
        return text
    section, fields = _section(error.field)
    if not section:
        return text
    return re.sub(rf"(?<![\w.])(?=({'|'.join(map(re.escape, fields))})=)", f"{section}.", text)


def _section(field: str) -> tuple[str, tuple[str, ...]]:
    """Return the part of a configuration that has a field, "" for none or the run's own, and all fields of it."""
    from dataclasses import fields

    from hebbax.config.policy import PolicyConfig
    from hebbax.config.strategy_table import option_types
    from hebbax.config.train import TaskConfig

    sections = {
        "policy": tuple(one.name for one in fields(PolicyConfig)),
        "strategy": ("population", *option_types()),
        "task": tuple(one.name for one in fields(TaskConfig)),
    }
    return next(((section, names) for section, names in sections.items() if field in names), ("", ()))
