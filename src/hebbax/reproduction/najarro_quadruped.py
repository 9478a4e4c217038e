"""The quadruped of Najarro and Risi (2020): how its controllers are evolved here, and three bodies to put them on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from hebbax.config.policy import PRESETS
from hebbax.expected import Fields, ListOf, number, whole
from hebbax.reproduction.bodies import lives_on
from hebbax.reproduction.experiment import Budget
from hebbax.runs.stored_run import StoredRun
from hebbax.stress.stress import returns_of
from hebbax.tasks.quadruped import LEGS, METRES_PER_REWARD
from hebbax.types import MOST_RETURN
from hebbax.zoo import zoo_names

HEBBIAN, NORMED, STATIC = "najarro-hebbian", "najarro-hebbian max-norm", "mlp"
RANDOM = "najarro-hebbian random-damage"

BODIES = {"none": "", "right-front": "najarro-ant/right-front", "left-front": "najarro-ant/left-front"}
"""What each body lacks, as in `damage=`; evolution meets the first two."""

SEEN, UNSEEN = ("none", "right-front"), "left-front"

SOLVED = 100.0
"""Return from which on a body counts as mastered; 1.7 m."""

LIVES = 100
"""On each body; as published."""

RUNS = "najarro-table1"
"""The experiment at whose runs most others look."""

_ANY_LEG = f"shorten-limb(any of {' or '.join(f'{leg} lower leg' for leg in sorted(LEGS))}, 0.25..1)"
_TWO_BODIES = f"damage={' | '.join(BODIES[body] or 'none' for body in SEEN)}"

PLASTIC = ("training.first_mean=normal", "strategy.sigma=0.2", "strategy.learning_rate=0.1")
"""Of the search for rules, as overrides."""

_LAYERS = ("policy.hidden=[128,64]",)
_STATIC_SEARCH = (*_LAYERS, "strategy.sigma=0.05", "strategy.learning_rate=0.03")
_MAX_NORM = ("policy.normalisation=max",)
_RANDOM_DAMAGE = (f"damage={_ANY_LEG}",)

BUDGETS = {
    "laptop": Budget(
        summary="Population 128, 300 generations, two lives a genome, one of each body, in place of 500 and two; the "
        "task's own phases of training, because progress alone teaches a leap at birth. The plastic networks begin at "
        "coefficients from N(0, 1) with σ 0.2 and learning rate 0.1, the static ones with 0.05 and 0.03. `max-norm` "
        "divides the weights of each layer by the largest after every update, which the authors do on their car alone; "
        "`random-damage` meets any one lower leg at 25 to 100 % of its length.",
        tasks={"quadruped": ()},
        seeds={HEBBIAN: 5, NORMED: 5, STATIC: 5},
        later_seeds={RANDOM: 1},
        overrides=(
            _TWO_BODIES,
            "lifetimes=2",
            "observations.normalise=none",
            "strategy.population=128",
            "generations=300",
            "evaluate_every=10",
            "evaluate_lifetimes=20",
        ),
        policy_overrides={
            HEBBIAN: PLASTIC,
            NORMED: (*PLASTIC, *_MAX_NORM),
            STATIC: _STATIC_SEARCH,
            RANDOM: (*PLASTIC, *_RANDOM_DAMAGE),
        },
    ),
    "paper": Budget(
        summary="As published: their evolution strategy with a population of 500, one life on each of two bodies, "
        "40 ticks without action before the first, progress alone as fitness, first coefficients from U(−1, 1), a "
        "static network of the same layers without biases. Generations are the 300 of their code, of which the paper "
        "says nothing.",
        tasks={"quadruped_najarro": ()},
        seeds={HEBBIAN: 5, NORMED: 5, STATIC: 5},
        later_seeds={RANDOM: 1},
        overrides=(
            _TWO_BODIES,
            "lifetimes=2",
            "observations.normalise=none",
            "strategy=najarro-es",
            "strategy.population=500",
            "training.first_mean=uniform",
            "training.ticks=full",
            "training.weights={}",
            "training.phases=[]",
            "generations=300",
            "evaluate_every=10",
            "evaluate_lifetimes=20",
        ),
        policy_overrides={NORMED: _MAX_NORM, STATIC: _LAYERS, RANDOM: _RANDOM_DAMAGE},
    ),
}


def some_of_them(seeds: Mapping[str, int]) -> Mapping[str, Budget]:
    """Return budgets of some of these runs, so many seeds by condition."""
    return {name: replace(budget, seeds=seeds, later_seeds={}) for name, budget in BUDGETS.items()}


def shipped_rules() -> tuple[str, ...]:
    """Return the shipped controllers of the quadruped whose weights change."""
    names = [name for name in zoo_names() if name.startswith("quadruped/")]
    policies = {name: name.partition("/")[2] for name in names}
    return tuple(
        f"zoo:{name}" for name, policy in policies.items() if policy not in PRESETS or PRESETS.get(policy).plastic
    )


def short_runs(summary: str, conditions: Mapping[str, Sequence[str]]) -> Mapping[str, Budget]:
    """Return one budget of one short run a condition, on the whole body; what each needs besides, by condition."""
    laptop = Budget(
        summary=summary,
        tasks={"quadruped": ()},
        seeds=dict.fromkeys(conditions, 1),
        overrides=(
            "observations.normalise=none",
            *PLASTIC,
            "strategy.population=64",
            "generations=100",
            "evaluate_every=10",
            "evaluate_lifetimes=20",
        ),
        policy_overrides=conditions,
    )
    return {"laptop": laptop}


BODY = Fields({"returns": ListOf(number(-MOST_RETURN, MOST_RETURN), LIVES), "terminated": whole(0, LIVES)})
"""What `on_bodies` returns of each."""


def on_bodies(run: StoredRun, bodies: Sequence[str]) -> dict[str, Any]:
    """Return what 100 lives of a controller earn on each of some bodies, and how many a fall ends.

    They are those of `hebbax evaluate --seed 1` with the body's damage, of the run's own length.
    """
    return {
        body: {"returns": returns_of(lives).tolist(), "terminated": int((lives.terminations > 0).sum())}
        for body, lives in lives_on(run, {body: BODIES[body] for body in bodies}, LIVES)
    }


def metres(value: float) -> str:
    """Return how far a return is, such as "1.7 m"."""
    return f"{METRES_PER_REWARD * value:.1f} m"


def condition_of(run: StoredRun) -> str:
    """Return the policy of a run and in what it is another than its name says."""
    policy = run.config.policy
    own = PRESETS.get(policy.name) if policy.name in PRESETS else policy
    parts = [policy.name]
    if policy.plastic:
        parts += [f"rule {policy.rule}"] if policy.rule != own.rule else []
        parts += [f"{policy.normalisation} normalisation"] if policy.normalisation != own.normalisation else []
        parts += [f"first weights {policy.birth}"] if policy.birth != own.birth else []
    return ", ".join(parts)


def trained_on(run: StoredRun) -> str:
    """Return on which bodies a run was evolved."""
    damage = run.trained.damage
    if not damage:
        return "none"
    return {_TWO_BODIES.partition("=")[2]: " and ".join(SEEN), _ANY_LEG: "random damages"}.get(damage, damage)
