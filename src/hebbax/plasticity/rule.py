"""Local learning rules: how one synapse changes, written once as scalar arithmetic.

Numba inlines `change` in its loop over synapses; JAX broadcasts it over a layer's matrix. B multiplies the presynaptic
and C the postsynaptic activation (Najarro & Risi 2020; equation of Dittrich et al. 2026, whose code has them swapped).
The rules that ship are in `rules.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from hebbax.errors import HebbaxError
from hebbax.plasticity.gene import GENE_SCOPES, NEURON, POST_NEURON, PRE_NEURON, Gene, check_scope, shape_of
from hebbax.types import Array


def unchanged(rate, *coefficients):
    """Return the coefficients as they are, with nothing folded in: what `prepare` is by default."""
    return coefficients


def _of_neurons(gene: Gene) -> tuple[Gene, ...]:
    """Return a coefficient as a rule reads it: one of neurons twice."""
    if gene.scope != NEURON:
        return (gene,)
    return Gene(f"{gene.name}_pre", PRE_NEURON), Gene(f"{gene.name}_post", POST_NEURON)


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
    coefficients: tuple[str | Gene, ...]  # names; each one evolved number per synapse, or what shares a Gene
    equation: str
    neuron_coefficients: tuple[str, ...] = ()  # each one evolved number per postsynaptic neuron
    bias_coefficients: tuple[str, ...] = ()  # in place of the others, for the synapses of a bias; () for none
    state: tuple[str, ...] = ()  # each one number per synapse, zero at birth
    rate: float | None = None  # default of the one learning rate that all synapses share; None where the rule has none
    time_constant: float | None = None  # default, in updates; None where the rule has none
    prepare: Callable[..., tuple[Array, ...]] = unchanged
    prepared: tuple[str, ...] = ()  # the names of what `prepare` returns; those of the coefficients without it
    prepare_bias: Callable[..., tuple[Array, ...]] | None = None  # of (rate, *bias_coefficients)
    scopes: tuple[str, ...] = ()  # of the coefficients, as their Genes say; not to be given
    signal: tuple[str, ...] = ()  # what it hears of the tick just lived: "reward", or the names of its terms

    def __post_init__(self) -> None:
        genes = [gene if isinstance(gene, Gene) else Gene(gene) for gene in self.coefficients]
        for gene in genes:
            check_scope(gene.scope, 1, GENE_SCOPES)
        genes = [part for gene in genes for part in _of_neurons(gene)]
        # A copy of a rule has names where its Genes were, and their scopes beside them.
        copied = len(self.scopes) == len(genes) and not any(isinstance(gene, Gene) for gene in self.coefficients)
        scopes = self.scopes if copied else tuple(gene.scope for gene in genes)
        object.__setattr__(self, "scopes", scopes)
        object.__setattr__(self, "coefficients", tuple(gene.name for gene in genes))
        evolved = (*self.names, *self.neuron_coefficients)
        every = (*evolved, *self.bias_coefficients)
        twice = next((name for index, name in enumerate(every) if name in every[:index]), None)
        if twice is not None:
            raise HebbaxError(f"rule {self.name!r} has two coefficients called {twice!r}: expected different names")
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

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the coefficients."""
        return tuple(str(name) for name in self.coefficients)

    def scopes_in(self, scope: str, bias: bool) -> dict[str, str]:
        """Return what shares each evolved array of a connection, by its name, in the order of the genome.

        `scope` is what shares the coefficients for which the rule says nothing.
        """
        own = zip(self.names, self.scopes, strict=True)
        scopes = {name: scope if one == "synapse" else one for name, one in own}
        more = (*self.neuron_coefficients, *(self.bias_coefficients if bias and self.needs_bias else ()))
        return scopes | dict.fromkeys(more, "post")

    def genes(
        self, pre_size: int, post_size: int, bias: bool, scope: str = "synapse", table: int = 1
    ) -> dict[str, tuple[int, ...]]:
        """Return the shape of each evolved array of a connection, by its name, in the order of the genome.

        Args:
            pre_size: presynaptic units, with that of the bias.
            post_size: postsynaptic units.
            bias: whether the last presynaptic unit is that of a bias.
            scope: what shares a coefficient for which the rule says nothing.
            table: entries of a table.
        """
        rows = pre_size - (bias and self.needs_bias)
        scopes = self.scopes_in(scope, bias)
        return {name: shape_of(one, rows, post_size, table) for name, one in scopes.items()}
