"""Whether a body's motion could be that of a machine or an animal, from plain arrays of one life.

Evolution takes whatever the physics lets it. Each finding holds one number against a threshold that comes from physics,
or from what animals and robots have been measured to do, and not from controllers of hebbax.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np

from hebbax.analysis.gait import GRAVITY
from hebbax.attractors.spectra import dominant_frequency

PENDULUMS = 6.0
"""Strides may come at so many times the frequency of a pendulum as long as the robot is high.

A gallop begins at 4.5 M^-0.14 Hz in animals of M kg (Heglund, Taylor & McMahon, Science 186, 1974): 2 to 5 times that
frequency from mouse to horse. Racehorses take 2.4 strides per second and sprinting cheetahs 4: 6 times theirs.
"""

POWER = 25.0
"""W/kg, work of all joints. What the best runner sustains: a pronghorn breathes for 100 W/kg (Lindstedt et al., Nature
353, 1991), of which muscle turns a quarter into work."""

COST = 1.0
"""Cost of transport: what dragging the body over ground of friction 1 would take. Running animals do 0.1 to 0.3 of it
in mechanical work (Heglund, Fedak, Taylor & Cavagna, J. exp. Biol. 97, 1982)."""

AT_LIMIT = 0.99
"""From this part of its limit on, a torque is at it."""

TORQUE_SHARE = (6.9 / 17.0) ** 2
"""Share of the time that a motor's heat lets it spend at its limit: that goes with the square of the torque. Mini
Cheetah's motors give 17 N·m at their peak and 6.9 N·m for good (Katz, Di Carlo & Kim, ICRA 2019)."""

SPEED_SHARE = 0.01
"""Share of the time in which a joint may be faster than its motor can turn: an impact drives it for a moment."""

DEPTH = 0.02
"""Parts of its height by which a robot may sink in: a runner's heel pad gives by 9 mm under 0.9 m of leg (De Clercq,
Aerts & Kunnen, J. Biomech. 27, 1994), and the sole of a shoe by as much again."""

SLIP = 0.2
"""Of the forward speed. Sliding at a share s of it on ground of friction 1 costs s in transport, by itself as much as
animals spend in all (see `COST`)."""

AIR = 0.6
"""Share of the time. Who is in the air for a share a pushes with 1 / (1 − a) of its weight in the rest of it, and the
fastest sprinters with 2.5 (Weyand & Davis, J. exp. Biol. 208, 2005)."""

Verdict = Literal["plausible", "doubtful"]

VERDICTS: tuple[Verdict, ...] = ("plausible", "doubtful")


@dataclass(frozen=True)
class Finding:
    """One number, beside the most that is plausible."""

    unit: str  # or what it is a part of
    value: float | None = None
    threshold: float | None = None
    verdict: Verdict | None = None  # None where it cannot be told
    why: str | None = None  # what is doubtful about it, or why it cannot be told
    where: str | None = None  # the joint or part that the number is of, where it is of one


FINDINGS = {
    "frequency": "dominant frequency",
    "power": "power",
    "cost_of_transport": "cost of transport",
    "torque_limits": "time at a torque limit",
    "joint_speed": "fastest joint",
    "speed_limits": "time beyond a speed limit",
    "below_ground": "deepest part below the ground",
    "slip": "slip of feet that bear weight, of its speed",
    "air": "time in the air",
}
"""What is looked at, in the order in which it is told, in words."""


UNITS = {
    "frequency": "Hz",
    "power": "W/kg",
    "cost_of_transport": "",
    "torque_limits": "of the time",
    "joint_speed": "rad/s",
    "speed_limits": "of the time",
    "below_ground": "m",
    "slip": "of its speed",
    "air": "of the time",
}
"""Of each; a joint that slides has its speed in m/s."""


def unknown(name: str, why: str) -> Finding:
    """Return a finding without a number."""
    return Finding(UNITS[name], why=why)


def natural_frequency(height: float) -> float:
    """Return the frequency in Hz of a pendulum of a length in m."""
    return float(np.sqrt(GRAVITY / height) / (2 * np.pi))


