"""What analysis.json holds of a policy whose weights change, as far as anybody reads it back."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

from hebbax.analysis.footfall import NAMES, PARTS
from hebbax.analysis.gait import MOTIONS
from hebbax.analysis.reality import FINDINGS, VERDICTS
from hebbax.attractors.basin import STARTS
from hebbax.attractors.verdict import LABELS
from hebbax.expected import TEXT, TRUTH, Fields, ListOf, ObjectOf, Shape, number, one_of, or_null, whole
from hebbax.files.documents import read_json
from hebbax.types import MOST_RETURN, MOST_TICKS

WRITE_ANEW = "remove it, or write it anew with hebbax analyze"
"""What to do about an analysis that is none."""

_NUMBER = or_null(number())
_RETURN = number(-MOST_RETURN, MOST_RETURN)
_LABEL = one_of(*LABELS)

_VERDICT = Fields(
    needed={
        "label": _LABEL,
        "confidence": number(0.0, 1.0),
        "transient_ticks": whole(0, MOST_TICKS),
        "period_ticks": or_null(number(0.0)),
        "period_seconds": or_null(number(0.0)),
        "gait_ratio": _NUMBER,
        "evidence": ObjectOf(_NUMBER),
    }
)

_FOOT = Fields(dict.fromkeys(("duty_factor", "air_time", "touch_downs"), _NUMBER))
_GAIT_NUMBERS = dict.fromkeys(
    ("forward_speed", "stride_frequency", "torque_mean", "torque_peak", "cost_of_transport"), _NUMBER
)
_LEG = Fields({**dict.fromkeys(("duty_factor", "phase", "rhythm"), _NUMBER), "diagram": ListOf(_NUMBER, PARTS)})
_FOOTFALL = Fields(
    {"name": or_null(one_of(*NAMES)), "why": or_null(TEXT), "agreement": ObjectOf(number(0.0, 1.0))}
    | {"frequency": _NUMBER, "legs": ObjectOf(_LEG)}
)
_GAIT = Fields(
    needed={"motion": one_of(*MOTIONS), **_GAIT_NUMBERS, "feet": ObjectOf(_FOOT)},
    known={"footfall": or_null(_FOOTFALL)},
)

_TEXT = or_null(TEXT)
_FINDING = Fields(
    {"unit": TEXT, "value": _NUMBER, "threshold": _NUMBER, "verdict": or_null(one_of(*VERDICTS))}
    | {"why": _TEXT, "where": _TEXT}
)
_FINDING_OF_LIVES = Fields(
    {"unit": TEXT, "lives": whole(), "doubtful": whole(), "median": _NUMBER, "threshold": _NUMBER}
    | {"why": _TEXT, "where": _TEXT}
)

_EXPONENT = Fields({"exponent": number()}, {"standard_error": _NUMBER, "chaotic": TRUTH})
_EXPONENTS = Fields(dict.fromkeys(("with_body", "weights_alone"), or_null(_EXPONENT)))

_LIFE = Fields(
    needed={
        "life": whole(),
        "return": _RETURN,
        "length": whole(0, MOST_TICKS),
        "verdict": or_null(_VERDICT),
        "published_ratio": or_null(Fields({"label": _LABEL})),
        "lyapunov": _EXPONENTS,
        "gait": or_null(_GAIT),
    },
    known={"reality": or_null(Fields(dict.fromkeys(FINDINGS, _FINDING))), "no_reality": _TEXT},
)

_FOUND = Fields({"lives": whole(), "came_back": whole(), "ticks_median": or_null(number(0.0))})

_STANCE = Fields({"lives": whole(), **dict.fromkeys(("duty_factor", "phase"), _NUMBER)})
_SUMMARY = Fields(
    needed={"verdicts": Fields(dict.fromkeys(LABELS, whole())), "judged": whole(), "medians": ObjectOf(_NUMBER)},
    known={
        "motions": Fields(dict.fromkeys(MOTIONS, whole())),
        "basin": Fields(dict.fromkeys(STARTS, _FOUND)),
        "reality": or_null(Fields(dict.fromkeys(FINDINGS, _FINDING_OF_LIVES))),
        "no_reality": _TEXT,
        "gaits": or_null(
            Fields({"names": ObjectOf(whole(1)), "lives": whole(), "why": _TEXT, "legs": ObjectOf(_STANCE)})
        ),
    },
)


def _disagreement(document: dict[str, Any]) -> str | None:
    """Return where an analysis says of its lives together what they do not say each, or None."""
    lives, summary = document["lives"], document["summary"]
    if [life["life"] for life in lives] != list(range(document["lifetimes"])) and document.get("recording") is None:
        return f"lives has {len(lives)} of them, expected 0 to {document['lifetimes'] - 1} in order"
    verdicts = [life["verdict"]["label"] for life in lives if life["verdict"]]
    counts = Counter(verdicts)
    if any(count != counts[label] for label, count in summary["verdicts"].items() if label in LABELS):
        return "summary.verdicts are not those of the lives"
    if summary["judged"] != len(verdicts):
        return f"summary.judged={summary['judged']}: expected {len(verdicts)}, the lives with a verdict"
    motions = Counter(life["gait"]["motion"] for life in lives if life["gait"])
    if any(summary["motions"][motion] != motions[motion] for motion in MOTIONS if "motions" in summary):
        return "summary.motions are not those of the lives"
    if (gaits := summary.get("gaits")) is not None:
        found = [life["gait"]["footfall"] for life in lives if life["gait"] and life["gait"].get("footfall")]
        if gaits["names"] != dict(Counter(one["name"] for one in found if one["name"])):
            return "summary.gaits are not those of the lives"
    if (wrong := _unreal(lives, summary)) is not None:
        return wrong
    if any(life["verdict"]["transient_ticks"] > life["length"] for life in lives if life["verdict"]):
        return "a life has a longer transient_ticks than its length"
    return None


def _unreal(lives: list[dict[str, Any]], summary: dict[str, Any]) -> str | None:
    """Return where the reality check of lives together is not that of each, or None; older analyses have none."""
    if "reality" not in summary:
        return None
    checked = [life["reality"] for life in lives if life.get("reality")]
    if bool(checked) != bool(summary["reality"]):
        return "summary.reality is not that of the lives"
    for name in FINDINGS if checked else ():
        counts, found = Counter(one[name]["verdict"] for one in checked), summary["reality"][name]
        judged = sum(counts[verdict] for verdict in VERDICTS)
        if (found["lives"], found["doubtful"]) != (judged, counts["doubtful"]):
            return f"summary.reality.{name} is not that of the lives"
    return None


ANALYSIS: Shape = Fields(
    needed={
        "schema": whole(1),
        "task": TEXT,
        "policy": TEXT,
        "lifetimes": whole(1),
        "sentence": TEXT,
        "summary": _SUMMARY,
        "lives": ListOf(_LIFE),
    },
    known={"controller_sha256": or_null(TEXT), "world": or_null(Fields())},  # null of a recording of before
    agree=_disagreement,
)


def read_analysis(path: Path) -> dict[str, Any]:
    """Return what analysis.json holds. Raises HebbaxError where it cannot be read, or holds anything else."""
    return read_json(path, ANALYSIS, WRITE_ANEW)
