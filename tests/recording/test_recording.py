"""Recordings against the engine's own records: every array, every n-th tick, stops, errors, and reading them."""

from __future__ import annotations

import errno
import os
import re
from dataclasses import replace
from pathlib import Path

import h5py
import jax
import numpy as np
import pytest

from hebbax.config.train import TrainConfig, to_dict
from hebbax.engines.native import NativeEngine
from hebbax.engines.scenario import Scenario
from hebbax.errors import HebbaxError
from hebbax.keys import root_key, stream
from hebbax.recording import record
from hebbax.recording.attributes import write_attributes
from hebbax.recording.layout import DATASETS, SCHEMA, columns_of
from hebbax.recording.reader import open_recording
from hebbax.recording.record import record_lives
from hebbax.recording.writer import create_recording
from hebbax.runs.identity import controller_sha256
from hebbax.runs.trials import Runner, Source
from hebbax.tasks.registry import make_task
from hebbax.types import Normaliser

TICKS = 50
PAGE = (Path(__file__).resolve().parents[2] / "docs/recording.md").read_text("utf-8")


@pytest.fixture(scope="module")
def engine(swimmer, han_e):
    return NativeEngine(swimmer, han_e, threads=2)


@pytest.fixture(scope="module")
def source(swimmer, han_e, genomes) -> Source:
    size = swimmer.observation_size
    return Source(
        task=swimmer,
        policy=han_e,
        genome=genomes[0],
        which_genome="best",
        normaliser=Normaliser(np.full(size, 0.1), np.full(size, 2.0)),
        config=to_dict(TrainConfig()),
        lifetimes=3,
        ticks=TICKS,
        seed=7,
        termination="end",
        engine="native",
    )


@pytest.fixture(scope="module")
def recorded(source, engine, tmp_path_factory) -> Path:
    """Three lives, every tick."""
    path = tmp_path_factory.mktemp("recording") / "recording.h5"
    assert record_lives(source, path, runner=Runner(source, engine)) == 3
    return path


def expected(source: Source, engine: NativeEngine, life: int):
    return engine.record(
        source.genome, source.key(life), Scenario(normaliser=source.normaliser, ticks=source.ticks, termination="end")
    )


def test_lives_are_those_of_the_engine(recorded, source, engine):
    with open_recording(recorded) as recording:
        assert len(recording) == 3
        for life in recording:
            row, wanted = expected(source, engine, life.number)
            found = life.record()
            for name in wanted._fields[:-1]:
                np.testing.assert_array_equal(getattr(found, name), getattr(wanted, name), name)
                assert getattr(found, name).dtype == getattr(wanted, name).dtype, name
            assert (life.total_return, life.length, life.end) == (row.returns[0], TICKS, "reached")
            np.testing.assert_array_equal(life.key, jax.random.key_data(source.key(life.number)))


def test_lives_are_those_that_evaluate_runs(recorded, source, engine):
    lives = engine.evaluate(
        source.genome[None],
        stream(root_key(7), "evaluate"),
        Scenario(normaliser=source.normaliser, ticks=TICKS),
        lifetimes=3,
    )
    with open_recording(recorded) as recording:
        assert [life.total_return for life in recording] == list(lives.returns)


def test_parts_make_the_same_file_as_a_whole(source, engine, tmp_path, monkeypatch, recorded):
    monkeypatch.setattr(record, "_PART_BYTES", 7 * record._row_bytes(source))  # parts of 7 ticks
    record_lives(source, tmp_path / "parts.h5", runner=Runner(source, engine))

    with open_recording(tmp_path / "parts.h5") as parts, open_recording(recorded) as whole:
        for one, other in zip(parts, whole, strict=True):
            for first, second in zip(one.record(), other.record(), strict=True):
                np.testing.assert_array_equal(first, second)