def frequency(joints: np.ndarray, control_period: float, height: float) -> Finding:
    """Judge the strongest common oscillation of joints [ticks, joints], in rad, of a robot so many m high."""
    peak = dominant_frequency(joints, control_period) if joints.shape[1] else None
    if peak is None or not peak.significant:
        return unknown("frequency", "no oscillation of the joints stands out")
    finding = Finding(UNITS["frequency"], peak.frequency)
    if not height > 0:
        return replace(finding, why="the centre of mass is not above the ground")
    most = PENDULUMS * natural_frequency(height)
    if most > 0.5 / control_period:
        return replace(finding, threshold=most, why="the ticks are too far apart to see a faster oscillation")
    return _judged(finding, most, f"{PENDULUMS:.0f} times a pendulum of its height is what animals reach")


def power(torques: np.ndarray, joint_speeds: np.ndarray, mass: float) -> Finding:
    """Judge the mean power of torques [ticks, joints], in N·m, at speeds of as many, in rad/s, for a mass in kg.

    Work counts in size whether a motor drives or brakes, as in a cost of transport.
    """
    watts = float(np.mean(np.sum(np.abs(torques * joint_speeds), axis=1)))
    return _judged(Finding(UNITS["power"], watts / mass), POWER, "the best runners sustain less")


def cost_of_transport(cost: float) -> Finding:
    """Judge work over weight and way."""
    return _judged(Finding(UNITS["cost_of_transport"], cost), COST, "dragging it along takes less")


def torque_limits(torques: np.ndarray, limits: np.ndarray, joints: Sequence[str]) -> Finding:
    """Judge how much of the time the joint that is most often at a limit is there.

    Args:
        torques: float [ticks, joints], N·m.
        limits: float [joints, 2], lowest and highest; infinite where there is none. A limit of 0 is none either: a
            motor that pulls alone is there when it rests.
        joints: their names.
    """
    low, high = limits[:, 0], limits[:, 1]
    limited = (np.isfinite(low) & (low < 0)) | (np.isfinite(high) & (high > 0))
    if not limited.any():
        return unknown("torque_limits", "no limit is stated")
    at_limit = ((high > 0) & (torques >= AT_LIMIT * high)) | ((low < 0) & (torques <= AT_LIMIT * low))
    shares = np.mean(at_limit, axis=0)
    return _judged(_of_worst(shares, UNITS["torque_limits"], joints), TORQUE_SHARE, "a motor would overheat")


def joint_speed(joint_speeds: np.ndarray, units: Sequence[str], joints: Sequence[str]) -> Finding:
    """Tell the highest speed of any joint, of speeds [ticks, joints] with their units; it is not judged by itself.

    Joints that turn come before those that slide, whose speed is another quantity.
    """
    chosen = [index for index, unit in enumerate(units) if unit == "rad/s"] or list(range(len(units)))
    if not chosen:
        return unknown("joint_speed", "no motor drives a single joint")
    peaks = np.max(np.abs(joint_speeds[:, chosen]), axis=0)
    fastest = _of_worst(peaks, units[chosen[0]], [joints[index] for index in chosen])
    return replace(fastest, why="told, not judged")


def speed_limits(joint_speeds: np.ndarray, limits: np.ndarray, joints: Sequence[str]) -> Finding:
    """Judge how much of the time the joint that is most often beyond its limit is so.

    Args:
        joint_speeds: float [ticks, joints], rad/s.
        limits: float [joints]; infinite where there is none.
        joints: their names.
    """
    if not np.isfinite(limits).any():
        return unknown("speed_limits", "no limit is stated")
    shares = np.mean(np.abs(joint_speeds) > limits, axis=0)
    return _judged(_of_worst(shares, UNITS["speed_limits"], joints), SPEED_SHARE, "faster than its motor can turn")


def below_ground(heights: np.ndarray, may_touch: np.ndarray, names: Sequence[str], height: float) -> Finding:
    """Judge how deep the deepest part is below the ground at any time.

    Args:
        heights: float [ticks, parts], m, of the lowest point of each part over the ground.
        may_touch: bool [parts], whether the ground stops them.
        names: of the parts.
        height: m, of the robot's centre of mass over the ground.
    """
    if not height > 0:
        return unknown("below_ground", "the centre of mass is not above the ground")
    finding = _of_worst(np.maximum(-np.min(heights, axis=0), 0.0), UNITS["below_ground"], names)
    deepest = int(np.argmin(np.min(heights, axis=0)))
    through = "the ground does not stop it" if not may_touch[deepest] else "a foot gives less"
    return _judged(finding, DEPTH * height, through)


