"""The robots of Leung et al. (2025): how their controllers are evolved here, and what studies of them share."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from hebbax.errors import HebbaxError
from hebbax.expected import TEXT, Fields, ListOf, number, one_of, whole
from hebbax.reproduction.experiment import Budget
from hebbax.reproduction.najarro_quadruped import condition_of
from hebbax.runs.stored_run import StoredRun
from hebbax.stress.stress import stress
from hebbax.types import Lives

LIVES = 20
"""Of each controller in each condition."""

ROBOTS = ("gecko", "dung_beetle")

MAX, STANDARDISED, RAW = "leung-hebbian", "leung-hebbian standardised", "leung-hebbian not-normalised"
STATIC, LSTM, LARGE_LSTM = "leung-ff", "leung-lstm", "leung-lstm-61"
RANDOMISED, RANDOMISED_LSTM = "leung-ff randomised", "leung-lstm randomised"
"""Conditions: a policy, and words that tell it from others of that policy."""

RUNS = "leung-ood"
"""The experiment at whose runs those of single controllers look."""

RANDOM_BODIES = "scale-friction(0.5..1.5) + scale-mass(0.8..1.2) + scale-actuator(0.7..1)"
"""What a policy that is trained with domain randomisation meets, as `damage=` reads it."""

_STATIC_SEARCH = ("strategy.sigma=0.05", "strategy.learning_rate=0.03")
_OWN: Mapping[str, Sequence[str]] = {
    STANDARDISED: ("policy.normalisation=standardise",),
    RAW: ("policy.normalisation=none",),
    RANDOMISED: (f"damage={RANDOM_BODIES}",),
    RANDOMISED_LSTM: (f"damage={RANDOM_BODIES}",),
}
_STATIC = (STATIC, LSTM, LARGE_LSTM, RANDOMISED, RANDOMISED_LSTM)

_ALL = (
    "strategy.population=128",
    "strategy.sigma=0.1",
    "strategy.learning_rate=0.05",
    "generations=150",
    "evaluate_every=10",
    "evaluate_lifetimes=20",
    "checkpoint_every=10",
    "keep_checkpoints=16",
)
_LAPTOP = Budget(
    summary="The gecko, population 128, 150 generations of one life a genome, in place of 1,024 and 500, on flat "
    "ground and the whole body; the reward and the training of the task, because the published reward teaches a leap "
    "at birth. The plastic networks have σ 0.1 and learning rate 0.05, all others 0.05 and 0.03. `standardised` and "
    "`not-normalised` are the other two normalisations; `randomised` met other friction, mass and motors in each life.",
    tasks={"gecko": ("observations.normalise=none",)},
    seeds={},
    overrides=_ALL,
    policy_overrides={**_OWN, **{name: (*_STATIC_SEARCH, *_OWN.get(name, ())) for name in _STATIC}},
)
_BEETLE = replace(
    _LAPTOP,
    summary=_LAPTOP.summary.replace("The gecko", "The dung beetle, its observations normalised", 1),
    tasks={"dung_beetle": ()},
)
_PAPER = Budget(
    summary="Both robots as in the published code: its evolution strategy with a population of 1,024, 500 generations, "
    "the published reward from birth on, weights that go on from life to life. Its committed step sizes are others.",
    tasks={"gecko_leung": (), "dung_beetle_leung": ()},
    seeds={},
    overrides=(
        "observations.normalise=none",
        "strategy=leung-es",
        "strategy.population=1024",
        "training.first_mean=normal",
        "training.first_scale=0.01",
        "generations=500",
        "evaluate_every=10",
        "evaluate_lifetimes=20",
        "keep_checkpoints=50",
    ),
    policy_overrides={
        name: (*_OWN.get(name, ()), "policy.birth=persistent")
        if name in (MAX, STANDARDISED, RAW)
        else _OWN.get(name, ())
        for name in (MAX, STANDARDISED, RAW, *_STATIC)
    },
)


def budgets_of(*conditions: str) -> Mapping[str, Budget]:
    """Return the budgets of some conditions: one seed each, two of the first two, and five as published."""
    seeds = {name: 2 if place < 2 else 1 for place, name in enumerate(conditions)}
    return {
        "laptop": replace(_LAPTOP, seeds=seeds),
        "beetle": replace(_BEETLE, seeds=dict.fromkeys(conditions[:2], 1)),
        "paper": replace(_PAPER, seeds=dict.fromkeys(conditions, 5)),
    }


ABOUT = {"robot": one_of(*ROBOTS), "condition": TEXT}
"""What studies keep of a controller besides its numbers."""

METRES = ListOf(number(-1e6, 1e6), LIVES)
UNHARMED = "unharmed"
CASES = ListOf(Fields({"name": TEXT, "label": TEXT, "metres": METRES, "diverged": whole(0, LIVES)}))


def about(run: StoredRun) -> dict[str, str]:
    """Return ABOUT of a run. Raises HebbaxError for one of another robot."""
    name = next((robot for robot in ROBOTS if run.config.task.name in (robot, f"{robot}_leung")), None)
    if name is None:
        raise HebbaxError(
            f"task {run.config.task.name!r} is of another robot: expected a run of gecko or dung_beetle, or of one of "
            "them with the published reward"
        )
    condition = condition_of(run)
    return {"robot": name, "condition": f"{condition}, randomised" if run.trained.damage else condition}


def called(name: str, entry: Mapping[str, Any]) -> str:
    """Return what a controller is called in tables: that it ships, or its robot, condition and seed."""
    return name if name.startswith("zoo:") else f"{entry['robot']}, {entry['condition']}, seed {entry['seed']}"


def metres_of(run: StoredRun, lives: Lives) -> list[float]:
    """Return how far lives went along x, m; those that diverged nowhere."""
    distance = lives.reward_terms[:, run.task.terms.index("distance")]
    return np.where(lives.diverged, 0.0, distance).tolist()


def through(run: StoredRun, suite: str) -> list[dict[str, Any]]:
    """Return CASES of a controller in a suite of `hebbax stress`: first unharmed lives, then each case's."""
    stressed = stress(run.under(damage=""), name=run.folder.path.name, suite=suite, lifetimes=LIVES)
    return [
        {
            "name": UNHARMED if outcome.case is None else outcome.case.name,
            "label": UNHARMED if outcome.case is None else outcome.case.label,
            "metres": metres_of(run, outcome.lives),
            "diverged": int(outcome.lives.diverged.sum()),
        }
        for outcome in stressed.outcomes
    ]


