"""TensorBoard's event files, in the folder `tensorboard` of a run."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from hebbax.evolution.tracking import TrackerUnavailable

FOLDER = "tensorboard"


class TensorBoardTracker:
    """Writes one scalar a metric and generation, by tensorboardX; a resumed run continues the same curves."""

    def __init__(self, folder: Path, generation: int) -> None:
        try:
            from tensorboardX import SummaryWriter  # pyright: ignore[reportMissingImports]
        except ImportError as error:
            raise TrackerUnavailable(f"pip install 'hebbax[tensorboard]' ({error})") from error
        # What a killed process wrote after the checkpoint is run again: TensorBoard hides it from this step on.
        purge = generation if (folder / FOLDER).exists() else None
        self._writer = SummaryWriter(logdir=str(folder / FOLDER), purge_step=purge)

    def log(self, generation: int, metrics: Mapping[str, float]) -> None:
        """Record the numbers of a generation."""
        for name, value in metrics.items():
            self._writer.add_scalar(name, value, generation)
        self._writer.flush()  # a generation takes seconds; a viewer should not wait for the buffer

    def close(self) -> None:
        """Write what is left."""
        self._writer.close()
