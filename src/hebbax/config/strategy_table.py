"""The strategies by name: what each is, where it comes from, and its options with their defaults."""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from hebbax.config.options import at_least_zero, choice, count, decay_factor, positive, share
from hebbax.errors import HebbaxError
from hebbax.registry import Registry

OPTIMISERS = ("adam", "clipup", "sgd")
"""What turns a gradient into a step of the mean."""

DECAY_SHAPES = ("exponential", "linear", "cosine")
"""How a value falls; see `schedules.decaying`."""

SHAPINGS = ("ranks", "standardised", "normalised", "raw")
"""What a gradient makes of fitness; see `evolution/strategies/shaping.py`."""


@dataclass(frozen=True)
class OpenaiEs:
    """Options of `openai-es`."""

    learning_rate: float = positive(0.1)
    sigma: float = positive(0.2)
    optimiser: str = choice("optimiser", "adam", OPTIMISERS)
    learning_rate_decay: float = decay_factor(1.0)
    sigma_decay: float = decay_factor(1.0)
    decay_shape: str = choice("decay shape", "exponential", DECAY_SHAPES)
    decay_generations: int = count(1000)
    shaping: str = choice("shaping", "ranks", SHAPINGS)
    weight_decay: float = at_least_zero(0.0)


@dataclass(frozen=True)
class Pgpe:
    """Options of `pgpe`; σ is the first one of each number."""

    learning_rate: float = positive(0.2)
    sigma: float = positive(0.1)
    optimiser: str = choice("optimiser", "adam", OPTIMISERS)
    sigma_learning_rate: float = positive(0.1)
    learning_rate_decay: float = decay_factor(1.0)
    decay_shape: str = choice("decay shape", "exponential", DECAY_SHAPES)
    decay_generations: int = count(1000)
    shaping: str = choice("shaping", "ranks", SHAPINGS)
    weight_decay: float = at_least_zero(0.0)


@dataclass(frozen=True)
class Snes:
    """Options of `snes`; σ is the first one of each number."""

    learning_rate: float = positive(1.0)
    sigma: float = positive(0.5)
    sigma_learning_rate: float | None = positive(None)  # None follows from the size of the genome


@dataclass(frozen=True)
class CmaEs:
    """Options of `cma-es` and `sep-cma-es`; σ is the first one."""

    sigma: float = positive(0.5)


@dataclass(frozen=True)
class MuLambdaEs:
    """Options of `mu-lambda-es`."""

    sigma: float = positive(0.5)
    elite: float = share(0.2)
    sigma_decay: float = decay_factor(0.99)
    decay_shape: str = choice("decay shape", "exponential", DECAY_SHAPES)
    decay_generations: int = count(1000)


@dataclass(frozen=True)
class AdaptiveEs:
    """Options of `adaptive-es`; σ is the first one of each number."""

    learning_rate: float = positive(1.0)
    sigma: float = positive(0.5)
    sigma_learning_rate: float = positive(0.1)
    elite: float = share(0.1)


@dataclass(frozen=True)
class NajarroEs:
    """Options of `najarro-es`; both decays are of a generation."""

    learning_rate: float = positive(0.2)
    sigma: float = positive(0.1)
    learning_rate_decay: float = decay_factor(0.995)
    sigma_decay: float = decay_factor(0.999)
    least_learning_rate: float = at_least_zero(0.001)
    least_sigma: float = at_least_zero(0.01)
    penalty: float = at_least_zero(0.01)


@dataclass(frozen=True)
class NajarroEsSlow(NajarroEs):
    """Options of `najarro-es-slow`."""

    learning_rate: float = positive(0.05)


@dataclass(frozen=True)
class LeungEs:
    """Options of `leung-es`; both decays are of a generation."""

    learning_rate: float = positive(0.1)
    sigma: float = positive(0.1)
    learning_rate_decay: float = decay_factor(0.999)
    sigma_decay: float = decay_factor(0.999)
    least_learning_rate: float = at_least_zero(0.001)
    least_sigma: float = at_least_zero(0.0001)


@dataclass(frozen=True)
class StrategyKind:
    """What there is to know of a strategy before it is built."""

    summary: str
    reference: str
    options: type  # its own frozen dataclass, beside the population; a default of None follows from the genome's size
    mirrored: bool = False  # samples i and i + population / 2 are a pair about the mean, so the population is even
    least_population: int = 2
    population: int = 64  # unless somebody says otherwise
    build: Callable[[int, int, Any], tuple[Any, Any]] | None = None  # see `register_strategy`; None for ours

    @property
    def defaults(self) -> dict[str, Any]:
        """The options with their defaults, by name."""
        return dataclasses.asdict(self.options())


