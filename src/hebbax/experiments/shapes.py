"""What files of results are made of: the shapes that experiments share.

A module says in VALUES what its own values are, so that a result that was read back is drawn only if it is one.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from hebbax.analysis.gait import MOTIONS
from hebbax.analysis.statistics import mean, median
from hebbax.attractors.verdict import LABELS
from hebbax.expected import TEXT, TRUTH, Fields, ListOf, ObjectOf, Shape, number, one_of, or_null, whole
from hebbax.experiments.measures import UNJUDGED, UNSEEN
from hebbax.types import MOST_TICKS

_ROUNDED = 1e-5  # of numbers of seven digits

NUMBER = number()
TICK = whole(0, MOST_TICKS)
COUNT = whole()
NUMBERS = ListOf(or_null(NUMBER))
_INTERVAL = or_null(ListOf(NUMBER, 2))

VERDICT = one_of(*LABELS, UNJUDGED)
VERDICTS = Fields(known=dict.fromkeys((*LABELS, UNJUDGED), COUNT))
"""How many lives had each verdict."""

NO_GAIT = Fields(known=dict.fromkeys((*MOTIONS, UNSEEN), COUNT))
"""What lives without a gait do; of before motions were told apart, there is none."""


def _disagreement(summary: Mapping[str, Any]) -> str | None:
    """Return which number of a summary is not that of its values, or None."""
    values = [value for value in summary["values"] if value is not None]
    if summary["counted"] != len(values):
        return f"counted={summary['counted']}: expected {len(values)}, as many as there are values"
    for name, of in (("mean", mean), ("median", median)):
        found = summary[name]
        if (found is None) != (not values):
            return f"{name}: expected null where no life has a value, and nowhere else"
        if values and abs(found - of(np.array(values, np.float64))) > _ROUNDED * max(map(abs, values)):
            return f"{name}={found}: expected {of(np.array(values, np.float64)):g}, as the values have"
    for key in ("mean_ci95", "median_ci95"):
        if (summary[key] is None) != (summary["counted"] < 2):
            return f"{key}: expected null for fewer than two lives, and nowhere else"
    return None


SUMMARY = Fields(
    needed={
        "values": NUMBERS,
        "counted": COUNT,
        "mean": or_null(NUMBER),
        "mean_ci95": _INTERVAL,
        "median": or_null(NUMBER),
        "median_ci95": _INTERVAL,
    },
    agree=_disagreement,
)
"""As `measures.summary` returns it."""


def _share_disagreement(share: Mapping[str, Any]) -> str | None:
    values, found = share["values"], share["share"]
    if (found is None) != (not values):
        return "share: expected null where there is no life, and nowhere else"
    if (share["share_ci95"] is None) != (not values):
        return "share_ci95: expected null where there is no life, and nowhere else"
    if values and abs(found - np.mean(values)) > _ROUNDED:
        return f"share={found}: expected {np.mean(values):g}, as the values have"
    return None


SHARE = Fields(
    needed={"values": ListOf(TRUTH), "share": or_null(number(0.0, 1.0)), "share_ci95": _INTERVAL},
    agree=_share_disagreement,
)
"""As `measures.share` returns it."""


def _course_disagreement(course: Mapping[str, Any]) -> str | None:
    known = {tuple(value is not None for value in course[name]) for name in ("quarter", "median", "three_quarters")}
    return None if len(known) == 1 else "expected quarter, median and three_quarters of the same ticks"


COURSE = Fields(needed=dict.fromkeys(("quarter", "median", "three_quarters"), NUMBERS), agree=_course_disagreement)
"""As `panels.band_of` returns it."""

_WHOSE: dict[str, Shape] = {
    **dict.fromkeys(("run", "task", "policy", "genome"), TEXT),
    "seed": whole(0, 2**32 - 1),
    "lifetimes": whole(1),
    "ticks": TICK,
    "quick": TRUTH,
}

_MADE_OF: dict[str, Shape] = {"controller_sha256": TEXT, "world": Fields()}  # results of before do not have them

SETTING = Fields({**_WHOSE, "other": or_null(Fields(_WHOSE, _MADE_OF))}, _MADE_OF)
"""As `Context.setting` returns it."""

RESULT = Fields(
    needed={"experiment": TEXT, "sentence": TEXT, "setting": SETTING, "values": Fields()},
    known={"schema": whole(1), "command": ListOf(TEXT), "versions": ObjectOf(TEXT)},
)
"""The file of a result."""
