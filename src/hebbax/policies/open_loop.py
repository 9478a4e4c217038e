"""An open-loop policy: the genome is the sequence of actions. For parity tests and benchmarks against raw physics."""

from __future__ import annotations

from dataclasses import dataclass

from hebbax.errors import check_whole
from hebbax.lazy_jax import jax, jnp
from hebbax.policies.any_policy import Carry
from hebbax.types import MOST_TICKS, MOST_UNITS, Array


@dataclass(frozen=True)
class Replay:
    """Plays back actions: the genome [ticks * actuators] holds them tick after tick.

    >>> Replay(action_size=2, ticks=10).genome_size
    20
    """

    action_size: int
    ticks: int
    name: str = "replay"

    def __post_init__(self) -> None:
        check_whole("action_size", self.action_size, 1, MOST_UNITS)
        check_whole("ticks", self.ticks, 1, MOST_TICKS)

    @property
    def genome_size(self) -> int:
        """Number of actions of a whole life."""
        return self.action_size * self.ticks

    @property
    def weight_count(self) -> int:
        """Number of weights that change: none."""
        return 0

    def birth(self, key: jax.Array) -> Carry:
        """Return a carry that counts ticks."""
        empty = jnp.zeros(0, jnp.float32)
        return Carry((), (), empty, empty[None], jnp.int32(0))

    def act(self, genome: Array, carry: Carry, observation: Array) -> tuple[Array, Carry]:
        """Return this tick's action [actuators]; the observation is not read."""
        actions = genome.reshape(self.ticks, self.action_size)
        return actions[carry.tick], carry._replace(tick=carry.tick + 1)

    def adapt(self, genome: Array, carry: Carry) -> Carry:
        """Return the carry: nothing adapts."""
        return carry
