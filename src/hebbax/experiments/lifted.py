"""`lifted`: does a robot stop moving when its feet are off the ground, and go on when it is put down?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from hebbax.attractors.spectra import dominant_frequency
from hebbax.expected import Fields
from hebbax.experiments.context import Context, Life
from hebbax.experiments.measures import (
    REWARD_WINDOW,
    count_labels,
    earning,
    judge_life,
    motion,
    no_gait,
    recovery_ticks,
    reward_floor,
    share,
    summary,
)
from hebbax.experiments.panels import band_of, draw_band, draw_labels, draw_lives, figure_of, legend_below, shade
from hebbax.experiments.raising import lifting
from hebbax.experiments.result import Result
from hebbax.experiments.shapes import COURSE, NO_GAIT, SUMMARY, TICK, VERDICTS
from hebbax.experiments.words import (
    count_list,
    diverged_sentence,
    ended_early_sentence,
    no_gait_sentence,
    of_lives,
    with_interval,
)
from hebbax.report.style import BLUE, MUTED, ORANGE

BEGIN, END = 0.3, 0.7
"""Parts of the life between which the robot is in the air."""

STOP_RATIO = 0.25
"""Amplitude of the actions in the air, over that on the ground, below which it has stopped."""

_FAINT = 0.01  # amplitude, of actions within ±1, below which a frequency says nothing
_SETTLING = 4  # the first quarter of the time in the air is left out: what is over by then is no answer
_COLOURS = {"ground": BLUE, "air": ORANGE}

_GROUP = Fields({**dict.fromkeys(("amplitude", "frequency"), SUMMARY), "verdicts": VERDICTS, "course": COURSE})
VALUES = Fields(
    needed={**dict.fromkeys(("begin", "end"), TICK), "groups": Fields({"ground": _GROUP, "air": _GROUP})},
    known={"no_gait": NO_GAIT},
    agree=lambda values: None if list(values["groups"]) == ["ground", "air"] else "groups: expected ground and air",
)


def run(context: Context) -> Result:
    """Compare the actions in the air with those of the undisturbed twin at the same ticks."""
    begin, end = context.at(BEGIN), context.at(END)
    events = lifting(context.task, begin, end - begin)
    groups, lives = {}, {}
    for name, interventions in (("ground", ()), ("air", events)):
        context.tell(f"lives {'on the ground' if name == 'ground' else 'that are lifted'}")
        lives[name] = context.record_each(lambda life: _measure(context, life, begin, end), interventions)
        groups[name] = {
            **{key: summary([life[key] for life in lives[name]], context.seed) for key in _SUMMARIES},
            "diverged": sum(life["diverged"] for life in lives[name]),
            "ended_early": sum(life["ended"] for life in lives[name]),
            "verdicts": count_labels(life["verdict"] for life in lives[name] if life["verdict"]),
            "course": band_of([life["course"] for life in lives[name]]),
        }
    pairs = list(zip(lives["ground"], lives["air"], strict=True))
    diverged_pairs = sum(ground["diverged"] or air["diverged"] for ground, air in pairs)
    # Of a life that diverged, or ended in the air, it is not known whether it stops there.
    finite = np.isfinite([air["amplitude"] for _, air in pairs])
    counts = earning(np.array([ground["rate"] for ground, _ in pairs])) & finite
    pairs = [pair for pair, one in zip(pairs, counts, strict=True) if one]
    ratios = np.array([air["amplitude"] / ground["amplitude"] for ground, air in pairs])
    again = [_walks_again(ground["rewards"], air["rewards"], begin, end) for ground, air in pairs]
    values = {
        "begin": begin,
        "end": end,
        "height": events[0].value,
        "groups": groups,
        "compared": counts,
        **no_gait(ground["motion"] for ground, _ in pairs),
        "amplitude_ratio": summary(ratios, context.seed),
        "stopped": share(ratios < STOP_RATIO, context.seed),
        "walks_again": share([ticks is not None for ticks in again], context.seed),
        "walks_again_ticks": summary(again, context.seed),
    }
    sentence = _sentence(values) + _ended_sentence(lives["air"]) + diverged_sentence(diverged_pairs)
    return Result.of("lifted", context, sentence, values)


_SUMMARIES = ("amplitude", "frequency", "touching")


def _measure(context: Context, life: Life, begin: int, end: int) -> dict[str, Any]:
    """Return the measurements of one life, over the ticks in the air less the first quarter."""
    record = life.record
    start = begin + (end - begin) // _SETTLING
    whole = not life.diverged and len(record.actions) >= end
    actions = record.actions[start:end]
    moves = whole and amplitude(actions) >= _FAINT
    peak = dominant_frequency(actions, context.task.control_period) if moves else None
    body = context.task.world.body()
    contacts = record.contacts[start:end]
    contacts = contacts if body is None else contacts[:, body.own]
    plastic = bool(context.policy.plastic)
    return {
        "amplitude": amplitude(actions) if whole else np.nan,
        "frequency": peak.frequency if peak is not None and peak.significant else np.nan,
        "touching": float(contacts.any(axis=1).mean()) if whole and contacts.size else np.nan,
        "motion": motion(context, life, begin, end),
        "verdict": judge_life(context, life, slice(begin, end)) if whole and plastic else "",
        "diverged": life.diverged,
        "ended": not life.diverged and len(record.actions) < context.ticks,
        "course": _running_amplitude(record.actions),
        "rewards": record.rewards.copy(),
        "rate": float(record.rewards[begin:end].mean()) if whole else np.nan,
    }


def amplitude(actions: np.ndarray) -> float:
    """Return the root mean square over ticks and actuators of the actions [ticks, actuators] about their means."""
    return float(np.sqrt(np.mean(np.var(actions, axis=0))))


def _running_amplitude(actions: np.ndarray) -> np.ndarray:
    """Return the amplitude over each window of ticks: [ticks, actuators] to [ticks - window + 1]."""
    if len(actions) < REWARD_WINDOW:
        return np.zeros(0)
    windows = np.lib.stride_tricks.sliding_window_view(actions, REWARD_WINDOW, axis=0)
    return np.sqrt(np.mean(np.var(windows, axis=-1), axis=1))


def _walks_again(ground: np.ndarray, air: np.ndarray, begin: int, end: int) -> int | None:
    """Return the ticks from being put down until the reward rate is as the twin's; None if that does not happen."""
    return recovery_ticks(air[end:], reward_floor(ground[begin:]))


