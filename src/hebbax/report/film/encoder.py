"""Films as files: H.264 by the FFmpeg that comes with imageio, whose end says whether the film is whole, or GIF."""

from __future__ import annotations

import errno
import os
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from fractions import Fraction

import numpy as np

Frames = Iterator[np.ndarray]

_REFUSALS = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EACCES, errno.EIO)

_PIXELS = {1: "gray", 3: "rgb24", 4: "rgba"}


class NotWritten(Exception):
    """Why a film or picture could not be written: a full disk, a limit."""


def write_film(output: str, frames_per_second: float, frames: Frames) -> None:
    """Write frames as a GIF, where the file is called one, else as H.264. Raises NotWritten as `write_video`."""
    if output.endswith(".gif"):
        _write_gif(output, frames_per_second, frames)
    else:
        write_video(output, frames_per_second, frames)


def write_video(output: str, frames_per_second: float, frames: Frames) -> None:
    """Write frames, uint8 [height, width, channels], as H.264 that every browser and player shows.

    Raises NotWritten unless FFmpeg says that the film is whole.
    """
    first = next(frames)  # before the file: without OpenGL there is nothing to write
    # Signals stay ignored as Python has them: beyond a limit of the file's size FFmpeg then says so, and does not die.
    encoder = subprocess.Popen(
        _command(output, frames_per_second, first.shape),
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
        restore_signals=False,
    )
    with encoder:
        assert encoder.stdin is not None
        try:
            with suppress(BrokenPipeError):  # it has ended, and says why
                encoder.stdin.write(np.ascontiguousarray(first).data)
                for frame in frames:
                    encoder.stdin.write(np.ascontiguousarray(frame).data)
        except BaseException:
            encoder.kill()
            raise
        _, said = encoder.communicate()
    if encoder.returncode:
        raise NotWritten(_reason(said.decode("utf-8", "replace")) or f"FFmpeg ended with code {encoder.returncode}")


def _write_gif(output: str, frames_per_second: float, frames: Frames) -> None:
    from PIL import Image

    pictures = [Image.fromarray(frame).quantize(dither=Image.Dither.NONE) for frame in frames]
    # A GIF counts in hundredths of a second: what one frame is too long, the next is shorter.
    ends = np.round(100 / frames_per_second * np.arange(len(pictures) + 1)).astype(int)
    durations = (10 * np.diff(ends)).tolist()
    try:
        pictures[0].save(output, save_all=True, append_images=pictures[1:], duration=durations, loop=0)
    except OSError as error:
        raise NotWritten(error.strerror or str(error)) from error


def _command(output: str, frames_per_second: float, shape: tuple[int, ...]) -> list[str]:
    from imageio_ffmpeg import get_ffmpeg_exe

    height, width = shape[:2]
    pixels = _PIXELS[shape[2] if len(shape) > 2 else 1]
    rate = str(Fraction(frames_per_second).limit_denominator())
    read = ["-f", "rawvideo", "-s", f"{width}x{height}", "-pix_fmt", pixels, "-r", rate, "-i", "-"]
    # The encoder takes no odd numbers of pixels.
    scale = ["-vf", f"scale={width + width % 2}:{height + height % 2}"] if width % 2 or height % 2 else []
    write = ["-an", "-vcodec", "libx264", "-pix_fmt", "yuv420p", "-crf", "20", "-movflags", "+faststart"]
    return [get_ffmpeg_exe(), "-y", "-v", "error", *read, *scale, *write, output]


def _reason(said: str) -> str:
    """Return the system's reason within what FFmpeg says, or the last line of it."""
    known = [os.strerror(number) for number in _REFUSALS]
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    return next((reason for reason in known if reason in said), lines[-1] if lines else "")
