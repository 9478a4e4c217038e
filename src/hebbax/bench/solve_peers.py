"""Others' software for `solve --peers`, each in a process of its own, with the settings that its authors publish."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hebbax.errors import HebbaxError

PEERS: dict[str, tuple[str, str | None]] = {
    "Stable-Baselines3 PPO": ("settings of RL Baselines3 Zoo for HalfCheetah, one environment", "stable_baselines3"),
    "SBX PPO": ("the same in JAX, with the same settings", "sbx"),
    "evosax on SyncVectorEnv": ("OpenAI-ES, 512 genomes, as published for Hebbian Attractor Networks", None),
}
"""What each is, and the package that it needs besides hebbax's own."""


def run_peer(name: str, case: Mapping[str, Any], side: Mapping[str, Any], seed: int) -> dict[str, Any]:
    """Return the evaluations of a peer by time and steps; where it is not installed or fails, none and the reason.

    Its clock runs from launch and stands still while it is evaluated. The process may use every core.
    """
    package = PEERS[name][1]
    if package is not None and importlib.util.find_spec(package) is None:
        return {"seed": seed, "evaluations": [], "not_run": f"{package} is not installed"}
    module = "han_child" if package is None else "ppo_child"
    wanted = {**{key: side[key] for key in ("seconds", "until", "every")}, "package": package, "seed": seed}
    command = [sys.executable, "-m", f"hebbax.bench.{module}", json.dumps({**wanted, "lives": case["lives"]})]
    load = os.getloadavg()[0]
    with tempfile.TemporaryDirectory(prefix="hebbax-bench-") as folder, (Path(folder) / "log").open("w+") as log:
        child = subprocess.run([*command, str(time.time())], stdout=subprocess.PIPE, stderr=log, text=True, cwd=folder)
        log.seek(0)
        if child.returncode != 0:
            raise HebbaxError(f"{name}, seed {seed} failed: {log.read().strip()[-300:]}")
    evaluations = [json.loads(line) for line in child.stdout.splitlines() if line.startswith("{")]
    return {"seed": seed, "load": load, "evaluations": evaluations}
