"""Damages that have a name of their own, such as those of published experiments: `damage="none | ant/front-left"`."""

from __future__ import annotations

from collections.abc import Sequence

from hebbax.errors import HebbaxError
from hebbax.registry import Registry
from hebbax.tasks import dung_beetle, gecko
from hebbax.tasks.ant_run import PUBLISHED_LEGS
from hebbax.tasks.go1 import LEGS as GO1_LEGS

_LEGS = ("front-left", "front-right", "rear-left", "rear-right")


_INSTANT = 1e-9  # s: of which every time is a multiple, since no task is known yet


def _mutilated(leg: str) -> str:
    return f"shorten-limb({leg} lower leg, 0.25)"


def _go1() -> dict[str, str]:
    """Return what befalls a Go1 in published work, by name."""
    parts = [f"{leg} {part}" for leg in GO1_LEGS for part in ("hip", "thigh", "calf")]
    noise = {
        **{"velocity": 0.1, "angular velocity": 0.2, "gravity direction": 0.05},
        **{"joint angles": 0.03, "joint velocities": 1.5},
    }
    randomised = (
        "scale-friction(0.5..1.25)",  # of 0.8: 0.4 to 1
        f"scale-mass(trunk, {1 - 1.5 / _TRUNK:.4f}..{1 + 1.5 / _TRUNK:.4f})",
        "shift-mass(trunk, (-0.1, -0.1, -0.1)..(0.1, 0.1, 0.1))",
        *(f"scale-mass({part}, 0.8..1.2)" for part in parts),
        *(f"scale-armature({part}, 1..1.2)" for part in parts),
        *(f"offset-joint({part}, -0.1..0.1)" for part in parts),
    )
    folded = " or ".join(f"{leg} leg" for leg in GO1_LEGS if leg != "rear-left")  # the paper leaves that one out
    return {
        "go1/motor-failure": f"pose-leg(any of {folded}, {_TUCKED}, from=9s..11s)",
        "go1/frozen-hip": " + ".join(f"pin-actuator({leg} hip, 0)" for leg in GO1_LEGS),
        "go1/broken-knee": "free-joint(front-left calf, from=8s)",
        "go1/sensor-noise": " + ".join(f"jitter-observation({group}, {most})" for group, most in noise.items()),
        "go1/randomised": " + ".join(randomised),
    }


def _of_legs(robot: str, legs: Sequence[str], parts: Sequence[str], root: str, last: str) -> dict[str, str]:
    """Return what can happen to each leg of a robot, by name.

    Args:
        robot: of the names.
        legs: by where they are.
        parts: joints of a leg.
        root: body of a leg with which all of it goes.
        last: body of a leg that ends in the foot.
    """
    named = {}
    for leg in legs:
        joints = [f"{leg} {part}" for part in parts]
        named |= {
            f"{robot}/{leg}-dead": " + ".join(f"free-joint({joint})" for joint in joints),
            f"{robot}/{leg}-locked": " + ".join(f"lock-joint({joint})" for joint in joints),
            f"{robot}/{leg}-shortened": f"shorten-limb({leg} {last}, 0.5)",
            f"{robot}/{leg}-removed": f"remove-limb({leg} {root})",
        }
    return named


_TRUNK = 5.204  # kg, of which up to 1.5 are added or taken away
_TUCKED = "(0, 1, -1.6)"  # of home ± 0.5 rad: the thigh 1.4 rad, the calf -2.6


def _car() -> dict[str, str]:
    """Return what can befall a car, by name; a name with a side is a wheel or where the steering is stuck."""
    wheels = ("front-left", "front-right", "rear-left", "rear-right")
    return {
        **{f"car/no-grip-{wheel}": f"scale-grip({wheel} wheel, 0)" for wheel in wheels},
        "car/weak-engine": "scale-engine(0.5)",
        # The action that pins it is beyond what any task's limits or tanh tell from the most.
        "car/stuck-left": f"pin-actuator(steering, -{_FULL}, from=2s)",
        "car/stuck-right": f"pin-actuator(steering, {_FULL}, from=2s)",
        "car/dragging-brakes": "drag-brake(0.05)",
        "car/slippery-road": "scale-friction(0.5)",
        "car/inverted-colours": "scale-observation(pixels, -1) + bias-observation(pixels, 1)",
        "car/blind-strip": "scale-observation(columns 30-53, 0)",
        "car/late-camera": "delay-observation(pixels, 5)",
    }


_FULL = 8

NAMED: Registry[str] = Registry(
    "named damage",
    {
        **{f"ant/{leg}": _mutilated(leg) for leg in _LEGS},
        **{f"han-ant/{name}": _mutilated(leg) for name, leg in PUBLISHED_LEGS["han"].items()},
        **{f"najarro-ant/{name}": _mutilated(leg) for name, leg in PUBLISHED_LEGS["najarro"].items()},
        **_go1(),
        **_of_legs("gecko", gecko.LEGS, gecko.PARTS, "shoulder", "lower leg"),
        **_of_legs("dung_beetle", dung_beetle.LEGS, dung_beetle.PARTS, "coxa", "tibia"),
        **_car(),
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
