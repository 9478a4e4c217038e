"""The file beneath HDF5, which never hears that a write has failed.

A full disk is no error to HDF5 that it could recover from: the file stays open within the library, which writes to it
once more when the process ends, and crashes. So HDF5 writes through this object (h5py's driver `fileobj`). What the
system refuses stays in memory, where HDF5 reads it back, and `check` tells who writes the recording.
"""

from __future__ import annotations

import errno
import os
from pathlib import Path

# What systems say where they cannot promise room ahead: then it is seen when bytes are written.
_NO_PROMISE = (errno.EOPNOTSUPP, errno.ENOSYS, errno.EINVAL)


class Storage:
    """A new file, empty at first. Not to be used by two threads at once. Raises OSError where it cannot be made."""

    def __init__(self, path: Path) -> None:
        self._file = open(path, "w+b", buffering=0)  # noqa: SIM115
        self._position = self._size = self._promised = 0
        self._kept: list[tuple[int, bytes]] = []  # from the first refusal on, every write in its order
        self._refusal: OSError | None = None

    def make_room(self, end: int) -> None:
        """Have the system promise that the file can grow to so many bytes. Raises OSError where it will not."""
        if end <= self._promised or not hasattr(os, "posix_fallocate"):  # which macOS does not have
            return
        try:
            os.posix_fallocate(self._file.fileno(), self._promised, end - self._promised)
        except OSError as error:
            if error.errno not in _NO_PROMISE:
                raise
        self._promised = end

    def check(self) -> None:
        """Raise the OSError of the first write that was refused, if one was."""
        if self._refusal is not None:
            raise self._refusal

    def settle(self) -> None:
        """Write once more what was refused, and wait until all is on the disk. Raises OSError where that fails."""
        self._file.truncate(self._size)
        for begin, content in self._kept:
            self._write(begin, memoryview(content)[: max(0, self._size - begin)])
        os.fsync(self._file.fileno())

    def close(self) -> None:
        """Close the file, whole or not."""
        self._file.close()

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Go to a place, from the beginning or the end."""
        self._position = offset + (self._size if whence == os.SEEK_END else 0)
        return self._position

    def tell(self) -> int:
        """Return the place."""
        return self._position

    def readinto(self, buffer: memoryview) -> int:
        """Fill a buffer, with zeros beyond the end, and return its length."""
        view, begin = memoryview(buffer).cast("B"), self._position
        content = os.pread(self._file.fileno(), len(view), begin)
        view[:] = content.ljust(len(view), b"\0")
        for at, part in self._kept:
            low, high = max(at, begin), min(at + len(part), begin + len(view))
            if low < high:
                view[low - begin : high - begin] = part[low - at : high - at]
        self._position += len(view)
        return len(view)

    def write(self, content: memoryview) -> int:
        """Write all of a buffer, or keep it in memory."""
        view, begin = memoryview(content).cast("B"), self._position
        self._position += len(view)
        self._size = max(self._size, self._position)
        try:
            self._write(begin, view)
        except OSError as error:
            self._refusal = self._refusal or error
        if self._refusal is not None:
            self._kept.append((begin, bytes(view)))
        return len(view)

    def truncate(self, size: int) -> int:
        """Make the file so long; `settle` does it on the disk, so that the room ahead stays until then."""
        self._size = size
        return size

    def flush(self) -> None:
        """Do nothing: nothing is buffered here."""

    def _write(self, begin: int, content: memoryview) -> None:
        while content:
            written = os.pwrite(self._file.fileno(), content, begin)
            begin, content = begin + written, content[written:]
