"""When the feet of a robot bear weight in a stride, and which gait that is, from plain arrays of one life.

A stride is fitted to the contacts of all legs together: sinusoids of one frequency and of its overtones. So a foot that
bounces as it lands, or misses a step, has a phase all the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from hebbax.attractors.spectra import dominant_frequency
from hebbax.attractors.trajectory import check_control_period
from hebbax.errors import HebbaxError
from hebbax.worlds.body import Leg

RHYTHM = 0.4
"""Part of the variance of a leg's contacts that strides explain, from which on it steps in their rhythm.

A leg of duty factor ½ has 0.9, white noise of 250 ticks 0.02.
"""

AGREEMENT = 0.93
"""With a pattern, from which on a gait has its name: phases that scatter by 0.06 of a stride about it.

None can be so near to two: of patterns that agree by r with each other, to √((1 + r) / 2) at most.
"""

FEWEST_STRIDES = 3.0
"""In a record, for phases to mean something."""

PARTS = 24
"""Of a stride, in a footfall diagram."""

_OVERTONES = (1, 2, 3)
_FINER = np.linspace(0.95, 1.05, 81)  # around the strongest frequency: the one at which strides explain most
_BESIDE = 0.01  # m: legs nearer to the middle than that are neither left nor right

_SIXTH, _THIRD = 1 / 6, 1 / 3
PATTERNS: dict[str, dict[str, tuple[float, ...]]] = {
    "one pair": {"alternation": (0, 0.5), "hop": (0, 0)},
    "one behind the other": {"bound": (0, 0.5), "pronk": (0, 0)},
    "two pairs": {
        "trot": (0, 0.5, 0.5, 0),
        "pace": (0, 0.5, 0, 0.5),
        "bound": (0, 0, 0.5, 0.5),
        "pronk": (0, 0, 0, 0),
        "lateral sequence": (0.25, 0.75, 0, 0.5),
        "diagonal sequence": (0.75, 0.25, 0, 0.5),
    },
    "three pairs": {
        "tripod": (0, 0.5, 0.5, 0, 0, 0.5),
        "wave": (2 * _SIXTH, 5 * _SIXTH, _SIXTH, 4 * _SIXTH, 0, 0.5),
        "tetrapod, left leading": (2 * _THIRD, 0, _THIRD, 2 * _THIRD, 0, _THIRD),
        "tetrapod, right leading": (2 * _THIRD, _THIRD, _THIRD, 0, 0, 2 * _THIRD),
        "pronk": (0, 0, 0, 0, 0, 0),
    },
}
"""When each leg is in the middle of its stance, in parts of a stride, by how they stand: from the front, of each pair
left before right.

