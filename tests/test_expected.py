"""Shapes of documents: what they let through, and what they say of the rest."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

from hebbax.errors import HebbaxError
from hebbax.expected import (
    LARGEST_WHOLE,
    TEXT,
    TEXTS,
    TRUTH,
    Fields,
    ListOf,
    ObjectOf,
    number,
    one_of,
    or_null,
    shown,
    whole,
)

LIFE = Fields({"label": one_of("rest", "cycle"), "speed": or_null(number(0.0))}, {"ticks": whole(1, 100)})
DOCUMENT = Fields(
    {"name": TEXT, "lives": ListOf(LIFE), "counts": ObjectOf(whole())},
    {"words": TEXTS, "pair": ListOf(number(), 2), "chaotic": TRUTH},
    agree=lambda document: None if document["counts"] else "counts: expected one at least",
)
WHOLE: dict[str, Any] = {"name": "a", "lives": [{"label": "rest", "speed": None, "ticks": 3}], "counts": {"rest": 1}}


@pytest.mark.parametrize("more", [{}, {"words": []}, {"pair": [1, 2.5]}, {"chaotic": False}, {"of a later hebbax": 1}])
def test_what_is_as_expected(more):
    DOCUMENT.check(WHOLE | more)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"name": 3}, "name=3: expected a text"),
        ({"name": None}, "name=None: expected a text"),
        ({"lives": {"label": "rest"}}, "lives={'label': 'rest'}: expected a list of values, each an object"),
        ({"lives": [{"label": "rst", "speed": 1}]}, "lives[0].label='rst': expected one of rest, cycle"),
        ({"lives": [{"label": ["rest"], "speed": 1}]}, "lives[0].label=['rest']: expected one of rest, cycle"),
        ({"lives": [{"label": "rest"}]}, "lives[0].speed is missing: expected a number from 0 to 1e+100, or null"),
        ({"lives": [WHOLE["lives"][0], None]}, "lives[1]=None: expected an object"),
        ({"counts": {"rest": 1.0}}, "counts.rest=1.0: expected a whole number of at least 0"),
        ({"counts": {"rest": True}}, "counts.rest=True: expected a whole number of at least 0"),
        ({"counts": {"rest": -1}}, "counts.rest=-1: expected a whole number of at least 0"),
        ({"counts": {"rest": LARGEST_WHOLE + 1}}, "counts.rest=9007199254740993: expected a whole number"),
        ({"counts": {3: 1}}, "counts: a key 3: expected a text"),
        ({"counts": {}}, "counts: expected one at least"),
        ({"words": ["a", 3]}, "words[1]=3: expected a text"),
        ({"pair": [1, 2, 3]}, "pair=[1, 2, 3]: expected a list of 2 values, each a number"),
        ({"pair": [1, float("nan")]}, "pair[1]=nan: expected a number"),
        ({"pair": [1, 10**400]}, "pair[1]=1000000000"),
        ({"pair": [1, True]}, "pair[1]=True: expected a number"),
        ({"chaotic": 1}, "chaotic=1: expected true or false"),
    ],
)
def test_what_is_not(more, said):
    with pytest.raises(HebbaxError, match=f"^{re.escape(said)}") as caught:
        DOCUMENT.check(WHOLE | more)
    assert "\n" not in str(caught.value)


def test_a_whole_document_of_another_kind():
    with pytest.raises(HebbaxError, match=r"^it holds \[1\]: expected an object$"):
        DOCUMENT.check([1])


def test_keys_that_somebody_needs():
    with pytest.raises(HebbaxError, match=r"^words is missing: expected a list of values, each a text$"):
        DOCUMENT.needing("words").check(WHOLE)
    DOCUMENT.needing("words", "name").check(WHOLE | {"words": ["a"]})


def test_numbers_of_numpy_are_numbers():
    Fields({"a": number(), "b": whole()}).check({"a": np.float32(1.5), "b": np.int64(3)})


@pytest.mark.parametrize("value", ["x" * 10_000, "a\nb", [[[[[1]]]]], {"k" * 99: 1}, list(range(10_000))])
def test_a_value_is_shown_in_a_short_line(value):
    assert len(shown(value)) < 150
    assert "\n" not in shown(value)
