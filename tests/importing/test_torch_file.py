"""Arrays from files of torch.save: what comes back, and that nothing else ever does."""

import os
import pickle
import struct
import zipfile

import numpy as np
import pytest
from published_files import newer, older, pickled

from hebbax.errors import HebbaxError
from hebbax.importing import torch_file
from hebbax.importing.torch_file import read_torch_array

ARRAY = np.arange(15, dtype=np.float32).reshape(3, 5) / 7 - 1
written = pytest.mark.parametrize("write", [newer, older])


def read(tmp_path, content):
    path = tmp_path / "file.dat"
    path.write_bytes(content)
    return read_torch_array(path)


@written
@pytest.mark.parametrize(
    "array",
    [ARRAY, ARRAY.astype(np.float64), ARRAY[:, 2].copy(), np.asfortranarray(ARRAY), ARRAY.astype(">f4")],
    ids=["float32", "float64", "one column", "by columns", "big-endian"],
)
def test_an_array_comes_back(tmp_path, write, array):
    found = read(tmp_path, write(array))
    np.testing.assert_array_equal(found, array)
    assert found.dtype == array.dtype


@written
def test_the_name_of_numpys_module_may_be_the_earlier_one(tmp_path, write):
    data = pickled(ARRAY).replace(b"numpy._core.", b"numpy.core.")
    assert b"cnumpy.core.multiarray\n_reconstruct\n" in data
    np.testing.assert_array_equal(read(tmp_path, write(None, data)), ARRAY)


class Harm:
    """What a file could do to whoever unpickles it."""

    def __init__(self, *call):
        self.call = call

    def __reduce__(self):
        return self.call[0], self.call[1:]


def _pickle(*steps: bytes) -> bytes:
    return b"\x80\x02" + b"".join(steps) + b"."


DEEP = _pickle(b")", 900 * b"\x85")
HARMFUL = {
    "a command": pickled(Harm(os.system, "touch harmed")),
    "code": pickled(Harm(exec, "import os; os.mkdir('harmed')")),
    "a file's content": pickled(Harm(open, "/etc/passwd")),
    "a command as state": pickled(ARRAY)[:-1] + pickled(Harm(os.system, "touch harmed"))[2:-1] + b"b.",
    "state of a function": _pickle(b"cnumpy\nndarray\n", b"}", b"b"),
    "an object": pickled(Harm(object)),
    "objects of Python": pickled(np.array([Harm(os.system, "touch harmed")], object)),
    "no array": pickled({"a": 1}),
    "a number": pickled(3),
    "nested deeply": DEEP,
    "a key that is nested deeply": _pickle(b"}", DEEP[2:-1], b"N", b"s"),
    "many steps": _pickle(100_000 * b"N"),
    "doubled again and again": _pickle(b"(", 400 * b"(h\x00q\x00", 400 * b"t"),
    "a place in the memo far away": _pickle(b"N", b"r\xff\xff\xff\xff", b"0N"),
    "a number of many digits": _pickle(b"\x8b\xff\xff\xff\x7f"),
    "text without an end": _pickle(b"X\xff\xff\xff\x7f"),
    "bytes without an end": _pickle(b"\x8e" + struct.pack("<Q", 2**62)),
    "what is stored elsewhere": _pickle(b"X\x01\x00\x00\x00a", b"Q"),
    "what is registered": _pickle(b"\x82\x01"),
    "a shape beyond all": pickled(ARRAY).replace(b"K\x03K\x05", b"J\xff\xff\xff\x7fK\x05"),
    "a negative shape": pickled(ARRAY).replace(b"K\x03K\x05", b"J\xfd\xff\xff\xffJ\xfb\xff\xff\xff"),
    "of many dimensions": pickled(np.zeros((1,) * 30)),
    "empty": pickled(np.zeros((0, 5), np.float32)),
    "whole numbers": pickled(np.arange(3)),
    "records": pickled(np.zeros(3, [("a", "f4")])),
    "nothing": b"",
    "another format": b"\x93NUMPY\x01\x00",
}


@written
@pytest.mark.parametrize("name", HARMFUL)
def test_what_is_no_array_is_refused_in_one_line(tmp_path, monkeypatch, write, name):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(HebbaxError, match=r"file\.dat: ") as error:
        read(tmp_path, write(None, HARMFUL[name]))
    assert len(str(error.value)) < 300
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file.dat"]


def test_harm_is_harm(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    pickle.loads(HARMFUL["code"])  # noqa: S301
    assert (tmp_path / "harmed").exists()


@written
def test_a_file_that_is_cut_off_is_refused(tmp_path, write):
    content = write(ARRAY)
    for end in range(len(content)):
        with pytest.raises(HebbaxError):
            read(tmp_path, content[:end])
    with pytest.raises(HebbaxError):
        read(tmp_path, content + b"more") if write is older else read(tmp_path, content[40:])


@written
def test_a_changed_byte_is_refused_or_is_one_of_a_number(tmp_path, write):
    content, generator = write(ARRAY), np.random.default_rng(0)
    kept = 0
    for at in range(len(content)):
        forged = bytearray(content)
        forged[at] ^= int(generator.integers(1, 256))
        try:
            found = read(tmp_path, bytes(forged))
        except HebbaxError:
            continue
        assert (found.size, found.dtype.kind, found.ndim <= 2) == (15, "f", True)
        kept += 1
    assert kept < len(content) / 2


def test_archives_that_are_too_large_or_not_torchs_are_refused(tmp_path, monkeypatch):
    zeros = pickled(np.zeros((1000, 5), np.float32))
    with pytest.raises(HebbaxError, match="compressed"):
        read(tmp_path, newer(None, zeros, zipfile.ZIP_DEFLATED))
    with zipfile.ZipFile(tmp_path / "two.dat", "w") as archive:
        for folder in "ab":
            archive.writestr(f"{folder}/data.pkl", pickled(ARRAY))
    with pytest.raises(HebbaxError, match=r"two\.dat: an archive with 2 files data\.pkl"):
        read_torch_array(tmp_path / "two.dat")
    monkeypatch.setattr(torch_file, "MOST_BYTES", 1000)
    with pytest.raises(HebbaxError, match=r"file\.dat is larger than"):
        read(tmp_path, newer(None, zeros))


@pytest.mark.parametrize("name", ["nowhere.dat", "", "a\0b"])
def test_what_is_no_file_is_refused(tmp_path, name):
    with pytest.raises(HebbaxError):
        read_torch_array(tmp_path / name)
