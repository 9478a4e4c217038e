"""Recordings that are not as they were written, or take parts of other files: refused with one line, or no other."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from hebbax.errors import HebbaxError
from hebbax.networks.network import Connection
from hebbax.recording.attributes import CHECKSUMS
from hebbax.recording.reader import Recording, open_recording
from hebbax.recording.writer import create_recording
from hebbax.types import Lives, Record

TICKS = 40
ATTRIBUTES = {"task": "t", "policy": "p", "genome": "best", "seed": 1, "ticks": TICKS, "every": 1, "engine": "native"}
ATTRIBUTES |= {"termination": "end", "damage": "", "control_period": 0.1, "config": {"seed": 0}, "world": {"sha": "f"}}
ATTRIBUTES |= {"controller_sha256": "0" * 64}
OLD = Path(__file__).resolve().parents[1] / "golden/recording-schema-2.h5"


@pytest.fixture(scope="module")
def written(tmp_path_factory) -> Path:
    """Two lives of random numbers."""
    path, rng = tmp_path_factory.mktemp("recording") / "recording.h5", np.random.default_rng(0)
    arrays = {name: rng.normal(size=5) for name in ("genome", "observation_mean", "observation_scale")}
    connection = Connection("layer 0", 0, 3, 3, 4)
    with create_recording(
        path,
        attributes=ATTRIBUTES,
        arrays=arrays,
        connections=(connection,),
        columns={"qpos": ["a", "b", "c"]},
        control_period=0.1,
        every=1,
    ) as writer:
        for life in range(2):
            rows, none = rng.normal(size=(TICKS, 3)), np.zeros((TICKS, 0))
            weights = rng.normal(size=(TICKS, 12)).astype(np.float32)
            writer.append(life, Record(rows, rows, rows, rows, rows[:, 0], rows[:, 0] > 0, weights, none, none, none))
            returns, lengths, ones, none = rows[:, 0].sum()[None], np.array([TICKS]), [np.ones(1)] * 4, np.zeros((1, 3))
            row = Lives(returns, lengths, *ones, none, none)
            writer.finish(life, np.array([life, 7], np.uint32), row)
    return path


@pytest.fixture
def copy(written, tmp_path) -> Path:
    return Path(shutil.copy(written, tmp_path / "copy.h5"))


def contents(recording: Recording) -> dict[str, Any]:
    """Return all that a recording says."""
    properties = [name for name, value in vars(Recording).items() if isinstance(value, property) and name[0] != "_"]
    said = {name: getattr(recording, name) for name in properties}
    for life in recording:
        values = {name: value for name, value in vars(life).items() if name != "group"}
        said[str(life.number)] = [values, life.record()._asdict()]
    return said


def read(path: Path) -> dict[str, Any]:
    with open_recording(path) as recording:
        return contents(recording)


def same(one: Any, other: Any) -> bool:
    """Whether values are the same, numbers to the bit."""
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list | tuple):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, np.ndarray):
        return one.dtype == other.dtype and one.shape == other.shape and one.tobytes() == other.tobytes()
    return type(one) is type(other) and one == other


def test_a_flipped_bit_anywhere_is_refused_or_without_effect(written, tmp_path):
    whole, expected = written.read_bytes(), read(written)
    rng, path = np.random.default_rng(1), tmp_path / "flipped.h5"
    used = np.flatnonzero(np.frombuffer(whole, np.uint8))  # the rest is nearly all room that no one reads
    refusals = []
    for place in rng.choice(used, 300, replace=False):
        content = bytearray(whole)
        content[place] ^= 1 << int(rng.integers(8))
        path.write_bytes(content)
        try:
            found = read(path)
        except HebbaxError as error:
            refusals.append(str(error))
        else:
            assert same(found, expected), f"byte {place}"
    assert len(refusals) > 100
    assert [line for line in refusals if "\n" in line or str(path) not in line] == []


@pytest.mark.parametrize("size", [0, 100, 2_000, -1])
def test_a_recording_that_is_cut_off_is_refused(written, tmp_path, size):
    path = tmp_path / "short.h5"
    path.write_bytes(written.read_bytes()[:size])
    with pytest.raises(HebbaxError, match=r"short\.h5"):
        read(path)


@pytest.mark.parametrize("name", [*ATTRIBUTES, "schema"])
def test_an_attribute_that_has_changed_is_named(copy, name):
    with h5py.File(copy, "a") as file:
        file.attrs[name] = file.attrs[name] + ("!" if isinstance(file.attrs[name], str) else 0.5)
    with pytest.raises(HebbaxError, match=rf"copy\.h5: /@{name} is altered \(its checksum does not match\); record it"):
        read(copy)


def test_attributes_of_ones_own_can_be_added(copy, written):
    with h5py.File(copy, "a") as file:
        file.attrs["note"] = file["lives/0000"].attrs["note"] = "the good one"
    assert same(read(copy), read(written))


ARRAYS = ("genome", "observation_mean", "lives/0000/qpos", "lives/0001/rewards", "lives/0000/weights/0")
GROUPS = ("lives", "lives/0000", "lives/0001/weights")


def secret(folder: Path, shape: tuple[int, ...]) -> Path:
    """Write a file of the user's, whose bytes could be taken for an array."""
    path = folder / "secret.txt"
    path.write_bytes(b"The password is 12345678. " * int(np.prod(shape)))
    return path