@pytest.mark.parametrize("every", [2, 3, 49, 50, 1000])
def test_every_nth_tick_is_kept_across_parts(source, engine, tmp_path, monkeypatch, every):
    monkeypatch.setattr(record, "_PART_BYTES", 7 * record._row_bytes(source))
    one = replace(source, lifetimes=1)
    record_lives(one, tmp_path / "thin.h5", every=every, runner=Runner(one, engine))

    _, wanted = expected(source, engine, 0)
    with h5py.File(tmp_path / "thin.h5") as file:
        life = file["lives/0000"]
        assert list(life["tick"]) == list(range(0, TICKS, every))
        np.testing.assert_allclose(life["time"], np.arange(0, TICKS, every) * source.task.control_period)
        np.testing.assert_array_equal(life["qpos"], wanted.qpos[::every])
        np.testing.assert_array_equal(life["rewards"], wanted.rewards[::every])
        assert life.attrs["length"] == TICKS
    with open_recording(tmp_path / "thin.h5") as recording:
        assert recording.every == every
        np.testing.assert_array_equal(recording.life(0).weights(), wanted.weights[::every])


def test_what_the_file_says_of_itself(recorded, source):
    with open_recording(recorded) as recording:
        assert (recording.task, recording.policy, recording.which_genome) == ("swimmer", "han-e", "best")
        assert (recording.seed, recording.ticks, recording.every) == (7, TICKS, 1)
        assert (recording.control_period, recording.engine) == (source.task.control_period, "native")
        assert recording.config == to_dict(TrainConfig())
        assert recording.controller_sha256 == controller_sha256(source.genome, source.normaliser)
        assert recording.world == source.task.world.origin()
        np.testing.assert_array_equal(recording.genome, source.genome)
        np.testing.assert_array_equal(recording.normaliser, (source.normaliser.mean, source.normaliser.scale))


def test_the_file_says_what_its_arrays_are(recorded):
    with h5py.File(recorded) as file:
        arrays = file["arrays"]
        assert list(arrays["qpos"].attrs["columns"]) == [
            "slider1",
            "slider2",
            "free_body_rot",
            "motor1_rot",
            "motor2_rot",
        ]
        assert list(arrays["actions"].attrs["columns"]) == ["motor1_rot", "motor2_rot"]
        assert arrays["contacts"].attrs["columns"][0] == "world"
        assert [arrays[f"weights/{n}"].attrs["connection"] for n in range(2)] == ["layer 0", "layer 1"]
        assert (arrays["rewards"].attrs["meaning"], "unit" in arrays["rewards"].attrs) == ("reward of the tick", False)
        assert arrays["torques"].attrs["unit"] == "N·m, N"
        assert file["lives/0000/weights/0"].shape == (TICKS, 8, 16)


def test_a_free_joint_has_numbered_columns():
    columns = columns_of(make_task("ant"))
    assert columns["qpos"][:8] == [*(f"root[{n}]" for n in range(7)), "hip_1"]
    assert columns["qvel"][:7] == [*(f"root[{n}]" for n in range(6)), "hip_1"]


def test_stopped_lives_are_whole_up_to_there(source, engine, swimmer, han_e, tmp_path, monkeypatch):
    monkeypatch.setattr(record, "_PART_BYTES", 7 * record._row_bytes(source))
    monkeypatch.setattr("hebbax.runs.trials.available_cores", lambda: 1)
    runner = Runner(source, NativeEngine(swimmer, han_e, threads=1))
    stream = runner.stream

    def stop_after_three_parts(life, **options):
        for number, part in enumerate(stream(life, **options)):
            yield part
            if number == 2:
                runner.stop()

    monkeypatch.setattr(runner, "stream", stop_after_three_parts)

    assert record_lives(source, tmp_path / "short.h5", runner=runner) == 1

    with open_recording(tmp_path / "short.h5") as recording:
        (life,) = recording
        _, wanted = expected(source, engine, 0)
        assert (life.end, life.length) == ("stopped", 21)
        np.testing.assert_array_equal(life.weights(), wanted.weights[:21])
    assert list(tmp_path.iterdir()) == [tmp_path / "short.h5"]


