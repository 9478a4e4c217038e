"""The goal of what moves from place to place: get forward, stay upright, spend little."""

from __future__ import annotations

import numpy as np

from hebbax.tasks.from_model.frame import Goal
from hebbax.tasks.from_model.words import number
from hebbax.worlds.mujoco.anatomy.anatomy import Anatomy
from hebbax.worlds.mujoco.anatomy.stance import Stance

_FALLEN = 0.5  # of the height at birth


def walking(anatomy: Anatomy, stance: Stance) -> Goal:
    """Return the goal of a robot with a free root, or with one in a plane."""
    upright, falls = _upright(anatomy, stance), stance.height is not None
    terms = ["forward", *(["upright"] if upright else []), "effort"]
    height = f"body.qpos[{stance.height}]" if stance.free else f"body.xpos[{stance.body}, 2]"
    tests = [f"({height} < LOWEST)"] if falls else []
    tests += ["(upright(body) < LEAST_UPRIGHT)"] if upright and falls else []
    constants = "EFFORT = 0.1  # what full force of all actuators costs a tick\n"
    constants += "UPRIGHT = 0.1  # what a tick upright earns\n" if upright else ""
    if falls:
        lowest = anatomy.floor + _FALLEN * anatomy.height
        constants += f"LOWEST = {number(lowest)}  # m: half of the height of the root at birth above the floor\n"
    if upright and falls:
        constants += "LEAST_UPRIGHT = 0.5  # 1 is as at birth, 0 on its side: below this it has fallen\n"
    later, sooner = f"body.qpos[{stance.forward}]", f"before.qpos[{stance.forward}]"
    way = f"{sooner} - {later}" if stance.backwards else f"{later} - {sooner}"  # of a slide along −x
    rewards = ["forward", *(["UPRIGHT * upright(body)"] if upright else []), "-EFFORT * np.mean(np.square(action))"]
    return Goal(
        what="get forward, along x, stay upright and spend little." if upright else "get forward, along x.",
        constants=constants,
        memory="np.zeros(0)",
        observed=(),
        groups=(),
        outcome=upright
        + f"""def outcome(before, body, action, memory, period):  # terms of the reward, whether it is over, memory
    forward = ({way}) / period  # m/s
    fallen = {" | ".join(tests) or "False"}
    return ({", ".join(rewards)}), fallen, memory
""",
        fields=f"""        reward={tuple(terms)!r},
        termination={_termination(tests)},
""".replace("'", '"'),
    )


def _upright(anatomy: Anatomy, stance: Stance) -> str:
    """Return the function that says how upright a root is, or nothing where it cannot lean."""
    head = "@hebbax.compiled  # as it is called by a function of the task\ndef upright(body):\n"
    if stance.pitch is not None:
        home = number(anatomy.qpos[stance.pitch])
        inside = f"body.qpos[{stance.pitch}]" if home == "0.0" else f"body.qpos[{stance.pitch}] - {home}"
        return f"{head}    return np.cos({inside})\n\n\n"
    if not stance.free:
        return ""
    at = stance.forward + 3
    names = f"    w, x, y, z = body.qpos[{at}], body.qpos[{at + 1}], body.qpos[{at + 2}], body.qpos[{at + 3}]\n"
    parts = ("2 * (x * z - w * y)", "2 * (y * z + w * x)", "1 - 2 * (x * x + y * y)")
    if np.allclose(anatomy.up, (0, 0, 1), atol=1e-6):
        names = f"    x, y = body.qpos[{at + 1}], body.qpos[{at + 2}]  # of the quaternion\n"
        return f"{head}{names}    return {parts[2]}\n\n\n"
    along = " + ".join(f"{number(share)} * ({part})" for share, part in zip(anatomy.up, parts, strict=True))
    return f"{head}{names}    return {along}\n\n\n"


def _termination(tests: list[str]) -> str:
    if not tests:
        return '"never"'
    tilted = " or leans by more than 60°" if len(tests) > 1 else ""
    return f'f"the root is below {{LOWEST:.3g}} m{tilted}"'
