"""What `saturate` and `zero-weights` share: a disturbance, and how long until all is as in an undisturbed twin."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from hebbax.attractors.basin import Return, measure_basin
from hebbax.damage.events import Event
from hebbax.expected import Fields, or_null
from hebbax.experiments.context import Context, Life
from hebbax.experiments.measures import (
    REWARD_WINDOW,
    earning,
    recovery_ticks,
    reward_floor,
    reward_rate,
    share,
    summary,
)
from hebbax.experiments.panels import band_of, draw_band, draw_lives, figure_of, legend_below, mean_reward, shade
from hebbax.experiments.result import Result
from hebbax.experiments.shapes import COURSE, SHARE, SUMMARY, TICK
from hebbax.experiments.words import diverged_sentence, ended_early_sentence, of_lives, with_interval
from hebbax.report.style import BLUE, MUTED, ORANGE, VERMILLION, write_across

ONSET = 0.3
"""Part of the life after which a disturbance comes."""

STEADY = 2 * REWARD_WINDOW
"""Ticks that weights have to be near their attractor to be back, as long as for the reward rate."""

_CONTROL = Fields({"recovered": SHARE, "recovery_ticks": SUMMARY, "rate_disturbed": COURSE})

RECOVERY = Fields(
    needed={
        **dict.fromkeys(("onset", "end", "reward_window"), TICK),
        **dict.fromkeys(("rate_undisturbed", "rate_disturbed"), COURSE),
        "recovered": SHARE,
        "recovery_ticks": SUMMARY,
        "weights_ticks": or_null(SUMMARY),
        "distance": or_null(COURSE),
    },
    known={"control": _CONTROL},
    agree=lambda values: (
        None
        if (values["weights_ticks"] is None) == (values["distance"] is None)
        else "weights_ticks and distance: expected both, or null for both where weights do not change"
    ),
)
"""What `measure_recovery` returns, as far as it is drawn."""


@dataclass(frozen=True)
class Course:
    """The rewards and weights of one life."""

    diverged: bool
    total: float
    rewards: np.ndarray  # [ticks]
    weights: np.ndarray  # [ticks from the onset on, weights]


def measure_recovery(
    context: Context, events: Sequence[Event], onset: int, duration: int, control: Sequence[Event] = ()
) -> dict[str, Any]:
    """Return how lives recover from a disturbance.

    Args:
        context: the controller and its lives.
        events: the disturbance.
        onset: the tick at which it begins.
        duration: ticks that it lasts, 0 for an instant.
        control: other events, of which only the recovery is kept.

    Each life is compared with its twin: the same birth, undisturbed. Those whose twin earns too little to have
    anything to lose (`earning`) are left out.
    """

    def keep(life: Life) -> Course:
        return Course(life.diverged, life.total, life.record.rewards.copy(), life.record.weights[onset:].copy())

    context.tell("undisturbed twins")
    twins = context.record_each(keep)
    context.tell("disturbed lives")
    lives = context.record_each(keep, events)
    values = {
        "onset": onset,
        "end": onset + duration,
        "reward_window": REWARD_WINDOW,
        "return_undisturbed": summary([np.nan if twin.diverged else twin.total for twin in twins], context.seed),
        "rate_undisturbed": band_of([reward_rate(twin.rewards) for twin in twins if not twin.diverged]),
        **_compare(context, twins, lives, onset, duration),
    }
    if control:
        context.tell("the control")
        others = _compare(context, twins, context.record_each(keep, control), onset, duration)
        keys = ("recovered", "recovery_ticks", "return_disturbed", "rate_disturbed")
        values["control"] = {key: others[key] for key in keys}
    return values


def _compare(
    context: Context, twins: Sequence[Course], lives: Sequence[Course], onset: int, duration: int
) -> dict[str, Any]:
    context.tell("comparing them with their twins")
    plastic = bool(context.policy.plastic)
    rates = np.array([np.nan if twin.diverged else _mean(twin.rewards[onset:]) for twin in twins])
    diverged = np.array([twin.diverged or life.diverged for twin, life in zip(twins, lives, strict=True)])
    counts = earning(rates) & ~diverged
    pairs = [(twin, life) for twin, life, one in zip(twins, lives, counts, strict=True) if one]
    ticks = [_rate_back(twin, life, onset, onset + duration) for twin, life in pairs]
    comparisons = [_weights_back(twin, life, context.ticks - onset) if plastic else None for twin, life in pairs]
    scale = [_norm(twin.weights) for twin, _ in pairs]
    courses = [one.distances / norm for one, norm in zip(comparisons, scale, strict=True) if one and norm > 0]
    return {
        "compared": counts,
        "diverged": int(diverged.sum()),
        "ended_early": sum(len(life.rewards) < context.ticks for _, life in pairs),
        "return_disturbed": summary([np.nan if life.diverged else life.total for life in lives], context.seed),
        "recovered": share([tick is not None for tick in ticks], context.seed),
        "recovery_ticks": summary(ticks, context.seed),
        "weights_back": share([bool(one and one.came_back) for one in comparisons], context.seed) if plastic else None,
        "weights_ticks": summary([_after(one, duration) for one in comparisons], context.seed) if plastic else None,
        "rate_disturbed": band_of([reward_rate(life.rewards) for life in lives if not life.diverged]),
        "distance": band_of(courses) if plastic else None,
    }


def _mean(rewards: np.ndarray) -> float:
    return float(rewards.mean()) if len(rewards) else float("nan")


def _rate_back(twin: Course, life: Course, onset: int, end: int) -> int | None:
    return recovery_ticks(life.rewards[end:], reward_floor(twin.rewards[onset:]))


def _weights_back(twin: Course, life: Course, ticks: int) -> Return | None:
    """Return how a life's weights relate to the twin's attractor; None if one of them ended before its time."""
    if min(len(twin.weights), len(life.weights)) < ticks:
        return None
    return measure_basin(twin.weights, [life.weights]).returns[0]


def ticks_until_near(distances: np.ndarray, duration: int) -> int | None:
    """Return after how many ticks weights that have come back to their attractor are as near as they end.

    `distances` [ticks] begin with the disturbance, which lasts for `duration`. The last quarter of the life is on the
    attractor, so the 95 % quantile of its distances says what is near. It counts to the first tick from its end on
    that is near and begins STEADY ticks of which nine tenths are. None if there is no such tick.
    """
    near = distances <= np.quantile(distances[-(len(distances) // 4) :], 0.95)
    after = near[duration:]
    shares = reward_rate(after.astype(float), STEADY)
    steady = after[: len(shares)] & (shares >= 0.9)
    return int(np.argmax(steady)) if steady.any() else None


def _after(comparison: Return | None, duration: int) -> int | None:
    return ticks_until_near(comparison.distances, duration) if comparison is not None and comparison.came_back else None


def _norm(weights: np.ndarray) -> float:
    return float(np.sqrt(np.mean(np.sum(np.square(weights, dtype=np.float64), axis=1)))) if weights.size else 0.0


def recovery_sentence(values: dict[str, Any], lives: int, after: str) -> str:
    """Return the outcome in plain words; `after` begins the sentence."""
    lives_compared, count = len(values["recovered"]["values"]), int(np.sum(values["recovered"]["values"]))
    text = f"{after}, the reward rate is back in {of_lives(count, lives_compared)}"
    if count:
        text += f", after a median of {with_interval(values['recovery_ticks'], unit='ticks')}"
    if values["weights_back"] is not None:
        count = int(np.sum(values["weights_back"]["values"]))
        text += f"; the weights are back on their attractor in {count}"
        if count:
            text += f", after {with_interval(values['weights_ticks'], unit='ticks')}"
    text += "."
    if (idle := lives - lives_compared - values["diverged"]) > 0:
        who = "1 more life had little to lose and does" if idle == 1 else f"{idle} more lives had little to lose and do"
        text += f" {who} not count."
    return text + ended_early_sentence(values["ended_early"]) + diverged_sentence(values["diverged"])


def draw_recovery(result: Result, title: str, what: str) -> Figure:
    """Draw reward rate and distance of the weights in time, and the recovery of every life."""
    values = result.values
    plastic = values["distance"] is not None

    def fill(panels: Sequence[Axes]) -> None:
        _draw_rate(panels[0], values, what)
        if plastic:
            _draw_distance(panels[1], values, what)
        _draw_ticks(panels[-1], values)

    return figure_of(result, 3 if plastic else 2, 10.0 if plastic else 7.0, 3.6, fill, title)


def _draw_rate(ax: Axes, values: dict[str, Any], what: str) -> None:
    onset, end = values["onset"], values["end"]
    for name, colour, label in (("undisturbed", MUTED, "undisturbed twin"), ("disturbed", BLUE, "disturbed")):
        band = values[f"rate_{name}"]
        draw_band(ax, np.arange(len(band["median"])) + values["reward_window"] / 2, band, colour, label)
    if "control" in values:
        band = values["control"]["rate_disturbed"]
        time = np.arange(len(band["median"])) + values["reward_window"] / 2
        draw_band(ax, time, band, ORANGE, "weights held meanwhile", "--")
    if end > onset:
        shade(ax, onset, end, what)
    else:
        ax.axvline(onset, color=VERMILLION, linewidth=1.0, label=what)
    ax.set(xlabel="tick", ylabel=mean_reward(values["reward_window"]), title="reward rate")
    legend_below(ax)


def _draw_distance(ax: Axes, values: dict[str, Any], what: str) -> None:
    onset, end = values["onset"], values["end"]
    band = values["distance"]
    draw_band(ax, onset + np.arange(len(band["median"])), band, BLUE, "distance")
    if end > onset:
        shade(ax, onset, end, "")
    ax.set(xlabel="tick", ylabel="distance / norm of the weights", title="weights to the twin's attractor")
    ax.set_ylim(bottom=0)


def _draw_ticks(ax: Axes, values: dict[str, Any]) -> None:
    lives = len(values["recovered"]["values"])
    series = [(values["recovery_ticks"], "reward rate", BLUE)]
    if values["weights_ticks"] is not None:
        series.append((values["weights_ticks"], "weights", VERMILLION))
    if "control" in values:
        series.append((values["control"]["recovery_ticks"], "reward rate,\nweights held", ORANGE))
    for place, (ticks, _, colour) in enumerate(series):
        draw_lives(ax, place, ticks, colour)
    ax.set_xticks(range(len(series)), [f"{name}\n{ticks['counted']} of {lives}" for ticks, name, _ in series])
    ax.set(ylabel="ticks until it is back", title="recovery, and lives that did", xlim=(-0.6, len(series) - 0.4))
    if any(ticks["counted"] for ticks, _, _ in series):
        low, high = ax.get_ylim()
        ax.set_ylim(min(0.0, low), max(1.0, high))
    else:
        ax.set_yticks([])
        write_across(ax, "no life is back")
    ax.grid(axis="x", visible=False)
