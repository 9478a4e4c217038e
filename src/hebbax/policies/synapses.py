"""The synapses of one connection: how their weights begin, and whether and how these change."""

from __future__ import annotations

from dataclasses import dataclass, field

from hebbax.errors import unknown_name
from hebbax.networks.initial import InitialWeights
from hebbax.plasticity.plasticity import Plasticity

BIRTHS = {
    "random": "drawn anew in every life",
    "per-slot": "drawn once for each place in the population, and the same in all lives there",
    "fixed": "drawn once, from initial_seed, and the same in all lives",
    "coevolved": "part of the genome",
    "persistent": "what the life before in the same place of the population left; drawn in the first",
}
"""How a life's first weights come about."""

FIRST_WEIGHTS = "first_weights"
"""The gene that a plastic connection's first weights are, where they are coevolved."""


@dataclass(frozen=True)
class Synapses:
    """How a connection's weights begin, and the plasticity that changes them; None leaves them as they are.

    Raises HebbaxError for an unknown birth.

    >>> Synapses(None).evolved, Synapses(None, birth="random").evolved
    (True, False)
    """

    plasticity: Plasticity | None
    birth: str | None = None  # one of BIRTHS; None for random, and for coevolved without plasticity
    initial: InitialWeights = field(default_factory=InitialWeights)

    def __post_init__(self) -> None:
        if self.birth is None:
            object.__setattr__(self, "birth", "random" if self.plasticity else "coevolved")
        if self.birth not in BIRTHS:
            raise unknown_name("birth", str(self.birth), BIRTHS)

    @property
    def evolved(self) -> bool:
        """Whether the weights are the genome's, and stay so in life."""
        return self.plasticity is None and self.birth == "coevolved"

    @property
    def drawn(self) -> bool:
        """Whether the weights are drawn, and stay so in life."""
        return self.plasticity is None and self.birth != "coevolved"

    @property
    def of_slot(self) -> bool:
        """Whether the weights are drawn by the key of the slot, not that of the life."""
        return self.birth in ("per-slot", "persistent")
