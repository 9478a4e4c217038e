"""An array from a file of `torch.save`, in both of its formats, without torch: nothing but an array comes of a file."""

from __future__ import annotations

import zipfile
from io import BytesIO
from math import prod
from pathlib import Path
from typing import Any

import numpy as np

from hebbax.errors import HebbaxError, about
from hebbax.importing.inert_pickle import Called, Named, read_pickle

MOST_BYTES = 64 * 2**20
"""Of a file that is read. The largest published one, of a car with three actions, has 15 MiB."""

_MAGIC = 0x1950A86A20F9469CFC6C  # what the format before PyTorch 1.6 begins with, as a pickle of its own
_PROTOCOL = 1001
_MODULES = ("numpy.core.multiarray", "numpy._core.multiarray")  # before NumPy 2, and since
_EXPECTED = "expected one array of float32 or float64, as torch.save writes it"


def read_torch_array(path: Path) -> np.ndarray:
    """Return the array in a file of `torch.save`, of float32 or float64, one or two dimensions, and not empty.

    Raises HebbaxError, in one line, for a file that cannot be read, is too large, cut off or altered, or holds anything
    else than one array: no code in it is run, and no name in it looked up.
    """
    content = _content(path)
    with about(path):
        return _array_of(_of_zip(content) if content[:2] == b"PK" else _of_pickles(content))


def _content(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise HebbaxError(f"cannot read {path}: {error.strerror}; {_EXPECTED}") from error
    except ValueError:  # a zero in the path
        raise HebbaxError(f"path={str(path)!r:.60}: expected that of a file") from None
    if len(content) > MOST_BYTES:
        raise HebbaxError(f"{path} is larger than {MOST_BYTES // 2**20} MiB: {_EXPECTED}")
    return content


def _of_zip(content: bytes) -> Any:
    """Return the tree of data.pkl in an archive."""
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            found = [member for member in archive.infolist() if member.filename.endswith("/data.pkl")]
            if len(found) != 1:
                raise HebbaxError(f"an archive with {len(found)} files data.pkl: {_EXPECTED}")
            # torch compresses nothing, so what is read is no larger than the file.
            if found[0].compress_type != zipfile.ZIP_STORED or found[0].file_size > len(content):
                raise HebbaxError(f"an archive whose data.pkl is compressed: {_EXPECTED}")
            stream = BytesIO(archive.read(found[0]))
    except HebbaxError:
        raise
    except Exception as error:  # any: what zipfile raises of a damaged archive is not listed anywhere
        raise HebbaxError(f"the archive is cut off or altered: {_EXPECTED}") from error
    return _last(stream)


def _of_pickles(content: bytes) -> Any:
    """Return the tree of the array of the older format: pickles of two numbers, the system, the array, storages."""
    stream = BytesIO(content)
    if (read_pickle(stream), read_pickle(stream)) != (_MAGIC, _PROTOCOL):
        raise HebbaxError(f"it is no file of torch.save: {_EXPECTED}")
    read_pickle(stream)  # how large the numbers were where it was written: an array says so itself
    tree = read_pickle(stream)
    _last(stream)
    return tree


def _last(stream: BytesIO) -> Any:
    tree = read_pickle(stream)
    if stream.read(1):
        raise HebbaxError(f"more lies behind its last pickle: {_EXPECTED}")
    return tree


def _array_of(tree: Any) -> np.ndarray:
    match tree:
        case Called(
            Named(module, "_reconstruct"),
            (Named("numpy", "ndarray"), *_),
            (1, tuple() as shape, Called() as dtype, bool() | 0 | 1 as by_columns, data),
        ) if module in _MODULES:
            return _filled(shape, _dtype_of(dtype), bool(by_columns), _bytes_of(data))
        case Called(Named(module, name)):
            raise HebbaxError(f"it holds {f'{module}.{name}':.60}(…): {_EXPECTED}")
    raise HebbaxError(f"it holds something else: {_EXPECTED}")


def _dtype_of(tree: Called) -> np.dtype[Any]:
    match tree:
        case Called(Named("numpy", "dtype"), ("f4" | "f8" as code, *_), (3, "<" | ">" as order, *_)):
            return np.dtype(order + code)
    raise HebbaxError(f"it holds an array of other numbers: {_EXPECTED}")


def _bytes_of(tree: Any) -> bytes:
    match tree:
        case bytes():
            return tree
        case Called(Named("_codecs", "encode"), (str() as text, "latin1")):  # how protocol 2 writes bytes
            try:
                return text.encode("latin1")
            except UnicodeEncodeError:
                raise HebbaxError("its numbers are altered") from None
    raise HebbaxError(f"it holds no numbers: {_EXPECTED}")


def _filled(shape: tuple[Any, ...], dtype: np.dtype[Any], by_columns: bool, data: bytes) -> np.ndarray:
    whole = all(type(size) is int and size > 0 for size in shape)
    if not whole or len(shape) not in (1, 2) or prod(shape) * dtype.itemsize != len(data):
        raise HebbaxError(f"an array of shape {shape!s:.60} with {len(data):,} bytes: {_EXPECTED}")
    return np.frombuffer(data, dtype).reshape(shape, order="F" if by_columns else "C")
