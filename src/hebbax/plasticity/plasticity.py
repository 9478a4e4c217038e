"""Plasticity: a rule, and how often, from what and within what bounds it changes weights."""

from __future__ import annotations

from dataclasses import dataclass

from hebbax.errors import HebbaxError, check_whole
from hebbax.plasticity.averaging import AVERAGINGS, history_rows
from hebbax.plasticity.gene import check_scope
from hebbax.plasticity.modulation import NONE, check_modulation, check_names
from hebbax.plasticity.normalisation import NORMALISATIONS, PRESERVED_MASS, check_bound
from hebbax.plasticity.rules import RULES
from hebbax.types import MOST_TICKS


@dataclass(frozen=True)
class Plasticity:
    """Rule, normalisation, averaging and update interval.

    Raises HebbaxError for an unknown name, a number out of range, or one that the rule or normalisation does not read.

    >>> Plasticity(rule="oja-abcd", averaging="moving-average", window=5, interval=4).normalisation
    'max'
    """

    rule: str = "eta-abcd"
    normalisation: str = "max"
    averaging: str = "direct"
    window: int = 1  # ticks; `direct` does not read it
    interval: int = 1  # control ticks from one update to the next
    rate: float | None = None  # the rule's shared learning rate; None for its default
    time_constant: float | None = None  # of the rule's state, in updates; None for its default
    bound: float | None = None  # of `clip`; None for 1
    scope: str = "synapse"  # what shares a coefficient, one of SCOPES, unless the rule says otherwise
    table: int = 16  # entries of the scope `table`
    modulation: str = NONE  # what scales updates, one of MODULATIONS

    def __post_init__(self) -> None:
        rule = RULES.get(self.rule)
        check_scope(self.scope, self.table)
        NORMALISATIONS.get(self.normalisation)
        check_bound(self.normalisation, self.bound)
        check_modulation(self.modulation)
        check_names(rule.name, (*rule.names, *rule.neuron_coefficients, *rule.bias_coefficients), self.modulation)
        history_rows(self.averaging, self.window)
        check_whole("interval", self.interval, 1, MOST_TICKS, field="interval", unit="of ticks ")
        if self.rate is not None:
            setting = f"rate={self.rate}"
            if rule.rate is None:
                raise HebbaxError(f"{setting}: the rule {self.rule!r} evolves its rates; leave it out", field="rate")
            if not 0 <= self.rate < float("inf"):
                nearest = 0 if self.rate < 0 else rule.rate
                raise HebbaxError(
                    f"{setting}: expected a finite number of at least 0; nearest valid: {nearest}", field="rate"
                )
        if self.time_constant is not None:
            setting = f"time_constant={self.time_constant}"
            if rule.time_constant is None:
                raise HebbaxError(f"{setting}: the rule {self.rule!r} has none; leave it out", field="time_constant")
            if not 1 <= self.time_constant < float("inf"):
                nearest = 1 if self.time_constant < 1 else rule.time_constant
                raise HebbaxError(
                    f"{setting}: expected a finite number of updates of at least 1; nearest valid: {nearest}",
                    field="time_constant",
                )

    @property
    def history_rows(self) -> int:
        """Number of vectors of activations that the averaging keeps."""
        return history_rows(self.averaging, self.window)

    @property
    def averaged_ticks(self) -> int:
        """Number of ticks that an update averages over: 1 for `direct`."""
        return self.window if AVERAGINGS.get(self.averaging).reads_window else 1

    @property
    def state_count(self) -> int:
        """Numbers that every synapse keeps: those of the rule, of the modulation, and the mass of its neuron."""
        preserved = self.normalisation == PRESERVED_MASS
        return len(RULES.get(self.rule).state) + check_modulation(self.modulation).traces + preserved

    @property
    def effective_rate(self) -> float:
        """The shared learning rate in force (1 where the rule has none)."""
        default = RULES.get(self.rule).rate
        return 1.0 if default is None else default if self.rate is None else self.rate

    @property
    def constants(self) -> tuple[float, ...]:
        """What the rule's `prepare` gets before the coefficients: the rate, then the time constant if it has one."""
        default = RULES.get(self.rule).time_constant
        time_constant = () if default is None else (default if self.time_constant is None else self.time_constant,)
        return (self.effective_rate, *time_constant)

    @property
    def effective_bound(self) -> float:
        """The bound of `clip` in force."""
        return check_bound(self.normalisation, self.bound)
