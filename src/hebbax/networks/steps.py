"""A pass as a list of steps over one vector of units: what every interpreter of a network runs, one after the other.

A recurrent network finds its past among the units of the pass before, which stand there until a step writes over them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, TypeAlias

from hebbax.errors import HebbaxError
from hebbax.networks.activations import ACTIVATIONS
from hebbax.types import Array

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


Step: TypeAlias = Product | Activate | Copy | Add | Multiply | Blend


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


def check_steps(steps: Sequence[Step], connections: Sequence[Connection], unit_count: int) -> None:
    """Raise HebbaxError for a connection or a step that reads or writes beyond the units, or that is of none."""
    ranges: list[tuple[str, int, int]] = []
    for connection in connections:
        ranges += [(f"connection {connection.name!r}", connection.pre_at, connection.pre_size)]
        ranges += [(f"connection {connection.name!r}", connection.post_at, connection.post_size)]
    for number, step in enumerate(steps):
        what = f"step {number} ({type(step).__name__})"
        if isinstance(step, Product):
            if not 0 <= step.connection < len(connections):
                raise HebbaxError(f"{what}: connection {step.connection}, expected 0 to {len(connections) - 1}")
            source = connections[step.connection].pre_at if step.source is None else step.source
            ranges.append((what, source, connections[step.connection].pre_size))
        else:
            places = {field.name: getattr(step, field.name) for field in fields(step) if field.name in _PLACES}
            ranges += [(what, at, step.size) for at in places.values()]
    for what, at, size in ranges:
        if at < 0 or size < 0 or at + size > unit_count:
            raise HebbaxError(f"{what}: units {at} to {at + size}, expected a range within 0 to {unit_count}")


_PLACES = ("at", "source", "target", "one", "other", "gate")


def bias_units(connections: Sequence[Connection]) -> list[int]:
    """Return the places of the units that are always 1."""
    return [connection.pre_at + connection.pre_size - 1 for connection in connections if connection.bias]
