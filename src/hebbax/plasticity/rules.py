"""Local learning rules: how one synapse changes, written once as scalar arithmetic.

Numba inlines `change` in its loop over synapses; JAX broadcasts it over a layer's matrix. B multiplies the presynaptic
and C the postsynaptic activation (Najarro & Risi 2020; equation of Dittrich et al. 2026, whose code has them swapped).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from hebbax.errors import HebbaxError, unknown_name


@dataclass(frozen=True)
class Rule:
    """A local learning rule.

    `change(pre, post, weight, *prepared)` returns the change of one weight; `prepare(rate, *coefficients)`, run once a
    life, returns what `change` reads (by default the coefficients themselves).
    """

    name: str
    coefficients: tuple[str, ...]  # one evolved number a synapse each
    change: Callable[..., object]
    prepared: tuple[str, ...]
    prepare: Callable[..., tuple[object, ...]]
    rate: float | None  # default of the one learning rate that all synapses share; None where the rule has none
    equation: str


RULES: dict[str, Rule] = {}


def register_rule(
    name: str,
    change: Callable[..., object],
    coefficients: tuple[str, ...],
    *,
    equation: str,
    rate: float | None = None,
    prepare: Callable[..., tuple[object, ...]] | None = None,
    prepared: tuple[str, ...] | None = None,
) -> Rule:
    """Add a rule under a name and return it.

    Raises HebbaxError if the name is taken, if only one of `prepare` and `prepared` is given, or a `rate` without them.
    """
    if name in RULES:
        raise HebbaxError(f"rule {name!r} is registered already: choose another name")
    if (prepare is None) != (prepared is None):
        raise HebbaxError(f"rule {name!r} needs both prepare and prepared (the names it returns), or neither")
    if rate is not None and prepare is None:
        raise HebbaxError(f"rule {name!r} has a rate that nothing reads: give prepare, which gets it first")
    rule = Rule(name, coefficients, change, prepared or coefficients, prepare or _unchanged, rate, equation)
    RULES[name] = rule
    return rule


def get_rule(name: str) -> Rule:
    """Return a rule by name. Raises HebbaxError with the nearest names."""
    if name not in RULES:
        raise unknown_name("rule", name, RULES)
    return RULES[name]


def _unchanged(rate, *coefficients):
    return coefficients


def _abcd(pre, post, weight, a, b, c, d):
    return post * (a * pre + c) + (b * pre + d)


def _fold_eta(rate, a, b, c, d, eta):
    # Folding the learning rate into the four terms once a life saves a multiplication a synapse and tick.
    return eta * a, eta * b, eta * c, eta * d


def _eta_plain(pre, post, weight, eta):
    return eta * pre * post


def _fold_rate(rate, a, b, c, d):
    return rate * a, rate * b, rate * c, rate * d


_FOLDED = ("A", "B", "C", "D")
register_rule(
    "eta-abcd",
    _abcd,
    ("A", "B", "C", "D", "eta"),
    prepare=_fold_eta,
    prepared=_FOLDED,
    equation="Δw = η (A·pre·post + B·pre + C·post + D)",
)
register_rule(
    "abcd",
    _abcd,
    ("A", "B", "C", "D"),
    rate=0.1,
    prepare=_fold_rate,
    prepared=_FOLDED,
    equation="Δw = rate (A·pre·post + B·pre + C·post + D)",
)
register_rule("eta-plain", _eta_plain, ("eta",), equation="Δw = η·pre·post")
