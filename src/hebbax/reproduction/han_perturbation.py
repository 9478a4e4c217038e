"""A weight of 50 kg in the way of a running half cheetah, as in Hebbian Attractor Networks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from hebbax.attractors.recurrence import self_distance
from hebbax.attractors.trajectory import weight_speed
from hebbax.comparison.tables import text_of
from hebbax.expected import Fields, ListOf, number, or_null, whole
from hebbax.report.plots.self_distance import plot_self_distance
from hebbax.report.style import MUTED, VERMILLION, figure_style
from hebbax.reproduction.experiment import HAN, Experiment
from hebbax.reproduction.han_half_cheetah import half_cheetahs
from hebbax.reproduction.study import draw_speed, figure_line, label_of, mean_text, save_both, table
from hebbax.runs.stored_run import StoredRun
from hebbax.runs.trials import Runner, Source
from hebbax.tasks.obstacle_cheetah import COORDINATES, obstacle_cheetah
from hebbax.types import MOST_RETURN, MOST_TICKS, Record

PUBLISHED_RETURN, PUBLISHED_SPEEDS = 7546.4, (0.5970, 0.0662)
"""Of one life of one of the authors' controllers of condition E: its return, and the mean change of its weights a tick
over the first fiftieth of the life and over the rest."""

FIGURE = "perturbation"
_HERE, _ELSEWHERE = 150.0, 1500.0  # m: farther than any of them gets
_LIVES, _TICKS, _SEED = 20, 1000, 1
_WINDOW = 20  # ticks of a mean
_AROUND = 100  # ticks before and after a blow
_MOVED = 1e-3  # m, rad

EXPERIMENT = Experiment(
    title="Hebbian Attractor Networks that run into a weight",
    reference=HAN,
    asks="half cheetahs that run into a hanging weight of 50 kg: return, change and self-distance of the weights",
    out="results/han/perturbation",
    baseline="han-b",
    budgets=half_cheetahs("han-e", "han-b"),
    notes=(
        "The authors show one life of one controller of condition E, evolved by another strategy. Ours have "
        f"{_LIVES} lives each, and each life a twin with the same birth whose weight hangs where it never gets.",
        "All were evolved on `half_cheetah`, without anything in their way; the shipped one for much longer.",
    ),
    runs_of="han-gymnasium",
    also=("zoo:half_cheetah/han-e",),
    study="hebbax.reproduction.han_perturbation",
)

_RETURN = number(-MOST_RETURN, MOST_RETURN)
_LIFE = Fields(
    {
        **dict.fromkeys(("return", "return_without"), _RETURN),
        "hit_tick": or_null(whole(0, MOST_TICKS)),
        **dict.fromkeys(("reward_before", "reward_after", "reward_after_without"), or_null(_RETURN)),
        **dict.fromkeys(("reward_end", "reward_end_without"), or_null(_RETURN)),
        **dict.fromkeys(("speed_first", "speed_rest", "speed_before", "speed_after"), or_null(number(0.0))),
    }
)
NUMBERS = Fields({"lives": ListOf(_LIFE, _LIVES)})


def measure(run: StoredRun) -> dict[str, Any]:
    """Return of every life what it earns with and without the weight, when it is hit, and how fast the weights change.

    Rewards and speeds are means a tick: of the 100 ticks before a blow, of the 100 after it and of the last 100 of the
    life, and, as the authors have it, of the first fiftieth of the life and of the rest.
    """
    with_weight, without = _runner(run, _HERE), _runner(run, _ELSEWHERE)

    def live(life: int) -> dict[str, Any]:
        row, record = with_weight.record(life)
        other_row, other = without.record(life)
        return {
            "return": _earned(row),
            "return_without": _earned(other_row),
            **_of_record(record, other),
        }

    return {"lives": with_weight.map(live, range(_LIVES))}


def _runner(run: StoredRun, place: float) -> Runner:
    source = Source.of_run(run, lifetimes=_LIVES, ticks=_TICKS, seed=_SEED)
    return replace(source, task=obstacle_cheetah(place=place)).runner()


def _earned(row: Any) -> float:
    return 0.0 if row.diverged[0] else float(row.returns[0])


def hit_tick(record: Record) -> int | None:
    """Return the first tick at whose start the hanging weight has moved; None where nothing touched it."""
    hanging = record.qpos[:, COORDINATES:]
    moved = np.flatnonzero(np.abs(hanging - hanging[0]).max(axis=1) > _MOVED)
    return int(moved[0]) if len(moved) else None


def _of_record(record: Record, other: Record) -> dict[str, Any]:
    hit, length = hit_tick(record), len(record.rewards)
    before, after = (None, None) if hit is None else (slice(max(hit - _AROUND, 0), hit), slice(hit, hit + _AROUND))
    found: dict[str, Any] = {"hit_tick": hit}
    for name, rewards, part in (
        ("reward_before", record.rewards, before),
        ("reward_after", record.rewards, after),
        ("reward_after_without", other.rewards, after),
        ("reward_end", record.rewards, slice(-_AROUND, None)),
        ("reward_end_without", other.rewards, slice(-_AROUND, None)),
    ):
        found[name] = _mean_or_none(rewards, part)
    speed = weight_speed(record.weights).total if length > 1 else np.zeros(0)
    first = max(length // 50, 1)
    parts = {"first": slice(0, first), "rest": slice(first, None), "before": before, "after": after}
    return found | {f"speed_{name}": _mean_or_none(speed, part) for name, part in parts.items()}


def _mean_or_none(values: np.ndarray, part: slice | None) -> float | None:
    if part is None or not len(values[part]) or not np.isfinite(values[part]).all():
        return None
    return float(values[part].mean())


def draw(runs: Mapping[str, StoredRun], numbers: Mapping[str, Any], folder: Path) -> list[Path]:
    """Draw of each controller the life of median return: reward, change of the weights, and self-distance."""
    if not runs:
        return []
    with figure_style():
        figure = Figure(figsize=(9.6, 2.8 * len(runs)), layout="constrained")
        panels = figure.subplots(len(runs), 3, squeeze=False, width_ratios=(1.2, 1.2, 1))
        for row, (name, run) in zip(panels, runs.items(), strict=True):
            _draw_life(row, run, numbers[name]["lives"], label_of(name, numbers[name]))
    return save_both(figure, folder, FIGURE)


def _draw_life(panels: np.ndarray, run: StoredRun, lives: list[dict[str, Any]], label: str) -> None:
    life = int(np.argsort([one["return"] for one in lives])[_LIVES // 2])
    record, twin = (_runner(run, place).record(life)[1] for place in (_HERE, _ELSEWHERE))
    period, hit = run.task.control_period, lives[life]["hit_tick"]
    for what, one, colour in (("nothing in the way", twin, MUTED), ("50 kg at 150 m", record, VERMILLION)):
        rewards = np.convolve(one.rewards, np.full(_WINDOW, 1 / _WINDOW), "valid")
        panels[0].plot(np.arange(len(rewards)) * period, rewards, color=colour, linewidth=1.0, label=what)
    panels[0].set(
        xlabel="time in the life (s)",
        ylabel=f"reward, mean of {_WINDOW} ticks",
        title=f"{label}, life {life}: return {text_of(lives[life]['return'])}",
    )
    panels[0].legend(loc="best")
    draw_speed(panels[1], record.weights, period, "speed of the weights")
    plot_self_distance(self_distance(record.weights), period, panels[2])
    if hit is not None:
        for axes in panels[:2]:
            axes.axvline(hit * period, color=MUTED, linestyle=":", linewidth=1.0)


def section(numbers: Mapping[str, Any], folder: Path) -> str:
    """Return the table of lives with the weight in their way, and the authors' measure beside it."""
    head = ["policy", "return", "the same lives with nothing in the way", "hit it", "of these run again"]
    head += ["reward a tick before, after", "the twin's after", "weights' change a tick before, after"]
    rows, speeds = [], []
    for controller, entry in numbers.items():
        lives, name = entry["lives"], label_of(controller, entry)
        hits = [life for life in lives if life["hit_tick"] is not None]
        rows.append(
            [
                name,
                mean_text([life["return"] for life in lives]),
                mean_text([life["return_without"] for life in lives]),
                f"{len(hits)} of {len(lives)}",
                str(sum(_runs_again(life) for life in hits)),
                f"{_median(hits, 'reward_before')}, {_median(hits, 'reward_after')}",
                _median(hits, "reward_after_without"),
                f"{_median(hits, 'speed_before')}, {_median(hits, 'speed_after')}",
            ]
        )
        if any(life["speed_first"] is not None for life in lives):
            speeds.append([name, _median(lives, "speed_first", 4), _median(lives, "speed_rest", 4)])
    published = [f"{value:.4f}" for value in PUBLISHED_SPEEDS]
    parts = [
        "## A weight of 50 kg after 150 m",
        f"{_LIVES} lives of {_TICKS:,} ticks of the best genome; mean returns with 95 % intervals over lives. The "
        f"authors' one life of condition E earned {text_of(PUBLISHED_RETURN)}. Rewards and changes are medians, over "
        f"the lives that hit the weight, of means over the {_AROUND} ticks before and after. One runs again that earns "
        f"at least half of what its twin does over the last {_AROUND} ticks.",
        table(head, rows),
        figure_line(folder, f"{FIGURE}.png", "Rewards, speed of the weights and self-distance"),
        "How much the weights change a tick, ‖W(t+1) − W(t)‖, over the first fiftieth of a life and over the rest "
        "(medians); the authors add up the norms of the layers, which is at most 1.41 times as much for two of them:",
        table(["policy", "first fiftieth", "rest"], [["han-e, published", *published], *speeds]),
    ]
    return "\n\n".join(part for part in parts if part)


def _runs_again(life: Mapping[str, Any]) -> bool:
    """Whether a life has got over its blow at its end; one whose twin does not run then has nothing to get back to."""
    ours, twin = life["reward_end"], life["reward_end_without"]
    return ours is not None and twin is not None and twin > 0 and ours >= 0.5 * twin


def _median(lives: list[dict[str, Any]], key: str, digits: int = 2) -> str:
    found = [life[key] for life in lives if life[key] is not None]
    return f"{np.median(found):.{digits}f}" if found else "–"
