"""All kinds of damage by name, and how one is added."""

from __future__ import annotations

from typing import Any

from hebbax.damage.kind import Change, Kind, make_kind
from hebbax.damage.shipped import actuators, body, forces, mind, sensors, vehicle
from hebbax.registry import Registry

_SHIPPED = (mind, actuators, sensors, forces, body, vehicle)

KINDS: Registry[Kind] = Registry("damage", {kind.name: kind for part in _SHIPPED for kind in part.KINDS})
"""All kinds, by name."""


def register_damage(name: str, change: Change | None = None, *, stage: str, target: str = "", **options: Any) -> None:
    """Add a kind of damage, or replace one of your own.

    Args:
        name: what it is called, as in `damage="weak(knee, 0.3)"`.
        change: see `Change`; compiled once, and called at the stage. None with `edit`, see `Edit`.
        stage: a key of STAGES.
        target: a key of TARGETS.
        options: the other fields of `Kind`.

    Raises HebbaxError for a name that ships or is a plug-in's or cannot be typed, an unknown stage, target, value or
    draw, a stage that has no such target, and functions that do not return what they should.
    """
    KINDS.register(name, make_kind(name, change, stage=stage, target=target, **options))
