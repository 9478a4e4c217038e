"""Films that the disk has no room for: one line that names the film, and no part of it."""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import imageio_ffmpeg
import numpy as np
import pytest

from hebbax.errors import HebbaxError
from hebbax.files.temporary import temporary_folder
from hebbax.report.film.encoder import NotWritten, write_video
from hebbax.report.film.film import Child, draw_in_child, unfinished
from hebbax.tasks.registry import make_task

FULL = Path("/dev/full")
needs_full = pytest.mark.skipif(not FULL.exists(), reason="needs a device that is full")


def frames(count: int, height: int = 64, width: int = 96) -> np.ndarray:
    """Return frames of noise, which do not compress."""
    return np.random.default_rng(0).integers(0, 256, (count, height, width, 3), np.uint8)


def about(path: Path) -> str:
    """Return what FFmpeg says of a film."""
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-i", str(path), "-f", "null", "-"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stderr


@pytest.mark.parametrize(("width", "height"), [(96, 64), (95, 63)])
def test_a_film_has_the_size_of_its_frames_or_the_next_even_one(tmp_path, width, height):
    write_video(str(tmp_path / "film.mp4"), 20.0, iter(frames(3, height, width)))
    (stream,) = re.findall(r"Video: h264.*", about(tmp_path / "film.mp4"))[:1]
    assert "yuv420p" in stream
    assert " 96x64," in stream
    assert " 20 fps" in stream


@needs_full
def test_a_film_without_room_is_not_taken_for_whole(tmp_path):
    (tmp_path / "film.mp4").symlink_to(FULL)
    with pytest.raises(NotWritten, match=r"^No space left on device$"):
        write_video(str(tmp_path / "film.mp4"), 20.0, iter(frames(3)))


def test_a_film_beyond_the_limit_of_a_file(tmp_path, file_limit):
    with file_limit(20_000), pytest.raises(NotWritten, match=r"^File too large$"):
        write_video(str(tmp_path / "film.mp4"), 20.0, iter(frames(60)))


def test_frames_that_fail_are_told_as_they_are(tmp_path):
    def failing() -> Iterator[np.ndarray]:
        yield from frames(2)
        raise ValueError("no third")

    with pytest.raises(ValueError, match="no third"):
        write_video(str(tmp_path / "film.mp4"), 20.0, failing())


def child(output: Path) -> Child:
    job = {"output": str(output), "frames_per_second": 20.0, "captions": []}
    return Child("hebbax.report.film.picture_worker", job, {"frames": frames(30)}, "a task")


@needs_full
def test_the_line_names_the_film_and_nothing_is_left(tmp_path):
    path = tmp_path / "life.mp4"
    path.write_text("an earlier film")
    output = unfinished(path, ".mp4")
    output.symlink_to(FULL)
    with pytest.raises(HebbaxError) as caught:
        draw_in_child(child(output), 30, output, path)
    assert str(caught.value) == (
        f"cannot write {path}: No space left on device; make room or choose a writable folder, then try again"
    )
    assert path.read_text() == "an earlier film"
    assert list(tmp_path.iterdir()) == [path]


def test_no_room_for_temporary_files_is_no_missing_opengl(tmp_path, file_limit):
    output = unfinished(tmp_path / "life.mp4", ".mp4")
    told = "^cannot write temporary files: .*; make room, or set TMPDIR to another folder$"
    with file_limit(10), pytest.raises(HebbaxError, match=told):
        draw_in_child(child(output), 30, output, tmp_path / "life.mp4")
    assert list(tmp_path.iterdir()) == []


def test_a_machine_without_a_temporary_folder(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "none"))
    with pytest.raises(HebbaxError, match="cannot write temporary files: No such file"), temporary_folder("test"):
        pass
    monkeypatch.setattr(tempfile, "tempdir", None)
    monkeypatch.setattr(tempfile, "_candidate_tempdir_list", lambda: [str(tmp_path / "none")])
    with pytest.raises(HebbaxError, match="cannot write temporary files: No usable temp"), temporary_folder("test"):
        pass


@needs_full
def test_a_model_that_cannot_be_written_for_a_film_is_told():
    with pytest.raises(OSError, match="No space left on device"):
        make_task("swimmer").world.save_model(FULL)


def test_a_temporary_folder_is_gone_afterwards():
    with temporary_folder("test") as folder:
        (folder / "file").write_text("here")
        assert os.listdir(folder) == ["file"]
    assert not folder.exists()