def test_a_failure_leaves_nothing_and_ends_the_lives(source, swimmer, han_e, tmp_path, monkeypatch):
    runner = Runner(source, NativeEngine(swimmer, han_e, threads=1))

    def fail(*arguments, **options):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("hebbax.recording.writer._append", fail)

    with pytest.raises(HebbaxError, match=r"cannot write .*full\.h5: No space left on device; make room"):
        record_lives(source, tmp_path / "full.h5", runner=runner)
    assert list(tmp_path.iterdir()) == []


def test_an_error_of_a_life_is_told(source, swimmer, han_e, tmp_path, monkeypatch):
    runner = Runner(source, NativeEngine(swimmer, han_e, threads=2))

    def fail(*arguments, **options):
        raise HebbaxError("no life here")

    monkeypatch.setattr(runner, "stream", fail)

    with pytest.raises(HebbaxError, match="no life here"):
        record_lives(source, tmp_path / "none.h5", runner=runner)
    assert list(tmp_path.iterdir()) == []


def test_an_existing_file_is_left_alone(source, tmp_path):
    path = tmp_path / "mine.h5"
    path.write_text("mine")
    with pytest.raises(HebbaxError, match=r"mine\.h5 exists already: remove it, or choose another file with --out"):
        record_lives(source, path)
    assert path.read_text() == "mine"


def empty_recording(path: Path):
    return create_recording(path, attributes={}, arrays={}, connections=(), columns={}, control_period=0.1, every=1)


def test_a_second_recording_to_the_same_file_is_refused_and_the_first_goes_on(tmp_path):
    path = tmp_path / "mine.h5"
    with empty_recording(path):
        message = r"^cannot write .*mine\.h5: another process is writing it now; choose another name$"
        with pytest.raises(HebbaxError, match=message), empty_recording(path):
            pass
    with open_recording(path) as recording:
        assert len(recording) == 0
    assert list(tmp_path.iterdir()) == [path]


def test_lives_beyond_the_width_of_their_names_keep_their_numbers(tmp_path):
    with empty_recording(tmp_path / "many.h5"):
        pass
    with h5py.File(tmp_path / "many.h5", "a") as file:
        for number in (1001, 10000, 1000):
            told = {"key": [0, 0], "return": 0.0, "length": 1, "end": "reached", "terminations": 0, "warnings": 0}
            file["lives"].create_group(f"{number:04d}").attrs.update(told)  # without checksums, as those of before
    with open_recording(tmp_path / "many.h5") as recording:
        assert [life.number for life in recording] == [1000, 1001, 10000]


def test_what_a_killed_process_has_left_is_replaced(tmp_path):
    path = tmp_path / "mine.h5"
    (tmp_path / "mine.h5.tmp").write_text("the beginning of a recording")
    (tmp_path / "mine.h5.lock").touch()
    with empty_recording(path):
        pass
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("lifetimes", 0, "lifetimes=0: expected a whole number of at least 1; nearest valid: 1"),
        ("ticks", -3, "ticks=-3: expected a whole number of at least 1; nearest valid: 1"),
        ("lifetimes", 10**11, "lifetimes=100000000000: expected at most 1000000; nearest valid: 1000000"),
        ("ticks", 10**20, "ticks=100000000000000000000: expected at most 2147483647; nearest valid: 2147483647"),
        ("seed", -1, "seed=-1: expected 0 to 4294967295; nearest valid: 0"),
    ],
)
def test_numbers_out_of_range(source, name, value, message):
    with pytest.raises(HebbaxError, match=f"^{re.escape(message)}$"):
        replace(source, **{name: value})


def test_every_below_one(source, tmp_path):
    with pytest.raises(HebbaxError, match="every=0: expected a whole number of ticks of at least 1"):
        record_lives(source, tmp_path / "none.h5", every=0)


