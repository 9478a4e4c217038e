"""The mutilated ants of Hebbian Attractor Networks: trained on three bodies, looked at on two more."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from hebbax.comparison.comparison import LEAST_SEEDS
from hebbax.comparison.tables import text_of
from hebbax.expected import Fields, ListOf, number, whole
from hebbax.report.style import INK, LAYER_COLOURS, figure_style
from hebbax.reproduction.bodies import lives_on
from hebbax.reproduction.experiment import HAN, HAN_STEP_SIZES, PPO_REMARK, Budget, Experiment
from hebbax.reproduction.study import controllers_text, figure_line, save_both, table
from hebbax.runs.evaluation import interval_or_mean
from hebbax.runs.stored_run import StoredRun
from hebbax.stress.stress import returns_of
from hebbax.types import MOST_RETURN

SEEN, UNSEEN = ("none", "FR", "FL"), ("RL", "RR")
PUBLISHED = {"none": 3018.2, "FR": 3102.6, "FL": 2103.1, "RL": 1336.5, "RR": 590.2}
"""Mean returns of one of the authors' HAN-B on each body, over 10 lives."""

FIGURE = "bodies"
_LIVES, _TICKS = 30, 1000

_FORWARD_FIRST = "training.phases=[{after:0,weights:{survive:0,control:0}},{after:300,weights:{survive:0}}]"

EXPERIMENT = Experiment(
    title="Hebbian Attractor Networks on ants with a short leg",
    reference=HAN,
    asks="ants with a leg cut to a quarter: evolved on three bodies, and put on two that evolution never met",
    out="results/han/ant",
    baseline="mlp",
    budgets={
        "laptop": Budget(
            summary="Population 128, three lives a genome, one of each body, 600 generations of lives of 200 control "
            "ticks, in place of 512, twelve and 1,000 of 1,000. Fitness is their mean. For the plastic networks it "
            "leaves out the bonus for standing, which keeps them at standing for long, and in the first 300 "
            "generations the cost of control, which keeps them at small steps; the static network dives and falls "
            "without the bonus, so it, the GRU and PPO have the task's own reward. Every evaluation is of full lives "
            f"with that reward. {PPO_REMARK.format('ppo-brax', 3_840_000)}",
            tasks={"ant_run": ()},
            seeds={"han-b": 5, "mlp": 5, "han-e": 5, "gru": 5, "ppo-mlp": 1},
            overrides=(
                "damage=none | han-ant/FR | han-ant/FL",
                "lifetimes=3",
                "strategy.population=128",
                "generations=600",
                "evaluate_every=10",
                "evaluate_lifetimes=15",
            ),
            policy_overrides={
                **dict.fromkeys(("han-b", "han-e"), (_FORWARD_FIRST,)),
                **dict.fromkeys(("mlp", "gru"), ("training.weights={}",)),
                "ppo-mlp": ("learner=ppo-brax", "training.weights={}", "generations=1500"),
            },
        ),
        "paper": Budget(
            summary="As published: population 512, 1,000 generations, four lives of 1,000 ticks on each of three "
            "bodies, learning rate 0.1 and σ 0.2 with their decay, and the task's own reward.",
            tasks={"ant_run": ()},
            seeds={"han-b": 5, "mlp": 5, "han-e": 5, "gru": 5},
            overrides=(
                "damage=none | han-ant/FR | han-ant/FL",
                "lifetimes=12",
                "training.ticks=full",
                "training.weights={}",
                "strategy.population=512",
                *HAN_STEP_SIZES,
                "generations=1000",
                "evaluate_lifetimes=30",
            ),
        ),
    },
    notes=(
        "The legs carry the authors' names: FL, FR, RL and RR are those at (+x, +y), (−x, +y), (−x, −y) and (+x, −y) "
        "of the torso, and +x is forward.",
        "The published returns are those of one controller over 10 lives a body; the authors' notebook compares its "
        "lives of 1,000 ticks with PPO's of 500. Here all lives have up to 1,000.",
        "A life ends here where the ant falls; theirs goes on to be rewarded after that.",
    ),
    study="hebbax.reproduction.han_ant",
)

_BODY = Fields({"returns": ListOf(number(-MOST_RETURN, MOST_RETURN)), "forward": number(), "terminated": whole()})
NUMBERS = Fields({"bodies": Fields(dict.fromkeys((*SEEN, *UNSEEN), _BODY))})


def measure(run: StoredRun) -> dict[str, Any]:
    """Return what 30 lives on each of the five bodies earn, how fast they go forward (m/s), and how many fall."""
    damages = {body: "" if body == "none" else f"han-ant/{body}" for body in (*SEEN, *UNSEEN)}
    bodies = {}
    for body, lives in lives_on(run, damages, _LIVES, _TICKS):
        forward = lives.reward_terms[:, run.task.reward.index("forward")].sum() / max(lives.lengths.sum(), 1)
        bodies[body] = {
            "returns": returns_of(lives).tolist(),
            "forward": float(forward) if np.isfinite(forward) else 0.0,
            "terminated": int((lives.terminations > 0).sum()),
        }
    return {"bodies": bodies}