def labels_in(entries: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return what the cases of controllers are called besides the unharmed one, each once."""
    return [
        label
        for label in dict.fromkeys(case["label"] for entry in entries for case in entry["cases"])
        if label != UNHARMED
    ]


def case_of(entry: Mapping[str, Any], label: str) -> Mapping[str, Any] | None:
    """Return the case of a controller with a label; None where it has none."""
    return next((case for case in entry["cases"] if case["label"] == label), None)


def kept_share(entry: Mapping[str, Any], label: str) -> float | None:
    """Return the share of the unharmed way that is left in a case; None where unharmed lives go nowhere."""
    unharmed, case = case_of(entry, UNHARMED), case_of(entry, label)
    if unharmed is None or case is None or not np.mean(unharmed["metres"]) > 0:
        return None
    return float(np.mean(case["metres"]) / np.mean(unharmed["metres"]))


def said(claim: str, holds: bool | None, seen: str) -> str:
    """Return a plain sentence: what the authors say, and whether it holds here."""
    word = {True: "It holds here", False: "It does not hold here", None: "That cannot be told here"}[holds]
    return f"**The authors say that {claim}. {word}: {seen}.**"


def of_robot(numbers: Mapping[str, Any], robot: str) -> dict[str, Mapping[str, Any]]:
    """Return the controllers of a robot by their names."""
    return {name: entry for name, entry in numbers.items() if entry["robot"] == robot}


def by_condition(numbers: Mapping[str, Any], robot: str) -> dict[str, list[Mapping[str, Any]]]:
    """Return the controllers of a robot by their condition."""
    found: dict[str, list[Mapping[str, Any]]] = {}
    for entry in of_robot(numbers, robot).values():
        found.setdefault(entry["condition"], []).append(entry)
    return found


def robots_in(numbers: Mapping[str, Any]) -> list[str]:
    """Return the robots of some controllers, in the order of ROBOTS."""
    return [robot for robot in ROBOTS if of_robot(numbers, robot)]