Those of two pairs are Hildebrand's (Science 150, 1965; J. Mammal. 61, 1980); tripod, tetrapods and wave are those of
insects (Wilson, Annu. Rev. Entomol. 11, 1966; Graham, Adv. Insect Physiol. 18, 1985).
"""

_SLOW = {
    "alternation": "walk",
    "lateral sequence": "lateral-sequence walk",
    "diagonal sequence": "diagonal-sequence walk",
}
_FAST = {"alternation": "run", "lateral sequence": "lateral-sequence run", "diagonal sequence": "diagonal-sequence run"}

NAMES: tuple[str, ...] = tuple(
    dict.fromkeys(words.get(name, name) for names in PATTERNS.values() for name in names for words in (_SLOW, _FAST))
)
"""Of gaits. Where legs bear weight for at least half of a stride it is a walk, else a run (Hildebrand 1965)."""


@dataclass(frozen=True, eq=False)
class Footfall:
    """The strides of a life; arrays are of its legs, NaN of those that do not step."""

    frequency: float  # strides a second; NaN where there are none
    duty_factor: np.ndarray  # float64 [legs], part of the time on the ground
    rhythm: np.ndarray  # float64 [legs], part of the variance of its contacts that strides explain
    phase: np.ndarray  # float64 [legs], 0 to 1, of the middle of its stance, after that of the first leg that steps
    diagram: np.ndarray  # float64 [legs, PARTS], part of each part of a stride on the ground; begins at that middle
    name: str | None  # one of NAMES
    agreement: dict[str, float] = field(default_factory=dict)  # 0 to 1, with each pattern, the best first
    why: str | None = None  # it has no name


def contacts_of_legs(contacts: np.ndarray, legs: Sequence[Leg]) -> np.ndarray:
    """Return what part of each tick a leg touches, [ticks, legs], of contacts [ticks, bodies]: its busiest foot."""
    return np.stack([contacts[:, leg.feet].max(axis=1) for leg in legs], axis=1)


def measure_footfall(contacts: np.ndarray, places: np.ndarray, names: Sequence[str], control_period: float) -> Footfall:
    """Measure strides and name the gait.

    Args:
        contacts: float [ticks, legs], 0 to 1, part of each tick that a foot touches.
        places: float [legs, 2], m, how far each foot stands ahead of the robot's middle and left of it.
        names: of the legs.
        control_period: seconds per tick.

    Raises HebbaxError for arrays of unequal length, fewer than 8 ticks or a control period that is not above 0.
    """
    legs = len(names)
    if contacts.ndim != 2 or contacts.shape[1] != legs or places.shape != (legs, 2):
        raise HebbaxError(
            f"contacts have shape {contacts.shape} and places {places.shape}: expected [ticks, {legs}] and [{legs}, 2]"
        )
    check_control_period(control_period)
    duty = np.asarray(np.mean(contacts, axis=0, dtype=np.float64))
    nothing = np.full(legs, np.nan)
    none = Footfall(float("nan"), duty, nothing, nothing, np.full((legs, PARTS), np.nan), None)
    frequency = _stride_frequency(contacts, control_period) if legs else None
    if frequency is None or frequency * len(contacts) * control_period < FEWEST_STRIDES:
        return replace(none, why="its feet have no common rhythm")
    rhythm, middle = _fit(contacts, frequency * control_period)
    steps = rhythm >= RHYTHM
    if not steps.any():
        return replace(none, why="none of its legs steps in rhythm")
    phase = np.where(steps, np.mod(middle - middle[np.argmax(steps)], 1.0), np.nan)
    found = Footfall(
        frequency,
        duty,
        rhythm,
        phase,
        _diagram(contacts, frequency * control_period, middle[np.argmax(steps)]),
        None,
    )
    if not steps.all():
        return replace(found, why="; ".join(_idle(names[leg], duty[leg]) for leg in np.flatnonzero(~steps).tolist()))
    return _named(found, places)


def agreement_of(phases: np.ndarray, pattern: Sequence[float]) -> float:
    """Return how well phases [legs] are those of a pattern, whatever leg is first: 1 where they are the same.

    The length of the mean of the differences as points on a circle.
    """
    return float(np.abs(np.mean(np.exp(2j * np.pi * (phases - np.asarray(pattern))))))


def paired(places: np.ndarray) -> tuple[str, list[int]] | None:
    """Return how legs at places [legs, 2] stand, of PATTERNS, and their numbers in the order of its phases; or None."""
    ahead, left = places.T
    if len(places) == 2 and np.all(np.abs(left) <= _BESIDE):
        behind = abs(ahead[0] - ahead[1]) > _BESIDE
        return ("one behind the other", np.argsort(-ahead).tolist()) if behind else ("one pair", [0, 1])
    sides = [np.flatnonzero(side * left > _BESIDE) for side in (1, -1)]
    kinds = {1: "one pair", 2: "two pairs", 3: "three pairs"}
    pairs = len(sides[0])
    if pairs != len(sides[1]) or 2 * pairs != len(places) or pairs not in kinds:
        return None
    ordered = [side[np.argsort(-ahead[side])] for side in sides]
    return kinds[pairs], np.stack(ordered, axis=1).ravel().tolist()


def gaits_in_words(gaits: Mapping[str, Any]) -> str:
    """Return what the gaits of a summary are called.

    >>> gaits_in_words({"names": {"trot": 3, "pace": 1}, "lives": 5, "why": None})
    'trot in 3 of 5 lives, pace in 1 of 5 lives'
    """
    lives = gaits["lives"]
    named = ", ".join(f"{name} in {count} of {lives} lives" for name, count in gaits["names"].items())
    return named or f"without a name: {gaits['why']}"


def diagram_in_words(diagram: Sequence[float | None]) -> str:
    """Return a mean stride as marks, where a leg bears weight in most strides, and dots.

    >>> diagram_in_words([1.0, 0.6, 0.2, None])
    '##..'
    """
    return "".join("#" if share is not None and share >= 0.5 else "." for share in diagram)


def rows_of_legs(footfall: Mapping[str, Any]) -> list[tuple[str, float | None, float | None, str]]:
    """Return of each leg of a footfall as plain values its name, duty factor and phase, and a stride as marks."""
    return [
        (name, leg["duty_factor"], leg["phase"], diagram_in_words(leg["diagram"]))
        for name, leg in footfall["legs"].items()
    ]


def _named(found: Footfall, places: np.ndarray) -> Footfall:
    """Return strides with the name of their gait, if there is one for it."""
    stand = paired(places)
    if stand is None:
        return replace(found, why=f"there is no name for gaits of {len(places)} legs that stand so")
    kind, order = stand
    each = {name: agreement_of(found.phase[order], pattern) for name, pattern in PATTERNS[kind].items()}
    ranked = dict(sorted(each.items(), key=lambda item: -item[1]))
    best = next(iter(ranked))
    words = _SLOW if np.mean(found.duty_factor) >= 0.5 else _FAST
    name = words.get(best, best) if ranked[best] >= AGREEMENT else None
    why = None if name else f"its phases are nearest to those of a {words.get(best, best)}, but not near"
    return replace(found, name=name, agreement=ranked, why=why)


def _stride_frequency(contacts: np.ndarray, control_period: float) -> float | None:
    """Return the frequency, in Hz, at which strides explain most of the contacts; None where none stands out."""
    peak = dominant_frequency(contacts, control_period)
    if peak is None or not peak.significant:
        return None
    near = peak.frequency * _FINER
    variance = np.var(contacts, axis=0)
    explained = [float(np.sum(variance * _fit(contacts, one * control_period)[0])) for one in near]
    return float(near[int(np.argmax(explained))])


def _fit(contacts: np.ndarray, cycles: float) -> tuple[np.ndarray, np.ndarray]:
    """Return how much of each leg's variance strides of so many cycles a tick explain, and its middle of stance [legs].

    The middle, in parts of a stride from the first tick on, is that of the sinusoid of the strides' own frequency.
    """
    angles = 2 * np.pi * cycles * np.outer(np.arange(len(contacts)), _OVERTONES)
    columns = np.hstack((np.ones((len(contacts), 1)), np.cos(angles), np.sin(angles)))
    weights, *_ = np.linalg.lstsq(columns, contacts, rcond=None)
    variance = np.var(contacts, axis=0)
    left = np.mean((contacts - columns @ weights) ** 2, axis=0)
    rhythm = np.where(variance > 0, 1 - left / np.where(variance > 0, variance, 1.0), 0.0)
    return np.clip(rhythm, 0.0, 1.0), np.mod(np.arctan2(weights[len(_OVERTONES) + 1], weights[1]) / (2 * np.pi), 1.0)


def _diagram(contacts: np.ndarray, cycles: float, first: float) -> np.ndarray:
    """Return the mean stride [legs, PARTS] of contacts, from the middle of the first leg's stance on."""
    parts = np.floor(np.mod(cycles * np.arange(len(contacts)) - first, 1.0) * PARTS).astype(int) % PARTS
    ticks = np.bincount(parts, minlength=PARTS)
    sums = np.array([np.bincount(parts, leg, PARTS) for leg in contacts.T])
    return np.where(ticks > 0, sums / np.maximum(ticks, 1), np.nan)


def _idle(name: str, duty: float) -> str:
    """Return what a leg does that does not step in rhythm."""
    if duty == 0:
        return f"{name} never lands"
    return f"{name} never leaves the ground" if duty == 1 else f"{name} does not step in the rhythm of the others"
