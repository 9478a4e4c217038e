"""Test vectors as files: of few numbers as text, of many packed, of pictures as many ticks as a megabyte holds."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from table import Case, make

from hebbax.errors import HebbaxError
from hebbax.export import test_vector
from hebbax.export.describe import describe
from hebbax.export.description import Description, Quantity
from hebbax.export.test_vector import BINARY, TEXT, Vector, file_of, read_vector


def description(observations: int) -> Description:
    found = describe(*make(Case("mlp", None)))
    return dataclasses.replace(found, observations=(Quantity("pixels", 0, observations, "share of 255", 0, 1),))


def vector(observations: np.ndarray) -> Vector:
    actions = np.random.default_rng(3).normal(size=(len(observations), 2)).astype(np.float32)
    return Vector(observations, np.zeros((len(observations), 0), np.float32), actions)


@pytest.mark.parametrize(
    ("size", "seen", "name"),
    [
        (8, np.random.default_rng(1).normal(size=(30, 8)), TEXT),
        (200, np.random.default_rng(1).normal(size=(30, 200)), BINARY),
        (192, np.random.default_rng(1).integers(0, 256, (30, 192)) / 255.0, BINARY),
    ],
    ids=["text", "packed", "picture"],
)
def test_what_is_read_is_what_was_written(size, seen, name, tmp_path):
    found, written = description(size), vector(seen.astype(np.float32))
    file, content = file_of(written, found)
    assert file == name
    (tmp_path / file).write_bytes(content)
    for one, other in zip(vars(read_vector(tmp_path, found)).values(), vars(written).values(), strict=True):
        np.testing.assert_array_equal(one, other)
    assert len(content) < (9_000 if size == 192 else 40_000), "pictures are kept as bytes"


def test_of_pictures_as_many_ticks_are_kept_as_there_is_room_for(monkeypatch):
    pictures = (np.random.default_rng(1).integers(0, 256, (50, 192)) / 255.0).astype(np.float32)
    assert test_vector._kept(pictures) == 50
    monkeypatch.setattr(test_vector, "MOST_BYTES", 5_000)
    kept = test_vector._kept(pictures)
    assert 15 < kept < 27
    assert test_vector._kept(pictures + np.float32(0.001)) == 50, "numbers are kept, all of them"


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"not a file", b"\x80\x04K\x01."])
def test_a_packed_vector_that_is_none_is_one_line(content, tmp_path):
    (tmp_path / BINARY).write_bytes(content)
    with pytest.raises(HebbaxError, match=r"test_vector.npz: it is no test vector; export the controller again"):
        read_vector(tmp_path, description(200))
