"""`initial-weights`: does a controller depend on the distribution that the weights at birth come from?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from hebbax.attractors.basin import measure_basin
from hebbax.expected import TEXT, TRUTH, Fields, ListOf
from hebbax.experiments.context import Context, Life
from hebbax.experiments.measures import count_labels, judge_life, share, summary
from hebbax.experiments.panels import draw_labels, draw_lives, figure_of
from hebbax.experiments.result import Result
from hebbax.experiments.shapes import SHARE, SUMMARY, VERDICTS
from hebbax.experiments.words import diverged_sentence, number
from hebbax.networks.initial import InitialWeights
from hebbax.policies.policy import Policy
from hebbax.report.style import INK

DISTRIBUTIONS = (
    InitialWeights("constant", 0.0),
    InitialWeights("uniform", 0.01),
    InitialWeights("uniform", 0.1),
    InitialWeights("uniform", 0.5),
    InitialWeights("uniform", 1.0),
    InitialWeights("normal", 0.1),
    InitialWeights("normal", 1.0),
    InitialWeights("constant", 0.1),
    InitialWeights("constant", 1.0),
)
QUICK = (0, 2, 4, 6)

_GROUP = Fields({"distribution": TEXT, "own": TRUTH, "return": SUMMARY, "verdicts": VERDICTS, "same_attractor": SHARE})
VALUES = Fields(
    {"groups": ListOf(_GROUP)}, agree=lambda values: None if values["groups"] else "groups: expected at least one"
)


def run(context: Context) -> Result:
    """Measure returns and verdicts for each distribution, and which lives end where their twin of today ends.

    A twin has the same birth of the body, and weights from the policy's own distribution.
    """
    policy = context.policy
    own = policy.synapses[policy.plastic[0]].initial  # which all share, see `why_not_drawn`
    distributions = [DISTRIBUTIONS[place] for place in QUICK] if context.quick else list(DISTRIBUTIONS)
    distributions = [own, *(distribution for distribution in distributions if distribution != own)]
    groups, attractors = [], []
    for distribution in distributions:
        name = label(distribution)
        context.tell(f"weights at birth from {name}")
        one = context.with_policy(context.policy.with_initial(distribution))
        lives = one.record_each(lambda life, one=one, twins=attractors: _measure(one, life, twins))
        if not attractors:
            attractors = [life["late"] for life in lives]
        groups.append(
            {
                "distribution": name,
                "own": distribution == own,
                "diverged": sum(life["diverged"] for life in lives),
                "return": summary([life["return"] for life in lives], context.seed),
                "verdicts": count_labels(life["verdict"] for life in lives),
                "same_attractor": share([life["same"] for life in lives if life["same"] is not None], context.seed),
            }
        )
    return Result.of("initial-weights", context, _sentence(groups), {"groups": groups})


def why_not_drawn(policy: Policy) -> str | None:
    """Return why a policy has no distribution of first weights to be changed, in one line, or None if it has one."""
    plastic = [policy.synapses[index] for index in policy.plastic]
    if any(synapses.birth == "coevolved" for synapses in plastic):
        return f"the first weights of policy {policy.name!r} are in its genome, and are not drawn"
    if len({synapses.initial for synapses in plastic}) > 1:
        return f"connections of policy {policy.name!r} begin from different distributions"
    return None


def label(initial: InitialWeights) -> str:
    """Return a distribution as it is written on an axis."""
    scale, offset = f"{initial.scale:g}", f" + {initial.offset:g}" if initial.offset else ""
    if initial.name == "constant":
        return ("all 0" if initial.scale == 0 else f"all {scale}") + offset
    labels = {"uniform": f"U(±{scale})", "normal": f"N(0, {scale}²)"}
    return labels.get(initial.name, f"{initial.name} {scale}") + offset


def _measure(context: Context, life: Life, attractors: Sequence[np.ndarray | None]) -> dict[str, Any]:
    weights = life.record.weights
    whole = not life.diverged and len(weights) == context.ticks
    return {
        "diverged": life.diverged,
        "return": np.nan if life.diverged else life.total,
        "verdict": judge_life(context, life),
        "same": _ends_with_twin(context, life, attractors[life.number]) if attractors else whole or None,
        "late": weights[context.ticks // 2 :].copy() if whole and not attractors else None,
    }


def _ends_with_twin(context: Context, life: Life, attractor: np.ndarray | None) -> bool | None:
    """Return whether a life ends on its twin's attractor; None if the twin has none, or the life diverged."""
    if attractor is None or life.diverged:
        return None
    weights = life.record.weights
    return len(weights) == context.ticks and measure_basin(attractor, [weights]).share == 1


def _sentence(groups: Sequence[Mapping[str, Any]]) -> str:
    own, others = groups[0], groups[1:]
    medians = {group["distribution"]: group["return"]["median"] for group in others}
    finite = {name: value for name, value in medians.items() if value is not None}
    text = f"With weights from its own {own['distribution']} the median return is {number(own['return']['median'])}"
    if finite:
        least, most = min(finite, key=lambda name: finite[name]), max(finite, key=lambda name: finite[name])
        text += f", with others from {number(finite[least])} ({least}) to {number(finite[most])} ({most})"
    ends = {label_of for group in groups for label_of in group["verdicts"]}
    text += f"; the weights end as {' or '.join(sorted(ends))}"
    return f"{text}{_twins_clause(groups)}." + diverged_sentence(sum(group["diverged"] for group in groups))


def _twins_clause(groups: Sequence[Mapping[str, Any]]) -> str:
    twins = len(groups[0]["same_attractor"]["values"])
    shares = [100 * one for group in groups[1:] if (one := group["same_attractor"]["share"]) is not None]
    if not shares:
        return "; on whose attractor cannot be said, since no two twins could be compared: they ended early or diverged"
    who = "lives" if twins == len(groups[0]["return"]["values"]) else f"the {twins} lives whose twin has one"
    return f", on the same attractor as their twin in {min(shares):.0f} to {max(shares):.0f} % of {who}"


def draw(result: Result) -> Figure:
    """Draw the returns and verdicts of each distribution, one below the other."""
    groups = result.values["groups"]
    names = [group["distribution"] + (" (its own)" if group["own"] else "") for group in groups]

    def fill(panels: Sequence[Axes]) -> None:
        for place, group in enumerate(groups):
            draw_lives(panels[0], place, group["return"])
        panels[0].set_xticks(range(len(groups)), names, rotation=40, ha="right")
        panels[0].set(ylabel="return of a life", title="returns")
        panels[0].grid(axis="x", visible=False)
        _draw_verdicts(panels[1], groups, names)

    return figure_of(result, 2, 10.0, 4.2, fill, "Does it depend on the weights at birth?")


def _draw_verdicts(ax: Axes, groups: Sequence[Mapping[str, Any]], names: Sequence[str]) -> None:
    shares = {place: group["same_attractor"] for place, group in enumerate(groups) if not group["own"]}
    same = {place: sum(flags["values"]) for place, flags in shares.items() if flags["share"] is not None}
    ax.plot(list(same), list(same.values()), "D", color=INK, markersize=4, label="on the twin's\nattractor")
    draw_labels(ax, [group["verdicts"] for group in groups], names)
    ax.set_xticks(range(len(groups)), list(names), rotation=40, ha="right")
    ax.set(title="verdicts on the weights")