STRATEGIES: Registry[StrategyKind] = Registry(
    "strategy",
    {
        "openai-es": StrategyKind(
            "gradient of centred ranks over mirrored samples",
            "Salimans et al. 2017, arXiv:1703.03864",
            OpenaiEs,
            mirrored=True,
        ),
        "pgpe": StrategyKind(
            "the same for the mean, and a gradient for each σ",
            "Sehnke et al. 2010, doi:10.1016/j.neunet.2009.12.004",
            Pgpe,
            mirrored=True,
        ),
        "snes": StrategyKind(
            "natural gradient of a mean and a σ for each number", "Wierstra et al. 2014, JMLR 15:949", Snes
        ),
        "sep-cma-es": StrategyKind(
            "CMA-ES with a diagonal covariance, for large genomes",
            "Ros and Hansen 2008, doi:10.1007/978-3-540-87700-4_30",
            CmaEs,
            least_population=4,
        ),
        "cma-es": StrategyKind(
            "adapts a full covariance matrix, for small genomes",
            "Hansen 2016, arXiv:1604.00772",
            CmaEs,
            least_population=4,
        ),
        "mu-lambda-es": StrategyKind(
            "(μ,λ): the mean of the elite, weighted by fitness, with a given σ",
            "Rechenberg 1973; weights of Dittrich et al. 2026, arXiv:2603.22512",
            MuLambdaEs,
        ),
        "adaptive-es": StrategyKind(
            "the mean of the elite, and a σ for each number that follows the elite",
            "Dittrich et al. 2026, arXiv:2603.22512",
            AdaptiveEs,
        ),
        "najarro-es": StrategyKind(
            "a plain gradient of standardised ranks, with a penalty for large numbers",
            "Najarro and Risi 2020, arXiv:2007.02686",
            NajarroEs,
            mirrored=True,
            population=200,
        ),
        "najarro-es-slow": StrategyKind(
            "the same with a quarter of the step, less than the σ of its samples: of large genomes it does not swing",
            "Najarro and Risi 2020, arXiv:2007.02686, but for the learning rate",
            NajarroEsSlow,
            mirrored=True,
            population=200,
        ),
        "leung-es": StrategyKind(
            "openai-es with a long momentum, and steps that shrink",
            "Leung et al. 2025, arXiv:2503.12406",
            LeungEs,
            mirrored=True,
            population=128,
        ),
    },
)

STORED_OPTIONS = (
    "learning_rate",
    "sigma",
    "optimiser",
    "sigma_learning_rate",
    "elite",
    "learning_rate_decay",
    "sigma_decay",
    "decay_generations",
    "decay_shape",
    "shaping",
    "weight_decay",
    "least_learning_rate",
    "least_sigma",
    "penalty",
)
"""The options that every stored run names, in this order: null where its strategy has none of that name."""

_OPTION_TYPES = (float, int, str, bool)


def register_strategy(
    name: str,
    build: Callable[[int, int, Any], tuple[Any, Any]],
    options: type,
    *,
    summary: str,
    reference: str = "",
    mirrored: bool = False,
    least_population: int = 2,
) -> None:
    """Add a strategy, for `strategy=NAME` and `StrategyConfig(NAME)`, or replace one of your own.

    Args:
        name: what it is called.
        build: `build(population, genome_size, options)` returns an algorithm with evosax's `init(key, mean, params)`,
            `ask(key, state, params)` and `tell(key, genomes, fitness, state, params)`, which minimises, and the params.
            Its state is a tree of arrays with a `mean` float32 [genome_size]; see `evolution/strategies/mu_lambda.py`.
        options: a frozen dataclass of numbers, names and truth values, all with defaults; its fields are the options.
        summary: what it is, in one line.
        reference: where it comes from.
        mirrored: whether samples come in pairs about the mean, i and i + population / 2: the population has to be even.
        least_population: the smallest population that it can work with.

    Raises HebbaxError for a name that ships or is a plug-in's, and if an option cannot be one.
    """
    _check_option_types(name, options)
    STRATEGIES.register(name, StrategyKind(summary, reference, options, mirrored, least_population, build=build))


def option_types() -> dict[str, Any]:
    """Return the type of every option that some strategy has, without None; those that runs store come first."""
    kinds: dict[str, Any] = {}
    for kind in STRATEGIES.values():
        kinds = {**types_of(kind.options), **kinds}
    order = (*STORED_OPTIONS, *(option for option in kinds if option not in STORED_OPTIONS))
    return {option: kinds[option] for option in order}


def elites_of(population: int, elite: float) -> int:
    """Return how many genomes the elite of a population holds, rounded down."""
    return int(population * elite + 1e-9)  # 0.29 * 100 is 28.999…


def types_of(options: type) -> dict[str, Any]:
    """Return the type of each option of a strategy's dataclass, without None."""
    hints = typing.get_type_hints(options)
    return {option.name: _without_none(hints[option.name]) for option in dataclasses.fields(options)}


def _without_none(kind: Any) -> Any:
    if isinstance(kind, types.UnionType) or typing.get_origin(kind) is typing.Union:
        parts = [part for part in typing.get_args(kind) if part is not types.NoneType]
        return parts[0] if len(parts) == 1 else kind
    return kind


def _check_option_types(name: str, options: type) -> None:
    if not (dataclasses.is_dataclass(options) and isinstance(options, type)):
        raise HebbaxError(f"strategy {name!r}: expected its options as a frozen dataclass, such as OpenaiEs")
    existing = option_types()
    for option, kind in types_of(options).items():
        expected = existing.get(option, kind)
        if option in ("name", "population", "options") or kind not in _OPTION_TYPES or kind is not expected:
            names = getattr(expected, "__name__", "float") if expected in _OPTION_TYPES else "float, int, str or bool"
            raise HebbaxError(
                f"strategy {name!r} cannot have an option {option!r} of {kind!r}: expected {names}, or another name"
            )
    try:
        options()
    except TypeError:
        raise HebbaxError(f"strategy {name!r}: expected a default for each of its options") from None
