"""Damages as text: `scale-actuator(bthigh, 0, from=5s) + noise-observation(0.1) | push-body(torso, (0, 50, 0))`.

`+` joins what happens to one life, `|` separates the variants that lives meet in turn; so do commas in `[none, …]`.
"""

from __future__ import annotations

import math
import re
from dataclasses import replace
from typing import Any

from hebbax.damage.between import Between
from hebbax.damage.events import FOREVER, Event
from hebbax.damage.kind import VALUES, Kind
from hebbax.damage.kinds import KINDS
from hebbax.damage.named import NAMED
from hebbax.errors import HebbaxError, unknown_name

_KEYS = ("target", "value", "severity", "from", "for", "relative")
_EXAMPLE = "NAME(TARGET, VALUE, from=5s, for=3s)"


def parse_damages(text: str, control_period: float) -> tuple[tuple[Event, ...], ...]:
    """Return the variants that a text stands for, none for an empty one.

    Args:
        text: as above; times are ticks, or seconds with an `s`. Without `from` a damage is there from birth, without
            `for` it lasts.
        control_period: of the task, s.

    Returns:
        The events of each variant; `none` is a variant in which nothing happens. Raises HebbaxError for anything that
        cannot be read, and as Event.
    """
    if not text.strip():
        return ()
    return tuple(_variant(part, control_period) for part in _variants(text.strip()))


def _variants(text: str) -> list[str]:
    """Return the texts of the variants: those of a list in brackets, or what stands between bars."""
    parts = split_outside_brackets(text, "|")
    if len(parts) == 1 and text.startswith("[") and text.endswith("]"):
        return split_outside_brackets(text[1:-1], ",")
    return parts


def text_of(event: Event) -> str:
    """Return what is done by an event, and to what, without its time: `scale-actuator(bthigh, 0)`."""
    kind = KINDS[event.kind]
    given = [] if event.target is None else [str(event.target)]
    if isinstance(event.value, Between):
        given.append(f"{_written(event.value.low)}..{_written(event.value.high)}")
    elif kind.value:
        amount = event.amount[: VALUES[kind.value]]
        given.append(_written(amount if VALUES[kind.value] > 1 else event.amount[0]))
    return f"{event.kind}({', '.join(given)})" if given else event.kind


def _written(amount: float | tuple[float, ...]) -> str:
    return f"({', '.join(f'{number:g}' for number in amount)})" if isinstance(amount, tuple) else f"{amount:g}"


def _variant(text: str, control_period: float) -> tuple[Event, ...]:
    if text.strip() == "none":
        return ()
    parts = [part.strip() for part in split_outside_brackets(text, "+")]
    return tuple(event for part in parts for event in _events(part, control_period))


def _events(text: str, control_period: float) -> tuple[Event, ...]:
    """Return what one damage stands for: an event, or those of a named damage."""
    name, opened, inside = text.partition("(")
    if "/" not in name:
        return (_event(text, control_period),)
    events = _variant(NAMED.get(name.strip()), control_period)
    if not opened:
        return events
    parts = [part.partition("=") for part in inside.rstrip(")").split(",")]
    times = {key.strip(): time.strip() for key, _, time in parts}
    for key in times:
        if key not in ("from", "for"):
            raise HebbaxError(f"damage {text!r}: expected from= and for= alone, because {name} says what it is")
    changes: dict[str, Any] = {}
    if "from" in times:
        changes["onset"], changes["spread"] = _onset(text, times["from"], control_period)
    for event in events if "for" in times else ():
        if not KINDS[event.kind].lasts:
            raise HebbaxError(f"damage {text!r}: expected no for=, because its {event.kind} happens at its onset alone")
    if "for" in times:
        changes["duration"] = _ticks(text, times["for"], control_period)
    return tuple(replace(event, **changes) for event in events)


def _event(text: str, control_period: float) -> Event:
    """Return the event of one damage; at severity 0 too, or the others' places and what they draw would be others."""
    match = re.fullmatch(r"([^()\s]+)\s*(?:\((.*)\))?", text, re.DOTALL)
    if match is None:
        raise HebbaxError(f"damage {text!r} cannot be read: expected {_EXAMPLE}")
    name, inside = match[1], match[2] or ""
    if name not in KINDS:
        raise unknown_name("damage", name, KINDS)
    kind = KINDS[name]
    given = _arguments(
        text, kind, [part.strip() for part in split_outside_brackets(inside, ",")] if inside.strip() else []
    )
    if "severity" in given:
        if "value" in given:
            raise HebbaxError(f"damage {text!r} has a value and a severity: expected one of them")
        written = given.pop("severity")
        ends = _ends(written)
        if ends is not None:
            low, high = sorted(kind.at_severity(_number(text, end)) for end in ends)
            given["value"] = Between(low, high)
        else:
            given["value"] = kind.at_severity(_number(text, written))
    elif "value" in given:
        given["value"] = _value(text, kind, given["value"])
    onset, spread = _onset(text, given.pop("from", "0"), control_period)
    duration = FOREVER if kind.lasts else 1
    if "for" in given:
        duration = _ticks(text, given.pop("for"), control_period)
    relative = _truth(text, given.get("relative"))
    return Event(name, onset, duration, given.get("target"), given.get("value"), relative, spread)


