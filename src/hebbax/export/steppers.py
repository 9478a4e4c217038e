"""Exported controllers as functions of their state, which is plain bytes: so that any engine can live through them."""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from hebbax.errors import HebbaxError, one_line
from hebbax.export.description import Description
from hebbax.export.numpy_controller import Controller
from hebbax.export.onnx_printer import import_onnx
from hebbax.export.write import first_state
from hebbax.files.temporary import temporary_folder

COMPILERS = ("cc", "gcc", "clang")
FLAGS = ("-std=c99", "-O2", "-fPIC", "-shared", "-Wall", "-Wextra")
_COMPILE_SECONDS = 300


class Stepper(Protocol):
    """A controller whose life is an array of bytes [state_size]."""

    state_size: int

    def begin(self, key: np.ndarray) -> np.ndarray:
        """Return the state of a newborn, of the key [2] of its first weights."""
        ...

    def step(
        self, state: np.ndarray, observation: np.ndarray, signal: np.ndarray
    ) -> tuple[int, np.ndarray, np.ndarray]:
        """Return status, action [actions] and the state after a step."""
        ...


def compiler() -> str | None:
    """Return the path of a C compiler, that of CC before others; None where there is none."""
    names = [os.environ.get("CC", ""), *COMPILERS]
    return next((path for name in names if name and (path := shutil.which(name))), None)


@contextmanager
def c_stepper(found: Description, sources: dict[str, bytes], compiler: str) -> Iterator[CStepper]:
    """Lend the compiled sources of a controller. Raises HebbaxError, with the first complaint, where it gets none."""
    with temporary_folder("export") as folder:
        for name, content in sources.items():
            (folder / name).write_bytes(content)
        wrap = f'#include <stddef.h>\n#include "{found.name}.h"\nsize_t size_of_state(void);\n'
        wrap += f"size_t size_of_state(void) {{ return sizeof({found.name}); }}\n"
        (folder / "size_of_state.c").write_text(wrap, "utf-8")
        library = folder / "controller.so"
        files = [str(folder / "size_of_state.c"), str(folder / f"{found.name}.c")]
        _compile([compiler, *FLAGS, "-o", str(library), *files, "-lm"])
        yield CStepper(found, library)


def _compile(command: Sequence[str]) -> None:
    try:
        done = subprocess.run(command, capture_output=True, text=True, errors="replace", timeout=_COMPILE_SECONDS)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise HebbaxError(f"{command[0]} cannot be run: {error}; set CC to a C compiler") from error
    if done.returncode != 0:
        complaints = [line for line in done.stderr.splitlines() if "error" in line] or done.stderr.splitlines()
        raise HebbaxError(f"{command[0]} does not compile the controller: {(complaints or ['it says nothing'])[0]}")


class CStepper:
    """A controller compiled from C."""

    def __init__(self, found: Description, library: Path) -> None:
        loaded = ctypes.CDLL(str(library))
        self._signals, self._actions = len(found.signals), found.action_size
        numbers = np.ctypeslib.ndpointer(np.float32, flags="C")
        size = loaded.size_of_state
        size.restype = ctypes.c_size_t
        self.state_size = int(size())
        bytes_of_state = np.ctypeslib.ndpointer(np.uint8, flags=["C", "ALIGNED"])
        self._begin = getattr(loaded, f"{found.name}_start_with_key")
        self._begin.argtypes = [bytes_of_state, ctypes.c_uint32, ctypes.c_uint32]
        self._begin.restype = None
        self._step = getattr(loaded, f"{found.name}_step")
        self._step.argtypes = [bytes_of_state, *[numbers] * (3 if self._signals else 2)]

    def begin(self, key: np.ndarray) -> np.ndarray:
        """Return the state of a newborn."""
        state = np.zeros(self.state_size, np.uint8)
        self._begin(state, int(key[0]), int(key[1]))
        return state

    def step(
        self, state: np.ndarray, observation: np.ndarray, signal: np.ndarray
    ) -> tuple[int, np.ndarray, np.ndarray]:
        """Return status, action and the state after a step."""
        state, action = np.array(state), np.zeros(self._actions, np.float32)
        inputs = [
            np.require(part, np.float32, ["C"]) for part in ((observation, signal) if self._signals else (observation,))
        ]
        return self._step(state, *inputs, action), action, state


class NumpyStepper:
    """A controller in NumPy, of the class that its file holds."""

    def __init__(self, controller: Controller) -> None:
        self._controller = controller
        self.state_size = sum(part.nbytes for part in controller.arrays())

    def begin(self, key: np.ndarray) -> np.ndarray:
        """Return the state of a newborn."""
        self._controller.start_with_key(int(key[0]), int(key[1]))
        return _bytes_of(self._controller.arrays())

    def step(
        self, state: np.ndarray, observation: np.ndarray, signal: np.ndarray
    ) -> tuple[int, np.ndarray, np.ndarray]:
        """Return status, action and the state after a step."""
        _put(state, self._controller.arrays())
        action = self._controller.step(observation, signal)
        return int(self._controller.status[0]), action, _bytes_of(self._controller.arrays())


class OnnxStepper:
    """A controller as a graph, run by onnxruntime."""

    def __init__(self, found: Description, model: Path | bytes) -> None:
        runtime = import_onnx("onnxruntime")
        options = runtime.SessionOptions()
        options.intra_op_num_threads, options.log_severity_level = 1, 3
        content = model.read_bytes() if isinstance(model, Path) else model
        try:
            self._session = runtime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
        except Exception as error:  # of its own kinds
            raise HebbaxError(
                f"{model if isinstance(model, Path) else 'the model'}: {one_line(error)[:200]}"
            ) from error
        self._found, self._state = found, first_state(found, lambda controller: None)
        self._status_at = list(self._state).index("last_status")
        self.state_size = sum(part.nbytes for part in self._state.values())

    def begin(self, key: np.ndarray) -> np.ndarray:
        """Return the state of a newborn."""
        state = first_state(self._found, lambda controller: controller.start_with_key(int(key[0]), int(key[1])))
        return _bytes_of(list(state.values()))

    def step(
        self, state: np.ndarray, observation: np.ndarray, signal: np.ndarray
    ) -> tuple[int, np.ndarray, np.ndarray]:
        """Return status, action and the state after a step."""
        _put(state, list(self._state.values()))
        inputs: dict[str, Any] = {"observation": np.asarray(observation, np.float32), **self._state}
        if self._found.signals:
            inputs["signal"] = np.asarray(signal, np.float32)
        action, *values = self._session.run(None, inputs)
        return int(values[self._status_at][0]), action, _bytes_of(values)


def _bytes_of(arrays: Sequence[np.ndarray]) -> np.ndarray:
    return np.concatenate([np.ascontiguousarray(part).reshape(-1).view(np.uint8) for part in arrays])


def _put(state: np.ndarray, arrays: Sequence[np.ndarray]) -> None:
    """Write a state's bytes into arrays."""
    at = 0
    for part in arrays:
        part[...] = np.array(state[at : at + part.nbytes]).view(part.dtype).reshape(part.shape)
        at += part.nbytes
