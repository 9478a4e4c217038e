"""What an exported folder says of itself: whose controller it holds, how it was made, and what belongs to it."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import asdict, dataclass
from pathlib import Path

from hebbax.errors import HebbaxError
from hebbax.expected import TEXT, Fields, ObjectOf, Single, exactly, number, one_of, whole
from hebbax.files.documents import read_json

SCHEMA = 1
MANIFEST = "export.json"
FORMATS = {
    "c": "C99: a header and a source, without allocation",
    "onnx": "a step as a graph, with its state as inputs and outputs",
    "numpy": "one file of Python, without hebbax and JAX",
    "json": "all numbers with their names, for any other language",
}
"""What a controller can be exported as."""

_REMEDY = "export the controller again"
_HASH = Single(
    "64 hexadecimal digits", lambda value: isinstance(value, str) and bool(re.fullmatch("[0-9a-f]{64}", value))
)
_WORD = Single(
    "a word", lambda value: isinstance(value, str) and bool(re.fullmatch("[A-Za-z_]\\w{0,200}", value, re.ASCII))
)
_SHAPE = Fields(
    {
        "schema": exactly(SCHEMA),
        "format": one_of(*FORMATS),
        "name": _WORD,
        "run": TEXT,
        "genome": one_of("best", "mean"),
        "bits": Single("16 or 32", lambda value: type(value) is int and value in (16, 32)),
        "seed": whole(0, 2**32 - 1),
        "tolerance": number(0.0, 1.0),
        "controller_sha256": _HASH,
        "hebbax": TEXT,
        "files": ObjectOf(_HASH),
    }
)


@dataclass(frozen=True)
class Manifest:
    """What `export.json` holds."""

    format: str  # a key of FORMATS
    name: str
    run: str
    genome: str
    bits: int  # of a coefficient
    seed: int  # that the life of the test vector starts with
    tolerance: float  # of an action of the test vector
    controller_sha256: str
    hebbax: str
    files: dict[str, str]  # SHA-256 of those that must stay as they are

    @property
    def text(self) -> str:
        """The file."""
        return json.dumps({"schema": SCHEMA, **asdict(self)}, indent=1) + "\n"


def read_manifest(folder: Path) -> Manifest:
    """Return the manifest of a folder. Raises HebbaxError for a folder that is no export, or one that was changed."""
    if not (folder / MANIFEST).is_file():
        raise HebbaxError(f"{folder}: it has no {MANIFEST}; expected a folder that `hebbax export` has made")
    document = read_json(folder / MANIFEST, _SHAPE, _REMEDY)
    return Manifest(**{key: document[key] for key in Manifest.__dataclass_fields__})


def sha256(content: bytes) -> str:
    """Return the hash of a file's content."""
    return hashlib.sha256(content).hexdigest()


def check_files(folder: Path, manifest: Manifest) -> None:
    """Raise HebbaxError for a file that is missing, or no longer what was exported."""
    for name, expected in manifest.files.items():
        path = folder / name
        if path.parent != folder or not path.is_file():
            raise HebbaxError(f"{path}: it is missing; {_REMEDY}")
        try:
            found = sha256(path.read_bytes())
        except OSError as error:
            raise HebbaxError(f"cannot read {path}: {error.strerror}; {_REMEDY}") from error
        if found != expected:
            raise HebbaxError(f"{path}: it is not what was exported, it was cut or edited; {_REMEDY}")
