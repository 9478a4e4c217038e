"""Video and filmstrips of a robot, drawn off-screen in a child process."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from hebbax.errors import HebbaxError
from hebbax.expected import TEXT, Fields, number
from hebbax.files.atomic_write import write_error
from hebbax.files.documents import read_json
from hebbax.files.temporary import temporary_error, temporary_folder
from hebbax.report.film.render_worker import NO_ROOM, Job
from hebbax.report.film.scene import FOLLOWING
from hebbax.workers import lifeline

# What MUJOCO_GL is set to, in the order in which they are tried: EGL can use a graphics card, OSMesa needs none.
BACKENDS = ("cgl", "glfw") if sys.platform == "darwin" else ("egl", "osmesa")

PACKAGE_PARENT = Path(__file__).resolve().parents[3]  # where the child finds hebbax, installed or not

# A driver that hangs must not hang the command: a start, and far more time a frame than software drawing takes.
START_SECONDS, FRAME_SECONDS = 60.0, 2.0


class RenderUnavailable(HebbaxError):
    """No OpenGL library on this machine draws off-screen. `reasons` says what each backend answered."""

    def __init__(self, reasons: dict[str, str]):
        if sys.platform == "darwin":
            remedy = "on macOS run it from a session that is logged in to the desktop"
        else:
            remedy = (
                "install libegl1 or libosmesa6 (Debian, Ubuntu: apt-get install libegl1), "
                "mesa-libEGL (Fedora) or mesalib (conda-forge)"
            )
        super().__init__(f"cannot draw the robot: no off-screen OpenGL ({', '.join(reasons)}) works here; {remedy}")
        self.reasons = reasons


@dataclass(frozen=True)
class Rendered:
    """What was drawn: a file, its number of frames, the backend that drew it and the wall-clock seconds it took."""

    path: Path
    frames: int
    backend: str
    seconds: float


@dataclass(frozen=True)
class Child:
    """A process that draws: its module, its job, the arrays that it reads, and what to call what it draws."""

    module: str
    job: dict[str, Any]
    arrays: dict[str, np.ndarray]
    subject: str


def render_video(
    model_xml: Path,
    qpos: np.ndarray,
    path: Path,
    *,
    frames_per_second: float,
    width: int = 480,
    height: int = 360,
    camera: str = FOLLOWING,
    captions: Sequence[str] = (),
) -> Rendered:
    """Write a film of a robot in one state per frame: a GIF where the path ends so, else an MP4 (H.264, yuv420p).

    Args:
        model_xml: path of the MJCF, or of the MJB that MuJoCo made of one.
        qpos: float [frames, nq], m and rad; cut before its first row that is not finite, which is how a life that
            diverged ends.
        path: of the film.
        frames_per_second: of the film.
        width: pixels, even.
        height: pixels, even.
        camera: FOLLOWING, FIXED, or the name or number of one of the model's; see `choose_camera`.
        captions: the lines that stand on each frame; none for a film without.

    Raises RenderUnavailable where no OpenGL works, and HebbaxError for a model, state, camera, size or file that
    cannot be used; no part of a file is left behind then.
    """
    if frames_per_second <= 0:
        raise HebbaxError(f"expected frames_per_second to be above 0, but it was {frames_per_second}")
    if width % 2 or height % 2:
        raise HebbaxError(f"expected an even width and height, but they were {width} and {height}")
    job = _job("video", model_xml, path, width, height, camera)
    job = replace(job, frames_per_second=float(frames_per_second), captions=list(captions))
    return _render(job, qpos, path)


def render_filmstrip(
    model_xml: Path,
    qpos: np.ndarray,
    path: Path,
    *,
    width: int = 240,
    height: int = 180,
    camera: str = FOLLOWING,
) -> Rendered:
    """Write one PNG of a robot in several states, side by side: one frame of width × height pixels a row of `qpos`.

    The arguments and errors are those of `render_video`.
    """
    return _render(_job("filmstrip", model_xml, path, width, height, camera), qpos, path)


def _job(kind: str, model_xml: Path, path: Path, width: int, height: int, camera: str) -> Job:
    """Return the job of drawing into a temporary file beside the path. Raises HebbaxError for a size or model file."""
    if width < 1 or height < 1:
        raise HebbaxError(f"expected a width and height above 0, but they were {width} and {height}")
    if not model_xml.is_file():
        raise HebbaxError(f"cannot draw the robot: there is no model {model_xml}")
    output = unfinished(path, ".png" if kind == "filmstrip" else film_suffix(path))
    return Job(str(model_xml.absolute()), str(output), kind, width, height, 0.0, camera, [])


def _render(job: Job, qpos: np.ndarray, path: Path) -> Rendered:
    """Draw a robot in the states that are finite."""
    states = _finite_states(qpos)
    # A binary model is a copy made for the film, whose name tells nobody anything.
    subject = "the robot" if job.model_xml.endswith(".mjb") else job.model_xml
    child = Child("hebbax.report.film.render_worker", asdict(job), {"qpos": states}, subject)
    return draw_in_child(child, len(states), Path(job.output), path)


def draw_in_child(child: Child, frames: int, output: Path, path: Path) -> Rendered:
    """Draw with the first backend that can, and move the file to its name when it is whole.

    Raises RenderUnavailable where no OpenGL works, and HebbaxError with what the child says, or where the file cannot
    be written; no part of it is left behind then.
    """
    try:
        path.absolute().parent.mkdir(parents=True, exist_ok=True)
        backend, seconds = _try_backends(child, path, START_SECONDS + FRAME_SECONDS * frames)
        os.replace(output, path)
    except OSError as error:
        raise write_error(path, error) from error
    finally:
        output.unlink(missing_ok=True)
    return Rendered(path, frames, backend, seconds)


def film_suffix(path: Path) -> str:
    """Return the ending of a film: .gif where its path has that, else .mp4."""
    return ".gif" if path.suffix == ".gif" else ".mp4"


def unfinished(path: Path, suffix: str) -> Path:
    """Return the file to draw into, beside the path, so that the last step is a rename.

    Its suffix is that from which the encoder takes the format.
    """
    return path.absolute().with_name(f".{path.name}.{os.getpid()}{suffix}")


def _finite_states(qpos: np.ndarray) -> np.ndarray:
    """Return the rows before the first that is not finite, float64 [frames, nq]. Raises HebbaxError without one."""
    states = np.asarray(qpos, np.float64)
    if states.ndim != 2:
        raise HebbaxError(f"expected qpos to have shape [frames, nq], but it had shape {list(states.shape)}")
    broken = ~np.isfinite(states).all(axis=1)
    states = states[: int(np.argmax(broken))] if broken.any() else states
    if not len(states):
        raise HebbaxError("cannot draw the robot: there is no finite state to draw")
    return states


def _try_backends(child: Child, path: Path, timeout: float) -> tuple[str, float]:
    """Return the backend that did the job, and the seconds it took."""
    reasons = {}
    with temporary_folder("render") as folder:
        for array_name, array in child.arrays.items():
            np.save(folder / f"{array_name}.npy", array, allow_pickle=False)
        (folder / "job.json").write_text(json.dumps(child.job))
        for backend in BACKENDS:
            result = _run_child(child.module, folder, backend, timeout)
            if "not_written" in result:
                raise write_error(path, OSError(0, result["not_written"]))
            if "error" in result:
                raise HebbaxError(f"cannot draw {child.subject}: {result['error']}")
            if "seconds" in result:
                return backend, result["seconds"]
            reasons[backend] = result["no_drawing"]
    raise RenderUnavailable(reasons)


def _run_child(module: str, folder: Path, backend: str, timeout: float) -> dict:
    """Run one child and return its result; one that left none, because OpenGL ended it, could not draw."""
    environment = os.environ | {"MUJOCO_GL": backend}
    environment.pop("PYOPENGL_PLATFORM", None)  # MuJoCo sets it, and refuses one that disagrees
    # In the folder MuJoCo may leave its MUJOCO_LOG.TXT. -P: nothing is imported from there.
    environment["PYTHONPATH"] = os.pathsep.join([str(PACKAGE_PARENT), environment.get("PYTHONPATH", "")]).rstrip(
        os.pathsep
    )
    command = [sys.executable, "-P", "-m", module, str(folder)]
    result = folder / "result.json"
    result.unlink(missing_ok=True)
    try:
        with lifeline() as stdin:
            done = subprocess.run(
                command, cwd=folder, env=environment, stdin=stdin, capture_output=True, text=True, timeout=timeout
            )
    except subprocess.TimeoutExpired:
        return {"no_drawing": f"no answer within {timeout:.0f} s"}
    if result.exists():
        return _result_of(result)
    lines = done.stderr.strip().splitlines()
    if done.returncode == NO_ROOM:
        raise temporary_error(lines[-1] if lines else "no room")
    return {"no_drawing": lines[-1] if lines else f"ended with code {done.returncode}"}


_RESULT = Fields(known={"seconds": number(0.0), **dict.fromkeys(("no_drawing", "not_written", "error"), TEXT)})


def _result_of(path: Path) -> dict:
    """Return what a child has left, which may have been ended, or had no room on the disk, while it wrote."""
    try:
        found = read_json(path, _RESULT)
    except HebbaxError as error:
        return {"no_drawing": str(error)}
    return found or {"no_drawing": f"{path.name} is empty"}
