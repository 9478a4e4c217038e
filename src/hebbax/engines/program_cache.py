"""Programs that JAX has compiled, kept on disk for the next process, beside compiled lives and as carefully.

JAX can keep them itself, but writes a file in place, so that another process may read a part of it, and warns of a
damaged one at every start from then on. Its key is a SHA-256 over the program as it is before it is compiled, XLA's
options and versions; here come the processor and how many cores it has, since XLA splits loops by them.
"""

from __future__ import annotations

import hashlib
import logging
from functools import cache
from pathlib import Path
from typing import Any

import llvmlite.binding as llvm

from hebbax.cores import schedulable_cores
from hebbax.engines.life_cache import cache_folder, digest_of, note_obstacle, write_whole

_FORM = 1
_DIGEST_SIZE = hashlib.sha256().digest_size

logger = logging.getLogger(__name__)


def keep_programs() -> None:
    """Have this process keep what JAX compiles, and look there first, unless its user has said where JAX keeps them.

    For a process that is ours alone: it holds for all of JAX.
    """
    import jax
    from jax._src import compilation_cache  # JAX has no public way to give it another cache than a folder

    folder = jax.config.values.get("jax_compilation_cache_dir")
    if folder is not None or getattr(compilation_cache, "_cache", None) is not None:
        return
    jax.config.update("jax_persistent_cache_min_compile_time_secs", 0)  # many small ones are what a start waits for
    compilation_cache._cache = ProgramCache()


class ProgramCache:
    """What JAX asks for a compiled program by its key, and gives one to keep. No failure here is an error."""

    _path = Path()  # JAX's own caches have one

    def get(self, key: str) -> bytes | None:
        """Return a program, or None where there is any doubt about it."""
        path = self._file(key)
        if path is None:
            return None
        try:
            content = path.read_bytes()
        except OSError:  # as of a life: most often there is none yet
            return None
        digest, payload = content[:_DIGEST_SIZE], content[_DIGEST_SIZE:]
        if digest == digest_of(_identity(key), payload):
            return payload
        logger.warning("a program of JAX is compiled anew, because %s cannot be used: it is damaged", path)
        return None

    def put(self, key: str, value: bytes) -> None:
        """Keep a program."""
        path = self._file(key)
        if path is None:
            return note_obstacle(None)
        try:
            write_whole(path, digest_of(_identity(key), value) + value)
        except OSError as error:
            note_obstacle(error)

    def _file(self, key: str) -> Path | None:
        folder = cache_folder()
        return folder and folder / "jax" / f"{hashlib.sha256(_identity(key)).hexdigest()[:32]}.xla"


def _identity(key: str) -> bytes:
    return repr((_FORM, key, *_machine())).encode()


@cache
def _machine() -> tuple[Any, ...]:
    return llvm.get_host_cpu_name(), llvm.get_host_cpu_features().flatten(), schedulable_cores()
