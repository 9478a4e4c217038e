"""Overrides as a user types them, checked one by one, so that what is wrong is said in terms of what was typed."""

from __future__ import annotations

import dataclasses
import difflib
import types
import typing
from collections.abc import Sequence
from typing import Any

from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import Override
from hydra.errors import HydraException

from hebbax.cli.overrides.schema import groups, schema
from hebbax.damage.text import split_outside_brackets
from hebbax.errors import HebbaxError, unknown_name
from hebbax.tasks.external.task import SUITES, is_external

_EXPECTED = {
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    str: "a name",
    list[int]: "a list of whole numbers such as [64,64]",
    dict[str, Any]: "names with options in braces such as {layer 0:{plastic:false}}",
}


def check_overrides(overrides: Sequence[str]) -> set[tuple[str, str]]:
    """Return the presets that overrides choose, with their groups.

    Raises HebbaxError for the first override that is malformed, or names an unknown key or preset. Whether a value has
    the type of its key is left to the composition.
    """
    all_presets, all_keys, chosen = groups(), known_keys(), set()
    for text in overrides:
        override = parse_override(text)
        key = override.key_or_group
        presets = all_presets.get(key)
        if key == "hydra/launcher" or key.startswith("hydra.launcher."):
            raise HebbaxError(f"{text}: -m is missing, launchers run sweeps: `hebbax train -m`")
        if presets is None and key not in all_keys:
            raise _unknown_key(key)
        if override.is_add() or override.is_force_add() or override.is_delete():
            raise HebbaxError(f"{text}: keys cannot be added or removed; write {key}=VALUE")
        if override.package is not None:
            raise HebbaxError(f"{text}: expected KEY=VALUE without '@'")
        if override.is_sweep_override():
            raise HebbaxError(f"{text}: expected one value, not several; `hebbax train -m` runs one for each")
        external = key == "task" and is_external(str(override.value()))
        if presets is not None and not external and str(override.value()) not in presets:
            name = text.partition("=")[2]
            environments = (
                [f"{suite}/{name.partition('/')[2]}" for suite in SUITES] if key == "task" and "/" in name else []
            )
            raise unknown_name(key, name, [*presets, *environments])
        if key == "strategy.name":  # by itself it would keep the options of another strategy
            raise HebbaxError(f"{text}: write strategy={text.partition('=')[2]}, which brings that strategy's options")
        if presets is not None:
            chosen.add((key, str(override.value())))
    return chosen


def external_tasks(overrides: Sequence[str]) -> list[str]:
    """Return the environments of other packages that overrides choose as their task."""
    chosen = [parse_override(text) for text in overrides if text.startswith("task=")]
    return [name for name in (str(override.value()) for override in chosen) if is_external(name)]


def known_keys() -> dict[str, Any]:
    """Return the type of every key, by its dotted name."""
    return _keys(type(schema()), "")


def expected_value(key: str) -> str:
    """Return what a key can be set to, in words."""
    kind = known_keys()[key]
    if isinstance(kind, types.UnionType):
        kind = next(part for part in typing.get_args(kind) if part is not types.NoneType)
        return f"{_EXPECTED[kind]} or null"
    return _EXPECTED.get(kind, "a value")


def _keys(kind: Any, prefix: str) -> dict[str, Any]:
    found = {}
    for name, field_kind in typing.get_type_hints(kind).items():
        if dataclasses.is_dataclass(field_kind):
            found |= _keys(field_kind, f"{prefix}{name}.")
        else:
            found[prefix + name] = field_kind
    return found


def _unknown_key(key: str) -> HebbaxError:
    """Return the error for a key that does not exist, with the one nearest key there is, if any is near."""
    keys = [*known_keys(), *groups()]
    near = [known for known in keys if known.endswith(f".{key}")] or difflib.get_close_matches(key, keys, n=1)
    if near:
        return unknown_name("configuration key", key, near)
    return HebbaxError(f"unknown configuration key {key!r}: see `hebbax train --help`")


def as_hydra(text: str) -> str:
    """Return an override as Hydra's grammar wants it: there brackets and commas of a damage would mean something else.

    Several damages, as a sweep has them, are separated by commas outside of brackets.
    """
    key, equals, value = text.partition("=")
    if key != "damage" or not value or value[0] in "'\"":
        return text
    quoted = [part.strip().replace("'", "\\'") for part in split_outside_brackets(value, ",")]
    return f"{key}{equals}" + ",".join(f"'{part}'" for part in quoted)


def parse_override(text: str, example: str = "seed=1") -> Override:
    """Return an override as Hydra reads it. Raises HebbaxError, with an example, for one that it cannot read."""
    try:
        return OverridesParser.create().parse_override(as_hydra(text))
    except HydraException:
        raise HebbaxError(f"cannot read {text!r}: expected KEY=VALUE such as {example}") from None
