"""The car of Najarro and Risi (2020): how its controllers are evolved here, and tracks to put them on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from hebbax.engines.make_engine import make_engine
from hebbax.expected import Fields, ListOf, number, whole
from hebbax.reproduction.experiment import Budget
from hebbax.runs.evaluation import evaluate_run
from hebbax.runs.stored_run import StoredRun
from hebbax.stress.stress import returns_of
from hebbax.types import MOST_RETURN

TASK = "car_racing"
HEBBIAN, FIXED, STATIC = "najarro-car", "najarro-car-fixed", "conv"
"""Policies: filters that evolve, random ones that stay, and no plasticity."""

PUBLISHED = {"Hebbian": (872, 11), "static": (711, 16), "PPO": (865, 159)}
"""Mean return over 100 unseen tracks, and what the authors give after ±."""

LIVES = 100
"""Each on a track of its own; as published."""

DRIVES = 100.0
"""Return from which on a car counts as one that drives: below, it does not come round the first bends."""

RUNS = "najarro-car"
"""The experiment at whose runs most others look."""

RANDOM_FILTERS = "policy.connections={{{}}}".format(
    ",".join(f"convolution {index}:{{birth:fixed,initial:normal,initial_scale:0.3}}" for index in range(2))
)
"""Of a network whose filters would evolve, as an override."""

_EVALUATED = ("evaluate_every=10", "evaluate_lifetimes=20")
_SLOWLY = (
    "strategy=najarro-es-slow",
    "training.first_mean=normal",
    "training.first_of=2000",
    "training.births=mirrored",
)
"""Of a search that does not swing, and begins at a genome that drives a little."""

BUDGETS = {
    "laptop": Budget(
        summary="Population 200, 300 generations, one life a genome. The published strategy with steps that do not "
        "pass its σ; the mean begins at the best of 2,000 genomes from N(0, 1), because nearly all cars with random "
        "rules stand; the two of a mirrored pair drive the same track from the same first weights.",
        tasks={TASK: ()},
        seeds={FIXED: 3, HEBBIAN: 3, STATIC: 3},
        overrides=(*_SLOWLY, "strategy.population=200", "generations=300", *_EVALUATED),
    ),
    "paper": Budget(
        summary="As published: their evolution strategy with a population of 200, 300 generations, one life a genome, "
        "the first mean from N(0, 1), filters that evolve.",
        tasks={TASK: ()},
        seeds={HEBBIAN: 3, STATIC: 3},
        overrides=(
            "strategy=najarro-es",
            "training.first_mean=normal",
            "strategy.population=200",
            "generations=300",
            *_EVALUATED,
        ),
    ),
}


def some_of_them(*policies: str) -> Mapping[str, Budget]:
    """Return budgets of the first run of some policies."""
    return {
        name: replace(budget, seeds={policy: 1 for policy in policies if policy in budget.seeds})
        for name, budget in BUDGETS.items()
    }


def short_runs(
    summary: str,
    conditions: Mapping[str, Sequence[str]],
    later: Mapping[str, Sequence[str]] | None = None,
    seeds: int = 1,
) -> Mapping[str, Budget]:
    """Return one budget of short runs; what each condition needs besides, and those whose turn comes after."""
    laptop = Budget(
        summary=summary,
        tasks={TASK: ()},
        seeds=dict.fromkeys(conditions, seeds),
        overrides=(*_SLOWLY, "strategy.population=64", "generations=200", *_EVALUATED),
        later_seeds=dict.fromkeys(later or {}, seeds),
        policy_overrides={**conditions, **(later or {})},
    )
    return {"laptop": laptop}


def drives(lives: int) -> Fields:
    """Return what `on_tracks` returns of so many lives."""
    return Fields({"returns": ListOf(number(-MOST_RETURN, MOST_RETURN), lives), "ticks": ListOf(whole(), lives)})


TRACKS = drives(LIVES)


def on_tracks(run: StoredRun, task: str = TASK, lifetimes: int = LIVES) -> dict[str, Any]:
    """Return what lives of a controller earn, each on an unseen track, and how many ticks they take.

    They are those of `hebbax evaluate --seed 1` without damage. Raises HebbaxError for a controller of another task.
    """
    driving = run.under(task=task, damage="")
    engine = make_engine(driving.task, driving.policy, driving.config.engine)
    lives = evaluate_run(driving, engine, lifetimes=lifetimes, seed=1).lives
    return {"returns": returns_of(lives).tolist(), "ticks": lives.lengths.tolist()}


def kind_of(run: StoredRun) -> str:
    """Return what a controller is in words: its rule, if it has one, and what its filters are."""
    policy = run.config.policy
    plasticity = f"Hebbian, {policy.rule}" if policy.plastic else "static"
    parts = [plasticity]
    if policy.network == "conv":
        evolve = any(gene is not None for gene in run.policy.weight_genes[: len(policy.channels)])
        parts.append(f"{'evolved' if evolve else 'random'} filters")
    parts += ["first weights evolved"] if policy.birth == "coevolved" and policy.plastic else []
    return ", ".join(parts)
