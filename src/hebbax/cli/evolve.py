"""Evolving with the progress on screen, as `hebbax train`, `hebbax demo` and sweeps do."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from hebbax.cli.interrupt import Interruption
from hebbax.cli.output import note, quoted, returned
from hebbax.cli.progress import Clock, training_progress
from hebbax.policies.sizes import sizes_in_words, sizes_of

if TYPE_CHECKING:
    from hebbax.runs.training import Training


def evolve(training: Training, asked: Interruption, seconds: float | None = None) -> int:
    """Run a training to its end, or for some seconds, with its progress on screen; return 0.

    When a signal stops it, say how to go on, and return the exit code for that. Where nobody can be told any more, as
    in `hebbax train | head -1`, it is saved, and what is raised goes on.
    """
    try:
        return _evolve(training, asked, seconds)
    except OSError:
        with suppress(OSError):
            note(f"the output cannot be written: {_stopped(training)}")
        raise


def _stopped(training: Training) -> str:
    generation, path = training.state.generation, quoted(training.folder.path)
    return f"stopped after generation {generation}; go on with: hebbax train --resume {path}"


def _evolve(training: Training, asked: Interruption, seconds: float | None) -> int:
    from hebbax.evolution.strategies.build import remark_on_strategy
    from hebbax.tasks.registry import remark_on

    asked.when_asked(training.stop)
    config, path = training.search.config, training.folder.path
    print(f"{config.task.name} · {training.search.policy.name} · seed {config.seed} → {path}", flush=True)
    genome_size = training.search.policy.genome_size
    print(sizes_in_words(sizes_of(training.search.policy)), flush=True)
    for remark in (remark_on(training.search.task), remark_on_strategy(config.strategy.name, genome_size)):
        if remark is not None:
            print(remark, flush=True)
    if not config.training.full or config.training.phases or config.training.weights:
        print(_lengths(training), flush=True)
    clock = Clock(training.state.generation, config.generations, seconds)
    with training_progress(clock, training.search.engine.name) as progress:

        def on_generation(metrics: dict[str, Any]) -> None:
            progress(metrics)
            if clock.over:
                training.stop()

        finished = training.run(on_generation, note)
    if finished or asked.signal is None:
        return 0
    print(_stopped(training))
    return asked.exit_code


def _lengths(training: Training) -> str:
    """Return how long the lives are that a strategy learns from, and those that its controller is judged by."""
    from hebbax.config.training import GROWING, training_in_words
    from hebbax.evolution.life_length import first_length

    config, task = training.search.config, training.search.task
    full = task.length if config.task.ticks is None else config.task.ticks
    words = training_in_words(config.training)
    if config.training.ticks == GROWING:
        words = words.replace(GROWING, f"{first_length(full).ticks:,} ticks at first, then {GROWING}", 1)
    return f"lives of training: {words}; evaluations are over full lives of {full:,} ticks"


def print_best(training: Training) -> None:
    """Say what the best mean genome of a training is worth."""
    best, config = training.state.best, training.search.config
    if best is None:
        print("every evaluation of the mean genome had a life that diverged: there is no best one")
    else:
        print(
            f"best mean genome: mean return {returned(best.return_mean)} over {config.evaluate_lifetimes} lives "
            f"(generation {best.generation}, termination={config.termination})"
        )