def slip(speeds: np.ndarray, bearing: np.ndarray, forward_speed: float) -> Finding:
    """Judge how fast feet slide over the ground while they bear weight, in parts of the forward speed.

    Args:
        speeds: float [ticks, parts], m/s, along the ground, of the point of each part that is nearest to it.
        bearing: bool [ticks, parts], which are on the ground.
        forward_speed: m/s, of the robot.
    """
    if not bearing.any():
        return unknown("slip", "no part is on the ground at the start of a tick")
    part = float(np.mean(speeds[bearing])) / abs(forward_speed)
    return _judged(Finding(UNITS["slip"], part), SLIP, "it slides rather than steps")


def air(contacts: np.ndarray) -> Finding:
    """Judge in how much of the time nothing touches, of contacts [ticks, bodies], 0 to 1, parts of each tick."""
    share = float(np.mean(1.0 - np.max(contacts, axis=1)))
    return _judged(Finding(UNITS["air"], share), AIR, "sprinters push less hard")


def _of_worst(values: np.ndarray, unit: str, names: Sequence[str]) -> Finding:
    """Return the largest of some values, with its name."""
    worst = int(np.argmax(values))
    return Finding(unit, float(values[worst]), where=names[worst] if values[worst] > 0 else None)


def _judged(finding: Finding, threshold: float, doubt: str) -> Finding:
    """Return a finding beside its threshold; `doubt` says what is wrong above it."""
    assert finding.value is not None
    if not np.isfinite(finding.value):
        return replace(finding, value=None, threshold=threshold, why="it is no number")
    if finding.value > threshold:
        return replace(finding, threshold=threshold, verdict="doubtful", why=doubt)
    return replace(finding, threshold=threshold, verdict="plausible")


def together(found: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return what lives have in common, from the same finding of each as plain values; at least one.

    In how many `lives` there is a verdict, how many are `doubtful`, the medians of value and threshold, and the most
    frequent reason and place, of those that are doubtful if any are.
    """
    judged = [one for one in found if one["verdict"] is not None]
    doubtful = [one for one in judged if one["verdict"] == "doubtful"]
    told = doubtful or [one for one in found if one["verdict"] is None]
    return {
        "unit": found[0]["unit"],
        "lives": len(judged),
        "doubtful": len(doubtful),
        "median": _median([one["value"] for one in found]),
        "threshold": _median([one["threshold"] for one in found]),
        "why": most_frequent([one["why"] for one in told]),
        "where": most_frequent([one["where"] for one in doubtful or found]),
    }


def most_frequent(texts: Sequence[str | None]) -> str | None:
    """Return the text that is there most often, the first of several; None where there is none."""
    counts = Counter(text for text in texts if text is not None)
    return counts.most_common(1)[0][0] if counts else None


def _median(numbers: Sequence[float | None]) -> float | None:
    known = [number for number in numbers if number is not None]
    return float(np.median(known)) if known else None


def rows_of(found: Mapping[str, Mapping[str, Any]]) -> list[tuple[str, str, str, str]]:
    """Return the findings of several lives as a table: what it is, median, the most that is plausible, verdict."""
    return [
        (
            words + (f" ({found[name]['where']})" if found[name]["where"] else ""),
            _amount(found[name]["median"], found[name]["unit"]),
            _amount(found[name]["threshold"], found[name]["unit"]),
            _word(found[name]),
        )
        for name, words in FINDINGS.items()
    ]


def _amount(value: float | None, unit: str) -> str:
    """Return a number with its unit; a part of something, which the name of the finding says, as a percentage."""
    if value is None:
        return "–"
    return f"{100 * value:.3g} %" if unit.startswith("of ") else f"{value:.3g} {unit}".strip()


def _word(found: Mapping[str, Any]) -> str:
    """Return a verdict in words, such as "doubtful in 3 of 20 lives: it slides rather than steps"."""
    lives, doubtful = found["lives"], found["doubtful"]
    word = "–" if not lives else "doubtful" if doubtful else "plausible"
    many = f" in {doubtful} of {lives} lives" if 0 < doubtful < lives else ""
    why = f": {found['why']}" if found["why"] and (doubtful or not lives) else ""
    return word + many + why