def _sentence(values: Mapping[str, Any]) -> str:
    lives, air, ground = len(values["stopped"]["values"]), values["groups"]["air"], values["groups"]["ground"]
    stops = int(np.sum(values["stopped"]["values"]))
    again = int(np.sum(values["walks_again"]["values"]))
    without = values.get("no_gait", {})
    who = of_lives(stops, lives) + ("" if without else " that walk on the ground")
    text = (
        f"In the air, {'the actions of ' if without else ''}{who} stop; {'they' if without else 'the actions'} keep "
        f"{with_interval(values['amplitude_ratio'])} of their amplitude (median)."
    )
    if air["touching"]["mean"]:
        text += f" Something touches in {100 * air['touching']['mean']:.0f} % of these ticks."
    rhythm = [group["frequency"] for group in (ground, air)]
    if not rhythm[1]["counted"]:
        text += " No rhythm is left."
    else:
        text += f" A rhythm is left in {rhythm[1]['counted']}, of {with_interval(rhythm[1], unit='Hz')}"
        text += f"; on the ground {with_interval(rhythm[0], unit='Hz')}." if rhythm[0]["counted"] else "."
    if air["verdicts"]:
        text += f" Weights: on the ground {count_list(ground['verdicts'])}; in the air {count_list(air['verdicts'])}."
    text += no_gait_sentence(without, lives, "On the ground")
    text += f" Put down, {again} {'earn as much' if without else 'walk again'} as before"
    return text + (f", after {with_interval(values['walks_again_ticks'], unit='ticks')}." if again else ".")


def _ended_sentence(lives: Sequence[Mapping[str, Any]]) -> str:
    in_air = sum(life["ended"] and np.isnan(life["amplitude"]) for life in lives)
    remark = f" {in_air} {'was' if in_air == 1 else 'were'} in the air then, and left out." if in_air else ""
    return ended_early_sentence(sum(life["ended"] for life in lives)) + remark


def draw(result: Result) -> Figure:
    """Draw the amplitude of the actions in time, their frequency on the ground and in the air, and the verdicts."""
    values = result.values
    groups = values["groups"]
    verdicts = [group["verdicts"] for group in groups.values()]
    does = "moving" if "no_gait" in values else "walking"
    names = ["on the ground", "in the air"]

    def fill(panels: Sequence[Axes]) -> None:
        for name, colour in (("ground", MUTED), ("air", BLUE)):
            band = groups[name]["course"]
            time = np.arange(len(band["median"])) + REWARD_WINDOW / 2
            draw_band(panels[0], time, band, colour, "undisturbed twin" if name == "ground" else "lifted")
        shade(panels[0], values["begin"], values["end"], "in the air")
        panels[0].set(xlabel="tick", ylabel=f"amplitude of the actions, in {REWARD_WINDOW} ticks", title="actions")
        panels[0].set_ylim(bottom=0)
        legend_below(panels[0])
        for ax, key, unit in (
            (panels[1], "amplitude", "amplitude of the actions"),
            (panels[2], "frequency", "frequency of the actions (Hz)"),
        ):
            for place, (name, group) in enumerate(groups.items()):
                draw_lives(ax, place, group[key], _COLOURS[name])
                if not group[key]["counted"]:
                    foot = ax.get_xaxis_transform()
                    ax.text(place, 0.5, "none", transform=foot, ha="center", va="center", color=MUTED)
            ax.set_xticks(range(2), names)
            ax.set(ylabel=unit, xlim=(-0.6, 1.6), title=key)
            ax.set_ylim(0, 1.1 * ax.get_ylim()[1])
            ax.grid(axis="x", visible=False)
        if any(verdicts):
            draw_labels(panels[3], verdicts, names)
            panels[3].set_title("verdicts on the weights")

    columns = 4 if any(verdicts) else 3
    return figure_of(result, columns, 3.2 * columns, 3.6, fill, f"Does it stop {does} in the air?")
