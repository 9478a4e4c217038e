"""The process that draws a robot state by state: MuJoCo fixes its OpenGL library when it is imported.

`python -m hebbax.environments.render_worker JOB` with MUJOCO_GL set; JOB is JSON with the model's path, width, height,
camera and nq. It reads states, float64 [nq], from stdin; the first it answers with a line, `ready` or why not, each
later one with a picture, uint8 [height, width, 3]. It ends with its stdin.
"""

from __future__ import annotations

import json
import sys
from typing import Any

import numpy as np

from hebbax.errors import one_line
from hebbax.report.film.render_worker import NoDrawing, open_renderer


def main(job: dict[str, Any]) -> None:
    """Answer states until there are no more."""
    size, states, answers = 8 * job["nq"], sys.stdin.buffer, sys.stdout.buffer
    first = np.frombuffer(states.read(size), np.float64)
    try:
        draw = open_renderer(job["model"], first[None], job["width"], job["height"], job["camera"])
        answer = "ready"
    except NoDrawing as error:
        answer, draw = one_line(error) or "no drawing", None
    except Exception as error:  # whatever it is, the parent is to say it in one line
        answer, draw = f"error: {one_line(error)}", None
    answers.write(f"{answer}\n".encode())
    answers.flush()
    while draw is not None and len(row := states.read(size)) == size:
        answers.write(draw(np.frombuffer(row, np.float64)).tobytes())
        answers.flush()


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
