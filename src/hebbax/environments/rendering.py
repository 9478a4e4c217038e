"""Pictures of a life while it is lived: MuJoCo's in a process that draws, a world's own as it draws them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

import numpy as np

from hebbax.engines.puppets import Puppets
from hebbax.errors import HebbaxError, unknown_name
from hebbax.files.temporary import temporary_folder
from hebbax.report.film.film import BACKENDS, PACKAGE_PARENT, RenderUnavailable

RENDER_MODES = ("human", "rgb_array")


def check_render_mode(mode: str | None, *, human: bool = True) -> None:
    """Raise HebbaxError for a mode that is none."""
    modes = RENDER_MODES if human else RENDER_MODES[1:]
    if mode is not None and mode not in modes:
        raise unknown_name("render_mode", str(mode), modes)


def check_window() -> None:
    """Raise HebbaxError where Matplotlib has no window to show anything in."""
    import matplotlib
    from matplotlib.backends.registry import BackendFilter, backend_registry

    backend = matplotlib.get_backend().lower()
    if backend in backend_registry.list_builtin(BackendFilter.NON_INTERACTIVE):
        raise HebbaxError(f"render_mode=human: Matplotlib has no window here ({backend}); expected rgb_array")


class Picture:
    """What shows one life of some puppets; nothing is started before the first picture."""

    def __init__(self, puppets: Puppets, width: int, height: int, camera: str) -> None:
        for name, value in (("width", width), ("height", height)):
            if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= 8192:
                raise HebbaxError(f"{name}={value}: expected a whole number of pixels from 1 to 8192")
        self._puppets, self._width, self._height, self._camera = puppets, width, height, camera
        self._process: _Drawer | None = None
        self._model: Any = None  # the one that it draws
        self._window: Any = None

    def of_life(self, life: int) -> np.ndarray:
        """Return a picture of a life, uint8 [height, width, 3]; a world that draws itself says how large.

        Raises RenderUnavailable where no OpenGL works, and HebbaxError for a world that cannot be seen.
        """
        world = self._puppets.task.world
        if world.film == "drawing":
            return world.drawing(self._puppets.state(life))
        if world.film != "model":
            raise HebbaxError(f"task {self._puppets.task.name!r}: its {world.kind} cannot be drawn; render_mode=None")
        qpos, model = self._puppets.state(life).qpos, self._puppets.model(life)
        if self._process is None or model is not self._model:
            self.close()
            self._process, self._model = self._started(model, qpos), model
        return self._process.draw(qpos)

    def show(self, life: int) -> None:
        """Show a life in a window. Raises HebbaxError where there is no display."""
        check_window()  # first, because a picture takes a process
        picture = self.of_life(life)
        if self._window is None:
            self._window = _Window(picture)
        self._window.show(picture)

    def close(self) -> None:
        """End the process and close the window, if there are any."""
        if self._process is not None:
            self._process.close()
        if self._window is not None:
            self._window.close()
        self._process = self._window = self._model = None

    def _started(self, model: Any, qpos: np.ndarray) -> _Drawer:
        """Return a process that draws a model, by the first OpenGL library that works."""
        job = {"width": self._width, "height": self._height, "camera": self._camera, "nq": len(qpos)}
        reasons = {}
        with temporary_folder("render") as folder:
            path = folder / "model.mjb"
            self._puppets.task.world.save_model(path, model)
            for backend in BACKENDS:
                drawer = _Drawer({**job, "model": str(path)}, qpos, backend)
                if drawer.refused is None:
                    return drawer
                reasons[backend] = drawer.refused
        raise RenderUnavailable(reasons)


class _Drawer:
    """A process that gets states and returns pictures; it ends when its stdin does."""

    def __init__(self, job: dict[str, Any], qpos: np.ndarray, backend: str) -> None:
        self._shape = (job["height"], job["width"], 3)
        paths = os.pathsep.join(filter(None, [str(PACKAGE_PARENT), os.environ.get("PYTHONPATH")]))
        self._child = subprocess.Popen(
            [sys.executable, "-m", "hebbax.environments.render_worker", json.dumps(job)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "MUJOCO_GL": backend, "PYTHONPATH": paths},
        )
        self._send(qpos)
        answer = self._stdout.readline().decode(errors="replace").strip()
        self.refused = None if answer == "ready" else answer or "it ended"
        if self.refused is not None:
            self.close()
        if self.refused is not None and self.refused.startswith("error: "):
            raise HebbaxError(self.refused.removeprefix("error: "))

    @property
    def _stdout(self) -> Any:
        return self._child.stdout

    def _send(self, qpos: np.ndarray) -> None:
        pipe = self._child.stdin
        assert pipe is not None
        try:
            pipe.write(np.ascontiguousarray(qpos, np.float64).tobytes())
            pipe.flush()
        except OSError:  # it has ended: what it answers, or does not, says so
            return

    def draw(self, qpos: np.ndarray) -> np.ndarray:
        """Return the picture of a state, uint8 [height, width, 3]."""
        self._send(qpos)
        size = int(np.prod(self._shape))
        data = self._stdout.read(size)
        if len(data) != size:
            raise HebbaxError("the process that draws has ended: expected a picture; reset the environment and go on")
        return np.frombuffer(data, np.uint8).reshape(self._shape).copy()

    def close(self) -> None:
        """End the process."""
        for pipe in (self._child.stdin, self._child.stdout):
            if pipe is not None:
                pipe.close()
        self._child.wait()


class _Window:
    """A window of Matplotlib's."""

    def __init__(self, picture: np.ndarray) -> None:
        import matplotlib.pyplot as plt

        self._plt = plt
        self._figure = plt.figure("hebbax", figsize=(picture.shape[1] / 100, picture.shape[0] / 100), dpi=100)
        axes = self._figure.add_axes((0.0, 0.0, 1.0, 1.0))
        axes.set_axis_off()
        self._image = axes.imshow(picture)

    def show(self, picture: np.ndarray) -> None:
        """Show another picture."""
        self._image.set_data(picture)
        self._figure.canvas.draw_idle()
        self._plt.pause(0.001)

    def close(self) -> None:
        """Close it."""
        self._plt.close(self._figure)
