"""Whether what has been run agrees with a published claim: yes, no or undecided."""

from __future__ import annotations

from hebbax.comparison.comparison import Group, Table, improvement
from hebbax.comparison.tables import text_of
from hebbax.reproduction.experiment import Claim

YES, NO, UNDECIDED = "yes", "no", "undecided"


def verdict_of(claim: Claim, table: Table) -> str | None:
    """Return whether a table agrees with a claim, and the numbers behind it; None where no pair of it has been run.

    A claim about several policies is false where one pair says no, and true where all say yes. A pair whose interval
    holds 0.5, or with too few seeds, is undecided. So a tie can be refuted, but never shown.
    """
    first = group_of(table, claim.first)
    others = {name: group_of(table, name) for name in claim.others}
    if first is None or not any(others.values()):
        return None
    found = [
        (UNDECIDED, f"{name} has not been run") if other is None else _judge(first, other, claim.tie)
        for name, other in others.items()
    ]
    words = [word for word, _ in found]
    verdict = NO if NO in words else UNDECIDED if UNDECIDED in words else YES
    return f"{verdict}: {'; '.join(text for _, text in found)}"


def group_of(table: Table, policy: str) -> Group | None:
    """Return the group of a policy; None where a table has none with a run that counts."""
    return next((group for group in table.groups if group.policy == policy and len(group.valid_curves)), None)


def _judge(first: Group, second: Group, tie: bool) -> tuple[str, str]:
    """Return the verdict on a pair of groups, and its numbers."""
    estimate = improvement(first, second)
    if estimate is None:
        ours = " against ".join(", ".join(text_of(value) for value in group.finals) for group in (first, second))
        return UNDECIDED, f"too few seeds, {ours}"
    low, high = estimate.ci95
    numbers = f"P({first.name} better than {second.name}) = {estimate.probability:.2f} ({low:.2f} to {high:.2f})"
    if low > 0.5:
        return NO if tie else YES, numbers
    if high < 0.5:
        return NO, numbers
    return UNDECIDED, f"no difference is seen, {numbers}"
