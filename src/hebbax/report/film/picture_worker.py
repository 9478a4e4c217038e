"""The process that makes a film of pictures: the encoder forks, which a process with JAX must not.

Run as `python -m hebbax.report.film.picture_worker FOLDER`; the folder holds `job.json` (output,
frames_per_second, captions) and `frames.npy`, uint8 [frames, height, width, 3], and receives `result.json`.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np

from hebbax.report.film.encoder import write_film
from hebbax.report.film.lettering import with_captions
from hebbax.report.film.render_worker import leave_result
from hebbax.workers import end_with_stdin


def main(folder: Path) -> None:
    """Do the job in a folder, and leave there what came of it."""

    def encode() -> None:
        job = json.loads((folder / "job.json").read_text())
        frames = iter(np.load(folder / "frames.npy", mmap_mode="r"))
        write_film(job["output"], job["frames_per_second"], with_captions(frames, job["captions"]))

    leave_result(folder, encode)


if __name__ == "__main__":
    end_with_stdin()
    main(Path(sys.argv[1]))
