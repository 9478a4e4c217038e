"""Runs of a published experiment in few words: one line per run, from which table and figure are made."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from hebbax.comparison.curves import Curve, read_curve
from hebbax.config.stored import STORED
from hebbax.config.train import WITHOUT_EFFECT, TrainConfig, flat_dict, from_stored, to_dict
from hebbax.errors import HebbaxError
from hebbax.expected import TEXT, TEXTS, Fields, ListOf, number, or_null, shown, whole
from hebbax.files.atomic_write import write_text_atomically
from hebbax.files.documents import parse_json, read_text
from hebbax.policies.sizes import SIZES
from hebbax.runs.run_folder import RunFolder
from hebbax.runs.run_record import without_place
from hebbax.types import MOST_RETURN

METRIC = "mean-genome"

_RETURN = or_null(number(-MOST_RETURN, MOST_RETURN))

RECORD = Fields(
    needed={
        **dict.fromkeys(("run", "task", "policy"), TEXT),
        "seed": whole(0, 2**32 - 1),
        "generations": whole(1),
        **dict.fromkeys(("reached", "steps", "diverged"), whole()),
        "command": TEXTS,
        "seconds": number(0.0),
        "return_mean": ListOf(_RETURN),
        "mean_genome_return": ListOf(ListOf(or_null(number(-MOST_RETURN, MOST_RETURN)), 2)),
        "mean_genome_steps": ListOf(whole()),
        "diverged_at_end": number(0.0, 1.0),
        "sizes": Fields(dict.fromkeys(SIZES, or_null(whole()))),
        "made_with": TEXTS,
        "config": STORED,
    },
    known={"training_ticks": ListOf(whole(1))},
    agree=lambda record: _disagreement(record),
)
"""A line of metrics-TASK.jsonl."""

_ELSEWHERE = "choose another folder with --out"

_VERSIONS = ("hebbax", "python", "mujoco", "gymnasium", "numba", "llvmlite", "numpy", "jax", "evosax", "optax")


def _disagreement(record: Mapping[str, Any]) -> str | None:
    """Return where a record says of its run what its curve and its configuration do not, or None."""
    evaluations, reached = record["mean_genome_return"], record["reached"]
    if len(record["mean_genome_steps"]) != len(evaluations):
        return f"mean_genome_steps has {len(record['mean_genome_steps'])} values, expected {len(evaluations)}"
    places = [at for at, _ in evaluations]
    if not all(isinstance(at, int) and 1 <= at <= reached for at in places) or places != sorted(set(places)):
        return f"mean_genome_return: expected pairs of a generation up to reached={reached}, ascending, and a return"
    if record["mean_genome_steps"] != sorted(record["mean_genome_steps"]):
        return "mean_genome_steps: expected control ticks that ascend"
    config = record["config"]
    wanted = {"task": config.get("task", {}).get("name"), "policy": config.get("policy", {}).get("name")}
    for key, want in {**wanted, "seed": config.get("seed"), "generations": config.get("generations")}.items():
        if want is not None and record[key] != want:
            return f"{key}={shown(record[key])}, but config has {shown(want)}"
    return None


def record_of(path: Path) -> dict[str, Any]:
    """Return what is kept of a run folder: its configuration and learning curve.

    Evaluations are as they are, for tables are made of them; the population's returns are rounded to a hundredth.
    Raises HebbaxError where a file cannot be read.
    """
    folder, curve = RunFolder.open(path), read_curve(path, METRIC)
    lengths = () if curve.config.training.full else ("training_ticks",)
    records = folder.read_metrics("steps", "return_mean", "diverged", "seconds", *lengths)
    run = folder.read_record("command", "resumed", "cpu")
    return {
        "run": path.name,
        "task": curve.config.task.name,
        "policy": curve.config.policy.name,
        "seed": curve.config.seed,
        "generations": curve.config.generations,
        "reached": curve.generation,
        "command": without_place(run["command"]),
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
        config=from_stored(record["config"]),
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
        for place, line in enumerate(read_text(path, _ELSEWHERE).split("\n"), start=1):
            if not line:
                continue
            try:
                record = parse_json(line)
                RECORD.check(record)
                from_stored(record["config"])
                if record["run"] in found:
                    raise HebbaxError(f"run {shown(record['run'])} is there twice")
            except HebbaxError as error:
                raise HebbaxError(
                    f"{path}, line {place}: expected a run with its config, as this version writes it, but {error}; "
                    f"{_ELSEWHERE}"
                ) from None
            found[record["run"]] = record
    return found


def check_same(record: Mapping[str, Any], config: TrainConfig, folder: Path) -> None:
    """Raise HebbaxError where a record is of another configuration, in what results depend on."""
    before, now = flat_dict(from_stored(record["config"])), flat_dict(config)
    for key, value in now.items():
        if key not in WITHOUT_EFFECT and before.get(key) != value:
            raise HebbaxError(
                f"{folder} holds {record['run']} with {key}={before.get(key)}, now it is {key}={value}: choose another "
                "folder with --out"
            )


def _round(value: float | None) -> float | None:
    return None if value is None or value != value else round(float(value), 2)


def _environment(record: Mapping[str, Any]) -> str:
    return f"{', '.join(f'{name} {record[name]}' for name in _VERSIONS if name in record)}; {record['cpu']}"
