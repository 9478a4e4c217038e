"""The Unitree Go1 of Hebbian Attractor Networks: its return of 24, its gait, and what its weights end on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from hebbax.analysis.analyze import analyze_source
from hebbax.attractors.verdict import LABELS
from hebbax.expected import Fields, ListOf, number, one_of, or_null, whole
from hebbax.report.style import LAYER_COLOURS, figure_style
from hebbax.reproduction.experiment import HAN, HAN_STEP_SIZES, PPO_REMARK, Budget, Experiment, PublishedReturn
from hebbax.reproduction.study import figure_line, label_of, mean_text, save_both, table
from hebbax.runs.stored_run import StoredRun
from hebbax.runs.trials import Source
from hebbax.tasks.go1 import LEGS
from hebbax.types import END_TERMINATED, MOST_RETURN, Record

FIGURE = "air-time"
_LIVES = 20
_MOST = 24.0
_NO_VERDICT = "none"  # of a static network

EXPERIMENT = Experiment(
    title="Hebbian Attractor Networks on a Unitree Go1",
    reference=HAN,
    asks="a Go1 at 2 m/s: its return of 24, its gait by what its weights end on, and a static network beside it",
    out="results/han/go1",
    baseline="mlp",
    budgets={
        "laptop": Budget(
            summary="Population 256, one life of 200 control ticks a genome, 300 generations, in place of 512, four of "
            "1,000 and 500. Until it walks, going forward alone counts, then the paper's reward. Every "
            "evaluation is of full lives with that reward. σ is 0.1, and the learning rate falls from 0.1 to 0.02: "
            "with 0.2 and 0.1 throughout returns go up and down by one or two. The static network has step sizes of "
            f"its own. {PPO_REMARK.format('ppo', 3_072_000)}",
            tasks={"go1_walk": ()},
            seeds={"han-e": 2, "mlp": 2, "han-b": 2, "han-e-go1": 2, "ppo-mlp": 1},
            overrides=(
                "strategy.population=256",
                "strategy.sigma=0.1",
                "strategy.learning_rate=0.1",
                "strategy.learning_rate_decay=0.2",
                "strategy.decay_generations=300",
                "generations=300",
                "evaluate_every=10",
                "evaluate_lifetimes=32",
            ),
            policy_overrides={
                "mlp": ("strategy.sigma=0.05", "strategy.learning_rate=0.02"),
                "ppo-mlp": ("learner=ppo", "generations=1500"),
            },
        ),
        "paper": Budget(
            summary="As published: population 512, 500 generations, four lives of 1,000 ticks a genome, learning rate "
            "0.1 and σ 0.2 with their decay, and the task's reward from the start.",
            tasks={"go1_walk": ()},
            seeds={"han-e": 5, "mlp": 5, "han-b": 5, "han-e-go1": 5},
            overrides=(
                "lifetimes=4",
                "training.ticks=full",
                "training.phases=[]",
                "strategy.population=512",
                *HAN_STEP_SIZES,
                "generations=500",
                "evaluate_lifetimes=32",
            ),
        ),
    },
    published=(
        PublishedReturn("go1_walk", "han-b", 23.44, "one life of a controller after 500 generations"),
        PublishedReturn("go1_walk", "han-e-go1", 23.48, "one life of a controller after 500 generations"),
    ),
    notes=(
        f"The most that a life can have is {_MOST:g}: 1.2 a second for 20 s.",
        "The published gaits are of 47 controllers, one life each with the weights that evolution left them: a torque "
        "of 22.77 ± 1.68 N·m at most, joints and trunk turning at 1.20 ± 0.30 rad/s on average, feet that swing to "
        "0.05 ± 0.02 m and stay in the air for 0.07 ± 0.03 s. Their duty factor is 0 in all, since it reads contact "
        "forces that their simulator does not give.",
        "By the authors' ratio 9 of the 47 end on fixed points and 38 on limit cycles, all 22 without averaging on "
        "cycles.",
        "A fall ends a life here; theirs end upside down. The observation has no noise here; theirs has.",
    ),
    study="hebbax.reproduction.han_go1",
)

_MEASURES = {
    "forward_speed": ("forward speed", "m/s"),
    "air_time": ("air time", "s"),
    "swing_peak": ("swing peak", "m"),
    "duty_factor": ("duty factor", ""),
    "joint_speed": ("joints", "rad/s"),
    "trunk_speed": ("trunk", "rad/s"),
    "torque_mean": ("torque", "N·m"),
    "torque_peak": ("its peak", "N·m"),
}
"""What is measured of the second half of a life, in words and with its unit."""

_LIFE = Fields(
    {
        "return": or_null(number(-MOST_RETURN, MOST_RETURN)),
        "fell": whole(0, 1),
        "verdict": one_of(*LABELS, _NO_VERDICT),
        "published_ratio": one_of(*LABELS, _NO_VERDICT),
        **{name: or_null(number()) for name in _MEASURES},
    }
)
NUMBERS = Fields({"lives": ListOf(_LIFE, _LIVES)})


def measure(run: StoredRun) -> dict[str, Any]:
    """Return of each of 20 lives its return, whether it fell, what its weights end on, and its gait."""
    source = Source.of_run(run, lifetimes=_LIVES)
    analysed, runner = analyze_source(source)["lives"], source.runner()
    recorded = runner.map(runner.record, range(_LIVES))
    return {
        "lives": [
            {
                "return": None if row.diverged[0] else float(row.returns[0]),
                "fell": int(row.ends[0] == END_TERMINATED),
                "verdict": _label(life.get("verdict")),  # a static network has none
                "published_ratio": _label(life.get("published_ratio")),
                # The last ticks of a life that diverges would be most of any mean.
                **_gait(run.task.world, None if row.diverged[0] else life["gait"], record),
            }
            for life, (row, record) in zip(analysed, recorded, strict=True)
        ]
    }


def _label(verdict: Mapping[str, Any] | None) -> str:
    return _NO_VERDICT if verdict is None else verdict["label"]


def _gait(world: Any, gait: Mapping[str, Any] | None, record: Record) -> dict[str, float | None]:
    """Return `_MEASURES`; all None where the body fell too soon to have a gait, or diverged."""
    if gait is None:
        return dict.fromkeys(_MEASURES)
    late = slice(len(record.qpos) // 2, None)
    never = {"duty_factor": 0.0, "air_time": None}  # of a foot that does not touch the ground
    feet = [gait["feet"].get(f"{leg} calf", never) for leg in LEGS]

    def mean_of(name: str) -> float | None:
        values = [foot[name] for foot in feet if foot[name] is not None]
        return float(np.mean(values)) if values else None

    return {
        "forward_speed": gait["forward_speed"],
        "air_time": mean_of("air_time"),
        "swing_peak": swing_peak(foot_heights(world, record.rows(late))),
        "duty_factor": mean_of("duty_factor"),
        "joint_speed": float(np.mean(np.abs(record.qvel[late, 6:]))),
        "trunk_speed": float(np.mean(np.linalg.norm(record.qvel[late, 3:6], axis=1))),
        "torque_mean": gait["torque_mean"],
        "torque_peak": gait["torque_peak"],
    }


def foot_heights(world: Any, record: Record) -> np.ndarray:
    """Return how high the feet [ticks, 4] are over the ground of a world of MuJoCo, m."""
    ground = world.ground(record)
    return ground.heights[:, [ground.names.index(f"{leg} foot") for leg in LEGS]]


def swing_peak(heights: np.ndarray, on_ground: float = 0.005) -> float | None:
    """Return the mean height of the tops of swings, m; None where no foot [ticks, feet] swings.

    A swing is what is between two ticks at which a foot is within `on_ground` (m) of the ground.

    >>> swing_peak(np.array([[0.0], [0.02], [0.04], [0.0], [0.06], [0.0]]))
    0.05
    """
    peaks = []
    for foot in heights.T:
        ground = np.flatnonzero(foot <= on_ground)
        peaks += [float(foot[a:b].max()) for a, b in pairwise(ground) if b > a + 1]
    return float(np.mean(peaks)) if peaks else None


def draw(runs: Mapping[str, StoredRun], numbers: Mapping[str, Any], folder: Path) -> list[Path]:
    """Draw air time against speed of every life, by what its weights end on."""
    kinds = list(dict.fromkeys(life["verdict"] for entry in numbers.values() for life in entry["lives"]))
    with figure_style():
        figure = Figure(figsize=(6.0, 4.0), layout="constrained")
        axes = figure.add_subplot()
        for place, kind in enumerate(kinds):
            points = np.array(
                [
                    (life["forward_speed"], life["air_time"])
                    for entry in numbers.values()
                    for life in entry["lives"]
                    if life["verdict"] == kind and None not in (life["forward_speed"], life["air_time"])
                ]
            ).reshape(-1, 2)
            label = "static network" if kind == _NO_VERDICT else kind.replace("-", " ")
            colour = LAYER_COLOURS[place % len(LAYER_COLOURS)]
            axes.plot(points[:, 0], points[:, 1], ".", color=colour, markersize=5, label=label)
        axes.set(xlabel="forward speed (m/s)", ylabel="air time of a foot (s)", title="one point a life")
        figure.legend(loc="outside right upper")
    return save_both(figure, folder, FIGURE)


def section(numbers: Mapping[str, Any], folder: Path) -> str:
    """Return returns, verdicts and gaits as tables, and the figure."""
    parts = [
        "## Returns and what weights end on",
        f"The best genome of each run over {_LIVES} lives of 1,000 ticks, with 95 % intervals over lives. The last "
        "column is the authors' ratio.",
        table(
            ["controller", f"return of {_MOST:g}", "falls", "verdicts", "by their ratio"],
            [_row(name, entry) for name, entry in numbers.items()],
        ),
        "## Gaits by what the weights end on",
        "Means over the second halves of all lives of the controllers, by verdict and by policy.",
        table(
            ["lives that end on", "policy", "lives", *(_head(name) for name in _MEASURES)],
            [
                ["HAN, published, both", "47 controllers", "47", "–", "0.07", "0.05", "–", "1.20", "–", "–", "22.77"],
                *_gaits(numbers),
            ],
        ),
        figure_line(folder, f"{FIGURE}.png", "Air time against forward speed"),
        "\n".join(f"- {_seen(name, entry)}" for name, entry in numbers.items()),
    ]
    return "\n\n".join(part for part in parts if part)


def _head(name: str) -> str:
    words, unit = _MEASURES[name]
    return f"{words} ({unit})" if unit else words


def _returns(entry: Mapping[str, Any]) -> list[float]:
    return [life["return"] for life in entry["lives"] if life["return"] is not None]


def _row(name: str, entry: Mapping[str, Any]) -> list[str]:
    lives = entry["lives"]
    verdicts, ratios = (Counter(life[key] for life in lives) for key in ("verdict", "published_ratio"))
    return [
        label_of(name, entry),
        mean_text(_returns(entry)) if _returns(entry) else "–",
        f"{sum(life['fell'] for life in lives)} of {len(lives)}",
        _counted(verdicts),
        _counted(ratios),
    ]


def _counted(counts: Mapping[str, int]) -> str:
    ordered = sorted((kind for kind in counts if kind != _NO_VERDICT), key=lambda kind: -counts[kind])
    return ", ".join(f"{counts[kind]} {kind}" for kind in ordered) or "–"


def _gaits(numbers: Mapping[str, Any]) -> list[list[str]]:
    found: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
    for entry in numbers.values():
        for life in entry["lives"]:
            found.setdefault((life["verdict"], entry["policy"]), []).append(life)
    return [
        [
            "–" if verdict == _NO_VERDICT else verdict,
            policy,
            str(len(lives)),
            *(_mean(lives, name) for name in _MEASURES),
        ]
        for (verdict, policy), lives in sorted(found.items())
    ]


def _mean(lives: Sequence[Mapping[str, Any]], name: str) -> str:
    values = [life[name] for life in lives if life[name] is not None]
    return f"{np.mean(values):.3g}" if values else "–"


def _seen(name: str, entry: Mapping[str, Any]) -> str:
    """Return what a controller does, in a sentence."""
    lives, returns = entry["lives"], _returns(entry)
    if not returns:
        return f"{label_of(name, entry)}: every life diverged."
    share, fell = np.mean(returns) / _MOST, sum(life["fell"] for life in lives)
    return (
        f"{label_of(name, entry)} has {100 * share:.0f} % of what there is, and falls in {fell} of {len(lives)} lives."
    )
