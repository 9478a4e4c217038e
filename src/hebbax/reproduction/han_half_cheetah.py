"""The half cheetahs that three figures of Hebbian Attractor Networks are about: runs of `han-gymnasium`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from hebbax.reproduction.experiment import Budget
from hebbax.reproduction.han_gymnasium import EXPERIMENT as ALL_ROBOTS

TASK = "half_cheetah"
_BUDGETS = ("growing", "paper")


def half_cheetahs(*policies: str) -> Mapping[str, Budget]:
    """Return budgets of one seed of each policy on half cheetah, as `han-gymnasium` evolves them."""
    found = {}
    for name in _BUDGETS:
        budget = ALL_ROBOTS.budgets[name]
        found[name] = replace(
            budget, tasks={TASK: budget.tasks[TASK]}, seeds=dict.fromkeys(policies, 1), later_seeds={}
        )
    return found
