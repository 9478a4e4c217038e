"""`random-rules`: the control. What do weights do, and what are lives worth, under random coefficients?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import jax
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from hebbax.attractors.principal_components import principal_components
from hebbax.expected import TEXT, Fields, ListOf
from hebbax.expected import number as number_from
from hebbax.experiments.context import Context, Life
from hebbax.experiments.measures import count_labels, judge_life, summary
from hebbax.experiments.panels import draw_labels, draw_lives, figure_of, legend_below
from hebbax.experiments.result import Result, floats
from hebbax.experiments.shapes import NUMBER, SUMMARY, VERDICTS
from hebbax.experiments.words import count_list, diverged_sentence, number, with_interval
from hebbax.keys import root_key, stream
from hebbax.policies.policy import Policy
from hebbax.report.style import BLUE, ORANGE
from hebbax.settings import pinned

PICTURE_LIVES = 3
"""Lives of each group whose weights share one picture."""

_PICTURE_TICKS = 400
_SHARE = 0.9
_MOST_COMPONENTS = 30
_COLOURS = {"evolved": BLUE, "random": ORANGE}

_GROUP = Fields({"return": SUMMARY, "verdicts": VERDICTS})
_PATHS = ListOf(ListOf(ListOf(NUMBER)))  # [lives, ticks, components]
_SHARED = Fields(
    {"explained": ListOf(number_from(0.0, 1.001)), "scores": Fields({"evolved": _PATHS, "random": _PATHS})},
    agree=lambda shared: (
        None
        if all(
            path and {len(point) for point in path} == {len(shared["explained"])}
            for paths in shared["scores"].values()
            for path in paths
        )
        else "scores: expected a number per component at each tick"
    ),
)
VALUES = Fields(
    {"of": TEXT, "groups": Fields({"evolved": _GROUP, "random": _GROUP}), "shared": _SHARED},
    agree=lambda values: (
        None if list(values["groups"]) == ["evolved", "random"] else "groups: expected evolved and random"
    ),
)


@pinned()
def run(context: Context) -> Result:
    """Compare the controller with as many random genomes, U(-1, 1), as it has lives, each in its own life.

    Beside coefficients that are random, evolved weights stay as they are. Where weights do not change during a life,
    random ones take the place of random coefficients, and what is drawn are the actions.
    """
    plastic = bool(context.policy.plastic)
    key = stream(root_key(context.seed), "random genomes")
    chance = context.with_genomes(random_genomes(context.policy, context.genome, context.lifetimes, key))
    groups, paths = {}, {}
    for name, one in (("evolved", context), ("random", chance)):
        context.tell(f"lives of {name} {'coefficients' if plastic else 'weights'}")
        lives = one.record_each(lambda life, one=one: _measure(one, life))
        groups[name] = {
            "diverged": sum(life["diverged"] for life in lives),
            "return": summary([life["return"] for life in lives], context.seed),
            "components": summary([life["components"] for life in lives], context.seed),
            "motion": summary([life["motion"] for life in lives], context.seed),
            "verdicts": count_labels(life["verdict"] for life in lives) if plastic else {},
        }
        paths[name] = [life["path"] for life in lives if life["path"] is not None][:PICTURE_LIVES]
    values = {"of": "weights" if plastic else "actions", "groups": groups, "shared": _common_components(paths)}
    return Result.of("random-rules", context, _sentence(values), values)


@pinned()
def random_genomes(policy: Policy, genome: np.ndarray, count: int, key: jax.Array) -> np.ndarray:
    """Return genomes float32 [count, genome_size] of U(-1, 1); beside coefficients, evolved weights are those given."""
    genomes = np.array(jax.random.uniform(key, (count, policy.genome_size), minval=-1.0, maxval=1.0))
    for gene in policy.weight_genes if policy.plastic else ():
        if gene is not None:
            genomes[:, gene.at : gene.at + gene.size] = genome[gene.at : gene.at + gene.size]
    return genomes


def _measure(context: Context, life: Life) -> dict[str, Any]:
    """Return how the weights of one life (of a static policy, its actions) move in the second half, and its return."""
    plastic = bool(context.policy.plastic)
    rows = life.record.weights if plastic else life.record.actions
    whole = not life.diverged and len(rows) > 1
    late = rows[len(rows) // 2 :]
    parts = principal_components(late, _MOST_COMPONENTS) if whole else None
    norm = float(np.sqrt(np.mean(np.sum(np.square(late, dtype=np.float64), axis=1)))) if whole else 0.0
    return {
        "diverged": life.diverged,
        "return": np.nan if life.diverged else life.total,
        "components": np.nan if parts is None else components_for(parts.explained, _SHARE),
        "motion": np.nan if parts is None or norm == 0 else np.sqrt(parts.total_variance) / norm,
        "verdict": judge_life(context, life) if plastic else "",
        "path": rows.copy() if whole and life.number < 2 * PICTURE_LIVES else None,
    }


def components_for(explained: np.ndarray, part: float) -> float:
    """Return how many components hold a part of the variance; NaN if those that were computed do not."""
    enough = np.cumsum(explained) >= part
    return float(np.argmax(enough) + 1) if enough.any() else float("nan")


def _common_components(paths: Mapping[str, Sequence[np.ndarray]]) -> dict[str, Any]:
    """Return the trajectories of both groups in the components that they have in common."""
    every = [path for group in paths.values() for path in group]
    if not every:
        return {"explained": [], "scores": {name: [] for name in paths}}
    parts = principal_components(np.concatenate(every), 3)
    scores = {}
    for name, group in paths.items():
        short_paths = [path[:: -(-len(path) // _PICTURE_TICKS)] for path in group]
        scores[name] = [(path - parts.mean) @ parts.axes.T for path in short_paths]
    return {"explained": parts.explained, "scores": scores}


def _sentence(values: Mapping[str, Any]) -> str:
    evolved, chance = (values["groups"][name] for name in ("evolved", "random"))
    kind = "coefficients" if values["of"] == "weights" else "weights"
    text = (
        f"Evolved {kind} return {with_interval(evolved['return'])}, random ones {with_interval(chance['return'])} "
        f"(medians)."
    )
    if values["of"] == "weights":
        text += f" Weights: evolved {count_list(evolved['verdicts'])}; random {count_list(chance['verdicts'])}."
    motion = [number(group["motion"]["median"]) for group in (evolved, chance)]
    text += f" In the second half of life the {values['of']} move by {motion[0]} of their norm, random {motion[1]}."
    return text + diverged_sentence(evolved["diverged"] + chance["diverged"])


def draw(result: Result) -> Figure:
    """Draw both in the same components, their verdicts and their returns."""
    values = result.values
    verdicts = [group["verdicts"] for group in values["groups"].values()]
    has_verdicts = any(verdicts)

    def fill(panels: Sequence[Axes]) -> None:
        _draw_paths(panels[0], values)
        if has_verdicts:
            draw_labels(panels[1], verdicts, list(values["groups"]))
            panels[1].set_title("verdicts on the weights")
        ax = panels[-1]
        for place, (name, group) in enumerate(values["groups"].items()):
            draw_lives(ax, place, group["return"], _COLOURS[name])
        ax.set_xticks(range(2), list(values["groups"]))
        ax.set(ylabel="return of a life", title="returns", xlim=(-0.6, 1.6))
        ax.grid(axis="x", visible=False)

    columns = 3 if has_verdicts else 2
    return figure_of(result, columns, 3.5 * columns, 3.8, fill, "What is it that evolution has found?")


def _draw_paths(ax: Axes, values: Mapping[str, Any]) -> None:
    shared = values["shared"]
    for name in ("random", "evolved"):  # what evolved is the smaller of the two where it rests
        for number_of_life, path in enumerate(shared["scores"][name]):
            scores = floats(path)
            if scores.shape[1] == 1:  # one actuator: over time
                scores = np.column_stack([np.arange(len(scores)), scores])
            colour = _COLOURS[name]
            ax.plot(*scores[:, :2].T, color=colour, linewidth=0.7, alpha=0.75, label=name if not number_of_life else "")
            ax.plot(*scores[0, :2], "o", markerfacecolor="white", color=colour, markersize=4, markeredgewidth=0.8)
            ax.plot(*scores[-1, :2], "o", color=colour, markersize=6, markeredgecolor="white", zorder=3)
    explained = shared["explained"]
    axes = [f"component {place + 1} ({100 * part:.0f} % of the variance)" for place, part in enumerate(explained[:2])]
    if len(axes) == 1:
        axes = ["tick", *axes]
    if axes:
        ax.set(xlabel=axes[0], ylabel=axes[1])
    ax.set_title(f"{values['of']}: {PICTURE_LIVES} lives each, ○ birth, ● end")
    legend_below(ax)
