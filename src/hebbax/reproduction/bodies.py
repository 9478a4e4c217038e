"""Lives of one controller on several bodies, as studies of damage compare them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from hebbax.engines.make_engine import make_engine
from hebbax.runs.evaluation import evaluate_run
from hebbax.runs.stored_run import StoredRun
from hebbax.types import Lives


def lives_on(
    run: StoredRun, bodies: Mapping[str, str], lifetimes: int, ticks: int | None = None
) -> Iterator[tuple[str, Lives]]:
    """Yield each body's name and lives of the best genome with its damage: those of `hebbax evaluate --seed 1`.

    Args:
        run: whose controller it is.
        bodies: what `damage=` reads of each, by its name.
        lifetimes: on each.
        ticks: of a life; by default of the run's own length.
    """
    engine = make_engine(run.task, run.policy, run.config.engine)
    for body, damage in bodies.items():
        yield body, evaluate_run(run.under(ticks=ticks, damage=damage), engine, lifetimes=lifetimes, seed=1).lives
