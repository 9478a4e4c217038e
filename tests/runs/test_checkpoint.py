"""Checkpoints: exact round trip, the same bytes everywhere, and no damage that goes unseen."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import safetensors.numpy
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from hebbax.errors import HebbaxError
from hebbax.runs import checkpoint as checkpoint_module
from hebbax.runs.checkpoint import (
    Checkpoint,
    NewerSchemaError,
    UnusableCheckpointError,
    read_checkpoint,
    write_checkpoint,
)

GOLDEN = Path(__file__).parent / "golden" / "checkpoint-schema-1.safetensors"

DTYPES = ("uint32", "float32", "float64", "int64", "bool")


def small() -> Checkpoint:
    """Return the content of the golden file."""
    tensors = {
        "mean": np.array([1.5, -0.0, np.nan], np.float32),
        "key": np.array([0, 2**32 - 1], np.uint32),
        "count": np.array(1e300),
        "alive": np.array([[True, False]]),
        "steps": np.array([-(2**63)], np.int64),
        "memory": np.zeros((0, 3), np.float32),
    }
    return Checkpoint(7, tensors, {"config": {"σ": 0.2, "policy": "han-e"}, "best": -np.inf, "versions": ["3.17.0"]})


def assert_same(actual: Checkpoint, expected: Checkpoint) -> None:
    """Compare by bytes: equality of floats would let -0.0 pass for 0.0, and refuse a NaN that came back."""
    assert actual.generation == expected.generation
    assert actual.document == expected.document
    assert actual.tensors.keys() == expected.tensors.keys()
    for name, tensor in expected.tensors.items():
        other = actual.tensors[name]
        assert (other.dtype, other.shape, other.tobytes()) == (tensor.dtype, tensor.shape, tensor.tobytes()), name


def unusable(path: Path, reason: str) -> str:
    return f"cannot use checkpoint {path}: {reason}; take an earlier checkpoint or a copy"


tensors_of_every_kind = st.dictionaries(
    st.text(max_size=8),
    st.sampled_from(DTYPES).flatmap(
        lambda dtype: arrays.arrays(dtype, arrays.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=4))
    ),
    max_size=5,
)
json_documents = st.dictionaries(
    st.text(max_size=5),
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
        max_leaves=8,
    ),
    max_size=4,
)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**40), tensors_of_every_kind, json_documents)
def test_round_trip_is_exact(
    tmp_path_factory: pytest.TempPathFactory, generation: int, tensors: dict[str, np.ndarray], document: dict[str, Any]
) -> None:
    path = tmp_path_factory.mktemp("round-trip") / "a.safetensors"
    expected = Checkpoint(generation, tensors, document)
    write_checkpoint(path, expected)
    assert_same(read_checkpoint(path), expected)


def test_transposed_and_strided_arrays_round_trip(tmp_path: Path) -> None:
    """What safetensors alone gets wrong without a word: it writes the memory behind a view."""
    grid = np.arange(12, dtype=np.float32).reshape(3, 4)
    expected = Checkpoint(0, {"transposed": grid.T, "strided": grid[:, ::2], "reversed": grid[::-1]}, {})
    write_checkpoint(tmp_path / "a", expected)
    assert_same(read_checkpoint(tmp_path / "a"), expected)


def test_loaded_arrays_can_be_written_to(tmp_path: Path) -> None:
    write_checkpoint(tmp_path / "a", small())
    assert all(tensor.flags.writeable for tensor in read_checkpoint(tmp_path / "a").tensors.values())


def test_schema_1_stays_loadable_and_its_bytes_stay_the_same(tmp_path: Path) -> None:
    """A file kept from the day schema 1 was made, by what it holds and by how it is written today."""
    assert_same(read_checkpoint(GOLDEN), small())
    write_checkpoint(tmp_path / "a", small())
    assert (tmp_path / "a").read_bytes() == GOLDEN.read_bytes()


def test_bytes_do_not_depend_on_process_path_or_order(tmp_path: Path) -> None:
    program = """
