"""What frozen plasticity costs conditions B and E of Hebbian Attractor Networks, and the rhythms of their weights."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from hebbax.attractors.spectra import amplitude_spectrum, dominant_frequency
from hebbax.comparison.tables import text_of
from hebbax.damage.events import Event
from hebbax.expected import Fields, ListOf, number, or_null
from hebbax.experiments.context import Context, Life
from hebbax.report.plots.spectra import plot_spectra
from hebbax.report.style import MUTED, VERMILLION, figure_style
from hebbax.reproduction.experiment import HAN, Experiment
from hebbax.reproduction.han_half_cheetah import half_cheetahs
from hebbax.reproduction.study import draw_speed, figure_line, label_of, mean_text, save_both, table
from hebbax.runs.stored_run import StoredRun
from hebbax.stress.stress import retained_return, returns_of
from hebbax.types import MOST_RETURN

PUBLISHED = {"han-b": {"frozen": 4013.9}, "han-e": {"whole": 7282.6, "frozen": 7911.4}}
"""Returns of one life each, from the authors' notebook; that of an unfrozen B is not printed there."""

FIGURE = "freeze"
_LIVES, _WINDOW = 20, 20

EXPERIMENT = Experiment(
    title="Frozen Hebbian Attractor Networks",
    reference=HAN,
    asks="spectra of actions and weights, and plasticity that stops at half of life, for B and E on half cheetah",
    out="results/han/freeze",
    baseline="han-b",
    budgets=half_cheetahs("han-b", "han-e"),
    notes=(
        "The authors' returns are of one life of one controller each, evolved by another strategy; ours are of "
        f"{_LIVES} lives of one controller each. The shipped controller of condition E was evolved for much longer.",
    ),
    runs_of="han-gymnasium",
    also=("zoo:half_cheetah/han-e",),
    study="hebbax.reproduction.han_freeze",
)

_RETURNS = ListOf(number(-MOST_RETURN, MOST_RETURN), _LIVES)
_FREQUENCIES = ListOf(or_null(number(0.0)), _LIVES)
NUMBERS = Fields({"whole": _RETURNS, "frozen": _RETURNS, "weights_hz": _FREQUENCIES, "actions_hz": _FREQUENCIES})


def measure(run: StoredRun) -> dict[str, Any]:
    """Return what lives earn whole and frozen from half of life on, and how fast weights and actions swing (Hz)."""
    context = Context.open(run, lifetimes=_LIVES)
    peaks = context.record_each(lambda life: _peaks(life, context))
    return {
        "whole": returns_of(context.evaluate()).tolist(),
        "frozen": returns_of(context.evaluate([_frozen(context)])).tolist(),
        "weights_hz": [weights for weights, _ in peaks],
        "actions_hz": [actions for _, actions in peaks],
    }


def _frozen(context: Context) -> Event:
    half = context.ticks // 2
    return Event("freeze-plasticity", half, context.ticks - half)


def _peaks(life: Life, context: Context) -> tuple[float | None, float | None]:
    """Return the strongest oscillation of weights and actions in the second half of a life; None where none is."""
    if life.diverged or len(life.record.rewards) < context.ticks:
        return None, None
    half = context.ticks // 2
    found = []
    for signals in (life.record.weights[half:], life.record.actions[half:]):
        peak = dominant_frequency(signals, context.task.control_period)
        found.append(peak.frequency if peak is not None and peak.significant else None)
    return found[0], found[1]


def draw(runs: Mapping[str, StoredRun], numbers: Mapping[str, Any], folder: Path) -> list[Path]:
    """Draw of each controller the life of median return: its spectra, and its second half with frozen weights."""
    if not runs:
        return []
    with figure_style():
        figure = Figure(figsize=(9.6, 2.7 * len(runs)), layout="constrained")
        panels = figure.subplots(len(runs), 3, squeeze=False)
        for row, (name, run) in zip(panels, runs.items(), strict=True):
            _draw_life(row, run, numbers[name], label_of(name, numbers[name]))
    return save_both(figure, folder, FIGURE)


def _draw_life(panels: np.ndarray, run: StoredRun, numbers: Mapping[str, Any], label: str) -> None:
    life = int(np.argsort(numbers["whole"])[_LIVES // 2])
    context = Context.open(run, lifetimes=life + 1 if life else 2)
    wanted = [one for one in context.record_each(lambda found: found) if one.number == life]
    frozen = [one for one in context.record_each(lambda found: found, [_frozen(context)]) if one.number == life]
    period, half = context.task.control_period, context.ticks // 2
    late = wanted[0].record.rows(slice(half, None))
    signals = {"weights": late.weights, "actions": late.actions}
    plot_spectra({name: amplitude_spectrum(values, period) for name, values in signals.items()}, panels[0])
    panels[0].set_title(f"{label}: life {life}, second half")
    for label, one, colour in (("updates go on", wanted[0], MUTED), ("frozen", frozen[0], VERMILLION)):
        rewards = np.convolve(one.record.rewards, np.full(_WINDOW, 1 / _WINDOW), "valid")
        panels[1].plot(np.arange(len(rewards)) * period, rewards, color=colour, linewidth=1.0, label=label)
    panels[1].set(xlabel="time in the life (s)", ylabel=f"reward, mean of {_WINDOW} ticks", title="reward")
    draw_speed(panels[2], frozen[0].record.weights, period, "speed of the weights, frozen")
    for axes in panels[1:]:
        axes.axvline(half * period, color=MUTED, linestyle=":", linewidth=1.0)
    panels[1].legend(loc="lower right")


def section(numbers: Mapping[str, Any], folder: Path) -> str:
    """Return the table of whole and frozen lives, and of rhythms."""
    head = ["policy", "lives", "return, updates go on", "return, frozen from half of life on", "kept", "published"]
    rows, rhythms = [], []
    for controller, entry in numbers.items():
        whole, frozen = np.array(entry["whole"]), np.array(entry["frozen"])
        kept, interval = retained_return(frozen, whole)
        share = (
            "–"
            if kept is None
            else f"{kept:.2f}" + ("" if interval is None else f" ({interval[0]:.2f} to {interval[1]:.2f})")
        )
        said = PUBLISHED.get(entry["policy"], {})
        published = ", ".join(f"{text_of(value)} {which}" for which, value in said.items()) or "–"
        name = label_of(controller, entry)
        rows.append([name, str(len(whole)), mean_text(whole.tolist()), mean_text(frozen.tolist()), share, published])
        rhythms.append([name, _rhythm(entry["actions_hz"]), _rhythm(entry["weights_hz"])])
    parts = [
        "## Frozen at half of life",
        f"{_LIVES} lives of the best genome, each whole and again with no update from half of life on; means with 95 % "
        "intervals over lives. What is kept is the second mean over the first, its interval from resampled pairs.",
        table(head, rows),
        figure_line(folder, f"{FIGURE}.png", "Spectra, rewards and speeds of the weights"),
        "The strongest oscillation in the second half of whole lives, and in how many of them it stands above what "
        "white noise would have:",
        table(["policy", "actions", "weights"], rhythms),
    ]
    return "\n\n".join(part for part in parts if part)


def _rhythm(frequencies: list[float | None]) -> str:
    found = [value for value in frequencies if value is not None]
    return f"{np.median(found):.2f} Hz, {len(found)} of {len(frequencies)}" if found else f"0 of {len(frequencies)}"
