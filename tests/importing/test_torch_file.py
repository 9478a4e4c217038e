"""Arrays from files of torch.save: what comes back, and that nothing else ever does."""

import pickle
import zipfile

import numpy as np
import pytest
from published_files import ARRAY, HARMFUL, newer, older, pickled

from hebbax.errors import HebbaxError
from hebbax.importing import torch_file
from hebbax.importing.torch_file import read_torch_array

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
