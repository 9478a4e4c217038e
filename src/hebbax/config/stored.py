"""The types of a configuration that was stored, in config.yaml, a checkpoint, a recording or a record of a run."""

from __future__ import annotations

import types
import typing
from functools import cache
from typing import Any

from hebbax.config.learner import LearnerConfig
from hebbax.config.policy import CONNECTION_OPTIONS, PolicyConfig
from hebbax.config.strategy_table import STRATEGIES, types_of
from hebbax.expected import LARGEST_WHOLE, TEXT, TRUTH, Fields, ListOf, ObjectOf, Shape, Single, number, or_null, whole

_WHOLE = whole(-LARGEST_WHOLE)  # what is out of range has an error of its own
_BY_TYPE: dict[Any, Shape] = {bool: TRUTH, int: _WHOLE, float: number(), str: TEXT, list[int]: ListOf(_WHOLE)}

_TICKS = Single(f"{_WHOLE.words}, a text, or null", lambda value: value is None or _or_text(_WHOLE, value))
_INTERVAL = Single("a number or a text such as '4 ticks'", lambda value: _or_text(number(), value))

_PHASE = Fields(
    known={
        "after": Single("a whole number or a text", lambda value: _or_text(_WHOLE, value)),
        "ticks": _TICKS,
        "weights": ObjectOf(number()),
        "damage": or_null(TEXT),
    }
)

_TRAINING = {
    "ticks": _TICKS,
    "phases": or_null(ListOf(_PHASE)),
    "births": TEXT,
    "race": or_null(number()),
    "first_mean": TEXT,
    "first_scale": number(),
    "first_of": _WHOLE,
    "weights": or_null(ObjectOf(number())),
    "over_variants": Single("a text or a number", lambda value: _or_text(number(), value)),
}

_STRATEGY = {"name": TEXT, "population": _WHOLE}
_ANY = Single("a value", lambda value: True)

_TOP = {
    **dict.fromkeys(("generations", "lifetimes", "seed", "evaluate_every", "evaluate_lifetimes"), _WHOLE),
    **dict.fromkeys(("checkpoint_every", "keep_checkpoints"), _WHOLE),
    **dict.fromkeys(("termination", "damage", "engine", "track"), TEXT),
    "threads": or_null(_WHOLE),
    "task": Fields(known={"name": TEXT, "ticks": or_null(_WHOLE)}),
    "observations": Fields(known={"normalise": TEXT}),
    "training": Fields(known=_TRAINING),
    "ray": Fields(known={"address": or_null(TEXT), "workers": or_null(_WHOLE), "same_bits": TEXT}),
    "mjx": Fields(known={"implementation": TEXT, "at_once": or_null(_WHOLE)}),
}


# What runs have had since the first of them were stored.
_ALWAYS = {
    "task": ("name", "ticks"),
    "policy": (
        *("name", "hidden", "activation", "output_activation", "bias", "plastic", "rule", "rate", "normalisation"),
        *("averaging", "window", "interval"),
    ),
    "strategy": ("name", "population", "learning_rate", "sigma"),
}
_ALWAYS_ON_TOP = (
    *("generations", "lifetimes", "seed", "engine", "threads", "evaluate_every", "evaluate_lifetimes"),
    *("checkpoint_every", "keep_checkpoints"),
)


class Typed:
    """The types of all keys. Which keys there are, and what they can be set to, is another question: see `train`."""

    words = "a configuration"

    def check(self, value: Any, at: str = "") -> None:
        """Raise HebbaxError for a value of another type, and for a strategy that is unknown."""
        parts = {"policy": Fields(known=_policy()), "strategy": Fields(known=_STRATEGY)}
        Fields(known={**_TOP, **parts, "learner": Fields(known=_learner())}).check(value, at)
        strategy = value.get("strategy", {})
        if "name" in strategy:
            options = types_of(STRATEGIES.get(strategy["name"]).options)
            known = {name: or_null(_BY_TYPE[kind]) for name, kind in options.items()}
            Fields(known=known).check(strategy, f"{at}.strategy" if at else "strategy")


class Stored(Typed):
    """The same of a run that was stored: the keys that all of them have must be there."""

    def check(self, value: Any, at: str = "") -> None:
        """Raise HebbaxError for a value of another type, and for a key that is missing."""
        parts = {part: Fields(dict.fromkeys(keys, _ANY)) for part, keys in _ALWAYS.items()}
        learner = Fields(dict.fromkeys(_learner(), _ANY))  # of a run that is not of evolution
        Fields({**parts, **dict.fromkeys(_ALWAYS_ON_TOP, _ANY)}, {"learner": learner}).check(value, at)
        super().check(value, at)


TYPED, STORED = Typed(), Stored()


@cache
def _policy() -> dict[str, Shape]:
    hints = typing.get_type_hints(PolicyConfig)
    options = {name: _shape_of(hint) for name, hint in hints.items() if name not in ("interval", "connections")}
    options["interval"] = _INTERVAL
    connection = Fields(known={name: options[name] for name in CONNECTION_OPTIONS})
    ends = dict.fromkeys(("initial_low", "initial_high"), number())  # of runs of schema 1
    return {**options, "connections": ObjectOf(connection), **ends}


@cache
def _learner() -> dict[str, Shape]:
    return {name: _shape_of(hint) for name, hint in typing.get_type_hints(LearnerConfig).items()}


def _shape_of(hint: Any) -> Shape:
    if not isinstance(hint, types.UnionType):
        return _BY_TYPE[hint]
    (kind,) = (part for part in typing.get_args(hint) if part is not types.NoneType)
    return or_null(_BY_TYPE[kind])


def _or_text(shape: Single, value: Any) -> bool:
    return isinstance(value, str) or shape.holds(value)
