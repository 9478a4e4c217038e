"""Local learning rules: how one synapse changes, written once as scalar arithmetic.

Numba inlines `change` in its loop over synapses; JAX broadcasts it over a layer's matrix. B multiplies the presynaptic
and C the postsynaptic activation (Najarro & Risi 2020; equation of Dittrich et al. 2026, whose code has them swapped).
The rules that ship are in `rules.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from hebbax.errors import HebbaxError, unknown_name
from hebbax.types import Array


@dataclass(frozen=True)
class Rule:
    """A local learning rule.

    `change(pre, post, weight, *prepared, *state)` returns the change of one weight, and after it the synapse's next
    state if the rule has any. `prepare(rate, *coefficients, *neuron_coefficients)`, run once a life, returns what
    `change` reads; with a time constant it is `prepare(rate, time_constant, ...)`. By default `change` reads the
    coefficients as they are.
    """

    name: str
    change: Callable[..., object]
    equation: str
    coefficients: tuple[str, ...]  # one evolved number a synapse each
    neuron_coefficients: tuple[str, ...]  # one evolved number a postsynaptic neuron each
    bias_coefficients: tuple[str, ...]  # in place of the others in synapses from the bias unit; () for no difference
    state: tuple[str, ...]  # one number a synapse each, zero at birth
    prepared: tuple[str, ...]
    prepare: Callable[..., tuple[Array, ...]]
    prepare_bias: Callable[..., tuple[Array, ...]] | None  # of (rate, *bias_coefficients)
    rate: float | None  # default of the one learning rate that all synapses share; None where the rule has none
    time_constant: float | None  # default, in updates; None where the rule has none

    @property
    def needs_bias(self) -> bool:
        """Whether the rule is for networks with biases."""
        return bool(self.bias_coefficients)

    def genes(self, pre_size: int, post_size: int, bias: bool) -> dict[str, tuple[int, ...]]:
        """Return the shape of each evolved array of a connection, by its name, in the order of the genome."""
        apart = bias and self.needs_bias
        shapes: dict[str, tuple[int, ...]] = dict.fromkeys(self.coefficients, (pre_size - apart, post_size))
        shapes |= dict.fromkeys(self.neuron_coefficients, (post_size,))
        return shapes | dict.fromkeys(self.bias_coefficients if apart else (), (post_size,))


RULES: dict[str, Rule] = {}


def register_rule(
    name: str,
    change: Callable[..., object],
    coefficients: tuple[str, ...],
    *,
    equation: str,
    neuron_coefficients: tuple[str, ...] = (),
    bias_coefficients: tuple[str, ...] = (),
    state: tuple[str, ...] = (),
    rate: float | None = None,
    time_constant: float | None = None,
    prepare: Callable[..., tuple[Array, ...]] | None = None,
    prepared: tuple[str, ...] | None = None,
    prepare_bias: Callable[..., tuple[Array, ...]] | None = None,
) -> Rule:
    """Add a rule under a name and return it; what the arguments mean is said in `Rule`.

    Raises HebbaxError if the name is taken, nothing evolves, only one of `prepare` and `prepared` is given, a `rate` or
    `time_constant` without them, or only one of `bias_coefficients` and `prepare_bias`.
    """
    if name in RULES:
        raise HebbaxError(f"rule {name!r} is registered already: choose another name")
    if not (coefficients or neuron_coefficients):
        raise HebbaxError(f"rule {name!r} has no coefficients: evolution would have nothing to change")
    if (prepare is None) != (prepared is None):
        raise HebbaxError(f"rule {name!r} needs both prepare and prepared (the names it returns), or neither")
    for what, value in (("rate", rate), ("time_constant", time_constant)):
        if value is not None and prepare is None:
            raise HebbaxError(f"rule {name!r} has a {what} that nothing reads: give prepare, which gets it first")
    if bool(bias_coefficients) != (prepare_bias is not None):
        raise HebbaxError(f"rule {name!r} needs both bias_coefficients and prepare_bias, or neither")
    rule = Rule(
        name=name,
        change=change,
        equation=equation,
        coefficients=coefficients,
        neuron_coefficients=neuron_coefficients,
        bias_coefficients=bias_coefficients,
        state=state,
        prepared=prepared or (*coefficients, *neuron_coefficients),
        prepare=prepare or _unchanged,
        prepare_bias=prepare_bias,
        rate=rate,
        time_constant=time_constant,
    )
    RULES[name] = rule
    return rule


def get_rule(name: str) -> Rule:
    """Return a rule by name. Raises HebbaxError with the nearest names."""
    if name not in RULES:
        raise unknown_name("rule", name, RULES)
    return RULES[name]


def _unchanged(rate, *coefficients):
    return coefficients
