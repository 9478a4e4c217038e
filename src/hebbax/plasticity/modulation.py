"""What scales updates from outside the synapse: gates that hear the reward, eligibility traces, and a switch.

Every kind keeps a running mean of the reward, r̄ ← r̄ + (r − r̄)/τ at every tick, divided by the weight that it has
gathered: so at the first tick it is the reward, and nothing is a surprise. Evolved numbers that stand for a share or a
rate go through the logistic function σ, so that any number is a valid one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from hebbax.errors import HebbaxError, unknown_name
from hebbax.lazy_jax import jax, jnp
from hebbax.types import Array

GATE_WEIGHTS, MEAN_RATE, TRACE_DECAY, SWITCH_LOW, SWITCH_HIGH = (
    *("gate_weights", "mean_rate", "trace_decay"),
    *("switch_low", "switch_high"),
)
OFFSETS = {MEAN_RATE: -4.0, TRACE_DECAY: 2.0, SWITCH_HIGH: -1.0, SWITCH_LOW: -1.0}
"""What is added to an evolved number before σ: at 0, τ is 56 ticks, λ is 0.88, and the thresholds are 0.27 and 0.07."""

SLOWER = 4.0
"""How many times as slow the second mean of the reward is with which a switch compares the first."""

GATE_EXTRAS = 3
"""What a gate reads beside the hidden activity: the reward, its running mean, and 1."""

LEAST = 1e-6


@dataclass(frozen=True)
class Modulation:
    """A kind of modulation, and the names of what evolves for all connections of a plasticity together."""

    what: str
    genes: tuple[str, ...] = ()
    per_neuron: bool = False  # whether every postsynaptic neuron has gate weights of its own
    traces: int = 0  # numbers that every synapse keeps beside the state of its rule

    @property
    def has_gates(self) -> bool:
        """Whether it reads the hidden activity."""
        return GATE_WEIGHTS in self.genes

    @property
    def hears(self) -> bool:
        """Whether it reads the reward."""
        return bool(self.genes)


NONE, GATE, NEURON_GATES, ELIGIBILITY, SWITCH = "none", "gate", "neuron-gates", "eligibility", "switch"

MODULATIONS: dict[str, Modulation] = {
    NONE: Modulation("ΔW as the rule says"),
    GATE: Modulation("ΔW ← m ΔW, m = σ(g · [hidden activity, r, r̄, 1])", (GATE_WEIGHTS, MEAN_RATE)),
    NEURON_GATES: Modulation(
        "ΔW ← m ΔW with one m for each postsynaptic neuron", (GATE_WEIGHTS, MEAN_RATE), per_neuron=True
    ),
    ELIGIBILITY: Modulation("e ← λ e + ΔW, ΔW ← (r − r̄) e", (MEAN_RATE, TRACE_DECAY), traces=1),
    SWITCH: Modulation(
        "ΔW until reward and weights have settled, then none until the reward changes",
        (MEAN_RATE, SWITCH_LOW, SWITCH_HIGH),
    ),
}
"""By the name that `policy.modulation` has for it."""


def check_modulation(name: str) -> Modulation:
    """Return a kind of modulation. Raises HebbaxError for an unknown name."""
    if not isinstance(name, str) or name not in MODULATIONS:
        raise unknown_name("modulation", str(name), MODULATIONS)
    return MODULATIONS[name]


def modulation_genes(name: str, inputs: int, post_size: int) -> dict[str, tuple[str, tuple[int, ...]]]:
    """Return scope and shape of what evolves for a modulation, by name, as one connection has it.

    `inputs` is how many numbers a gate reads.
    """
    kind = check_modulation(name)
    genes: dict[str, tuple[str, tuple[int, ...]]] = dict.fromkeys(kind.genes, ("network", (1,)))
    if kind.per_neuron:
        genes[GATE_WEIGHTS] = ("post", (inputs, post_size))
    elif kind.has_gates:
        genes[GATE_WEIGHTS] = ("network", (inputs,))
    return genes


def check_names(rule: str, names: tuple[str, ...], name: str) -> None:
    """Raise HebbaxError where a rule has a coefficient that is called as something of the modulation."""
    for gene in check_modulation(name).genes:
        if gene in names:
            raise HebbaxError(f"rule {rule!r} has a coefficient {gene!r}: modulation={name} has one too")


class Tone(NamedTuple):
    """What a modulation keeps in a life, one number each, zero at birth."""

    mean: Array  # of the reward, not yet divided by `gathered`
    gathered: Array
    slow: Array  # the same, SLOWER times as slowly
    slow_gathered: Array
    calm: Array  # running mean of 1 − how much updates change the weights
    closed: Array  # 1 where a switch is off


TONE_SIZE = len(Tone._fields)


def squashed(name: str, raw: Array) -> Array:
    """Return what an evolved number stands for: a rate, a share or a threshold between 0 and 1."""
    return jax.nn.sigmoid(raw + jnp.float32(OFFSETS[name]))


def listen(tone: Tone, reward: Array, rate: Array) -> Tone:
    """Return the tone after the reward of a tick."""
    slower = rate * jnp.float32(1 / SLOWER)
    return tone._replace(
        mean=tone.mean + rate * (reward - tone.mean),
        gathered=tone.gathered + rate * (1.0 - tone.gathered),
        slow=tone.slow + slower * (reward - tone.slow),
        slow_gathered=tone.slow_gathered + slower * (1.0 - tone.slow_gathered),
    )


def switched(tone: Tone, low: Array, high: Array) -> Tone:
    """Return the tone after a switch has looked at how much reward and weights still change.

    It goes off below `low`·`high` and on above `high`, both of them shares; the change is that of the reward, |r̄ − r̄
    slow| / (|r̄| + |r̄ slow|), and that of the weights, Σ|Δw| / Σ|w|, of which the latter is 0 while it is off.
    """
    fast, slow = tone.mean / tone.gathered, tone.slow / tone.slow_gathered
    change = jnp.abs(fast - slow) / (jnp.abs(fast) + jnp.abs(slow) + LEAST) + (1.0 - tone.calm)
    stays = jnp.where(tone.closed > 0, change <= high, change < low * high)
    return tone._replace(closed=stays.astype(jnp.float32))


def settled(tone: Tone, change: Array, rate: Array) -> Tone:
    """Return the tone after an update that has changed weights by a share, or none has."""
    return tone._replace(calm=tone.calm + rate * (1.0 - jnp.minimum(change, 1.0) - tone.calm))
