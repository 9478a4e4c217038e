"""Beyond the papers: modulation, shared rules, a switch and preserved mass against what the papers have."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from hebbax.errors import HebbaxError
from hebbax.expected import TEXT, Fields, ListOf, ObjectOf, number, or_null, whole
from hebbax.experiments.context import Context
from hebbax.experiments.registry import run_experiment
from hebbax.report.style import LAYER_COLOURS, figure_style
from hebbax.reproduction.bodies import lives_on
from hebbax.reproduction.experiment import Budget, Experiment
from hebbax.reproduction.study import controllers_text, figure_line, save_both, table
from hebbax.runs.evaluation import interval_or_mean
from hebbax.runs.stored_run import StoredRun
from hebbax.stress.stress import returns_of
from hebbax.types import MOST_RETURN

BASELINE = "han-b"
POLICIES = (
    *(BASELINE, "najarro-hebbian"),
    *("han-b-gate", "han-b-neuron-gates", "han-b-eligibility", "han-b-switch"),
    *("han-b-nchl", "han-b-rank-one", "han-b-table", "han-b-mass"),
)
"""What the papers have, and one thing each that they do not."""

BODIES = {
    "ant_run": {"none": "", **{leg: f"han-ant/{leg}" for leg in ("FR", "FL", "RL", "RR")}},
    "quadruped": {"none": "", "right-front": "najarro-ant/right-front", "left-front": "najarro-ant/left-front"},
}
"""What bodies of a task lack, by their names."""

SEEN = {"ant_run": ("none", "FR", "FL"), "quadruped": ("none", "right-front")}
"""Bodies that evolution meets, in turn; it never meets the others."""

FIGURE = "seen-and-unseen"
_LIVES, _LONG_LIVES, _SEED = 30, 5, 1


def _damage(task: str) -> str:
    return f"damage={' | '.join(BODIES[task][body] or 'none' for body in SEEN[task])}"


_FORWARD_FIRST = "training.phases=[{after:0,weights:{survive:0,control:0}},{after:40,weights:{survive:0}}]"

EXPERIMENT = Experiment(
    title="Beyond the papers",
    reference="What the authors of three papers on plastic robots name as future work, and what others have shown of "
    "it; docs/beyond.md has the sources",
    asks="modulation, eligibility, shared rules, a switch, preserved mass, against han-b and ABCD_lr on equal terms",
    out="results/beyond",
    baseline=BASELINE,
    budgets={
        "laptop": Budget(
            summary="Population 128, 120 generations, one life of each seen body a genome, for every policy alike: "
            "about half an hour each on one core. `najarro-hebbian` is `ABCD_lr` on 128 and 64 hidden units without a "
            "normalisation; all others are `han-b` with one change.",
            tasks={
                "ant_run": (_damage("ant_run"), "lifetimes=3", _FORWARD_FIRST),
                "quadruped": (_damage("quadruped"), "lifetimes=2"),
            },
            seeds=dict.fromkeys(POLICIES, 2),
            overrides=("strategy.population=128", "generations=120", "evaluate_every=10", "evaluate_lifetimes=15"),
        ),
    },
    notes=(
        "Evolved numbers differ by what is compared: a budget of lives is the same for all, not one of numbers.",
        "A policy is called better where each of its controllers has a higher mean return on the unseen bodies than "
        "each of the baseline's, by 95 % intervals over lives that do not meet; not better where each has a lower one; "
        "and undecided otherwise.",
        "Speed regained is that of `hebbax experiment continual`: medians over lives whose first part had a speed.",
    ),
    study="hebbax.reproduction.beyond",
)

_BODY = Fields({"returns": ListOf(number(-MOST_RETURN, MOST_RETURN)), "terminated": whole()})
_REGAINED = or_null(ListOf(or_null(number()), 4))
NUMBERS = Fields(
    {
        "task": TEXT,
        "evolved_numbers": whole(1),
        "bodies": ObjectOf(_BODY),
        "regained": Fields({"own": _REGAINED, "frozen": _REGAINED}),
    }
)

Entries = Sequence[Mapping[str, Any]]


def measure(run: StoredRun) -> dict[str, Any]:
    """Return what 30 lives on each body earn, and what speed is regained in long lives of two damages and repairs.

    Raises HebbaxError for a controller of another task.
    """
    if run.task.name not in BODIES:
        raise HebbaxError(f"task {run.task.name!r}: expected one of {', '.join(BODIES)}, whose bodies are known")
    bodies = {
        body: {"returns": returns_of(lives).tolist(), "terminated": int((lives.terminations > 0).sum())}
        for body, lives in lives_on(run, BODIES[run.task.name], _LIVES, run.task.length)
    }
    context = Context.open(run, lifetimes=_LONG_LIVES, seed=_SEED)
    # On the whole body: training's damages would be there beside the schedule's.
    values = run_experiment("continual", replace(context, damage="", damages=())).values
    regained = {
        name: [share["median"] for share in values[name]["regained"]] if name in values else None
        for name in ("own", "frozen")
    }
    return {
        "task": run.task.name,
        "evolved_numbers": run.policy.genome_size,
        "bodies": bodies,
        "regained": regained,
    }


def draw(runs: Mapping[str, StoredRun], numbers: Mapping[str, Any], folder: Path) -> list[Path]:
    """Draw the mean return of every controller on seen and on unseen bodies, a panel each task."""
    tasks = _tasks(numbers)
    with figure_style():
        figure = Figure(figsize=(7.0, 3.4 * len(tasks)), layout="constrained")
        for axes, task in zip(figure.subplots(len(tasks), 1, squeeze=False)[:, 0], tasks, strict=True):
            _draw_task(axes, task, _of_task(numbers, task))
    return save_both(figure, folder, FIGURE)


def _draw_task(axes: Axes, task: str, entries: Entries) -> None:
    names = list(dict.fromkeys(entry["policy"] for entry in entries))
    for place, name in enumerate(names):
        for entry in (one for one in entries if one["policy"] == name):
            for side, (seen, colour) in enumerate(((True, LAYER_COLOURS[0]), (False, LAYER_COLOURS[1]))):
                returns = _returns(entry, seen=seen)
                at, mean = place + 0.2 * (side - 0.5) + 0.04 * entry["seed"], float(returns.mean())
                axes.plot(at, mean, "o", markersize=4, color=colour)
                axes.plot([at, at], interval_or_mean(returns), color=colour, linewidth=1.2)
    for label, colour in (("seen bodies", LAYER_COLOURS[0]), ("unseen bodies", LAYER_COLOURS[1])):
        axes.plot([], [], "o", markersize=4, color=colour, label=label)
    axes.set_xticks(range(len(names)), names, rotation=30, ha="right")
    axes.set(ylabel="return of a life", title=f"{task}: means over lives, 95 % intervals over lives")
    axes.grid(axis="x", visible=False)
    axes.legend(loc="best")


def section(numbers: Mapping[str, Any], folder: Path) -> str:
    """Return a table and a sentence for each policy, by task, and the figure."""
    parts = [figure_line(folder, f"{FIGURE}.png", "Returns on seen and unseen bodies")]
    for task in _tasks(numbers):
        entries = _of_task(numbers, task)
        head = ["policy", "seeds", "evolved numbers", "return, seen", "return, unseen", "regained", "regained, frozen"]
        policies = list(dict.fromkeys(entry["policy"] for entry in entries))
        rows = [_row(policy, [one for one in entries if one["policy"] == policy]) for policy in policies]
        unseen = ", ".join(body for body in BODIES[task] if body not in SEEN[task])
        parts += [
            f"## {task}: evolved on {', '.join(SEEN[task])}; unseen: {unseen}",
            f"Mean returns of the best genome over {_LIVES} lives on each body, with 95 % intervals over lives where "
            "there is one controller. Regained: the speed after another damage and its repair, as a share of the whole "
            f"body's, a median of {_LONG_LIVES} long lives.",
            table(head, rows),
            "\n".join(_sentences(entries)),
        ]
    return "\n\n".join(part for part in parts if part)


def _tasks(numbers: Mapping[str, Any]) -> list[str]:
    return list(dict.fromkeys(entry["task"] for entry in numbers.values()))


def _of_task(numbers: Mapping[str, Any], task: str) -> list[Mapping[str, Any]]:
    return [entry for entry in numbers.values() if entry["task"] == task]


def _returns(entry: Mapping[str, Any], *, seen: bool) -> np.ndarray:
    """Return the returns of all lives on the seen or on the unseen bodies."""
    bodies = [body for body in entry["bodies"] if (body in SEEN[entry["task"]]) == seen]
    return np.concatenate([np.asarray(entry["bodies"][body]["returns"], float) for body in bodies])


def _row(policy: str, entries: Entries) -> list[str]:
    seeds = ", ".join(str(entry["seed"]) for entry in entries)
    returns = [controllers_text([_returns(one, seen=seen).tolist() for one in entries]) for seen in (True, False)]
    regained = [_shares([entry["regained"][name] for entry in entries]) for name in ("own", "frozen")]
    return [policy, seeds, f"{entries[0]['evolved_numbers']:,}", *returns, *regained]


def _shares(regained: Sequence[Sequence[float | None] | None]) -> str:
    """Return the share regained after the last repair, of each controller."""
    known = ["–" if one is None or one[-1] is None else f"{one[-1]:.2f}" for one in regained]
    return "; ".join(known)


def _sentences(entries: Entries) -> Iterator[str]:
    """Yield a plain sentence for each policy but the baseline."""
    base = [one for one in entries if one["policy"] == BASELINE]
    for policy in dict.fromkeys(one["policy"] for one in entries if one["policy"] != BASELINE):
        own = [one for one in entries if one["policy"] == policy]
        if not base:
            yield f"- `{policy}`: undecided, as there is no `{BASELINE}` beside it."
            continue
        seeds = f"{len(own)} against {len(base)} controller{'s' if len(base) > 1 else ''}"
        yield f"- `{policy}` is {verdict(own, base)} than `{BASELINE}` on the unseen bodies ({seeds})."


def verdict(own: Entries, base: Entries) -> str:
    """Return "better", "not better" or "undecided whether better", of controllers on the unseen bodies."""
    ours, theirs = ([interval_or_mean(_returns(entry, seen=False)) for entry in entries] for entries in (own, base))
    if min(low for low, _ in ours) > max(high for _, high in theirs):
        return "better"
    if max(high for _, high in ours) < min(low for low, _ in theirs):
        return "not better"
    return "undecided whether better"