import random, sys
from pathlib import Path
import numpy as np
from hebbax.runs.checkpoint import Checkpoint, write_checkpoint
names = [f"tensor {i}" for i in range(20)]
random.Random(sys.argv[2]).shuffle(names)
tensors = {name: np.full(int(name[7:]), int(name[7:]), ["f4", "f8", "?"][int(name[7:]) % 3]) for name in names}
write_checkpoint(Path(sys.argv[1]), Checkpoint(3, tensors, {"outer": {name: len(name) for name in names}}))
"""
    contents = set()
    for seed in ("1", "2", "3"):
        path = tmp_path / f"written-by-{seed}"
        environment = os.environ | {"PYTHONHASHSEED": seed}
        subprocess.run([sys.executable, "-c", program, path, seed], env=environment, check=True)
        contents.add(path.read_bytes())
    assert len(contents) == 1


def test_all_json_is_one_metadata_key_that_other_programs_can_read(tmp_path: Path) -> None:
    write_checkpoint(tmp_path / "a", small())
    with safetensors.safe_open(tmp_path / "a", framework="np") as file:
        metadata = file.metadata()
    assert list(metadata) == ["hebbax"]
    envelope = json.loads(metadata["hebbax"])
    assert sorted(envelope) == ["checksum", "document", "generation", "schema"]
    assert metadata["hebbax"] == json.dumps(envelope, sort_keys=True, separators=(",", ":"))


def test_every_single_changed_byte_is_seen(tmp_path: Path) -> None:
    path = tmp_path / "a"
    content = GOLDEN.read_bytes()
    # Every single bit, all bits, the case of a letter with its digit, and space to tab: still valid JSON padding.
    masks = [1 << bit for bit in range(8)] + [0xFF, 0x29]
    path.write_bytes(content)
    # In place, because truncating and rewriting a file thousands of times is slow on a busy disk.
    with open(path, "r+b", buffering=0) as file:
        for position, byte in enumerate(content):
            for mask in masks:
                file.seek(position)
                file.write(bytes([byte ^ mask]))
                with pytest.raises(UnusableCheckpointError) as caught:
                    read_checkpoint(path)
                assert str(caught.value) == unusable(path, caught.value.reason)
            file.seek(position)
            file.write(bytes([byte]))
    assert_same(read_checkpoint(path), small())  # so each of them was the only damage


def test_every_truncation_and_any_addition_is_seen(tmp_path: Path) -> None:
    path = tmp_path / "a"
    content = GOLDEN.read_bytes()
    for length in range(len(content)):
        path.write_bytes(content[:length])
        with pytest.raises(UnusableCheckpointError, match="it is cut off or altered"):
            read_checkpoint(path)
    path.write_bytes(content + b"\0")
    with pytest.raises(UnusableCheckpointError, match="it is cut off or altered"):
        read_checkpoint(path)


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200))
def test_no_bytes_at_all_bring_another_error(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    path = tmp_path_factory.mktemp("noise") / "a"
    for noise in (content, len(content).to_bytes(8, "little") + content, b"\x02\0\0\0\0\0\0\0{}" + content):
        path.write_bytes(noise)
        with pytest.raises(UnusableCheckpointError):
            read_checkpoint(path)


def test_swapped_tensors_are_seen(tmp_path: Path) -> None:
    """Both names and both contents are in the file, only their pairing changes."""
    path = tmp_path / "a"
    write_checkpoint(path, Checkpoint(0, {"a": np.zeros(2), "b": np.ones(2)}, {}))
    content = path.read_bytes()
    swapped = content.replace(b'"a":{', b'"?":{').replace(b'"b":{', b'"a":{').replace(b'"?":{', b'"b":{')
    assert safetensors.numpy.load(swapped)["a"].tolist() == [1.0, 1.0]
    path.write_bytes(swapped)
    with pytest.raises(UnusableCheckpointError, match="its checksum does not match"):
        read_checkpoint(path)


def deep_header() -> bytes:
    header = b'{"__metadata__":' + b"[" * 100_000
    return len(header).to_bytes(8, "little") + header


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "it is cut off or altered (its header is incomplete)"),
        (bytes(8), "it is cut off or altered (its header is incomplete)"),
        (b"generation: 3\nmean: 2\n", "it is not a safetensors file"),
        (b"\x80\x04\x95\x0b\x00\x00\x00\x00pickle", "it is not a safetensors file"),
        (b"\xff\0\0\0\0\0\0\0{", "it is cut off or altered (its header is incomplete)"),
        (
            safetensors.numpy.save({"a": np.zeros(1)}),
            "it is altered or not a hebbax checkpoint (its header is unreadable)",
        ),
        (deep_header(), "it is altered or not a hebbax checkpoint (its header is unreadable)"),
        (GOLDEN.read_bytes()[:-1], "it is cut off or altered (its checksum does not match)"),
    ],
)
def test_reason_for_each_kind_of_bad_file(tmp_path: Path, content: bytes, reason: str) -> None:
    path = tmp_path / "a"
    path.write_bytes(content)
    with pytest.raises(HebbaxError) as caught:
        read_checkpoint(path)
    assert str(caught.value) == unusable(path, reason)


def test_missing_file_and_folder_are_named(tmp_path: Path) -> None:
    with pytest.raises(HebbaxError) as caught:
        read_checkpoint(tmp_path / "gone")
    assert str(caught.value) == unusable(tmp_path / "gone", "it does not exist")
    with pytest.raises(HebbaxError) as caught:
        read_checkpoint(tmp_path)
    assert str(caught.value) == unusable(tmp_path, "Is a directory")


def test_newer_schema_asks_for_an_upgrade(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a"
    monkeypatch.setattr(checkpoint_module, "SCHEMA_OF_ONE_FILE", 3)
    write_checkpoint(path, small())
    monkeypatch.undo()
    with pytest.raises(NewerSchemaError) as caught:
        read_checkpoint(path)
    assert str(caught.value) == (
        f"checkpoint {path} was written by a newer hebbax (schema 3, this one reads up to 2): upgrade hebbax"
    )


def test_full_disk_keeps_earlier_checkpoints(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_checkpoint(tmp_path / "first", small())

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(HebbaxError, match="second: No space left on device; make room"):
        write_checkpoint(tmp_path / "second", small())
    assert [entry.name for entry in tmp_path.iterdir()] == ["first"]
    assert_same(read_checkpoint(tmp_path / "first"), small())


def test_document_that_json_cannot_hold_writes_nothing(tmp_path: Path) -> None:
    with pytest.raises(TypeError):
        write_checkpoint(tmp_path / "a", Checkpoint(0, {}, {"array": np.zeros(2)}))
    assert list(tmp_path.iterdir()) == []
