"""The parts of a checkpoint that is too large for one file: slices of at most 1 MB, named by their content.

A new checkpoint of a generation that has one already brings parts of other names, so those of the old one stay whole
until the file that names them is replaced: nothing is ever half of one and half of the other.
"""

from __future__ import annotations

import contextlib
import hashlib
import re
from collections.abc import Sequence
from pathlib import Path

from hebbax.errors import HebbaxError
from hebbax.expected import Single
from hebbax.files.atomic_write import write_bytes_atomically

PART_BYTES = 1_000_000
"""Of a file of a checkpoint, at most: hosts of repositories and packages refuse or warn of larger ones."""

PART_NAME = re.compile(r"(generation-\d{6,})\.part\d{3,}-[0-9a-f]{8}")
"""What a part of a run's is called: the checkpoint's name, a number from 1, and eight digits of its SHA-256."""

DIGEST = Single("64 hexadecimal digits", lambda value: isinstance(value, str) and bool(_DIGEST.fullmatch(value)))
"""The SHA-256 of a part."""

_DIGEST = re.compile(r"[0-9a-f]{64}")


def slices_of(content: bytes) -> list[bytes]:
    """Return the parts of a content."""
    return [content[at : at + PART_BYTES] for at in range(0, len(content), PART_BYTES)]


def digests_of(parts: Sequence[bytes]) -> list[str]:
    """Return the SHA-256 of each part."""
    return [hashlib.sha256(part).hexdigest() for part in parts]


def part_paths(path: Path, digests: Sequence[str]) -> list[Path]:
    """Return where the parts of the checkpoint at a path are, by their SHA-256 in order."""
    names = (f"{path.stem}.part{number:03d}-{digest[:8]}" for number, digest in enumerate(digests, start=1))
    return [path.with_name(name) for name in names]


def write_with_parts(path: Path, head: bytes, parts: Sequence[bytes]) -> list[Path]:
    """Write parts, and last the file that names them: with it the checkpoint is there, before it is not.

    Returns all files, that one first.

    Raises HebbaxError where one cannot be written (disk full); what was there before stays, and nothing else.
    """
    paths = part_paths(path, digests_of(parts))
    new = [part for part in paths if not part.exists()]
    try:
        for place, part in zip(paths, parts, strict=True):
            write_bytes_atomically(place, part)
        write_bytes_atomically(path, head)
    except BaseException:
        for place in new:
            with contextlib.suppress(OSError):
                place.unlink(missing_ok=True)
        raise
    return [path, *paths]


def read_parts(path: Path, digests: Sequence[str]) -> bytes:
    """Return what the parts of the checkpoint at a path hold. Raises HebbaxError for one that is not as it was."""
    parts = []
    for place, digest in zip(part_paths(path, digests), digests, strict=True):
        try:
            part = place.read_bytes()
        except OSError as error:
            reason = "is missing" if isinstance(error, FileNotFoundError) else error.strerror or str(error)
            raise HebbaxError(f"its part {place.name} {reason}") from error
        if hashlib.sha256(part).hexdigest() != digest:
            raise HebbaxError(f"its part {place.name} is cut off or altered (its checksum does not match)")
        parts.append(part)
    return b"".join(parts)


def remove_stray_parts(folder: Path, checkpoint_names: Sequence[str], newest: Sequence[Path]) -> None:
    """Remove the parts in a folder that no checkpoint there has.

    Args:
        folder: of checkpoints.
        checkpoint_names: of those that are there, without their ending.
        newest: the files of the one just written. Parts of others are left alone, those of damaged ones too.
    """
    for place in folder.iterdir():
        named = PART_NAME.fullmatch(place.name)
        if named is None:
            continue
        is_old = named[1] == newest[0].stem and place not in newest
        if is_old or named[1] not in checkpoint_names:
            place.unlink(missing_ok=True)
