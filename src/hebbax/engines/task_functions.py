"""A task's functions as engines call them: compiled, with the control period, noise and reward terms seen to."""

from __future__ import annotations

from typing import Any, NamedTuple

from hebbax.compiling.barrier import reread_memory
from hebbax.compiling.compiler import check_size, compiled, from_source, inlined
from hebbax.compiling.noise import draw, fold_in
from hebbax.streams import OBSERVATION_STREAM, OUTCOME_STREAM
from hebbax.tasks.arguments import takes, with_period
from hebbax.tasks.task import Task
from hebbax.types import Noise


class TaskFunctions(NamedTuple):
    """Compiled functions over the state of one simulation; `key0`, `key1` are the life's key.

    - `observe(state, memory, key0, key1, tick) -> observation`
    - `actuate(action, state, memory) -> controls`
    - `outcome(before, state, action, memory, key0, key1, tick) -> reward, done, memory`
    - `write_terms(before, state, action, memory, key0, key1, tick, terms)` fills the last, `term_columns` long
    """

    observe: Any
    actuate: Any
    outcome: Any
    write_terms: Any


def task_functions(task: Task) -> TaskFunctions:
    """Return the functions of a task that keeps its contract (`check_task`)."""
    terms = _terms(task)
    several = len(task.own_terms) > 1
    alone = _write_single(terms) if task.activity else _write_none
    return TaskFunctions(
        observe=_observe(task),
        actuate=_actuate(task),
        outcome=_sum(task, terms) if several else _single(task, terms),
        write_terms=_write_terms(task, terms) if several else alone,
    )


def term_columns(task: Any) -> int:
    """Return how many reward terms a life's row holds: none of a single term, which is the return."""
    return len(task.terms) if len(task.terms) > 1 else 0


@compiled
def _noise(key0, key1, stream, tick, size):
    """Return the noise of a stream of a life at a tick: `Noise` of `size` numbers each."""
    key0, key1 = fold_in(key0, key1, stream)
    key0, key1 = fold_in(key0, key1, tick)
    draws = draw(key0, key1, size)
    return Noise(draws[0], draws[1])


def _observe(task: Task) -> Any:
    observe, size = inlined(getattr(task.observe, "py_func", task.observe)), task.noise_size

    check = check_size(f"task {task.name!r}: observe fails: an observation", task.observation_size)

    @compiled
    def plain(state, memory, key0, key1, tick):
        observation = observe(state, memory)
        check(observation)
        return observation

    @compiled
    def noisy(state, memory, key0, key1, tick):
        observation = observe(state, memory, noise=_noise(key0, key1, OBSERVATION_STREAM, tick, size))
        check(observation)
        return observation

    return noisy if takes(task.observe, "observe", "noise") else plain


def _actuate(task: Task) -> Any:
    controls_of = inlined(getattr(task.actuate, "py_func", task.actuate))
    check = check_size(f"task {task.name!r}: actuate fails: controls", task.world.control_size)

    @compiled
    def actuate(action, state, memory):
        controls = controls_of(action, state, memory)
        check(controls)
        return controls

    return actuate


def _check_memory(task: Task) -> Any:
    return check_size(f"task {task.name!r}: outcome fails: a memory", task.memory_size)


def _terms(task: Task) -> Any:
    """Return `outcome` as the task has it, with the arguments that engines give."""
    outcome, size = inlined(with_period(task.outcome, task.control_period)), task.noise_size

    @inlined
    def plain(before, state, action, memory, key0, key1, tick):
        return outcome(before, state, action, memory)

    @inlined
    def noisy(before, state, action, memory, key0, key1, tick):
        noise = _noise(key0, key1, OUTCOME_STREAM, tick, size)
        return outcome(before, state, action, memory, noise=noise)

    return noisy if takes(task.outcome, "outcome", "noise") else plain


def _single(task: Task, reward: Any) -> Any:
    check = _check_memory(task)

    @compiled
    def outcome(before, state, action, memory, key0, key1, tick):
        found, done, next_memory = reward(before, state, action, memory, key0, key1, tick)
        check(next_memory)
        return found, done, next_memory

    return outcome


def _sum(task: Task, terms: Any) -> Any:
    added = " + ".join(f"terms[{index}]" for index in range(len(task.reward)))
    sum_of = inlined(from_source(f"def sum_of(terms):\n    return {added}\n", "sum_of", {}))

    check = _check_memory(task)

    @compiled
    def outcome(before, state, action, memory, key0, key1, tick):
        found, done, next_memory = terms(before, state, action, memory, key0, key1, tick)
        check(next_memory)
        return sum_of(found), done, next_memory

    return outcome


def _write_terms(task: Task, terms: Any) -> Any:
    lines = "".join(f"    out[{index}] = terms[{index}]\n" for index in range(len(task.own_terms)))
    write = inlined(from_source(f"def write(terms, out):\n{lines}", "write", {}))

    @compiled
    def write_terms(before, state, action, memory, key0, key1, tick, out):
        # Computed once more: where a product is needed for itself too, it is no longer contracted into the sum, and the
        # reward would be rounded otherwise than without its terms.
        reread_memory()
        found, _, _ = terms(before, state, action, memory, key0, key1, tick)
        write(found, out)

    return write_terms


def _write_single(reward: Any) -> Any:
    @compiled
    def write_terms(before, state, action, memory, key0, key1, tick, out):
        reread_memory()
        found, _, _ = reward(before, state, action, memory, key0, key1, tick)
        out[0] = found

    return write_terms


@inlined
def _write_none(before, state, action, memory, key0, key1, tick, out):
    pass
