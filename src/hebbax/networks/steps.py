"""A pass as a list of steps over one vector of units: what every interpreter of a network runs, one after the other.

A recurrent network finds its past among the units of the pass before, which stand there until a step writes over them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from numbers import Integral
from typing import TYPE_CHECKING, TypeAlias

from hebbax.errors import HebbaxError, check_whole
from hebbax.networks.activations import ACTIVATIONS
from hebbax.networks.picture import Convolve, convolve
from hebbax.types import MOST_UNITS, Array

if TYPE_CHECKING:
    from hebbax.networks.network import Connection


@dataclass(frozen=True)
class Product:
    """Set the postsynaptic units of a connection to what it carries, or add that to them.

    It carries what its presynaptic units send, or as many units from `source` on.
    """

    connection: int
    add: bool = False
    source: int | None = None


@dataclass(frozen=True)
class Activate:
    """Apply an activation, by its name, to `size` units from `at` on."""

    name: str
    at: int
    size: int


@dataclass(frozen=True)
class Copy:
    """Set units to others."""

    source: int
    target: int
    size: int


@dataclass(frozen=True)
class Add:
    """Add units to others."""

    source: int
    target: int
    size: int


@dataclass(frozen=True)
class Multiply:
    """Set units to the product of two others; or, with `add`, add it to them."""

    one: int
    other: int
    target: int
    size: int
    add: bool = False


@dataclass(frozen=True)
class Blend:
    """Set units to (1 − gate)·one + gate·other."""

    gate: int
    one: int
    other: int
    target: int
    size: int


Step: TypeAlias = Product | Activate | Copy | Add | Multiply | Blend | Convolve


def run_steps(
    steps: Sequence[Step], connections: Sequence[Connection], weights: Sequence[Array], units: Array
) -> Array:
    """Return the units [unit_count] after a pass, in JAX.

    Args:
        steps: of the network.
        connections: of the network.
        weights: one matrix per connection, [presynaptic, postsynaptic].
        units: those of the pass before, with the new inputs and the bias units in place.
    """
    for step in steps:
        at, values = _result(step, connections, weights, units)
        units = units.at[at : at + len(values)].set(values)
    return units


def _result(step: Step, connections: Sequence[Connection], weights: Sequence[Array], units: Array) -> tuple[int, Array]:
    """Return where a step writes, and what."""

    def of(at: int, size: int) -> Array:
        return units[at : at + size]

    if isinstance(step, Product):
        connection = connections[step.connection]
        source = connection.pre_at if step.source is None else step.source
        carried = of(source, connection.pre_size) @ weights[step.connection]
        target = connection.post_at
        return target, of(target, connection.post_size) + carried if step.add else carried
    if isinstance(step, Convolve):
        return step.target.at, convolve(step, weights[step.connection], units)
    if isinstance(step, Activate):
        return step.at, ACTIVATIONS.get(step.name)(of(step.at, step.size))
    if isinstance(step, Copy):
        return step.target, of(step.source, step.size)
    if isinstance(step, Add):
        return step.target, of(step.target, step.size) + of(step.source, step.size)
    if isinstance(step, Multiply):
        product = of(step.one, step.size) * of(step.other, step.size)
        return step.target, of(step.target, step.size) + product if step.add else product
    gate = of(step.gate, step.size)
    return step.target, (1.0 - gate) * of(step.one, step.size) + gate * of(step.other, step.size)


def check_steps(
    steps: Sequence[Step], connections: Sequence[Connection], unit_count: int, inputs: int, actions: int
) -> None:
    """Raise HebbaxError where engines could not run the steps, or not all to the same units.

    A connection or a step reads or writes beyond the units, or is of none; two connections have one name; a step writes
    over what it has not read yet, or over the unit of a bias; there are fewer units than inputs or actions.
    """
    if unit_count < max(inputs, actions):
        raise HebbaxError(f"{unit_count} units: expected at least {inputs} inputs and {actions} actions among them")
    names = [connection.name for connection in connections]
    for number, connection in enumerate(connections):
        what = f"connection {connection.name!r}"
        if connection.name in names[:number]:
            raise HebbaxError(f"{what}: there are two of that name, expected different ones")
        for at, size in ((connection.pre_at, connection.pre_size), (connection.post_at, connection.post_size)):
            _check_range(what, at, size, unit_count)
    biases = bias_units(connections)
    for place in biases:
        if place < inputs:
            raise HebbaxError(f"the unit of a bias is {place}: expected it after the {inputs} inputs")
    for number, step in enumerate(steps):
        _check_step(f"step {number} ({type(step).__name__})", step, connections, unit_count, biases)


def _check_step(
    what: str, step: Step, connections: Sequence[Connection], unit_count: int, biases: Sequence[int]
) -> None:
    if isinstance(step, Product | Convolve) and not 0 <= step.connection < len(connections):
        raise HebbaxError(f"{what}: connection {step.connection}, expected 0 to {len(connections) - 1}")
    if isinstance(step, Convolve):
        _check_convolution(what, step, connections[step.connection])
    reads, (target, written) = _ranges_of(step, connections)
    for at, size in (*reads, (target, written)):
        _check_range(what, at, size, unit_count)
    for place in biases:
        if target <= place < target + written:
            raise HebbaxError(f"{what}: writes over unit {place}, that of a bias, which is always 1")
    for at, size in reads:
        apart = at + size <= target or target + written <= at
        # One unit after the other can be written over where it is read, and a product reads all of them for each.
        if not apart and (isinstance(step, Product | Convolve) or at != target):
            raise HebbaxError(
                f"{what}: reads units {at} to {at + size} while it writes {target} to {target + written}, expected "
                "others: copy them first"
            )


def _check_convolution(what: str, step: Convolve, connection: Connection) -> None:
    """Raise HebbaxError where filters, images and connection do not fit each other, or the connection could learn."""
    for name in ("kernel", "stride", "pool"):
        check_whole(f"{what}: {name}", getattr(step, name), 1, MOST_UNITS)
    filters = step.source.channels * step.kernel**2, step.target.channels
    if connection.shape != filters or not connection.shared or connection.bias:
        raise HebbaxError(
            f"{what}: connection {connection.name!r} has weights {connection.shape}, expected {filters}, shared and "
            "without a bias"
        )
    for name in ("height", "width"):
        side, pixels = getattr(step.source, name), getattr(step.target, name)
        room = ((side - step.kernel) // step.stride + 1) // step.pool
        if not 1 <= pixels <= room:
            raise HebbaxError(f"{what}: a target of {name} {pixels}, expected 1 to {room}")
    if step.target.colours_last:
        raise HebbaxError(f"{what}: a target with colours last, expected planes")


def _ranges_of(step: Step, connections: Sequence[Connection]) -> tuple[list[tuple[int, int]], tuple[int, int]]:
    """Return the first unit and the number of those that a step reads, range by range, and of those it writes."""
    if isinstance(step, Product):
        connection = connections[step.connection]
        source = connection.pre_at if step.source is None else step.source
        return [(source, connection.pre_size)], (connection.post_at, connection.post_size)
    if isinstance(step, Convolve):
        return [(step.source.at, step.source.size)], (step.target.at, step.target.size)
    places = {field.name: getattr(step, field.name) for field in fields(step) if field.name in _PLACES}
    target = places.pop("at" if isinstance(step, Activate) else "target")
    return [(at, step.size) for at in places.values()], (target, step.size)


def _check_range(what: str, at: int, size: int, unit_count: int) -> None:
    if not (isinstance(at, Integral) and isinstance(size, Integral)):
        raise HebbaxError(f"{what}: {size} units from {at} on, expected whole numbers")
    if at < 0 or size < 0 or at + size > unit_count:
        raise HebbaxError(f"{what}: units {at} to {at + size}, expected a range within 0 to {unit_count}")


_PLACES = ("at", "source", "target", "one", "other", "gate")


def bias_units(connections: Sequence[Connection]) -> list[int]:
    """Return the places of the units that are always 1."""
    return [connection.pre_at + connection.pre_size - 1 for connection in connections if connection.bias]
