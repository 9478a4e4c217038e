"""The goals of what is fixed to the world: a tip that reaches a place, or joints that take a pose."""

from __future__ import annotations

from hebbax.tasks.from_model.frame import Goal
from hebbax.tasks.from_model.words import rows_of, said
from hebbax.worlds.mujoco.anatomy.anatomy import Anatomy
from hebbax.worlds.mujoco.anatomy.limb import Targets


def reaching(anatomy: Anatomy, targets: Targets) -> Goal:
    """Return the goal of a robot that is fixed to the world."""
    size = targets.points.shape[1]
    tip = targets.tip is not None
    units = {"m"} if tip else {anatomy.joints[index].unit for index in targets.joints}
    unit = " or ".join(sorted(units, reverse=True))
    off = "np.sqrt(np.sum(np.square(tip(body) - memory)))" if tip else "np.mean(np.abs(pose(body) - memory))"
    what = (
        f'bring the site "{said(targets.tip)}" to a place that is drawn at birth.'
        if targets.tip is not None
        else "take a pose that is drawn at birth."
    )
    return Goal(
        what=what,
        constants=f"""EFFORT = 0.01  # what full force of all actuators costs a tick

# What a life may have as its target ({unit}): {_from_where(anatomy)}.
TARGETS = np.array([
{rows_of(targets.points)}])
""",
        memory="target(noise)",
        observed=("tip(body)", "memory") if tip else ("memory",),
        groups=(("tip", 3, "m"), ("target", 3, "m")) if tip else (("target", size, unit),),
        outcome=_functions(anatomy, targets)
        + f"""def outcome(before, body, action, memory, period):  # terms of the reward, whether it is over, memory
    off = {off}  # {unit}
    return (-off, -EFFORT * np.mean(np.square(action))), False, memory
""",
        fields=f"""        memory_size={size},  # the target
        compares=(),
        reward=("{"distance" if tip else "pose"}", "effort"),
        termination="never",
""",
    )


def _from_where(anatomy: Anatomy) -> str:
    servos = all(drive.kind == "servo" for drive in anatomy.drives)
    return "where random actions brought it" if servos else "poses drawn between the limits of its joints"


def _functions(anatomy: Anatomy, targets: Targets) -> str:
    """Return the functions that outcome and observe call."""
    if targets.tip is not None:
        place = f'''@hebbax.compiled  # as it is called by functions of the task
def tip(body):
    return body.site_xpos[{targets.site}]  # of "{said(targets.tip)}", in m
'''
    else:
        places = [anatomy.joints[index].qpos for index in targets.joints]
        place = f"""@hebbax.compiled  # as it is called by a function of the task
def pose(body):
    return {_taken(places, len(anatomy.qpos))}
"""
    return f"""{place}

@hebbax.compiled
def target(noise):  # one of TARGETS
    number = np.floor(0.5 * (noise.uniform[{len(anatomy.qpos)}] + 1) * len(TARGETS))
    return np.sum(np.where((np.arange(len(TARGETS)) == number).reshape(-1, 1), TARGETS, 0.0), axis=0)


"""


def _taken(places: list[int], size: int) -> str:
    """Return an expression for places of qpos."""
    if places == list(range(places[0], places[0] + len(places))):
        return "body.qpos" if len(places) == size else f"body.qpos[{places[0]}:{places[-1] + 1}]"
    return f"body.qpos[np.array({places})]"
