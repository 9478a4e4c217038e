"""What a compiled life calls of a world of one's own."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from hebbax.compiling.compiler import check_size, compiled, copy, copy_by_way_of, from_source, kernel
from hebbax.errors import HebbaxError
from hebbax.types import Measured
from hebbax.worlds.base import WorldFunctions
from hebbax.worlds.own_model import reader_of

if TYPE_CHECKING:
    from hebbax.worlds.world import World


def world_functions(world: World, task: Any, actuate: Any) -> WorldFunctions:
    """Return the functions of a task, whose compiled `actuate` is given; see `WorldFunctions`."""
    place = _place(world, task)
    advance = _advance(world)
    return WorldFunctions(
        birth_size=_birth_size(world.noise_size),
        place=place,
        begin=_begin(place, _settle(task, actuate, advance) if task.settle else _settle_not),
        advance=advance,
        write_record=_write_record(world.compares),
        count_warnings=_count_warnings,
    )


@cache
def _birth_size(size: int) -> Any:
    @compiled
    def birth_size(state):
        return size

    return birth_size


def _place(world: World, task: Any) -> Any:
    write = _write(world.compares)
    if task.reset is None:
        start, size = compiled(world.start), task.memory_size

        @compiled
        def place(noise, state, memory):
            write(start(noise), state)
            for i in range(size):
                memory[i] = 0.0

        return place
    reset = compiled(task.reset)
    check = check_size(f"task {task.name!r}: reset fails: a memory", task.memory_size)

    @compiled
    def place_reset(noise, state, memory):
        born, born_memory = reset(noise)
        check(born_memory)
        write(born, state)
        copy(born_memory, memory)

    return place_reset


def _begin(place: Any, settle: Any) -> Any:
    @compiled
    def begin(model, simulator, state, control, memory, noise):
        place(noise, state, memory)
        settle(model, simulator, state, control, memory)

    return begin


def _settle(task: Any, actuate: Any, advance: Any) -> Any:
    ticks, size = task.settle, task.action_size

    @compiled
    def settle(model, simulator, state, control, memory):
        still, spare = np.zeros(size), np.empty(control.shape[0])
        events, states = np.zeros((0, 1)), np.zeros(0)
        efforts = np.zeros((0, 0, 0), np.float32)
        measured = Measured(np.zeros((0, 0), np.float32), efforts, efforts)
        for _ in range(ticks):
            copy_by_way_of(spare, actuate(still, state, memory), control)
            advance(model, simulator, state, control, events, states, 0, np.uint32(0), np.uint32(0), measured)

    return settle


@compiled
def _settle_not(model, simulator, state, control, memory):
    pass


def _advance(world: World) -> Any:
    step, period, write = compiled(world.advance), world.period, _write(world.moving)
    within = _within(world.moving, world.bounds)
    read: Any = None if world.model is None else reader_of(world.model)

    @compiled
    def advance(model, simulator, state, control, events, states, tick, key0, key1, measured):
        write(step(state, control, period), state)
        return within(state)

    @compiled
    def advance_model(model, simulator, state, control, events, states, tick, key0, key1, measured):
        write(step(state, control, period, read(model)), state)
        return within(state)

    return advance if read is None else advance_model


_SHAPE = "the world fails: a state has arrays of other shapes than when it was made"


@cache
def _write(names: tuple[str, ...]) -> Any:
    """Return what writes a new state over an old one, of which the new one may be made of views."""
    lines = [f"    new{i} = source.{name}.copy()\n" for i, name in enumerate(names)]
    lines += [
        f"    if new{i}.shape != target.{name}.shape:\n        raise HebbaxError({_SHAPE!r})\n"
        for i, name in enumerate(names)
    ]
    lines += [f"    copy(new{i}.reshape(-1), target.{name}.reshape(-1))\n" for i, name in enumerate(names)]
    return compiled(
        from_source(
            f"def write(source, target):\n{''.join(lines)}", "write", {"copy": copy, "HebbaxError": HebbaxError}
        )
    )


@cache
def _within(names: tuple[str, ...], bounds: float) -> Any:
    @kernel
    def small(values):
        for value in values:
            if not abs(value) <= bounds:  # written so that NaN is not
                return False
        return True

    checks = " and ".join(f"small(state.{name}.reshape(-1))" for name in names)
    return compiled(from_source(f"def within(state):\n    return {checks}\n", "within", {"small": small}))


@cache
def _write_record(names: tuple[str, ...]) -> Any:
    lines = [f"    copy(state.{name}.reshape(-1), record.state.{name}[slot].reshape(-1))\n" for name in names]
    source = f"def write_record(record, slot, simulator, state):\n{''.join(lines)}"
    return compiled(from_source(source, "write_record", {"copy": copy}))


@compiled
def _count_warnings(simulator):
    return 0
