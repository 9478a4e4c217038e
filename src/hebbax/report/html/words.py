"""What a report says in sentences, for readers who have not seen such a controller before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from hebbax.analysis.footfall import gaits_in_words
from hebbax.analysis.gait import MOTIONS
from hebbax.analysis.statistics import resting_on
from hebbax.analysis.summary import feet_of
from hebbax.config.learner import EVOLUTION
from hebbax.report.html.material import Material

VERDICTS = {
    "fixed-point": "The weights come to rest: after the start of a life they stay near one point, but for a ripple.",
    "limit-cycle": "The weights go round a cycle: after one period they are back where they were, again and again.",
    "quasi-periodic": "The weights swing with several rhythms that never line up, so they never close their orbit.",
    "wandering": "The weights keep moving, and neither come to rest nor come back to where they were.",
    "settling": "The weights are still on their way when the record ends: look at a longer life.",
    "aliased": "The weights move so fast beside their updates that a cycle and a torus would look the same.",
    "diverging": "The weights leave for good: they grow, or go on in one direction, without end.",
}


EVIDENCE = {
    "shared_motion": "motion that weights share after the start, in parts of their size; below 0.1 is rest",
    "own_motion": "motion that each weight has for itself, in parts of their size",
    "relative_speed": "change from one update to the next, in parts of their size",
    "straightness": "how straight the weights go on; 1 is a line, a random walk has about 0.3",
    "distance": "way between the first and the last part of the life, in parts of their size",
    "pace": "speed of the drift at the end over that at the start",
    "growth": "size of the swings at the end over that before",
    "trend": "whether swings grow (1) or fade (−1) steadily",
    "foretold": "how much of the end sinusoids fitted to the beginning foretell; 1 is all",
    "shift": "way from the middle third of the life to its last, in parts of their size",
    "surprise": "that way over what chance gives; a straight way has 5",
    "second_frequency": "power of the rhythms that are no multiple of one",
    "detuned": "how much better free rhythms fit than multiples of one; above 1 is more than chance",
    "folded": "share of the multiples of one rhythm that are there once sampling has folded them",
    "turns": "turns of the motion from one return to the next",
    "one_frequency": "strength of the rhythms that are multiples of one frequency",
    "two_frequencies": "strength of the rhythms that two frequencies explain",
    "return_period": "period by returns to the same place, in updates",
    "return_closeness": "how far from its start a return is; 0 is the same place, 1 any place",
    "correlation_period": "period by likeness to its own past, in updates",
    "correlation_closeness": "how unlike it is after that period; 0 is the same",
    "update_interval": "ticks from one update to the next",
    "gait_frequency": "steps of the gait, Hz",
    "lyapunov": "rate at which neighbouring lives part, 1 / tick; above 0 is chaos",
    "finite_ticks": "ticks before a weight was no longer a number",
}
"""What each number behind a verdict means, in a few words."""


def number(value: float | None) -> str:
    """Return a number as people read it: no decimals from 1,000 on, three digits below."""
    if value is None or value != value:
        return "–"
    text = f"{value:,.0f}" if abs(value) >= 1000 or value == round(value) else f"{value:.3g}"
    return text.replace("-", "−")


def share(part: int, whole: int) -> str:
    """Return a number of lives, such as "all 20 lives" or "18 of 20 lives"."""
    if part == whole:
        return "the one life" if whole == 1 else f"all {whole} lives"
    return f"{part} of {whole} lives"


def learnt(material: Material) -> bool:
    """Whether PPO has learnt the controller, in place of evolution."""
    return material.run.config.learner.algorithm != EVOLUTION


def lead(material: Material) -> str:
    """Return what the controller is, in one sentence."""
    if not material.plastic:
        origin = "learnt" if learnt(material) else "evolved"
        return f"A controller with {origin} weights that stay the same during its life."
    subject, motions = "A controller that is born with random weights, and", material.motions
    half = sum(motions.values()) / 2
    if motions.get("gait", 0) > half:
        return f"{subject} finds its gait by changing them while it moves."
    return f"{subject} changes them while it {'lives' if motions.get('stands', 0) >= half else 'moves'}."


def returns(values: dict[str, Any]) -> str:
    """Return how well it does, from the JSON of an evaluation."""
    lives, diverged = values["lifetimes"], values["diverged"]
    text = f"Over {lives} {'life' if lives == 1 else 'lives'}, each with fresh random weights and a fresh start, "
    mean, interval = values["return_mean"], values["return_ci95"]
    text += f"the sum of rewards in a life (its return) is {number(mean)} on average"
    if interval is not None:
        text += f"; the true mean lies between {number(interval[0])} and {number(interval[1])} with 95 % confidence"
    finite = [value for value in values["returns"] if value is not None]
    if len(finite) > 1:
        text += f". The worst life has {number(min(finite))}, the best {number(max(finite))}"
    text += "." + (f" {share(diverged, lives).capitalize()} diverged and are left out." if diverged else "")
    text = text if interval is None else f"{text} {resting_on(len(finite))}"
    return text + _terms(values["reward_terms"])


def _terms(terms: dict[str, float | None]) -> str:
    """Return what the terms of the reward add to a return, where there are several."""
    if len(terms) < 2:
        return ""
    means = ", ".join(f"{name} {number(value)}" for name, value in terms.items())
    return f" By the terms of the reward, a return is on average {means}."


def reality(found: Mapping[str, Mapping[str, Any]]) -> str:
    """Return what a reality check came to, from the findings of an analysis' summary."""
    told = "Evolution takes whatever the simulated physics lets it. Thresholds come from animals, machines and physics"
    doubtful = sum(2 * one["doubtful"] > one["lives"] for one in found.values())
    judged = sum(one["lives"] > 0 for one in found.values())
    return f"{told}; by them, {doubtful} of {judged} numbers are doubtful in most of the lives."


