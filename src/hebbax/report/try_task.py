"""A life of a task without any controller, and a film of it: what the robot does by itself, or at random."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np

from hebbax.engines.make_engine import make_engine
from hebbax.engines.scenario import Scenario
from hebbax.errors import HebbaxError, check_seed, unknown_name
from hebbax.files.destination import check_folder
from hebbax.keys import life_key, root_key, stream
from hebbax.policies.open_loop import Replay
from hebbax.report.film.life_film import Filmed, film_life, film_period
from hebbax.report.film.look import Look
from hebbax.report.show import FILM
from hebbax.tasks.external.task import AnyTask
from hebbax.types import MOST_TICKS, Lives, Record

ACTIONS = ("zero", "random")
"""What a robot is made to do: nothing, or each action drawn anew at every tick between its limits."""


def try_task(
    task: AnyTask,
    folder: Path,
    *,
    actions: str = "zero",
    seed: int = 1,
    seconds: float = 10.0,
    termination: str = "end",
    on_file: Callable[[Path], None],
    on_note: Callable[[str], None],
) -> tuple[Lives, Record]:
    """Live the first seconds of a life, film them into a folder, and return the life's row and record.

    Args:
        task: any task.
        folder: where the film goes; it is made.
        actions: one of ACTIONS.
        seed: of the life and of random actions.
        seconds: how long to live.
        termination: one of ON_TERMINATION.
        on_file: gets each file when it is there.
        on_note: gets what could not be drawn, a line each.

    Raises HebbaxError for unknown actions, a seed out of range, or a folder that cannot be written.
    """
    check_seed(seed)
    check_folder(folder)
    ticks = max(1, round(seconds / task.control_period))
    if ticks > MOST_TICKS:
        longest = MOST_TICKS * task.control_period
        raise HebbaxError(f"seconds={seconds:g}: expected at most {longest:.0f}; nearest valid: {longest:.0f}")
    policy = Replay(task.action_size, ticks)
    engine = make_engine(task, policy, "auto", threads=1)
    genome = draw_actions(task, actions, ticks, seed).ravel()
    lives, record = engine.record(genome, life_key(seed, 0), Scenario(ticks, termination=termination))
    folder.mkdir(parents=True, exist_ok=True)
    # All of the life: where it ended before its last second, its length is told.
    look = Look(seconds=len(record.rewards) * film_period(task))
    film_life(Filmed(task, record, seed), folder / FILM, look, on_file=on_file, on_note=on_note)
    return lives, record


def draw_actions(task: AnyTask, actions: str, ticks: int, seed: int) -> np.ndarray:
    """Return actions, float32 [ticks, actions]. Raises HebbaxError for a name that is not in ACTIONS."""
    if actions not in ACTIONS:
        raise unknown_name("actions", actions, ACTIONS)
    shape = (ticks, task.action_size)
    if actions == "zero":
        return np.zeros(shape, np.float32)
    low, high = limits(task)
    drawn = jax.random.uniform(stream(root_key(seed), "try"), shape, jnp.float32)
    return np.asarray(low + drawn * (high - low), np.float32)


def limits(task: AnyTask) -> tuple[np.ndarray, np.ndarray]:
    """Return the lowest and the highest of each action, float64 [actions]; -1 and 1 where a task names no limit.

    What an environment of another package gets is made from actions in [-1, 1], whatever its own limits.
    """
    if task.world.scales_actions:
        return -np.ones(task.action_size), np.ones(task.action_size)
    sides = []
    for side, none in (("low", -1.0), ("high", 1.0)):
        each = [group.each(side, none) for group in task.action]
        sides.append(np.concatenate(each))
    if not np.all(sides[0] < sides[1]):
        raise HebbaxError(f"task {task.name!r}: expected the limits of each action with the low one below the high one")
    return sides[0], sides[1]