def test_files_that_are_no_recordings(tmp_path, recorded):
    with pytest.raises(HebbaxError, match=r"no recording at .*none\.h5: `hebbax record RUN` writes one"):
        open_recording(tmp_path / "none.h5")
    (tmp_path / "text.h5").write_text("text")
    with pytest.raises(HebbaxError, match=r"cannot read .*text\.h5 as HDF5"):
        open_recording(tmp_path / "text.h5")
    with h5py.File(tmp_path / "other.h5", "w") as file:
        file["numbers"] = np.zeros(3)
    with pytest.raises(HebbaxError, match=r"other\.h5 is not a recording"):
        open_recording(tmp_path / "other.h5")
    newer = tmp_path / "newer.h5"
    newer.write_bytes(recorded.read_bytes())
    with h5py.File(newer, "a") as file:
        write_attributes(file, {"schema": SCHEMA + 1})
    with pytest.raises(HebbaxError, match=rf"newer\.h5 has schema {SCHEMA + 1}: this hebbax reads up to {SCHEMA}"):
        open_recording(newer)
    with open_recording(recorded) as recording, pytest.raises(HebbaxError, match=r"life 3: .* holds 0 to 2"):
        recording.life(3)


def names_under(heading: str) -> list[str]:
    section = PAGE.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    return re.findall(r"^\| `([^`]+)`", section, re.MULTILINE)


def test_the_page_names_all_there_is(recorded):
    with h5py.File(recorded) as file:
        life = file["lives/0000"]
        assert set(names_under("Attributes of the file")) == set(file.attrs)
        assert set(names_under("Attributes of a life")) == set(life.attrs)
        assert set(names_under("Arrays of a life")) == {*life, "weights/0"} - {"weights"}
        assert set(life) == set(file["arrays"])
    section = PAGE.partition("\n## Arrays of a life\n")[2]
    rows = [[cell.strip(" `") for cell in line[1:-1].split("|")] for line in section.splitlines() if line[:3] == "| `"]
    told = {name: (unit, meaning) for name, _, unit, meaning in rows}
    assert {d.name: told[d.name] for d in DATASETS} == {d.name: (d.unit, d.meaning) for d in DATASETS}


def test_the_page_reads_a_recording_without_hebbax(recorded, monkeypatch, capsys):
    (block,) = re.findall(r"^```python\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    assert "hebbax" not in block
    assert len(block.splitlines()) <= 10
    monkeypatch.chdir(recorded.parent)

    exec(compile(block, "recording.md", "exec"), {})

    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == ["0000", "0001", "0002"]
    assert all(re.fullmatch(r"\d{4} -?[\d.]+(e-\d+)? reached 2 s \d\.\d{3} slider1", line) for line in lines)


@pytest.mark.slow
def test_a_life_without_weights_has_none(swimmer, tmp_path):
    from hebbax.policies.make_policy import make_policy

    static = make_policy("mlp", swimmer)
    source = Source(
        task=swimmer,
        policy=static,
        genome=np.zeros(static.genome_size, np.float32),
        which_genome="best",
        normaliser=Normaliser.identity(swimmer.observation_size),
        config={},
        lifetimes=1,
        ticks=3,
        seed=1,
        termination="end",
        engine="lockstep",
    )
    record_lives(source, tmp_path / "static.h5")

    with open_recording(tmp_path / "static.h5") as recording:
        assert recording.life(0).weights().shape == (3, 0)
        assert recording.life(0).record().qpos.shape == (3, 5)
        assert recording.engine == "lockstep"


def test_column_names_fit_their_arrays(recorded):
    with h5py.File(recorded) as file:
        columns = {name: array.attrs["columns"] for name, array in file["arrays"].items() if "columns" in array.attrs}
        assert len(columns) == 6
        assert all(len(names) == file[f"lives/0000/{name}"].shape[-1] for name, names in columns.items())


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EIO])
def test_a_refusal_of_the_system_is_told_in_its_words(source, engine, tmp_path, monkeypatch, number):
    def refuse(*arguments):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "pwrite", refuse)
    with pytest.raises(HebbaxError, match=rf"^cannot write .*full\.h5: {os.strerror(number)}; make room or [^;]*$"):
        record_lives(source, tmp_path / "full.h5", runner=Runner(source, engine))
    assert list(tmp_path.iterdir()) == []
