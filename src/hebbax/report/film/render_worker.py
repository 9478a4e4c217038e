"""The process that draws a robot: MuJoCo fixes its OpenGL library when it is imported, so each try needs a new one.

Run as `python -m hebbax.report.film.render_worker FOLDER` with MUJOCO_GL set; the folder holds `job.json` (the fields
of `Job`) and `qpos.npy`, and receives `result.json`.
"""

from __future__ import annotations

import io
import json
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from hebbax.errors import one_line
from hebbax.report.film.encoder import Frames, NotWritten, write_film
from hebbax.report.film.lettering import with_captions
from hebbax.report.film.scene import choose_camera, prepare_scenery
from hebbax.workers import end_with_stdin
from hebbax.worlds.mujoco.robot import root_body

FILMSTRIP_GAP = 4  # white pixels between two frames
NO_ROOM = 74  # the exit code where what came of a job could not be written; EX_IOERR of sysexits.h


@dataclass(frozen=True)
class Job:
    """What to draw: paths are absolute, sizes in pixels, `camera` as `find_camera` takes it."""

    model_xml: str
    output: str
    kind: str  # "video" or "filmstrip"
    width: int
    height: int
    frames_per_second: float
    camera: str
    captions: list[str]  # of each frame of a video; none where nothing is written on it


class NoDrawing(Exception):
    """This process has no OpenGL; another backend may."""


def main(folder: Path) -> None:
    """Do the job in a folder, and leave there what came of it."""

    def draw() -> None:
        job = Job(**json.loads((folder / "job.json").read_text()))
        frames = _draw(job, np.load(folder / "qpos.npy", allow_pickle=False))
        if job.kind == "video":
            write_film(job.output, job.frames_per_second, with_captions(frames, job.captions))
        else:
            _write_filmstrip(job, frames)

    leave_result(folder, draw)


def leave_result(folder: Path, work: Callable[[], None]) -> None:
    """Do the work of a child process, and write what came of it to result.json."""
    result: dict[str, Any]
    start = time.perf_counter()
    try:
        work()
        result = {"seconds": time.perf_counter() - start}
    except NoDrawing as error:
        result = {"no_drawing": one_line(error)}
    except NotWritten as error:
        result = {"not_written": one_line(error)}
    except Exception as error:  # whatever it is, the parent is to say it in one line
        result = {"error": one_line(error)}
    try:
        (folder / "result.json").write_text(json.dumps(result))
    except OSError as error:
        print(error.strerror, file=sys.stderr)
        sys.exit(NO_ROOM)


def _draw(job: Job, qpos: np.ndarray) -> Frames:
    """Yield one frame a row of qpos [frames, nq], uint8 [height, width, 3]."""
    draw = open_renderer(job.model_xml, qpos, job.width, job.height, job.camera)
    for row in qpos:
        yield draw(row)


def open_renderer(path: str, qpos: np.ndarray, width: int, height: int, camera: str) -> Callable[[np.ndarray], Any]:
    """Return what draws a state [nq] of the model at a path, uint8 [height, width, 3].

    `qpos` [states, nq] begins with the first, and is the way that a camera stands off for which sees all of it. Raises
    NoDrawing where this process has no OpenGL, and ValueError for states of another model.
    """
    mujoco = _or_no_drawing(_import_mujoco)
    model = (mujoco.MjModel.from_binary_path if path.endswith(".mjb") else mujoco.MjModel.from_xml_path)(path)
    if qpos.shape[1] != model.nq:
        raise ValueError(f"expected qpos to have shape [frames, {model.nq}], but it had shape {list(qpos.shape)}")
    model.vis.global_.offwidth = max(model.vis.global_.offwidth, width)
    model.vis.global_.offheight = max(model.vis.global_.offheight, height)
    data = mujoco.MjData(model)
    data.qpos[:] = qpos[0]
    mujoco.mj_forward(model, data)
    prepare_scenery(mujoco, model, data)
    seen_from = choose_camera(mujoco, model, data, camera, _way(mujoco, model, data, qpos), width / height)
    renderer = _or_no_drawing(lambda: mujoco.Renderer(model, height, width))
    # A leg mirrored in the floor distracts from the gait; haze draws a white line along the horizon.
    renderer.scene.flags[mujoco.mjtRndFlag.mjRND_REFLECTION] = False
    renderer.scene.flags[mujoco.mjtRndFlag.mjRND_HAZE] = False

    def draw(row: np.ndarray) -> Any:
        data.qpos[:] = row
        mujoco.mj_kinematics(model, data)
        mujoco.mj_comPos(model, data)
        mujoco.mj_camlight(model, data)
        renderer.update_scene(data, seen_from)
        return renderer.render()

    return draw


def _way(mujoco: Any, model: Any, data: Any, qpos: np.ndarray) -> np.ndarray:
    """Return where the robot's root is in states [frames, nq], float64 [frames, 3]; `data` is in the first again."""
    way = np.zeros((len(qpos), 3))
    for place, row in zip(way, qpos, strict=True):
        data.qpos[:] = row
        mujoco.mj_kinematics(model, data)
        place[:] = data.xpos[root_body(model)]
    data.qpos[:] = qpos[0]
    mujoco.mj_forward(model, data)
    return way


def _import_mujoco() -> Any:
    import mujoco

    # Without a usable MUJOCO_GL library the import may succeed and leave this out.
    mujoco.GLContext  # noqa: B018
    return mujoco


def _or_no_drawing(step: Callable[[], Any]) -> Any:
    """Return what a step that needs OpenGL returns, or raise NoDrawing for whatever it raises."""
    try:
        return step()
    except Exception as error:
        raise NoDrawing(one_line(error)) from error


def _write_filmstrip(job: Job, frames: Frames) -> None:
    """Write frames side by side into one PNG."""
    import imageio.v3 as imageio

    gap = np.full((job.height, FILMSTRIP_GAP, 3), 255, np.uint8)
    strip = [part for frame in frames for part in (frame.copy(), gap)]
    picture = io.BytesIO()
    imageio.imwrite(picture, np.hstack(strip[:-1]), extension=".png")
    try:
        Path(job.output).write_bytes(picture.getvalue())
    except OSError as error:
        raise NotWritten(error.strerror) from error


if __name__ == "__main__":
    end_with_stdin()
    main(Path(sys.argv[1]))
