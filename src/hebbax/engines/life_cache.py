"""Compiled lives on disk. What is found there is a guess: it is verified, and a life can always be had without it."""

from __future__ import annotations

import contextlib
import hashlib
import logging
import os
import pickle
import tempfile
import uuid
from functools import cache
from pathlib import Path
from typing import Any

from numba.core.caching import NullCache
from numba.core.compiler import CompileResult
from numba.core.serialize import dumps

from hebbax.compiling.compiler import outermost
from hebbax.engines.fingerprint import fingerprint_of
from hebbax.errors import one_line

_DIGEST_SIZE = hashlib.sha256().digest_size
_ROOM = 1_000_000  # bytes; what one compiled life takes
_FORM = 2  # lives of the first form may call a function of the process that loads them (`compiling/symbols.py`)

logger = logging.getLogger(__name__)


def cache_folder() -> Path | None:
    """Return where compiled lives are kept: `HEBBAX_CACHE`, or hebbax in the user's cache folder; None without both."""
    for variable, below in (("HEBBAX_CACHE", ""), ("XDG_CACHE_HOME", "hebbax")):
        if os.environ.get(variable):
            return Path(os.environ[variable]) / below
    try:
        return Path.home() / ".cache" / "hebbax"
    except RuntimeError:  # no HOME, and the system knows no such user
        return None


def obstacle() -> str | None:
    """Return why no life can be kept, in one line, or None; tried, because permissions do not tell all."""
    folder = cache_folder()
    if folder is None:
        return _advice("there is no home folder")
    nearest = folder.absolute()
    while not nearest.exists():
        nearest = nearest.parent
    try:
        with tempfile.TemporaryFile(dir=nearest) as file:
            file.write(bytes(_ROOM))
    except OSError as error:
        return _cannot_write(folder, error)
    return None


class LifeCache(NullCache):
    """What Numba asks for a compiled life, and gives one to keep.

    A file is named by what it has to be: the fingerprint of the life, the processor and the types of the arguments. It
    begins with a SHA-256 over these and all that follows, so another life or a damaged one is none. No failure here
    is an error: one note says that lives are compiled anew.
    """

    def __init__(self, fingerprint: str) -> None:
        self._fingerprint = fingerprint

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        """Return the life that was compiled for these argument types, or None where there is any doubt about it."""
        target_context.refresh()
        key = self._key(sig, target_context.codegen())
        path = self._path(key)
        if path is None:
            return None
        try:
            content = path.read_bytes()
        except OSError:  # most often there is none yet; any other reason is told when the next one cannot be kept
            return None
        digest, payload = content[:_DIGEST_SIZE], content[_DIGEST_SIZE:]
        try:
            if digest != digest_of(key, payload):
                raise ValueError("it is damaged")
            return CompileResult._rebuild(target_context, *pickle.loads(payload))  # noqa: S301 - verified just above
        except Exception as error:
            logger.warning("a life is compiled anew, because %s cannot be used: %s", path, one_line(error))
            return None

    def save_overload(self, sig: Any, cres: CompileResult) -> None:
        """Keep a life that was compiled for these argument types."""
        key = self._key(sig, cres.codegen)
        path = self._path(key)
        if path is None:
            return note_obstacle(None)
        if cres.library.has_dynamic_globals:
            return _note(
                "a life is compiled anew in every process: it refers to an address, as of a large global array"
            )
        try:
            payload = dumps(cres._reduce())
        except Exception as error:  # whatever a user's function holds may refuse
            return _note(f"a life is compiled anew in every process: {one_line(error)}")
        try:
            write_whole(path, digest_of(key, payload) + payload)
        except OSError as error:
            note_obstacle(error)

    def _key(self, sig: Any, codegen: Any) -> bytes:
        return repr((_FORM, self._fingerprint, sig, codegen.magic_tuple())).encode()

    def _path(self, key: bytes) -> Path | None:
        folder = cache_folder()
        return folder and folder / f"life_{self._fingerprint}_{hashlib.sha256(key).hexdigest()[:12]}.nbc"


def kept(function: Any, versions: tuple[str, ...] = ()) -> Any:
    """Return a function compiled, and kept on disk for the next process."""
    compiled = outermost(function)
    compiled._cache = LifeCache(fingerprint_of(function, versions))  # Numba's own would miss edits in what is called
    return compiled


def digest_of(key: bytes, payload: bytes) -> bytes:
    """Return what a file begins with: a SHA-256 over what it has to be and what it holds."""
    return hashlib.sha256(key + payload).digest()


def write_whole(path: Path, content: bytes) -> None:
    """Write under a name that no other process uses, then rename: two processes may compile the same life."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(f".{uuid.uuid4().hex[:16]}.tmp")
    try:
        temporary.write_bytes(content)
        os.replace(temporary, path)
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink()  # gone already, unless the writing failed


def note_obstacle(error: OSError | None) -> None:
    """Tell once why nothing is kept: what the system said, or None where there is no folder to keep it in."""
    folder = cache_folder()
    _note(_advice("there is no home folder") if folder is None or error is None else _cannot_write(folder, error))


def _cannot_write(folder: Path, error: OSError) -> str:
    return _advice(f"cannot write to {folder}: {error.strerror or error}")


def _advice(reason: str) -> str:
    return f"every process compiles its lives anew: {reason}; set HEBBAX_CACHE to a folder that can be written to"


@cache
def _note(text: str) -> None:
    """Tell it once per process, not once per life."""
    logger.warning("%s", text)
