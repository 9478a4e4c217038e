"""Weights & Biases, online where this machine has an account and offline elsewhere."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from hebbax.config.train import TrainConfig, to_dict
from hebbax.evolution.tracking import TrackerUnavailable
from hebbax.files.atomic_write import write_text_atomically

PROJECT = "hebbax"
"""The project where WANDB_PROJECT names none."""

_ID_NAME = "wandb-id.txt"


class WandbTracker:
    """One wandb run a run folder; a resumed run continues the same curves, by an id that the folder keeps."""

    def __init__(self, config: TrainConfig, folder: Path, on_note: Callable[[str], None]) -> None:
        try:
            import wandb  # pyright: ignore[reportMissingImports]
        except ImportError as error:
            raise TrackerUnavailable(f"pip install 'hebbax[wandb]' ({error})") from error
        mode = _mode(wandb)
        self._run = wandb.init(
            project=os.environ.get("WANDB_PROJECT", PROJECT),
            id=_run_id(folder),
            name=folder.name,
            config=to_dict(config),
            dir=str(folder),
            resume="allow",
            mode=mode,
            settings=wandb.Settings(silent=True, console="off", disable_git=True, save_code=False),
        )
        if mode == "offline" and "WANDB_MODE" not in os.environ:
            on_note(f"track=wandb: no account on this machine, so it is recorded offline; `wandb sync {self._path}`")

    @property
    def _path(self) -> Path:
        return Path(self._run.dir).parent

    def log(self, generation: int, metrics: Mapping[str, float]) -> None:
        """Record the numbers of a generation; wandb ignores one that it has already, as after a killed process."""
        self._run.log(dict(metrics), step=generation)

    def close(self) -> None:
        """Write what is left."""
        self._run.finish()


def _mode(wandb: Any) -> str:
    """Return WANDB_MODE, else online where there is an account: wandb itself would ask for one and wait."""
    if "WANDB_MODE" in os.environ:
        return os.environ["WANDB_MODE"]
    return "online" if wandb.login(prompt=False, verify=False) else "offline"


def _run_id(folder: Path) -> str:
    path = folder / _ID_NAME
    if not path.exists():
        write_text_atomically(path, secrets.token_hex(8) + "\n")  # a name for the service; no result depends on it
    return path.read_text("utf-8").strip()
