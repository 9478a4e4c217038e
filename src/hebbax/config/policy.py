"""Policies as a user writes them, and by name: the conditions of Hebbian Attractor Networks and their baselines."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from hebbax.registry import Registry


@dataclass(frozen=True)
class PolicyConfig:
    """A policy as a user writes it, before it knows the sizes and the clock of its task.

    >>> PolicyConfig(name="mine", hidden=[32, 32], rule="oja-abcd", interval="2 ticks").window
    10
    """

    name: str = "custom"
    network: str = "mlp"  # such as mlp, elman, fcrnn, gru, lstm or conv
    hidden: list[int] = field(default_factory=lambda: [16])  # units of each hidden layer
    channels: list[int] = field(default_factory=lambda: [6, 8])  # of each convolution of a network that sees an image
    kernels: list[int] = field(default_factory=lambda: [3, 5])  # side of its filters, pixels
    strides: list[int] = field(default_factory=lambda: [1, 2])
    pools: list[int] = field(default_factory=lambda: [2, 2])  # side of the squares of which the largest stays
    activation: str = "tanh"
    output_activation: str = "tanh"
    bias: bool = False
    plastic: bool = True  # false: the genome is the weights, and nothing of PLASTIC_OPTIONS is read
    rule: str = "eta-abcd"
    rate: float | None = None  # shared learning rate of rules that have one
    time_constant: float | None = None  # of the state of rules that have one, in updates
    normalisation: str = "max"
    bound: float | None = None  # of the normalisation clip
    averaging: str = "direct"
    window: int = 10  # ticks of a moving average, or the time constant of an exponential one
    interval: Any = "1 tick"  # from update to update: seconds, or "N ticks"
    scope: str = "synapse"  # what shares a coefficient: synapse, pre, post, layer, network or table
    table: int = 16  # numbers of a table
    assignment: str = ""  # which number of its table each synapse has, as `hebbax merge` writes it; drawn if empty
    modulation: str = "none"  # what scales updates: none, gate, neuron-gates, eligibility or switch
    initial: str = "uniform"  # distribution of a newborn's weights, or of a static network's first genomes
    initial_scale: float = 0.1
    initial_offset: float = 0.0
    initial_seed: int = 0  # of weights that are the same in all lives (birth=fixed)
    birth: str | None = None  # of a life's first weights: random, per-slot, fixed, coevolved or persistent; null for
    # random, and for coevolved where they are static
    connections: dict[str, Any] = field(default_factory=dict)  # by name: any of CONNECTION_OPTIONS, where it is another


PLASTIC_OPTIONS = (
    "rule",
    "rate",
    "time_constant",
    "normalisation",
    "bound",
    "averaging",
    "window",
    "interval",
    "scope",
    "table",
    "modulation",
)
"""What only a plastic policy reads."""

IMAGE_OPTIONS = ("channels", "kernels", "strides", "pools")
"""What only a network reads that sees an image."""

CONNECTION_OPTIONS = (
    *("plastic", *PLASTIC_OPTIONS),
    *("initial", "initial_scale", "initial_offset", "initial_seed", "birth"),
)
"""What can be another for each connection."""

_B = PolicyConfig(name="han-b")
_RECURRENT = PolicyConfig(rule="abcd", averaging="moving-average")
_STATIC = PolicyConfig(plastic=False, bias=True)
_LEUNG_LSTM = replace(_STATIC, network="skip-lstm", connections={"start": {"birth": "random", "initial_scale": 0.1}})


def _filters(**options: Any) -> dict[str, Any]:
    """Return the same options for both convolutions."""
    return {f"convolution {index}": dict(options) for index in range(2)}


# The car of Najarro and Risi (2020): its first filters are drawn as its coefficients are.
_CAR = PolicyConfig(
    name="najarro-car",
    network="conv",
    hidden=[128, 64],
    output_activation="linear",
    rule="ABCD_lr",
    connections=_filters(initial="normal", initial_scale=1.0),
)
PRESETS: Registry[PolicyConfig] = Registry(
    "policy",
    {
        "han-a": replace(_B, name="han-a", normalisation="none"),
        "han-b": _B,
        "han-c": replace(_B, name="han-c", interval="4 ticks"),
        "han-d": replace(_B, name="han-d", averaging="moving-average"),
        "han-e": replace(_B, name="han-e", averaging="moving-average", interval="4 ticks"),
        # As in the paper's figure of a Go1.
        "han-e-go1": replace(_B, name="han-e-go1", averaging="moving-average", window=20, interval="10 ticks"),
        # The quadruped of Najarro and Risi (2020).
        "najarro-hebbian": replace(_B, name="najarro-hebbian", hidden=[128, 64], rule="ABCD_lr", normalisation="none"),
        "najarro-car": _CAR,
        "najarro-car-fixed": replace(
            _CAR,
            name="najarro-car-fixed",
            connections=_filters(birth="fixed", initial="normal", initial_scale=0.3),
        ),
        # The gecko and the dung beetle of Leung et al. (2025), and what they are compared with.
        "leung-hebbian": replace(_B, name="leung-hebbian", hidden=[64, 32], initial_scale=0.04),
        "leung-ff": replace(_STATIC, name="leung-ff", hidden=[20, 10]),
        "leung-lstm": replace(_LEUNG_LSTM, name="leung-lstm", hidden=[20]),
        # 61 units: as many evolved numbers as five coefficients for each weight of `leung-hebbian` on the gecko.
        "leung-lstm-61": replace(_LEUNG_LSTM, name="leung-lstm-61", hidden=[61]),
        # One thing each that han-b does not have (docs/beyond.md).
        **{
            f"han-b-{name}": replace(_B, name=f"han-b-{name}", **options)
            for name, options in {
                "gate": {"modulation": "gate"},
                "neuron-gates": {"modulation": "neuron-gates"},
                "eligibility": {"modulation": "eligibility"},
                "switch": {"modulation": "switch"},
                "nchl": {"rule": "nchl"},
                "rank-one": {"rule": "rank-one"},
                "table": {"scope": "table"},
                "mass": {"normalisation": "mass"},
            }.items()
        },
        "elman-hebbian": replace(_RECURRENT, name="elman-hebbian", network="elman"),
        "gru-hebbian": replace(_RECURRENT, name="gru-hebbian", network="gru"),
        "fcrnn-hebbian": replace(_B, name="fcrnn-hebbian", network="fcrnn", hidden=[]),
        # 80 hidden units: as many evolved numbers as five coefficients for each weight of 16.
        "mlp": PolicyConfig(name="mlp", hidden=[80], plastic=False),
        "elman": replace(_STATIC, name="elman", network="elman"),
        "fcrnn": replace(_STATIC, name="fcrnn", network="fcrnn", hidden=[]),
        "gru": replace(_STATIC, name="gru", network="gru"),
        "lstm": replace(_STATIC, name="lstm", network="lstm"),
        # What PPO learns: Stable-Baselines3's networks, whose actions it cuts off at the limits.
        "ppo-mlp": replace(_STATIC, name="ppo-mlp", hidden=[64, 64], output_activation="hard-tanh"),
        "ppo-lstm": replace(_STATIC, name="ppo-lstm", network="lstm", hidden=[64], output_activation="hard-tanh"),
        "conv": replace(_CAR, name="conv", plastic=False, rule=PolicyConfig.rule, initial="normal", initial_scale=1.0),
    },
)


def register_preset(policy: PolicyConfig) -> None:
    """Add a policy under its name, for `policy=NAME` and the like, or replace one of your own.

    Raises HebbaxError for a name that ships or is a plug-in's.
    """
    PRESETS.register(policy.name, policy)


def unread_options(config: PolicyConfig) -> list[str]:
    """Return the options that somebody has set and the policy does not read; a preset's own values count as not set."""
    options = () if config.plastic else PLASTIC_OPTIONS
    if config.plastic and config.averaging == "direct":
        options = ("window",)
    default = PolicyConfig()
    usual = (default, PRESETS.get(config.name) if config.name in PRESETS else default)
    return [key for key in options if getattr(config, key) not in [getattr(other, key) for other in usual]]


def without_unread(config: PolicyConfig) -> PolicyConfig:
    """Return the same policy with the default for each option that it does not read."""
    default = PolicyConfig()
    return replace(config, **{key: getattr(default, key) for key in unread_options(config)})
