"""What a controller is worth: many fresh lives, on random streams that no training uses."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from scipy.special import stdtrit

from hebbax.damage.events import Event
from hebbax.engines.engine import Engine
from hebbax.engines.scenario import Scenario, in_turn
from hebbax.errors import check_seed, check_whole
from hebbax.evolution.statistics import Controller
from hebbax.evolution.summary import term_means
from hebbax.keys import evaluation_key
from hebbax.policies.policy import Policy
from hebbax.policies.sizes import SIZES, sizes_of
from hebbax.runs.identity import controller_sha256
from hebbax.runs.stored_run import StoredRun
from hebbax.settings import pinned
from hebbax.types import END_TERMINATED, MOST_TICKS, Lives
from hebbax.versions import environment


@dataclass(frozen=True)
class Evaluation:
    """The lives of one controller, and where they come from."""

    task: str
    policy: str
    genome: str  # "mean" or "best", or what the caller calls it
    seed: int
    termination: str  # one of ON_TERMINATION
    lives: Lives
    terms: tuple[str, ...] = ("reward",)  # names of the columns of `lives.reward_terms`
    damage: str = ""  # as `damage.text` reads it
    sizes: Mapping[str, int | None] = field(default_factory=lambda: dict.fromkeys(SIZES))  # of the policy
    controller_sha256: str | None = None  # by `identity.controller_sha256`

    def to_json(self) -> dict[str, Any]:
        """Return the evaluation under the documented keys.

        Mean, std (of the sample), 95 % interval of the mean over lifetimes (not over seeds), over the lives that did
        not diverge; null where too few are left.
        """
        lives = self.lives
        returns = lives.returns[~lives.diverged]
        mean = float(returns.mean()) if len(returns) else None
        std = float(returns.std(ddof=1)) if len(returns) > 1 else None
        interval = mean_interval(returns)
        return {
            "task": self.task,
            "policy": self.policy,
            **self.sizes,
            "genome": self.genome,
            "seed": self.seed,
            "lifetimes": len(lives.returns),
            "return_mean": mean,
            "return_std": std,
            "return_ci95": None if interval is None else list(interval),
            "reward_terms": term_means(lives, self.terms),
            "returns": [
                None if diverged else float(r) for r, diverged in zip(lives.returns, lives.diverged, strict=True)
            ],
            "lengths": [int(n) for n in lives.lengths],
            "diverged": int(lives.diverged.sum()),
            "termination": self.termination,
            "damage": self.damage,
            "controller_sha256": self.controller_sha256,
            "terminations": int(lives.terminations.sum()),
            "terminated": int(np.sum(lives.ends == END_TERMINATED)),
            "versions": environment(),
        }


def mean_interval(values: np.ndarray) -> tuple[float, float] | None:
    """Return the 95 % interval of the mean of values [n] by Student's t, or None of fewer than two."""
    if len(values) < 2:
        return None
    # A normal quantile would be right for many values only: of two, 1.96 standard errors hold the mean 7 times in 10.
    half = float(stdtrit(len(values) - 1, 0.975)) * float(values.std(ddof=1)) / math.sqrt(len(values))
    mean = float(values.mean())
    return mean - half, mean + half


def interval_or_mean(values: np.ndarray) -> tuple[float, float]:
    """Return `mean_interval`, or the mean twice where there is none."""
    return mean_interval(values) or (float(values.mean()), float(values.mean()))


@pinned()
def evaluate_controller(
    engine: Engine,
    controller: Controller,
    *,
    genome: str,
    lifetimes: int = 100,
    seed: int = 1,
    ticks: int | None = None,
    termination: str = "end",
    damages: Sequence[Sequence[Event]] = (),
) -> Evaluation:
    """Run lives of one controller, each with fresh weights and a fresh birth; its observation statistics stay fixed.

    Args:
        engine: what runs them.
        controller: genome and observation statistics.
        genome: what the evaluation calls the genome, such as "best".
        lifetimes: how many lives.
        seed: that the lives' keys are made from; no training uses them.
        ticks: of each life; by default the task's.
        termination: one of ON_TERMINATION.
        damages: variants that lives meet in turn.

    Raises HebbaxError for fewer than one lifetime, a seed out of range, or an unknown termination.
    """
    check_whole("lifetimes", lifetimes, 1, MOST_TICKS)
    check_seed(seed)
    normaliser = controller.statistics.normaliser()
    lives = engine.evaluate(
        controller.genome[None],
        evaluation_key(seed),
        Scenario(ticks, normaliser, termination, in_turn(damages, lifetimes)),
        lifetimes=lifetimes,
    )
    policy = engine.policy
    return Evaluation(
        engine.task.name,
        policy.name,
        genome,
        seed,
        termination,
        lives,
        engine.task.terms,
        sizes=sizes_of(policy) if isinstance(policy, Policy) else dict.fromkeys(SIZES),  # of one's own: not known
        controller_sha256=controller_sha256(controller.genome, normaliser),
    )


def evaluate_run(run: StoredRun, engine: Engine, *, genome: str = "best", lifetimes: int, seed: int) -> Evaluation:
    """Evaluate a stored run's controller as the run lived.

    Args:
        run: the run.
        engine: of the run's task and policy.
        genome: "best" or "mean".
        lifetimes: as in `evaluate_controller`.
        seed: as in `evaluate_controller`.

    Raises HebbaxError as `evaluate_controller` does, and for an unknown genome.
    """
    evaluation = evaluate_controller(
        engine,
        run.controller(genome),
        genome=genome,
        lifetimes=lifetimes,
        seed=seed,
        ticks=run.config.task.ticks,
        termination=run.config.termination,
        damages=run.variants,
    )
    return replace(evaluation, damage=run.config.damage)