@pytest.mark.parametrize("name", ARRAYS)
def test_numbers_in_another_file_are_refused(copy, tmp_path, name):
    with h5py.File(copy, "a") as file:
        shape = file[name].shape
        size = int(np.prod(shape)) * 8
        del file[name]
        outside = [(str(secret(tmp_path, shape)), 0, size)]
        file.create_dataset(name, shape, "f8", external=outside)
        assert file[name][()].any()  # as HDF5 reads it
    with pytest.raises(HebbaxError, match=rf"copy\.h5: /{name} has its numbers in another file; record it anew"):
        read(copy)


@pytest.mark.parametrize("name", ARRAYS)
def test_virtual_arrays_are_refused(copy, written, name):
    with h5py.File(copy, "a") as file:
        shape = file[name].shape
        del file[name]
        layout = h5py.VirtualLayout(shape, "f8")
        layout[...] = h5py.VirtualSource(str(written), name, shape)
        file.create_virtual_dataset(name, layout)
    with pytest.raises(HebbaxError, match=rf"copy\.h5: /{name} has its numbers in another file"):
        read(copy)


@pytest.mark.parametrize("name", [*ARRAYS, *GROUPS])
@pytest.mark.parametrize("kind", ["soft", "external", "external to nowhere"])
def test_links_are_refused(copy, written, name, kind):
    with h5py.File(copy, "a") as file:
        file.move(name, "elsewhere")
        other = written if kind == "external" else "nowhere.h5"
        file[name] = h5py.SoftLink("/elsewhere") if kind == "soft" else h5py.ExternalLink(str(other), f"/{name}")
    with pytest.raises(HebbaxError, match=rf"copy\.h5: /{name} is a link to another place or file"):
        read(copy)


@pytest.mark.parametrize("options", [{"compression": "gzip", "shuffle": True}, {"compression": "lzf"}, {}])
def test_a_recording_can_be_packed_otherwise(copy, written, options):
    with h5py.File(copy, "a") as file:
        values = file["lives/0000/qpos"][()]
        del file["lives/0000/qpos"]
        file.create_dataset("lives/0000/qpos", data=values, **options)
    assert same(read(copy), read(written))


def test_a_filter_that_would_be_loaded_from_somewhere_is_refused(copy):
    with h5py.File(copy, "a") as file:
        shape = file["genome"].shape
        del file["genome"]
        made = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
        made.set_chunk(shape)
        made.set_filter(307, h5py.h5z.FLAG_OPTIONAL)  # bzip2
        space = h5py.h5s.create_simple(shape)
        h5py.h5d.create(file.id, b"genome", h5py.h5t.IEEE_F64LE, space, dcpl=made)
    with pytest.raises(HebbaxError, match="/genome needs the filter 307, which HDF5 and h5py do not have themselves"):
        read(copy)


def test_a_recording_of_before_there_were_checksums_opens():
    with h5py.File(OLD) as file:
        assert CHECKSUMS not in file.attrs
        assert not file["lives/0000/qpos"].fletcher32
        wanted = {name: file[f"lives/0000/{name}"][()] for name in ("qpos", "rewards", "actions", "contacts")}
        layer, total = file["lives/0000/weights/1"][()], file["lives/0000"].attrs["return"]
    with open_recording(OLD) as recording:
        assert (recording.task, recording.controller_sha256, recording.world) == ("swimmer", None, None)
        life = recording.life(0)
        found = life.record()
    for name, values in wanted.items():
        np.testing.assert_array_equal(getattr(found, name), values)
    np.testing.assert_array_equal(found.weights[:, -layer[0].size :], layer.reshape(len(layer), -1))
    assert life.total_return == total


def test_an_earlier_recording_tells_no_torque_of_its_physics_steps():
    with open_recording(OLD) as recording:
        found = recording.life(0).record()
    assert found.torques.shape == found.speeds.shape == (len(found.rewards), 0, 2)
