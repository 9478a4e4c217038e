"""Local learning rules: how one synapse changes, written once as scalar arithmetic.

Numba inlines `change` in its loop over synapses; JAX broadcasts it over a layer's matrix. B multiplies the presynaptic
and C the postsynaptic activation (Najarro & Risi 2020; equation of Dittrich et al. 2026, whose code has them swapped).
The rules that ship are in `rules.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from hebbax.errors import HebbaxError
from hebbax.types import Array


def unchanged(rate, *coefficients):
    """Return the coefficients as they are, with nothing folded in: what `prepare` is by default."""
    return coefficients


@dataclass(frozen=True)
class Rule:
    """A local learning rule.

    `change(pre, post, weight, *folded, *state, *signal)` returns the change of one weight, and after it the synapse's
    next state if the rule has any. `prepare(rate, *coefficients, *neuron_coefficients)`, run once per life, folds the
    constants into the coefficients and returns what `change` reads, and `prepared` names it; with a time constant it is
    `prepare(rate, time_constant, ...)`. By default `change` reads the coefficients as they are.

    Raises HebbaxError if nothing evolves, only one of `prepare` and `prepared` is given, a `rate` or `time_constant`
    without them, or only one of `bias_coefficients` and `prepare_bias`.
    """

    name: str
    change: Callable[..., object]
    coefficients: tuple[str, ...]  # each one evolved number per synapse
    equation: str
    neuron_coefficients: tuple[str, ...] = ()  # each one evolved number per postsynaptic neuron
    bias_coefficients: tuple[str, ...] = ()  # in place of the others, for the synapses of a bias; () for none
    state: tuple[str, ...] = ()  # each one number per synapse, zero at birth
    rate: float | None = None  # default of the one learning rate that all synapses share; None where the rule has none
    time_constant: float | None = None  # default, in updates; None where the rule has none
    prepare: Callable[..., tuple[Array, ...]] = unchanged
    prepared: tuple[str, ...] = ()  # the names of what `prepare` returns; those of the coefficients without it
    prepare_bias: Callable[..., tuple[Array, ...]] | None = None  # of (rate, *bias_coefficients)
    signal: tuple[str, ...] = ()  # what it hears of the tick just lived: "reward", or the names of its terms

    def __post_init__(self) -> None:
        evolved = (*self.coefficients, *self.neuron_coefficients)
        if not evolved:
            raise HebbaxError(f"rule {self.name!r} has no coefficients: evolution would have nothing to change")
        if self.prepared not in ((), evolved) if self.prepare is unchanged else not self.prepared:
            raise HebbaxError(f"rule {self.name!r} needs both prepare and prepared (the names it returns), or neither")
        for what, value in (("rate", self.rate), ("time_constant", self.time_constant)):
            if value is not None and self.prepare is unchanged:
                raise HebbaxError(
                    f"rule {self.name!r} has a {what} that nothing reads: give prepare, which gets it first"
                )
        if bool(self.bias_coefficients) != (self.prepare_bias is not None):
            raise HebbaxError(f"rule {self.name!r} needs both bias_coefficients and prepare_bias, or neither")
        object.__setattr__(self, "prepared", self.prepared or evolved)

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
