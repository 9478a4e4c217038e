"""Initial weights by name: what a newborn's weights, or the first genomes of a static network, are drawn from."""

from __future__ import annotations

import math
from dataclasses import dataclass

from hebbax.errors import HebbaxError, check_whole, unknown_name
from hebbax.registry import Registry

UNIFORM, NORMAL, SPARSE = "uniform", "normal", "sparse"
SHAPES = (UNIFORM, NORMAL, SPARSE)
"""Forms of a distribution, in the order of their numbers in compiled code."""

ZEROS = 0.8
"""How likely a weight of `sparse` is zero."""


@dataclass(frozen=True)
class Initialiser:
    """A family of distributions of one form, with a variance of gain / fan where there is a fan."""

    shape: str = UNIFORM  # one of SHAPES
    gain: float = 1.0
    fan: str | None = None  # "in" for the presynaptic units, "mean" for the mean of both sizes

    def spread(self, scale: float, pre_size: int, post_size: int) -> float:
        """Return the half width (uniform) or standard deviation (normal) for a matrix [pre_size, post_size]."""
        if self.fan is None:
            return self.gain * scale
        size = pre_size if self.fan == "in" else (pre_size + post_size) / 2
        deviation = scale * math.sqrt(self.gain / size)
        return deviation if self.shape == NORMAL else math.sqrt(3.0) * deviation


_SYNONYMS = {"xavier": "glorot", "kaiming": "he"}  # first names of the same authors
_FANS = {"lecun": (1.0, "in"), "he": (2.0, "in"), "glorot": (1.0, "mean")}
INITIALISERS: Registry[Initialiser] = Registry(
    "initialiser",
    {
        "uniform": Initialiser(),
        "normal": Initialiser(NORMAL),
        **{
            f"{name}-{shape}": Initialiser(shape, gain, fan)
            for name, (gain, fan) in _FANS.items()
            for shape in (UNIFORM, NORMAL)
        },
        "constant": Initialiser(gain=0.0),
        "sparse": Initialiser(SPARSE),
    },
)
"""`uniform` is U(−scale, scale), `normal` N(0, scale²); lecun, he and glorot scale these with the layer's sizes; all
weights of `constant` are the scale itself; `sparse` is 0 with probability ZEROS, else N(0, scale²).

The normal ones are whole: those of the same names in JAX, Flax and the published code are cut off at two standard
deviations and then widened to the same variance. Here they stay whole, because the weights of stored runs are drawn
from them in every life.
"""


@dataclass(frozen=True)
class InitialWeights:
    """A distribution of initial weights.

    Raises HebbaxError for an unknown name, a scale that is not positive, or a number that is not finite.
    """

    name: str = "uniform"
    scale: float = 0.1  # half width or standard deviation; a factor on those of lecun, he and glorot
    offset: float = 0.0  # added to every weight
    seed: int = 0  # of weights that all lives have

    def __post_init__(self) -> None:
        if self.name not in INITIALISERS:
            raise _unknown(self.name)
        constant = self.name == "constant"
        if not (-math.inf if constant else 0.0) < self.scale < math.inf:
            expected = "a finite number" if constant else "a positive number"
            raise HebbaxError(
                f"initial_scale={self.scale}: expected {expected} for {self.name!r} such as 0.1", field="initial_scale"
            )
        if not math.isfinite(self.offset):
            raise HebbaxError(
                f"initial_offset={self.offset}: expected a finite number; nearest valid: 0", field="initial_offset"
            )
        check_whole("initial_seed", self.seed, 0, 2**32 - 1, field="initial_seed")

    @property
    def shape(self) -> str:
        """Which form the distribution has, one of SHAPES."""
        return INITIALISERS.get(self.name).shape

    @property
    def centre(self) -> float:
        """Return what the weights are distributed about."""
        return self.offset + self.scale if self.name == "constant" else self.offset

    def spread(self, pre_size: int, post_size: int) -> float:
        """Return the half width (uniform) or standard deviation (of others) for a matrix [pre_size, post_size].

        LeCun et al. (1998), Glorot & Bengio (2010), He et al. (2015): variance gain / fan.
        """
        return INITIALISERS.get(self.name).spread(self.scale, pre_size, post_size)


def _unknown(name: str) -> HebbaxError:
    first, *shape = name.casefold().replace("_", "-").split("-")
    synonym = "-".join([_SYNONYMS.get(first, first), *shape])
    return unknown_name("initialiser", name, [synonym] if synonym in INITIALISERS else INITIALISERS)
