"""The files that a model is made of beside its text: meshes, textures, height fields and skins.

MuJoCo writes a model as one text with its includes in it, and names these files as their author did, relative to
folders that a copy of the text does not have. So a run keeps them beside the text, which names them there.
"""

from __future__ import annotations

import hashlib
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import mujoco
import numpy as np

FOLDER = "assets"
"""Where the files are, beside the text."""

MOST = 32 * 2**20
"""Bytes of all files that a run keeps; of more, it keeps the hash alone, so that a folder of runs stays small."""

_FILES = ("file", "fileright", "fileleft", "fileup", "filedown", "filefront", "fileback")
_FOLDERS = ("meshdir", "texturedir", "assetdir", "strippath")
_MADE = ("mesh_vert", "mesh_face", "mesh_texcoord", "hfield_data", "tex_data", "skin_vert", "skin_face")


class Assets(NamedTuple):
    """The files of a model by their place beside its text, the text that names them there, and what they are."""

    xml: str
    files: dict[str, bytes]  # none where one was not found, or they are too many
    sha256: str | None  # hexadecimal; None for a model without files
    missing: str = ""  # why there are none of those that it has


def assets_of(spec: mujoco.MjSpec, model: mujoco.MjModel, xml: str, most: int | None = None) -> Assets:
    """Return the files of a model whose text is given, unless they are more than `most` bytes together, else MOST."""
    most = MOST if most is None else most
    root = ElementTree.fromstring(xml)
    places: dict[str, str] = {}
    files: dict[str, bytes] = {}
    for element, attribute in _named(root):
        name = element.attrib[attribute]
        content = _content(spec, element.tag, name)
        if content is None:  # of a part from another model, say, whose folder the text does not name
            made = _digest(getattr(model, array).tobytes() for array in _MADE)
            return Assets(xml, {}, made, f"the file {name!r} of the model was not found")
        place = places.setdefault(f"{element.tag} {name}", f"{FOLDER}/{len(places)}-{Path(name).name}")
        files[place], element.attrib[attribute] = content, place
    if not files:
        return Assets(xml, {}, None)
    for compiler in root.iter("compiler"):
        for attribute in _FOLDERS:
            compiler.attrib.pop(attribute, None)
    sha256 = _digest(files.values())
    if sum(map(len, files.values())) > most:
        return Assets(xml, {}, sha256, f"the files of the model are more than {most // 2**20} MB together")
    return Assets(ElementTree.tostring(root, encoding="unicode") + "\n", files, sha256)


def _named(root: Any) -> Iterator[tuple[Any, str]]:
    for element in root.iter():
        yield from ((element, attribute) for attribute in _FILES if attribute in element.attrib)


def _content(spec: mujoco.MjSpec, tag: str, name: str) -> bytes | None:
    """Return a file, from those that came with the source, or from disk; None where there is none."""
    folder = spec.texturedir if tag == "texture" else spec.meshdir
    base = Path(name).name if spec.strippath else name
    for key in (name, base, str(Path(folder, base)), Path(name).name):
        if key in spec.assets:
            content = spec.assets[key]
            return content.encode() if isinstance(content, str) else bytes(content)
    for path in (Path(spec.modelfiledir, folder, base), Path(folder, base), Path(spec.modelfiledir, base)):
        if path.is_file():
            return path.read_bytes()
    return None


def _digest(parts: Any) -> str:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(np.int64(len(part)).tobytes() + part)
    return digest.hexdigest()
