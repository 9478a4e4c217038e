"""Which files of a run's folder belong to it: config.yaml says what the run is, and the others are held against it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import yaml

from hebbax.config.train import TrainConfig, from_stored, to_dict
from hebbax.errors import HebbaxError, about
from hebbax.runs.checkpoint import Checkpoint
from hebbax.runs.identity import difference
from hebbax.runs.run_folder import NoCheckpointOfRunError, RunFolder
from hebbax.runs.saved_state import config_of

Note = Callable[[str], None]


def config_text(config: TrainConfig) -> str:
    """Return what config.yaml holds of a configuration."""
    return yaml.safe_dump(to_dict(config), sort_keys=False, allow_unicode=True)


def newest_of_run(folder: RunFolder, on_note: Note) -> tuple[Path, Checkpoint, TrainConfig]:
    """Return the newest good checkpoint that was written with the folder's config.yaml, and that configuration.

    Newer ones that are damaged, or another run's, are told to `on_note`. Raises HebbaxError where there is none, and
    names what differs: nothing may be written then.
    """
    config = folder.stored_config()
    return *_newest_with(folder, config, on_note), config


def newest_to_read(folder: RunFolder, on_note: Note) -> tuple[Path, Checkpoint]:
    """Return the newest good checkpoint, those of the run before all others; what does not fit is told to `on_note`.

    Raises HebbaxError where no checkpoint is good.
    """
    try:
        config = folder.stored_config()
    except HebbaxError as error:
        path, checkpoint = folder.newest_checkpoint(on_note)
        on_note(f"{error}; the configuration in {path.name} is used")
        return path, checkpoint
    try:
        return _newest_with(folder, config, on_note)
    except NoCheckpointOfRunError as error:
        path, checkpoint = folder.newest_checkpoint(on_note)
        on_note(f"{path} {error.reason}: the checkpoint's is used")
        return path, checkpoint


def _newest_with(folder: RunFolder, config: TrainConfig, on_note: Note) -> tuple[Path, Checkpoint]:
    """Return the newest good checkpoint that was written with a configuration."""

    def foreign(checkpoint: Checkpoint) -> str | None:
        differing = difference(config_of(checkpoint), config)
        return differing and f"was written with {differing[0]}, config.yaml says {differing[1]}"

    return folder.newest_checkpoint(on_note, foreign)


def check_record(folder: RunFolder, record: Mapping[str, Any], config: TrainConfig) -> None:
    """Raise HebbaxError where run.json is of another run than config.yaml; earlier versions recorded nothing of it."""
    if (differing := _begun_otherwise(folder, record, config)) is not None:
        raise HebbaxError(
            f"{folder.record_path} was written with {differing[0]}, config.yaml says {differing[1]}; put back the one "
            "that is not this run's, or was edited"
        )


def note_on_records(folder: RunFolder, record: Mapping[str, Any], config: TrainConfig, on_note: Note) -> None:
    """Tell `on_note` where run.json or model.xml is not of a controller with a configuration; neither is needed."""
    try:
        differing = _begun_otherwise(folder, record, config)
    except HebbaxError as error:
        differing = None
        on_note(f"{error}; it is not used")
    if differing is not None:
        on_note(
            f"{folder.record_path} was written with {differing[0]}, this controller with {differing[1]}: what it says "
            "of versions and model is another run's"
        )
    hashed = record.get("model_sha256")
    if hashed is None or "assets_sha256" in record or not folder.model_path.is_file():
        return
    if hashlib.sha256(folder.model_path.read_bytes()).hexdigest() != hashed:
        on_note(f"{folder.model_path} is not the model that run.json names: it is not read, the installed task is used")


def check_best(folder: RunFolder, path: Path, checkpoint: Checkpoint) -> None:
    """Raise HebbaxError where metrics.jsonl is of another run, by its lines or by a checkpoint's best evaluation."""
    records, best = folder.read_metrics(), checkpoint.document["best"]
    if best is None:
        return
    for record in records:
        told = record.get("mean_genome_return")
        if record.get("generation") == best["generation"] - 1 and told not in (None, best["return_mean"]):
            raise HebbaxError(
                f"{folder.metrics_path} has return {told} for generation {record['generation']}, {path.name} has "
                f"{best['return_mean']}: they are of different runs; put back the one that is not this run's"
            )


def _begun_otherwise(folder: RunFolder, record: Mapping[str, Any], config: TrainConfig) -> tuple[str, str] | None:
    if "config" not in record:
        return None
    with about(folder.record_path):
        written_with = from_stored(record["config"])
    return difference(written_with, config)
