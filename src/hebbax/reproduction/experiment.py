"""What a published experiment is here: lists of runs for `hebbax reproduce`, and what its authors report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

HAN = (
    "A. Dittrich, F. van Diggelen, D. Floreano: Hebbian Attractor Networks for Robot Locomotion. "
    "ICRA 2026, arXiv:2603.22512"
)
NAJARRO = (
    "E. Najarro, S. Risi: Meta-Learning through Hebbian Plasticity in Random Networks. NeurIPS 2020, arXiv:2007.02686"
)
LEUNG = (
    "B. Leung, W. Haomachai, J. W. Pedersen, S. Risi, P. Manoonpong: Bio-Inspired Plastic Neural Networks for "
    "Zero-Shot Out-of-Distribution Generalization in Complex Animal-Inspired Robots. IROS 2025, arXiv:2503.12406"
)

HAN_STEP_SIZES = (
    "strategy.learning_rate=0.1",
    "strategy.learning_rate_decay=0.999",
    "strategy.sigma=0.2",
    "strategy.sigma_decay=0.995",
    "strategy.decay_generations=1000",
)
"""Of its evolution strategy, as overrides."""


_OF_EVOLUTION = ("strategy.", "lifetimes=", "training.")
"""How overrides begin that no other learner reads."""

PPO_REMARK = (
    "`ppo-mlp` is PPO of Stable-Baselines3 in the time that a laptop has for a run, far below what its authors give "
    "it: `learner={}`, {:,} control ticks."
)
"""What a budget says of it: the preset, and its ticks."""


@dataclass(frozen=True)
class Budget:
    """One size of an experiment."""

    summary: str
    tasks: Mapping[str, Sequence[str]]  # overrides that a task needs beside its name, by name
    seeds: Mapping[str, int]  # how many, by condition: a policy, and words that tell it from others of that policy
    overrides: Sequence[str]  # of every run
    later_seeds: Mapping[str, int] = field(default_factory=dict)  # of conditions whose turn comes after all of those
    policy_overrides: Mapping[str, Sequence[str]] = field(default_factory=dict)  # that a condition needs besides

    def runs(self) -> list[tuple[str, ...]]:
        """Return the overrides of every run: one seed of everything before the next, so that parts compare early."""
        return [
            (f"task={task}", *more, f"policy={policy_of(name)}", *self._overrides_of(name), f"seed={seed}")
            for task, more, name, seed in self._planned()
        ]

    def _overrides_of(self, condition: str) -> tuple[str, ...]:
        """Return the overrides of every run of a condition, without those of evolution where another learner has it."""
        own, shared = self.policy_overrides.get(condition, ()), self.overrides
        if any(text.startswith("learner=") for text in own):
            shared = [text for text in shared if not text.startswith(_OF_EVOLUTION)]
        return (*shared, *own)

    def names(self) -> list[str]:
        """Return what the folder of every run is called: task, policy, the condition's other words, seed."""
        return ["-".join([task, *name.split(), f"s{seed}"]) for task, _, name, seed in self._planned()]

    def _planned(self) -> list[tuple[str, Sequence[str], str, int]]:
        """Return of every run its task, what that needs besides, its condition and its seed."""
        return [
            (task, more, name, seed)
            for turn in (self.seeds, self.later_seeds)
            for seed in range(max(turn.values(), default=0))
            for name, seeds in turn.items()
            if seed < seeds
            for task, more in self.tasks.items()
        ]


def policy_of(condition: str) -> str:
    """Return the policy of a condition.

    >>> policy_of("najarro-hebbian max-norm")
    'najarro-hebbian'
    """
    return condition.split()[0]


@dataclass(frozen=True)
class PublishedReturn:
    """A number that the authors report."""

    task: str
    policy: str
    value: float
    what: str  # what was measured, and how it is known


@dataclass(frozen=True)
class Claim:
    """That one policy has higher returns than each of some others, or, as a tie, that neither has."""

    text: str
    first: str
    others: tuple[str, ...]
    tie: bool = False
    tasks: tuple[str, ...] | None = None  # which it is about, if not all


@dataclass(frozen=True)
class Experiment:
    """A published experiment."""

    title: str
    reference: str
    asks: str  # what it is about, in a line
    budgets: Mapping[str, Budget]  # the first is the one that is run where none is named
    out: str  # folder of the results
    baseline: str | None = None  # policy that the others are compared with; none for the first
    published: Sequence[PublishedReturn] = ()
    claims: Sequence[Claim] = ()
    notes: Sequence[str] = ()  # what a reader should know of the published numbers
    runs_of: str | None = None  # the experiment whose runs these are too, in budgets of the same names
    also: Sequence[str] = ()  # shipped controllers at which the study looks besides those of the runs
    study: str | None = None  # module that looks at the evolved controllers, as `study.Study` has it
