"""A stress test: what is left of a controller's return in each case, beside the same lives with nothing happening."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from hebbax.analysis.statistics import bootstrap_interval
from hebbax.damage.events import Event
from hebbax.damage.text import parse_damages
from hebbax.engines.make_engine import make_engine
from hebbax.engines.scenario import Scenario
from hebbax.errors import HebbaxError, check_seed, check_whole
from hebbax.keys import evaluation_key, root_key, stream
from hebbax.runs.identity import controller_sha256
from hebbax.runs.stored_run import StoredRun
from hebbax.stress.physics import HELD, SUITE, physics_of
from hebbax.stress.suites import ALL, Case, cases_of, events_of
from hebbax.stress.transfer import SUITE as TRANSFER
from hebbax.stress.transfer import transfer_of
from hebbax.tasks.external.task import AnyTask
from hebbax.types import MOST_TICKS, Lives, Normaliser
from hebbax.versions import environment

_RESAMPLED = 2_000


@dataclass(frozen=True, eq=False)
class Outcome:
    """The lives of a controller in one case."""

    case: Case | None  # None for the lives to which nothing happens
    seen: bool  # whether training had exactly this damage
    lives: Lives
    retained: float | None  # mean return over that of the same lives unharmed; None where that is not above 0
    interval: tuple[float, float] | None  # 95 %, of resampled lives, each with its unharmed twin


@dataclass(frozen=True, eq=False)
class Stressed:
    """One controller under stress; outcomes begin with the lives to which nothing happens."""

    name: str
    run: StoredRun
    outcomes: list[Outcome]
    left_out: list[str]  # a line on each case that the robot cannot have
    controller: str  # SHA-256 of genome and observation statistics

    @property
    def unharmed(self) -> Outcome:
        """The lives to which nothing happens."""
        return self.outcomes[0]

    def of(self, case: Case) -> Outcome | None:
        """Return the outcome of a case by its suite, name and amount, or None."""
        for outcome in self.outcomes[1:]:
            ours = outcome.case
            if ours is not None and (ours.suite, ours.label) == (case.suite, case.label):
                return outcome
        return None


def stress(
    run: StoredRun,
    *,
    name: str,
    suite: str = ALL,
    lifetimes: int = 20,
    seed: int = 1,
    genome: str = "best",
    tell: Callable[[str], None] = lambda line: None,
) -> Stressed:
    """Put a stored controller through a suite.

    Args:
        run: the run.
        name: what results call it.
        suite: one of `suites.SUITES` or `BY_NAME`, or "all" for all SUITES that fit the robot.
        lifetimes: lives in each case, and as many unharmed ones of the same keys.
        seed: that the keys are made from; those of `hebbax evaluate` with the same one.
        genome: "best" or "mean".
        tell: gets what is being done, a line each.

    Raises HebbaxError for an unknown suite or genome, a suite of which nothing fits the robot, less than two lives, or
    a seed out of range.
    """
    check_whole("lifetimes", lifetimes, 2, MOST_TICKS)  # for an interval
    check_seed(seed)
    controller = run.controller(genome)
    normaliser, ticks = controller.statistics.normaliser(), run.config.task.ticks or run.task.length
    scenario = Scenario(ticks, normaliser, run.config.termination)

    def lived(task: AnyTask, engine: Any, events: Sequence[Event] = ()) -> Lives:
        engine = make_engine(task, run.policy) if engine is None else engine
        key, genomes = evaluation_key(seed), controller.genome[None]
        return engine.evaluate(genomes, key, scenario.with_damages(tuple(events)), lifetimes=lifetimes)

    cases, left_out = cases_of(suite, run.task, run.policy, normaliser, ticks)
    engine, seen = make_engine(run.task, run.policy), set(_met_in_training(run))
    plain = lived(run.task, engine)
    outcomes = [_outcome(None, () in seen or not seen, plain, plain)]
    for case in cases:
        tell(f"{case.suite}: {case.label}")
        events = events_of(case, run.task)
        outcomes.append(_outcome(case, events in seen, lived(run.task, engine, events), plain))
    for case, task in _elsewhere(suite, run.task, normaliser, left_out):
        tell(f"{case.suite}: {case.label}")
        events = events_of(case, task) if case.damage else ()
        outcomes.append(_outcome(case, False, lived(task, engine if task is run.task else None, events), plain))
    return Stressed(name, run, outcomes, left_out, controller_sha256(controller.genome, normaliser))


def _elsewhere(suite: str, task: AnyTask, normaliser: Normaliser, left_out: list[str]) -> list[tuple[Case, AnyTask]]:
    if suite == TRANSFER:
        return transfer_of(task, normaliser)
    if suite not in (ALL, SUITE):
        return []
    try:
        return physics_of(task)
    except HebbaxError as error:
        if suite == SUITE:
            raise
        left_out.append(f"{SUITE} is left out: {error}")
        return []


def _met_in_training(run: StoredRun) -> Iterator[tuple[Event, ...]]:
    """Yield what happened to lives of training, in any phase."""
    config = run.trained
    for damage in (config.damage, *(phase.damage or "" for phase in config.training.listed)):
        yield from parse_damages(damage, run.task.control_period)


def _outcome(case: Case | None, seen: bool, lives: Lives, plain: Lives) -> Outcome:
    retained, interval = retained_return(returns_of(lives), returns_of(plain))
    return Outcome(case, seen, lives, retained, interval)


def returns_of(lives: Lives) -> np.ndarray:
    """Return what each life earned [lives]; of one that diverged 0, since its body is none any more."""
    return np.where(lives.diverged, 0.0, lives.returns)


def retained_return(harmed: np.ndarray, plain: np.ndarray) -> tuple[float | None, tuple[float, float] | None]:
    """Return the mean of harmed lives [lives] over that of their unharmed twins, with its 95 % interval.

    The interval is of resampled pairs. None where the unharmed mean is not above 0, of which there is no share.

    >>> retained_return(np.array([1.0, 2.0]), np.array([2.0, 4.0]))
    (0.5, (0.5, 0.5))
    """
    if plain.mean() <= 0:
        return None, None

    def ratio(places: np.ndarray) -> np.ndarray:
        places = places.astype(int)
        below = plain[places].mean(axis=-1)
        return harmed[places].mean(axis=-1) / np.where(below > 0, below, np.nan)

    key = stream(root_key(0), "stress")
    low, high = bootstrap_interval(ratio, np.arange(len(plain)), key=key, repetitions=_RESAMPLED)
    interval = (low, high) if np.isfinite(low) and np.isfinite(high) else None
    return float(harmed.mean() / plain.mean()), interval


def holds_up(stressed: Stressed) -> bool | None:
    """Whether a controller keeps HELD of its return in all other physics; None where that was not asked."""
    shares = [outcome.retained for outcome in stressed.outcomes[1:] if outcome.case and outcome.case.suite == SUITE]
    if not shares or any(share is None for share in shares):
        return None
    return all(share >= HELD for share in shares if share is not None)


def check_comparable(runs: Sequence[StoredRun]) -> None:
    """Raise HebbaxError for runs of different tasks, lengths or terminations: their shares are of other things."""
    for what, values in (
        ("task", [run.config.task.name for run in runs]),
        ("ticks", [run.config.task.ticks or run.task.length for run in runs]),
        ("termination", [run.config.termination for run in runs]),
    ):
        if len(set(values)) > 1:
            found = ", ".join(str(value) for value in dict.fromkeys(values))
            raise HebbaxError(f"runs of {what} {found}: expected the same, to put them side by side")


def document(stressed: Sequence[Stressed], *, suite: str, lifetimes: int, seed: int, genome: str) -> dict[str, Any]:
    """Return what `stress.json` holds."""
    return {
        "schema": 1,
        "suite": suite,
        "lifetimes": lifetimes,
        "seed": seed,
        "genome": genome,
        "controllers": [_controller_json(one) for one in stressed],
        "versions": environment(),
    }


def _controller_json(stressed: Stressed) -> dict[str, Any]:
    config = stressed.run.config
    return {
        "run": stressed.name,
        "task": config.task.name,
        "policy": config.policy.name,
        "ticks": config.task.ticks or stressed.run.task.length,
        "termination": config.termination,
        "trained_under": stressed.run.trained.damage,
        "controller_sha256": stressed.controller,
        "holds_up_in_other_physics": holds_up(stressed),
        "left_out": stressed.left_out,
        "outcomes": [_outcome_json(outcome, stressed.run.task) for outcome in stressed.outcomes],
    }


def _outcome_json(outcome: Outcome, task: AnyTask) -> dict[str, Any]:
    case, lives = outcome.case, outcome.lives
    values: dict[str, Any] = {"suite": None, "name": "unharmed", "amount": None, "unit": "", "damage": ""}
    if case is not None:
        values = {name: getattr(case, name) for name in values}
    returns = returns_of(lives)
    terms = lives.reward_terms.mean(axis=0).tolist() if lives.reward_terms.size and not lives.diverged.any() else []
    return {
        **values,
        "seen": outcome.seen,
        "return_mean": float(returns.mean()),
        "retained": outcome.retained,
        "retained_ci95": None if outcome.interval is None else list(outcome.interval),
        "reward_terms": dict(zip(task.terms, terms, strict=True)) if terms else {},
        "returns": returns.tolist(),
        "terminated": int((lives.terminations > 0).sum()),
        "diverged": int(lives.diverged.sum()),
    }
