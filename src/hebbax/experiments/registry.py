"""The experiments by name; each is a file of its own, imported when it is first used."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING

from hebbax.errors import HebbaxError, calling, unknown_name
from hebbax.registry import Registry

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from hebbax.experiments.context import Context
    from hebbax.experiments.result import Result


@dataclass(frozen=True)
class Experiment:
    """What an experiment asks, and of what it can be asked.

    A module, imported when it is used, runs and draws it: `run(context) -> Result` and `draw(result) -> Figure`.
    """

    name: str
    asks: str  # one line
    plastic: bool = True  # whether the weights must change during a life
    judges: bool = False  # whether lives must be long enough for a verdict on their weights
    takes_other: bool = False  # whether a second controller can stand beside the first
    module: str = ""  # its full name; for ours "hebbax.experiments.NAME", with underscores

    def __post_init__(self) -> None:
        if not self.module:
            object.__setattr__(self, "module", f"hebbax.experiments.{self.name.replace('-', '_')}")


ALL = "all"
"""What stands for all experiments where one is named."""

EXPERIMENTS: Registry[Experiment] = Registry(
    "experiment",
    {
        experiment.name: experiment
        for experiment in (
            Experiment("freeze", "how many updates are needed: the return when updates stop at tick t, for many t"),
            Experiment("saturate", "how long until it recovers from outputs pinned to their bound", plastic=False),
            Experiment("zero-weights", "how long until it recovers from a third of its weights put to zero"),
            Experiment("interrupt", "does its reward survive without updates from half of life on", takes_other=True),
            Experiment(
                "lock-freeze",
                "what speed is left when a joint locks, updates stop, or both, at half of life",
                plastic=False,
            ),
            Experiment(
                "continual",
                "what speed is regained over damage, repair, other damage and repair in one long life",
                plastic=False,
                takes_other=True,
            ),
            Experiment(
                "random-rules",
                "what evolution has found: evolved against random coefficients",
                plastic=False,
                judges=True,
            ),
            Experiment("lifted", "does it stop moving when its feet are off the ground", plastic=False),
            Experiment("initial-weights", "does it depend on the distribution of the weights at birth", judges=True),
            Experiment(
                "timescale",
                "where fixed points turn into cycles: averaging window against update interval",
                judges=True,
            ),
        )
    },
)


def register_experiment(experiment: Experiment) -> None:
    """Add an experiment under its name, or replace one of your own.

    Raises HebbaxError for a name that ships or is a plug-in's, and for an experiment without a module of its own.
    """
    if experiment.module.startswith("hebbax."):
        raise HebbaxError(f"experiment {experiment.name!r}: expected the module that runs and draws it, module=...")
    if experiment.name == ALL:
        raise HebbaxError(f"experiment {ALL!r}: the name stands for all experiments; choose another name")
    EXPERIMENTS.register(experiment.name, experiment)


def experiment_named(name: str) -> Experiment:
    """Return an experiment. Raises HebbaxError with the nearest names."""
    if name not in EXPERIMENTS:
        raise unknown_name("experiment", name, [*EXPERIMENTS, ALL])
    return EXPERIMENTS.get(name)


def applicable(context: Context) -> list[str]:
    """Return the names of the experiments that a controller can be put to."""
    return [name for name in EXPERIMENTS if why_not(name, context) is None]


def why_not(name: str, context: Context) -> str | None:
    """Return why an experiment cannot be made on a controller, in one line, or None if it can."""
    experiment = experiment_named(name)
    if experiment.plastic and not context.policy.plastic:
        return f"the weights of policy {context.policy.name!r} do not change during a life"
    if experiment.judges:
        from hebbax.experiments.measures import too_short_to_judge

        if (reason := too_short_to_judge(context)) is not None:
            return reason
    if name == "initial-weights":
        from hebbax.experiments.initial_weights import why_not_drawn

        return why_not_drawn(context.policy)
    if name == "timescale":
        from hebbax.experiments.timescale import why_not_one

        return why_not_one(context.policy)
    if name in ("lock-freeze", "continual"):
        from hebbax.experiments.lock_freeze import why_not_locked

        return why_not_locked(context.task)
    if name == "lifted":
        from hebbax.experiments.raising import why_not_lifted

        return why_not_lifted(context.task)
    return None


def run_experiment(name: str, context: Context) -> Result:
    """Make an experiment on a controller.

    Raises HebbaxError for an unknown name, and where it does not apply, naming those that do.
    """
    experiment, reason = experiment_named(name), why_not(name, context)
    if reason is not None:
        raise HebbaxError(f"experiment {name!r}: {reason}; what can be asked: {', '.join(applicable(context))}")
    if context.other is not None:
        if not experiment.takes_other:
            able = [one.name for one in EXPERIMENTS.values() if one.takes_other]
            raise HebbaxError(f"experiment {name!r} looks at one run: a second one is for {', '.join(able)}")
        if (other := why_not(name, context.other)) is not None:
            raise HebbaxError(f"experiment {name!r}: {other} ({context.other.name})")
    return import_module(experiment.module).run(context)


def draw(result: Result) -> Figure:
    """Return the figure of a result, also of one that was read from its file.

    Raises HebbaxError for values that are not of its experiment; a plug-in's are checked if its module says in VALUES
    what they are.
    """
    name = result.experiment
    module = import_module(experiment_named(name).module)
    shape = getattr(module, "VALUES", None)
    if shape is not None:
        shape.check(result.values, "values")
        return module.draw(result)
    with calling(f"drawing experiment {name!r}"):
        return module.draw(result)