def verdict_sentences(material: Material) -> list[str]:
    """Return what the weights of the lives end on."""
    assert material.analysis is not None
    cycles = [verdict for verdict in material.verdicts if verdict["label"] == "limit-cycle"]
    return [material.analysis["sentence"], *map(_period, cycles[:1])]


def _period(verdict: dict[str, Any]) -> str:
    """Return how long a cycle is, beside the gait's."""
    text = f"The cycle takes {number(verdict['period_seconds'])} s ({number(verdict['period_ticks'])} ticks)"
    if verdict["gait_ratio"] is None:
        return text + "."
    return f"{text}, which is {number(verdict['gait_ratio'])} times the period of the gait."


def feet_rows(lives: Sequence[dict[str, Any]]) -> list[tuple[str, str, str, str, str]]:
    """Return each foot with its duty factor, air time in s, touch-downs per second, and in how many lives it touches.

    The numbers are medians over these lives, of those of analysis.json. A life in which a robot fell has more feet.
    """
    return [
        (name, number(foot["duty_factor"]), number(foot["air_time"]), number(foot["touch_downs"]), str(foot["lives"]))
        for name, foot in feet_of(lives).items()
    ]


def gait_rows(summary: dict[str, Any]) -> list[tuple[str, str]]:
    """Return how the robot goes, from the summary of an analysis; nothing where that could not be seen.

    A dash is where there is no such number, such as of strides where it has no gait.
    """
    motions = {motion: count for motion, count in summary["motions"].items() if count}
    lives = sum(motions.values())
    if not lives:
        return []
    units = {
        "forward_speed": ("forward speed", "m/s"),
        "stride_frequency": ("strides", "per second"),
        "torque_mean": ("torque, mean", "N·m"),
        "torque_peak": ("torque, peak", "N·m"),
        "cost_of_transport": ("cost of transport (work over weight and way)", ""),
    }
    text = ", ".join(f"{MOTIONS[motion]} in {share(count, lives)}" for motion, count in motions.items())
    rows = [("motion", f"it {text}")]
    if summary.get("gaits"):
        rows.append(("gait", gaits_in_words(summary["gaits"])))
    for key, (name, unit) in units.items():
        value = summary["medians"].get(key)
        rows.append((name, "–" if value is None else f"{number(value)} {unit}".strip()))
    return rows