def draw(runs: Mapping[str, StoredRun], numbers: Mapping[str, Any], folder: Path) -> list[Path]:
    """Draw the mean return of every controller on every body, beside the published ones."""
    bodies, names = (*SEEN, *UNSEEN), _policies(numbers)
    with figure_style():
        figure = Figure(figsize=(7.0, 3.6), layout="constrained")
        axes = figure.add_subplot()
        for place, name in enumerate(names):
            colour = LAYER_COLOURS[place % len(LAYER_COLOURS)]
            for label, at, mean, interval in _points(numbers, name, bodies, 0.6 * ((place + 0.5) / len(names) - 0.5)):
                axes.plot(at, mean, "o", markersize=5, color=colour, label=label)
                axes.plot([at, at], interval, color=colour, linewidth=1.2)
        for place, body in enumerate(bodies):
            label = "_" if place else "HAN-B as published"  # an underscore keeps it out of the legend
            axes.hlines(PUBLISHED[body], place - 0.4, place + 0.4, color=INK, linestyle=":", linewidth=1.0, label=label)
        axes.set_xticks(range(len(bodies)), [f"{body}\n{'seen' if body in SEEN else 'unseen'}" for body in bodies])
        axes.set(ylabel="return of a life", title="mean over 30 lives, 95 % interval over lives")
        axes.grid(axis="x", visible=False)
        figure.legend(loc="outside right upper")
    return save_both(figure, folder, FIGURE)


def _points(
    numbers: Mapping[str, Any], policy: str, bodies: Sequence[str], shift: float
) -> Iterator[tuple[str | None, float, float, tuple[float, float]]]:
    """Yield label, place, mean and interval of each controller of a policy on each body; one of them has the label."""
    ours = _of_policy(numbers, policy)
    for seed, entry in enumerate(ours):
        for place, body in enumerate(bodies):
            returns = np.array(entry["bodies"][body]["returns"])
            mean = float(returns.mean())
            at = place + shift + 0.06 * (seed - (len(ours) - 1) / 2)
            yield policy if (seed, place) == (0, 0) else None, at, mean, interval_or_mean(returns)


def section(numbers: Mapping[str, Any], folder: Path) -> str:
    """Return the table of five bodies, its figure, and what is seen in it."""
    bodies = (*SEEN, *UNSEEN)
    head = ["policy", *(f"{body}, {'seen' if body in SEEN else 'unseen'}" for body in bodies)]
    rows = [["han-b, published", *(text_of(PUBLISHED[body]) for body in bodies)]]
    for policy in _policies(numbers):
        rows.append([_name(numbers, policy), *(_cell(_of_policy(numbers, policy), body) for body in bodies)])
    parts = [
        "## Five bodies",
        f"Mean return of the best genome over {_LIVES} lives of {_TICKS:,} ticks on each body, on random numbers that "
        "no training uses; in brackets the 95 % interval over lives where there is one controller, over controllers "
        f"where there are {LEAST_SEEDS} or more. With fewer, each is named.",
        table(head, rows),
        figure_line(folder, f"{FIGURE}.png", "Returns on five bodies"),
        "\n".join(f"- {_seen(numbers, policy)}" for policy in _policies(numbers)),
    ]
    return "\n\n".join(part for part in parts if part)


def _policies(numbers: Mapping[str, Any]) -> list[str]:
    return list(dict.fromkeys(entry["policy"] for entry in numbers.values()))


def _of_policy(numbers: Mapping[str, Any], policy: str) -> list[Mapping[str, Any]]:
    return [entry for entry in numbers.values() if entry["policy"] == policy]


def _name(numbers: Mapping[str, Any], policy: str) -> str:
    seeds = ", ".join(str(entry["seed"]) for entry in _of_policy(numbers, policy))
    return f"{policy}, seed{'s' if ',' in seeds else ''} {seeds}"


def _mean(entry: Mapping[str, Any], *bodies: str) -> float:
    return float(np.mean([entry["bodies"][body]["returns"] for body in bodies]))


def _cell(entries: Sequence[Mapping[str, Any]], body: str) -> str:
    return controllers_text([entry["bodies"][body]["returns"] for entry in entries])


def _seen(numbers: Mapping[str, Any], policy: str) -> str:
    """Return what controllers of a policy keep of their return on bodies that evolution never met."""
    shares = []
    for entry in _of_policy(numbers, policy):
        seen, unseen = _mean(entry, *SEEN), _mean(entry, *UNSEEN)
        speeds = [entry["bodies"][body]["forward"] for body in UNSEEN]
        kept = f"{unseen / seen:.2f} of the return of the seen ones" if seen > 0 else "a share of a return of 0 or less"
        both = " and ".join(f"{speed:.2f}" for speed in speeds)
        shares.append(f"seed {entry['seed']} keeps {kept} on the unseen bodies, and goes forward at {both} m/s there")
    return f"`{policy}`: {'; '.join(shares)}."
