"""Runs of a published experiment in few words: one line per run, from which table and figure are made."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from hebbax.comparison.comparison import WITHOUT_EFFECT
from hebbax.comparison.curves import Curve, read_curve
from hebbax.config.train import TrainConfig, flat_dict, from_dict, to_dict
from hebbax.errors import HebbaxError
from hebbax.files.atomic_write import write_text_atomically
from hebbax.runs.run_folder import RunFolder

METRIC = "mean-genome"

_VERSIONS = ("hebbax", "python", "mujoco", "gymnasium", "numba", "llvmlite", "numpy", "jax", "evosax", "optax")


def record_of(path: Path) -> dict[str, Any]:
    """Return what is kept of a run folder: its configuration and learning curve.

    Evaluations are as they are, for tables are made of them; the population's returns are rounded to a hundredth.
    Raises HebbaxError where a file cannot be read.
    """
    folder, curve = RunFolder.open(path), read_curve(path, METRIC)
    records, run = folder.read_metrics(), folder.read_record()
    return {
        "run": path.name,
        "task": curve.config.task.name,
        "policy": curve.config.policy.name,
        "seed": curve.config.seed,
        "generations": curve.config.generations,
        "reached": curve.generation,
        "command": run["command"],
        "seconds": round(sum(record["seconds"] for record in records), 1),
        "steps": sum(record["steps"] for record in records),
        "return_mean": [_round(record["return_mean"]) for record in records],
        **({} if curve.config.training.full else {"training_ticks": [record["training_ticks"] for record in records]}),
        "mean_genome_return": [
            [int(at), float(value) if np.isfinite(value) else None]
            for at, value in zip(curve.generations, curve.values, strict=True)
        ],
        "mean_genome_steps": [int(steps) for steps in curve.steps],
        "diverged": sum(record["diverged"] for record in records),
        "diverged_at_end": curve.diverged,
        "sizes": dict(curve.sizes),
        "made_with": [_environment(entry) for entry in [run, *run["resumed"]]],
        "config": to_dict(curve.config),
    }


def curve_of(record: Mapping[str, Any]) -> Curve:
    """Return the learning curve of a record. Raises HebbaxError for a configuration that this version does not know."""
    evaluations = record["mean_genome_return"]
    return Curve(
        source=record["run"],
        config=from_dict(record["config"]),
        generation=record["reached"],
        generations=np.array([at for at, _ in evaluations], np.int64),
        steps=np.array(record["mean_genome_steps"], np.float64),
        values=np.array([np.nan if value is None else value for _, value in evaluations], np.float64),
        diverged=record["diverged_at_end"],
        sizes=record["sizes"],
    )


def records_path(folder: Path, task: str) -> Path:
    """Return the file of a task's records in a folder of results."""
    return folder / f"metrics-{task.replace('/', '_')}.jsonl"


def write_records(path: Path, records: list[dict[str, Any]]) -> None:
    """Write records, one per line. Raises HebbaxError where the file cannot be written."""
    write_text_atomically(path, "".join(json.dumps(record) + "\n" for record in records))


def read_records(folder: Path) -> dict[str, dict[str, Any]]:
    """Return the records in a folder of results by the name of their run, none where there is no such folder.

    Raises HebbaxError for a file that does not hold such records, as those of versions before there was `config`.
    """
    found: dict[str, dict[str, Any]] = {}
    for path in sorted(folder.glob("metrics-*.jsonl")):
        for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1):
            record = _parsed(line)
            if record is None or "config" not in record:
                raise HebbaxError(
                    f"{path}, line {number}: expected a run with its config, as this version writes it; choose another "
                    "folder with --out"
                )
            found[record["run"]] = record
    return found


def check_same(record: Mapping[str, Any], config: TrainConfig, folder: Path) -> None:
    """Raise HebbaxError where a record is of another configuration, in what results depend on."""
    before, now = flat_dict(from_dict(record["config"])), flat_dict(config)
    for key, value in now.items():
        if key not in WITHOUT_EFFECT and before.get(key) != value:
            raise HebbaxError(
                f"{folder} holds {record['run']} with {key}={before.get(key)}, now it is {key}={value}: choose another "
                "folder with --out"
            )


def _parsed(line: str) -> dict[str, Any] | None:
    try:
        record = json.loads(line)
    except json.JSONDecodeError:
        return None
    return record if isinstance(record, dict) else None


def _round(value: float | None) -> float | None:
    return None if value is None or value != value else round(float(value), 2)


def _environment(record: Mapping[str, Any]) -> str:
    return f"{', '.join(f'{name} {record[name]}' for name in _VERSIONS if name in record)}; {record['cpu']}"
