"""What stands where in a recording: its arrays with their units, and the names of their columns.

docs/recording.md documents it, and a test holds the two together.
"""

from __future__ import annotations

from dataclasses import dataclass

from hebbax.tasks.external.task import AnyTask
from hebbax.types import END_DIVERGED, END_REACHED, END_STOPPED, END_TERMINATED

SCHEMA = 4

END_NAMES = {END_REACHED: "reached", END_TERMINATED: "terminated", END_DIVERGED: "diverged", END_STOPPED: "stopped"}
"""What a life's attribute `end` says."""


@dataclass(frozen=True)
class Dataset:
    """One array of a life, one row per kept tick."""

    name: str
    unit: str
    meaning: str


DATASETS = (
    Dataset("tick", "", "number of the tick, from 0"),
    Dataset("time", "s", "since birth, at the start of the tick"),
    Dataset("qpos", "m, rad", "positions, at the start of the tick"),
    Dataset("qvel", "m/s, rad/s", "velocities, at the start of the tick"),
    Dataset("observations", "", "what the policy saw, before normalisation"),
    Dataset("actions", "", "what it did"),
    Dataset("rewards", "", "reward of the tick"),
    Dataset("terminated", "", "whether the task's termination came at the end of the tick"),
    Dataset("contacts", "", "part of the tick's physics steps in which each body feels a contact force"),
    Dataset("torques", "N·m, N", "torque (N of a slide) of each actuator where it acts most, at each physics step"),
    Dataset("speeds", "rad/s, m/s", "speed of that degree of freedom, end of each physics step"),
)
"""All arrays but those of two groups.

- `weights`, one array per layer, [ticks, presynaptic, postsynaptic].
- `state`, in worlds of one's own, one array per array of the state.
- `pictures`, in place of `observations` where these are pictures of the state: `row`, counted from 0, and
  `observations` of the kept ticks at which they do not come out of the state, as those of a tick that was not kept.
"""

WEIGHTS_MEANING = "weights of a layer at the start of the tick"


STATE_MEANING = "state of the world at the start of the tick"


def columns_of(task: AnyTask) -> dict[str, list[str]]:
    """Return the names of the columns of positions, velocities, contacts, actions and efforts, where there are any.

    A joint of several coordinates gives its name with a number, as in `root[3]`.
    """
    columns = task.world.columns()
    actuators = columns.get("torques", [])
    # A task may turn another number of actions into its controls.
    return {**columns, "actions": actuators} if actuators and len(actuators) == task.action_size else columns