def _arguments(text: str, kind: Kind, parts: list[str]) -> dict[str, Any]:
    """Return what stands in the brackets by name."""
    given: dict[str, Any] = {}
    positional = []
    for part in parts:
        name, equals, value = part.partition("=")
        if not equals:
            if given:
                raise HebbaxError(f"damage {text!r}: expected {part!r} before what has a name")
            positional.append(part)
            continue
        if name.strip() not in _KEYS:
            raise unknown_name(f"argument of damage {kind.name!r}", name.strip(), _KEYS)
        if name.strip() in given:
            raise HebbaxError(f"damage {text!r}: {name.strip()} is given twice")
        given[name.strip()] = value.strip()
    names = _positions(kind, positional, given)
    for name, value in zip(names, positional, strict=False):
        given[name] = value
    if len(positional) > len(names):
        expected = ", ".join(names) if names else "none"
        raise HebbaxError(f"damage {text!r}: expected at most {len(names)} without a name ({expected})")
    if "target" in given and given["target"] not in ("", None):
        given["target"] = int(given["target"]) if re.fullmatch(r"\d+", given["target"]) else given["target"]
    return given


def _positions(kind: Kind, positional: list[str], given: dict[str, Any]) -> list[str]:
    """Return what arguments without a name stand for: a single number is a value where the target may be left out."""
    names = [name for name, has in (("target", kind.target), ("value", kind.value)) if has]
    names = [name for name in names if name not in given and not (name == "value" and "severity" in given)]
    if len(names) == 2 and len(positional) == 1 and kind.all and _is_number(positional[0]):
        return ["value"]
    return names


def split_outside_brackets(text: str, separator: str) -> list[str]:
    """Split where no bracket is open. Raises HebbaxError for a bracket that is not closed."""
    parts, depth = [""], 0
    for character in text:
        depth += (character in "([") - (character in ")]")
        if depth < 0:
            break
        if character == separator and depth == 0:
            parts.append("")
        else:
            parts[-1] += character
    if depth != 0:
        raise HebbaxError(f"damage {text.strip()!r} has a bracket too many or too few: expected {_EXAMPLE}")
    return parts


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _number(text: str, number: str) -> float:
    if not _is_number(number) or not math.isfinite(float(number)):
        raise HebbaxError(f"damage {text!r}: expected a number, not {number!r}")
    return float(number)


def _ends(written: str) -> tuple[str, str] | None:
    """Return the ends of a range LOW..HIGH; None for what is none."""
    low, dots, high = written.partition("..")
    return (low.strip(), high.strip()) if dots else None


def _onset(text: str, time: str, control_period: float) -> tuple[int, int]:
    """Return the first tick, and by how many it may be later."""
    low, high = (_ticks(text, end, control_period) for end in _ends(time) or (time, time))
    if high < low:
        raise HebbaxError(f"damage {text!r}: expected the earlier end of {time} first")
    return low, high - low


def _value(text: str, kind: Kind, value: str) -> float | tuple[float, ...] | Between:
    ends = _ends(value)
    if ends is not None:
        return Between(*(_amount(text, kind, end) for end in ends))
    return _amount(text, kind, value)


def _amount(text: str, kind: Kind, value: str) -> float | tuple[float, ...]:
    if VALUES[kind.value] == 1:
        return _number(text, value)
    return tuple(_number(text, part.strip()) for part in value.strip("()[] ").split(","))


def _truth(text: str, word: str | None) -> bool:
    if word not in (None, "true", "false"):
        raise HebbaxError(f"damage {text!r}: expected relative=true or relative=false, not {word!r}")
    return word == "true"


def _ticks(text: str, time: str, control_period: float) -> int:
    """Return a time, ticks or seconds, as ticks. Raises HebbaxError for seconds between two ticks."""
    if not time.endswith("s"):
        number = _number(text, time)
        if number != round(number):
            raise HebbaxError(f"damage {text!r}: expected whole ticks, not {time}; nearest valid: {round(number)}")
        return round(number)
    seconds = _number(text, time.removesuffix("s"))
    ticks = seconds / control_period
    if abs(ticks - round(ticks)) > 1e-6:
        nearest = round(round(ticks) * control_period, 9)
        raise HebbaxError(
            f"damage {text!r}: expected a multiple of the control period {control_period:g} s, not {time}; "
            f"nearest valid: {nearest:g}s"
        )
    return round(ticks)
