"""Add up the work of a Go1's joints over all physics steps, beside the power that a recording has, one sample a tick.

    python benchmarks/servo_power.py benchmarks/results/servo-power.json

plays the actions of one life of each shipped Go1 in MuJoCo again, step by step.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import mujoco
import numpy as np

from hebbax.analysis.analyze import analyze_source
from hebbax.runs.stored_run import StoredRun
from hebbax.runs.trials import Source
from hebbax.zoo import zoo_names

SEED = 5


def measure(name: str) -> dict[str, float | str]:
    """Return both powers of one life, W, and how far the robot that is stepped here ends from the one recorded, m."""
    run = StoredRun.open(name, on_note=print)
    source = Source.of_run(run, lifetimes=1, seed=SEED)
    (life,) = analyze_source(source)["lives"]
    _, record = source.runner().record(0)
    world = run.task.world
    model, work = world.model, 0.0
    data, memory = mujoco.MjData(model), np.zeros(run.task.memory_size)
    data.qpos[:], data.qvel[:] = record.qpos[0], record.qvel[0]
    mujoco.mj_forward(model, data)
    for action in record.actions:
        data.ctrl[:] = run.task.actuate(np.asarray(action, float), None, memory)
        for _ in range(world.substeps):
            before = data.qpos[7:].copy()
            mujoco.mj_step(model, data)
            work += float(np.sum(np.abs(data.qfrc_actuator[6:] * (data.qpos[7:] - before))))
    return {
        "controller": name,
        "all_steps": work / (len(record.actions) * run.task.control_period),
        "one_sample_a_tick": life["reality"]["power"]["value"] * world.body().mass,
        "apart": float(abs(data.qpos[0] - record.qpos[-1, 0])),
    }


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("out", type=Path)
    out = options.parse_args().out
    rows = [measure(f"zoo:{name}") for name in zoo_names() if name.startswith("go1")]
    for row in rows:
        print("  ".join(value if isinstance(value, str) else f"{value:.3g}" for value in row.values()))
    out.write_text(json.dumps({"seed": SEED, "watts": rows}, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
