"""metrics.jsonl: strict JSON, a torn end is dropped, anything else broken is named, cut back by generation."""

from __future__ import annotations

import json
import resource
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hebbax.errors import HebbaxError
from hebbax.runs.metrics_log import append_metrics, read_metrics, truncate_metrics


def write_generations(path: Path, count: int) -> list[dict[str, Any]]:
    records = [{"generation": generation, "return_mean": generation / 3} for generation in range(count)]
    for record in records:
        append_metrics(path, record)
    return records


def no_such_word(word: str) -> None:
    raise AssertionError(f"{word} is not JSON")


def test_lines_are_strict_json(tmp_path: Path) -> None:
    path = tmp_path / "metrics.jsonl"
    record = {
        "generation": np.int64(3),
        "mean": np.float32(0.5),
        "max": float("inf"),
        "seconds": {"ask": np.nan, "tell": [1.0, -np.inf]},
        "returns": np.array([1.0, np.nan]),
        "done": np.bool_(True),
    }
    append_metrics(path, record)
    text = path.read_text()
    assert text == (
        '{"generation": 3, "mean": 0.5, "max": null, "seconds": {"ask": null, "tell": [1.0, null]}, '
        '"returns": [1.0, null], "done": true}\n'
    )
    json.loads(text, parse_constant=no_such_word)


def test_a_line_is_on_file_as_soon_as_it_is_appended(tmp_path: Path) -> None:
    path = tmp_path / "metrics.jsonl"
    assert read_metrics(path) == []
    records = write_generations(path, 3)
    assert read_metrics(path) == records


def test_a_file_cut_anywhere_gives_the_whole_lines(tmp_path: Path) -> None:
    path = tmp_path / "metrics.jsonl"
    records = write_generations(path, 4)
    content = path.read_bytes()
    for length in range(len(content)):
        path.write_bytes(content[:length])
        # A line that lacks nothing but its end is whole.
        whole = (content[:length] + b"\n").count(b"}\n")
        assert read_metrics(path) == records[:whole]


@pytest.mark.parametrize("broken", ['{"generation": 1, "ret', "", "[1]", "\0\0\0\0", "null"])
def test_broken_line_in_the_middle_is_named(tmp_path: Path, broken: str) -> None:
    path = tmp_path / "metrics.jsonl"
    path.write_text(f'{{"generation": 0}}\n{broken}\n{{"generation": 2}}\n')
    expected = f"line 2 of {path} is broken: it is not a JSON object; repair or remove that line"
    content = path.read_bytes()
    with pytest.raises(HebbaxError) as caught:
        read_metrics(path)
    assert str(caught.value) == expected
    with pytest.raises(HebbaxError) as caught:
        truncate_metrics(path, 1)
    assert str(caught.value) == expected
    assert path.read_bytes() == content


@settings(max_examples=30, deadline=None)
@given(count=st.integers(0, 6), checkpoint=st.integers(0, 8), torn=st.binary(max_size=3))
def test_truncating_keeps_the_finished_generations(
    tmp_path_factory: pytest.TempPathFactory, count: int, checkpoint: int, torn: bytes
) -> None:
    """A checkpoint of generation G has finished 0 to G - 1; the bytes of their lines stay."""
    path = tmp_path_factory.mktemp("metrics") / "metrics.jsonl"
    write_generations(path, count)
    content = path.read_bytes() if count else b""
    path.write_bytes(content + b'{"generation": 0' + torn.replace(b"\n", b"").replace(b"}", b""))
    truncate_metrics(path, checkpoint)
    assert path.read_bytes() == b"".join(content.splitlines(keepends=True)[:checkpoint])


def test_resumed_log_equals_an_uninterrupted_one(tmp_path: Path) -> None:
    killed, uninterrupted = tmp_path / "killed", tmp_path / "uninterrupted"
    records = write_generations(uninterrupted, 6)
    write_generations(killed, 5)
    killed.write_bytes(killed.read_bytes()[:-4])
    truncate_metrics(killed, 3)
    for record in records[3:]:
        append_metrics(killed, record)
    assert killed.read_bytes() == uninterrupted.read_bytes()


def test_truncating_nothing(tmp_path: Path) -> None:
    truncate_metrics(tmp_path / "gone", 3)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ('{"return_mean": 1.0}', "generation is missing: expected a whole number of at least 0"),
        ('{"generation": "2"}', "generation='2': expected a whole number of at least 0"),
        ('{"generation": true}', "generation=True: expected a whole number of at least 0"),
        ('{"generation": 0}', "generation=0: expected more than the 0 before it"),
        ('{"generation": 1, "steps": NaN}', "NaN is no number of JSON"),
        ('{"generation": 1, "steps": 3, "steps": 4}', "the key 'steps' stands twice in one object"),
        ('{"generation": 1, "reward_terms": [3]}', "reward_terms=[3]: expected an object"),
        ('{"generation": 1, "mean_genome_return": 3.0}', "mean_genome_diverged is missing beside a mean_genome_return"),
        ('{"generation": 1, "lives": 4}', "lives and diverged: expected both or none"),
    ],
)
def test_a_line_that_is_none_of_metrics_is_named(tmp_path: Path, line: str, reason: str) -> None:
    path = tmp_path / "metrics.jsonl"
    path.write_text(f'{{"generation": 0}}\n{line}\n')
    for read in (read_metrics, lambda path: truncate_metrics(path, 1)):
        with pytest.raises(HebbaxError) as caught:
            read(path)
        assert str(caught.value) == f"line 2 of {path} is broken: {reason}; repair or remove that line"


def test_what_is_too_large_for_a_reader_is_written_as_null(tmp_path: Path) -> None:
    path = tmp_path / "metrics.jsonl"
    append_metrics(path, {"generation": 0, "return_std": 1e200})
    assert read_metrics(path) == [{"generation": 0, "return_std": None}]


def test_full_disk_is_reported_and_the_torn_line_does_not_count(tmp_path: Path) -> None:
    path = tmp_path / "metrics.jsonl"
    records = write_generations(path, 1)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (path.stat().st_size + 5, hard))
    try:
        with pytest.raises(HebbaxError) as caught:
            append_metrics(path, {"generation": 1, "return_mean": 0.0})
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert str(caught.value) == (
        f"cannot write {path}: File too large; make room or choose a writable folder, then try again"
    )
    assert read_metrics(path) == records


def test_unreadable_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(HebbaxError) as caught:
        read_metrics(tmp_path)
    assert str(caught.value) == f"cannot read {tmp_path}: Is a directory; check its permissions"
