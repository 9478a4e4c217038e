"""Damages that have a name of their own, such as those of published experiments: `damage="none | ant/front-left"`."""

from __future__ import annotations

from hebbax.errors import HebbaxError
from hebbax.registry import Registry
from hebbax.tasks.ant_run import PUBLISHED_LEGS

_LEGS = ("front-left", "front-right", "rear-left", "rear-right")


_INSTANT = 1e-9  # s: of which every time is a multiple, since no task is known yet


def _mutilated(leg: str) -> str:
    return f"shorten-limb({leg} lower leg, 0.25)"


NAMED: Registry[str] = Registry(
    "named damage",
    {
        **{f"ant/{leg}": _mutilated(leg) for leg in _LEGS},
        **{f"han-ant/{name}": _mutilated(leg) for name, leg in PUBLISHED_LEGS["han"].items()},
        "cheetah/motor-failure": "scale-actuator(any, 0, from=4.5s..5.5s)",
        "cheetah/friction": "scale-friction(1..2.375, from=3s..7s)",  # of 0.4 on the floor: up to 0.95
    },
    pattern=r"\w[\w.-]*/\w[\w.-]*",
    form="GROUP/NAME, each of letters, digits, '.', '_' and '-'",
)
"""What each stands for, as in `damage=`; it may join several damages, but has no variants."""


def name_damage(name: str, text: str) -> None:
    """Give a damage a name of the form GROUP/NAME, for `damage=`, or replace one of your own.

    Args:
        name: such as "dog/lame".
        text: what it stands for, such as "scale-actuator(hip, 0.3) + add-mass(torso, 2)"; times in it are ticks or
            seconds of the task that has it.

    Raises HebbaxError for a name of another form, or one that ships or is a plug-in's, and for a text with variants or
    one that cannot be read.
    """
    from hebbax.damage.text import parse_damages  # which reads the names

    if not isinstance(text, str) or not text.strip():
        raise HebbaxError(f"named damage {name!r} stands for {text!r}: expected a text, as in damage=")
    if "|" in text:
        raise HebbaxError(f"named damage {name!r} has variants: expected what happens to one life, without '|'")
    parse_damages(text, _INSTANT)
    NAMED.register(name, text)
