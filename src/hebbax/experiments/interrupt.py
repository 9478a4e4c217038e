"""`interrupt`: does the reward survive when updates are off from half of life on? A second run can stand beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from hebbax.attractors.spectra import dominant_frequency
from hebbax.damage.events import Event
from hebbax.expected import TEXT, Fields, ListOf
from hebbax.experiments.context import Context, Life
from hebbax.experiments.measures import (
    BAND,
    REWARD_WINDOW,
    count_labels,
    earning,
    judge_life,
    motion,
    no_gait,
    reward_rate,
    share,
    summary,
)
from hebbax.experiments.panels import band_of, draw_band, draw_lives, figure_of, legend_below, mean_reward, shade
from hebbax.experiments.result import Result
from hebbax.experiments.shapes import COURSE, NO_GAIT, SUMMARY, TICK
from hebbax.experiments.words import count_list, diverged_sentence, no_gait_sentence, number, of_lives
from hebbax.report.style import BLUE, MUTED, VERMILLION

_COLOURS = (BLUE, VERMILLION)

_GROUP = Fields(
    needed={
        "policy": TEXT,
        **dict.fromkeys(("half", "ticks"), TICK),
        "kept_rate": SUMMARY,
        **dict.fromkeys(("course_with_updates", "course_without_updates"), COURSE),
    },
    known={"no_gait": NO_GAIT},
)
VALUES = Fields(
    {"groups": ListOf(_GROUP)},
    agree=lambda values: None if 1 <= len(values["groups"]) <= 2 else "groups: expected one or two",
)


def run(context: Context) -> Result:
    """Compare the second half of lives without updates with that of their undisturbed twins."""
    groups = [_measure(one) for one in (context, context.other) if one is not None]
    return Result.of("interrupt", context, " ".join(map(_sentence, groups)), {"groups": groups})


def _measure(context: Context) -> dict[str, Any]:
    half = context.ticks // 2

    def keep(life: Life) -> tuple[bool, np.ndarray, float, str, str]:
        whole = len(life.record.rewards) == context.ticks and not life.diverged
        peak = dominant_frequency(life.record.actions[half:], context.task.control_period) if whole else None
        frequency = peak.frequency if peak is not None and peak.significant else float("nan")
        motion_label = motion(context, life, half, context.ticks)
        return life.diverged, life.record.rewards.copy(), frequency, judge_life(context, life), motion_label

    context.tell(f"{context.policy.name}: undisturbed twins")
    twins = context.record_each(keep)
    context.tell(f"{context.policy.name}: lives without updates from tick {half} on")
    lives = context.record_each(keep, [Event("freeze-plasticity", half, context.ticks - half)])
    with_updates, without = (np.array([rate(one[1], half, context.ticks) for one in group]) for group in (twins, lives))
    diverged = np.array([twin[0] or life[0] for twin, life in zip(twins, lives, strict=True)])
    counts = earning(with_updates) & ~diverged
    survivals = [survives(*rates) for *rates, one in zip(without, with_updates, counts, strict=True) if one]
    ended_early = {
        name: sum(not life[0] and len(life[1]) < context.ticks for life in group)
        for name, group in (("without_updates", lives), ("with_updates", twins))
    }
    return {
        "run": context.name,
        "policy": context.policy.name,
        "lifetimes": context.lifetimes,
        "ticks": context.ticks,
        "half": half,
        "diverged": int(diverged.sum()),
        **({"ended_early": ended_early} if any(ended_early.values()) else {}),
        "compared": counts,
        **no_gait(twin[4] for twin, one in zip(twins, counts, strict=True) if one),
        "rate_with_updates": summary(np.where(diverged, np.nan, with_updates), context.seed),
        "rate_without_updates": summary(np.where(diverged, np.nan, without), context.seed),
        "kept_rate": summary((without / with_updates)[counts], context.seed),
        "survived": share(survivals, context.seed),
        "frequency_with_updates": summary([twin[2] for twin in twins], context.seed),
        "frequency_without_updates": summary([life[2] for life in lives], context.seed),
        "verdicts": count_labels(twin[3] for twin in twins),
        "course_with_updates": band_of([reward_rate(twin[1]) for twin in twins if not twin[0]]),
        "course_without_updates": band_of([reward_rate(life[1]) for life in lives if not life[0]]),
    }


def rate(rewards: np.ndarray, half: int, ticks: int) -> float:
    """Return the reward per tick from tick `half` to `ticks`; a life [ticks lived] earns none after its end.

    NaN of a life that did not see the half begin.
    """
    return float(rewards[half:].sum() / (ticks - half)) if len(rewards) > half else float("nan")


def survives(of_life: float, of_twin: float) -> bool:
    """Whether a reward rate falls short of the twin's by at most a tenth of it."""
    return bool(of_life >= of_twin - BAND * abs(of_twin))  # a comparison with NaN is false


def _sentence(group: Mapping[str, Any]) -> str:
    survivals = group["survived"]["values"]
    rates = [number(group[f"rate_{which}_updates"]["median"]) for which in ("without", "with")]
    verdicts = f" With updates, their weights are: {count_list(group['verdicts'])}." if group["verdicts"] else ""
    without = group.get("no_gait", {})
    what = "reward rate" if without else "gait"
    text = (
        f"Without updates in its second half, the {what} of {group['policy']} survives in "
        f"{of_lives(int(np.sum(survivals)), len(survivals))} that have one: the reward a tick is {rates[0]}, with "
        f"updates {rates[1]} (medians).{no_gait_sentence(without, len(survivals), 'With updates')}"
    )
    return f"{text}{verdicts}{_ended_sentence(group)}{diverged_sentence(group['diverged'])}"


def _ended_sentence(group: Mapping[str, Any]) -> str:
    if "ended_early" not in group:
        return ""
    without, with_updates = (group["ended_early"][f"{which}_updates"] for which in ("without", "with"))
    return f" Before their time ended {without} without updates and {with_updates} with."


def draw(result: Result) -> Figure:
    """Draw the reward rate in time, and how much of it each life keeps."""
    groups = result.values["groups"]

    def fill(panels: Sequence[Axes]) -> None:
        for ax, group, colour in zip(panels, groups, _COLOURS, strict=False):
            _draw_course(ax, group, colour)
        ax = panels[-1]
        ax.axhline(1.0, color=MUTED, linewidth=0.8)
        for place, (group, colour) in enumerate(zip(groups, _COLOURS, strict=False)):
            draw_lives(ax, place, group["kept_rate"], colour)
        ax.set_xticks(range(len(groups)), [group["policy"] for group in groups])
        ax.set(title="what a life keeps", ylabel="mean reward per tick / the twin's", xlim=(-0.6, len(groups) - 0.4))
        low, high = ax.get_ylim()
        ax.set_ylim(min(0.0, low), max(1.1, high))
        ax.grid(axis="x", visible=False)

    columns = len(groups) + 1
    what = "reward rate" if any("no_gait" in group for group in groups) else "gait"
    return figure_of(result, columns, 3.5 * columns, 3.6, fill, f"Does the {what} survive without updates?")


def _draw_course(ax: Axes, group: Mapping[str, Any], colour: str) -> None:
    for which, look in (("with", MUTED), ("without", colour)):
        band = group[f"course_{which}_updates"]
        time = np.arange(len(band["median"])) + REWARD_WINDOW / 2
        draw_band(ax, time, band, look, "undisturbed twin" if which == "with" else "interrupted")
    shade(ax, group["half"], group["ticks"], "no updates")
    ax.set(xlabel="tick", ylabel=mean_reward(REWARD_WINDOW), title=group["policy"])
    legend_below(ax)
