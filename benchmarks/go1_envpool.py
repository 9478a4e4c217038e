"""Compare our Go1 with EnvPool's, which has MuJoCo Playground's model: the same births, the same twenty actions.

    pip install -e '.[envpool]'
    python benchmarks/go1_envpool.py benchmarks/results/go1-envpool.json

Observations are without noise. Each row is the root mean square of their differences over 32 lives, by group, after 1,
5 and 20 actions: of `go1_joystick` as it is, and with what the published model has otherwise put in. The last rows say
how large the observations are themselves.
"""

from __future__ import annotations

import argparse
import copy
import json
from pathlib import Path
from typing import Any

import envpool
import mujoco
import numpy as np

from hebbax.tasks.go1 import HEIGHT
from hebbax.tasks.registry import make_task
from hebbax.types import Simulation
from hebbax.worlds.mujoco.simulation import simulation_of

LIVES, ACTIONS, AFTER = 32, 20, (1, 5, 20)
IMU = np.array([-0.01592, -0.06659, -0.00617])
"""Where the published model measures velocities, from the origin of the trunk, m."""

LOW = 0.278
"""How high the published robot is born, m, its feet 1.7 cm in the ground."""

GROUPS = {"velocity": (0, 3), "angular velocity": (3, 6), "gravity": (6, 9), "angles": (9, 21), "velocities": (21, 33)}
_COMMAND = slice(45, 48)


def theirs(actions: np.ndarray) -> np.ndarray:
    """Return EnvPool's observations [actions + 1, lives, 48] of lives that all take these actions [actions, 12]."""
    pool = envpool.make_gymnasium("Go1JoystickFlatTerrain-v1", num_envs=LIVES, seed=0, noise_level=0.0)
    first = pool.reset()[0]["state"]
    rest = [pool.step(np.repeat(action[None], LIVES, axis=0))[0]["state"].copy() for action in actions]
    return np.array([first, *rest])


def ours(model: mujoco.MjModel, height: float, births: np.ndarray, actions: np.ndarray) -> np.ndarray:
    """Return our observations, like `theirs`, of lives that are born at a height with EnvPool's velocities."""
    task = make_task("go1_joystick")
    lives = []
    for birth in births:
        data, memory = mujoco.MjData(model), np.zeros(task.memory_size)
        mujoco.mj_resetDataKeyframe(model, data, 0)
        turning = birth[3:6]
        data.qpos[2], data.qvel[3:6] = height, turning
        data.qvel[:3] = birth[:3] - np.cross(turning, IMU)
        memory[20:23] = birth[_COMMAND]
        mujoco.mj_forward(model, data)
        rows = [_observed(task, data, memory)]
        for action in actions:
            data.ctrl[:] = task.actuate(action, None, memory)
            mujoco.mj_step(model, data, nstep=5)
            rows.append(_observed(task, data, memory))
        lives.append(rows)
    return np.array(lives).swapaxes(0, 1)


def _observed(task: Any, data: mujoco.MjData, memory: np.ndarray) -> np.ndarray:
    seen = np.array(task.observe(Simulation(*(np.array(field) for field in simulation_of(data))), memory))
    seen[:3] += np.cross(seen[3:6], IMU)
    return seen


def changed(model: mujoco.MjModel, softness: bool = False, dry_friction: bool = True) -> mujoco.MjModel:
    """Return a model with the published softness of contacts, or without the dry friction that it has as published."""
    other = copy.copy(model)
    if softness:
        other.pair_solref[:] = [0.02, 1.0]
        other.pair_solimp[:] = [0.9, 0.95, 0.023, 0.5, 2.0]
    if not dry_friction:
        other.dof_frictionloss[:] = 0.0
    return other


def differences(one: np.ndarray, other: np.ndarray) -> dict[str, dict[str, float]]:
    """Return the root mean square difference of two arrays of observations, by number of actions and by group."""
    return {
        str(after): {
            name: float(np.sqrt(np.mean(np.square(one[after][:, start:stop] - other[after][:, start:stop]))))
            for name, (start, stop) in GROUPS.items()
        }
        for after in AFTER
    }


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("out", type=Path)
    actions = np.random.default_rng(0).uniform(-0.4, 0.4, (ACTIONS, 12)).astype(np.float32)
    seen, model = theirs(actions), make_task("go1_joystick").world.model
    variants = {
        "as it is": (model, HEIGHT),
        "soft contacts": (changed(model, softness=True), HEIGHT),
        "born low": (model, LOW),
        "soft contacts, born low": (changed(model, softness=True), LOW),
        "soft contacts, born low, no dry friction": (changed(model, softness=True, dry_friction=False), LOW),
    }
    out = options.parse_args().out
    mine = {name: ours(*variant, seen[0], actions) for name, variant in variants.items()}
    rows = {name: differences(observed, seen) for name, observed in mine.items()}
    rows["how large they are"] = differences(seen, np.zeros_like(seen))
    at_birth = float(np.abs(mine["as it is"][0][:, :33] - seen[0][:, :33]).max())
    print(f"largest difference at birth: {at_birth:.1e}")
    print("; ".join(("after", *GROUPS)))
    for name, row in rows.items():
        for after, values in row.items():
            print(f"{name:44}{after:>4}  " + "  ".join(f"{value:8.4f}" for value in values.values()))
    versions = {"envpool": envpool.__version__, "mujoco": mujoco.__version__}
    document = {"lives": LIVES, "at_birth": at_birth, "differences": rows, "versions": versions}
    out.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
