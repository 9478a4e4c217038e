"""The folder of an exported controller."""

from __future__ import annotations

import inspect
import io
import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from hebbax.errors import HebbaxError, check_seed
from hebbax.export import numpy_controller
from hebbax.export.c_printer import print_c
from hebbax.export.describe import describe_run
from hebbax.export.description import Description
from hebbax.export.examples import check_program, example_loop, ros2_node
from hebbax.export.manifest import FORMATS, MANIFEST, Manifest, read_manifest, sha256
from hebbax.export.onnx_printer import print_onnx, state_shapes
from hebbax.export.readme import readme
from hebbax.export.test_vector import TEXT, Vector, file_of, record_vector
from hebbax.files.atomic_write import write_bytes_atomically
from hebbax.files.destination import check_folder
from hebbax.runs.stored_run import StoredRun

TOLERANCE = 1e-3
"""How far an action of the test vector may be from that of the original; most are within 1e-6."""

TO_FILL_IN = ("example_loop.c", "ros2_node.py")
"""Files that are for their reader to change: a second export leaves them as they are."""


def export_run(
    run: StoredRun, format: str, folder: Path, *, called: str, which: str = "best", bits: int = 32, seed: int = 1
) -> Manifest:
    """Write a stored controller to a folder.

    Args:
        run: of the controller.
        format: a key of FORMATS.
        folder: which is made, or has an export that is replaced.
        called: what the run is called, for whoever verifies the export.
        which: genome, "best" or "mean".
        bits: of a coefficient, 32 or 16.
        seed: that the life of the test vector starts with.

    Raises HebbaxError for a policy that cannot be printed, and a folder that holds something else.
    """
    check_seed(seed)
    check_place(folder)
    found = describe_run(run, which, bits)
    printed = code_of(found, format, seed)
    # The vector is of what is exported: 16-bit coefficients are another controller.
    vector = record_vector(run, found, which, seed)
    vector = vector if bits == 32 else answered_by(found, vector, seed)
    name, content = file_of(vector, found)
    files = {**printed, name: content}
    manifest = Manifest(
        format,
        found.name,
        called,
        which,
        bits,
        seed,
        TOLERANCE,
        found.controller_sha256,
        found.made_with,
        {path: sha256(data) for path, data in files.items()},
    )
    folder.mkdir(parents=True, exist_ok=True)
    _remove_former(folder)
    for path, data in {**files, **_beside(found, manifest, name)}.items():
        if path not in TO_FILL_IN or not (folder / path).exists():
            write_bytes_atomically(folder / path, data)
    write_bytes_atomically(folder / "README.md", readme(found, manifest, vector, name).encode())
    write_bytes_atomically(folder / MANIFEST, manifest.text.encode())
    return manifest


def _remove_former(folder: Path) -> None:
    """Remove the controller that a folder has held; what its owner may have filled in stays."""
    names: list[str] = []
    with suppress(HebbaxError):  # of a former export that was cut or edited, what is named anew is replaced
        names = [name for name in read_manifest(folder).files if Path(name).name == name]
    for name in (MANIFEST, *names):  # the manifest first: it comes back when all is there
        (folder / name).unlink(missing_ok=True)


def answered_by(found: Description, vector: Vector, seed: int) -> Vector:
    """Return a vector with the actions of a description, in NumPy."""
    controller = numpy_controller.Controller(found.to_json())
    controller.start(seed)
    rows = zip(vector.observations, vector.signals, strict=True)
    actions = [controller.step(observation, signal) for observation, signal in rows]
    return replace(vector, actions=np.array(actions, np.float32))


def check_place(folder: Path) -> None:
    """Raise HebbaxError for a folder that cannot be written to, or that holds something else than an export."""
    check_folder(folder)
    if folder.is_dir() and not (folder / MANIFEST).is_file() and any(folder.iterdir()):
        raise HebbaxError(f"{folder}: it is not empty and holds no export; choose a new folder with --to")


def code_of(found: Description, format: str, seed: int) -> dict[str, bytes]:
    """Return the files that are the controller, by their names."""
    return _PRINTERS[format](found, seed)


def _c(found: Description, seed: int) -> dict[str, bytes]:
    return {name: text.encode() for name, text in print_c(found).items()}


def _json(found: Description, seed: int) -> dict[str, bytes]:
    return {f"{found.name}.json": f"{json_text(found)}\n".encode()}


def _numpy(found: Description, seed: int) -> dict[str, bytes]:
    source, _, _ = inspect.getsource(numpy_controller).rpartition('DESCRIPTION = ""')
    return {f"{found.name}.py": f'{source}DESCRIPTION = r"""\n{json_text(found)}\n"""\n'.encode()}


def json_text(found: Description) -> str:
    """Return a description as JSON, one row of numbers a line."""
    text = json.dumps(found.to_json(), separators=(",", ":"), ensure_ascii=True)
    return text.replace("],[", "],\n[").replace('},{"', '},\n{"')


def _onnx(found: Description, seed: int) -> dict[str, bytes]:
    packed = io.BytesIO()
    state: dict[str, Any] = dict(first_state(found, lambda controller: controller.start(seed)))
    np.savez(packed, **state)
    return {f"{found.name}.onnx": print_onnx(found), "start.npz": packed.getvalue()}


def first_state(found: Description, start: Callable[[numpy_controller.Controller], None]) -> dict[str, np.ndarray]:
    """Return the state of a newborn as the ONNX model takes it, of a controller that `start` starts."""
    controller = numpy_controller.Controller(found.to_json())
    start(controller)
    state = {name: np.zeros(shape, dtype) for name, (shape, dtype) in state_shapes(found).items()}
    for index, weights in enumerate(controller.weights):
        if f"weights_{index}" in state:
            state[f"weights_{index}"] = weights
    return state


_PRINTERS: dict[str, Callable[[Description, int], dict[str, bytes]]] = dict(
    zip(FORMATS, (_c, _onnx, _numpy, _json), strict=True)
)


def _beside(found: Description, manifest: Manifest, vector_file: str) -> dict[str, bytes]:
    """Return what goes with the controller for others to change."""
    files = {}
    if manifest.format == "c":
        files["example_loop.c"] = example_loop(found)
        if vector_file == TEXT:
            files["check.c"] = check_program(found, manifest, vector_file)
    if manifest.format in ("c", "numpy"):
        files["ros2_node.py"] = ros2_node(found, manifest)
    return {name: text.encode() for name, text in files.items()}
