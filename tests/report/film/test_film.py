import ctypes.util
import subprocess
import sys
from pathlib import Path

import gymnasium
import imageio.v3 as imageio
import imageio_ffmpeg
import mujoco
import numpy as np
import pytest
from PIL import Image

from hebbax.errors import HebbaxError
from hebbax.report.film import film as video
from hebbax.report.film.film import RenderUnavailable, render_filmstrip, render_video

HALF_CHEETAH = Path(gymnasium.__file__).parent / "envs" / "mujoco" / "assets" / "half_cheetah.xml"
SIZE = {"width": 160, "height": 120}

# A red ball on a bare floor, with neither camera nor light of its own.
BALL = """
<mujoco>
  <worldbody>
    <geom type="plane" size="5 5 1"/>
    <body pos="0 0 0.5"><freejoint/><geom type="sphere" size="0.3" rgba="1 0 0 1"/></body>
  </worldbody>
</mujoco>
"""

has_opengl = sys.platform == "darwin" or any(ctypes.util.find_library(name) for name in ("EGL", "OSMesa"))
draws = pytest.mark.skipif(not has_opengl, reason="neither libEGL nor libOSMesa is installed")


def gallop(frames, speed=0.3):
    """Return a made-up run of the half-cheetah, float64 [frames, 9]."""
    qpos = np.zeros((frames, 9))
    qpos[:, 0] = speed * np.arange(frames)
    qpos[:, 3:] = 0.4 * np.sin(np.arange(frames)[:, None] + np.arange(6))
    return qpos


def ball_states(*positions):
    return np.array([[x, 0, 0.5, 1, 0, 0, 0] for x in positions], np.float64)


def red(frame):
    """Return which pixels are the ball's, bool [height, width]."""
    pixels = frame.astype(int)
    return (pixels[..., 0] > 60) & (pixels[..., 0] > 2 * pixels[..., 1]) & (pixels[..., 0] > 2 * pixels[..., 2])


def decode(path):
    """Return a video's frames, uint8 [frames, 120, 160, 3], and what FFmpeg says of it: ImageIO leaks its pipes."""
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-i", str(path), "-f", "rawvideo", "-pix_fmt", "rgb24", "-"]
    done = subprocess.run(command, capture_output=True, check=True)
    return np.frombuffer(done.stdout, np.uint8).reshape(-1, 120, 160, 3), done.stderr.decode()


@pytest.fixture
def ball(tmp_path):
    path = tmp_path / "ball.xml"
    path.write_text(BALL)
    return path


@draws
def test_a_video_holds_every_state_as_a_picture_that_moves(tmp_path):
    path = tmp_path / "gallop.mp4"

    rendered = render_video(HALF_CHEETAH, gallop(6), path, frames_per_second=20, **SIZE)

    frames, about = decode(path)
    assert (rendered.path, rendered.frames) == (path, 6)
    assert rendered.backend in video.BACKENDS
    assert len(frames) == 6
    stream = next(text for text in about.splitlines() if "Video: h264" in text)
    assert "yuv420p" in stream
    assert "160x120" in stream
    assert " 20 fps" in stream
    assert frames.std(axis=(1, 2, 3)).min() > 20
    assert np.abs(np.diff(frames.astype(int), axis=0)).mean(axis=(1, 2, 3)).min() > 1
    assert [entry.name for entry in tmp_path.iterdir()] == ["gallop.mp4"]


@draws
@pytest.mark.filterwarnings("ignore:compiler attribute 'settotalmass'")  # of Gymnasium's model
def test_the_model_as_a_run_stores_it_is_drawn_like_its_source(tmp_path):
    stored = tmp_path / "model.xml"
    spec = mujoco.MjSpec.from_file(str(HALF_CHEETAH))
    spec.compile()
    stored.write_text(spec.to_xml())

    render_filmstrip(HALF_CHEETAH, gallop(1), tmp_path / "source.png", **SIZE)
    render_filmstrip(stored, gallop(1), tmp_path / "stored.png", **SIZE)

    source, again = (imageio.imread(tmp_path / name).astype(int) for name in ("source.png", "stored.png"))
    assert np.abs(source - again).mean() < 1


@draws
def test_a_filmstrip_shows_robot_floor_and_shadow_however_far_it_ran(tmp_path):
    states = gallop(1)[[0, 0]]
    states[1, 0] = 240.0  # a whole number of the floor's squares, and far off Gymnasium's floor

    render_filmstrip(HALF_CHEETAH, states, tmp_path / "strip.png", **SIZE)

    strip = imageio.imread(tmp_path / "strip.png").astype(int)
    assert strip.shape == (120, 2 * 160 + 4, 3)
    different = np.abs(strip[:, :160] - strip[:, -160:]).max(axis=-1) > 30
    assert different.sum() < 20  # pixels on an edge; a missing shadow is more than 100


@draws
def test_a_model_without_a_camera_gets_one_that_keeps_the_robot_in_view(ball, tmp_path):
    render_filmstrip(ball, ball_states(0, 100), tmp_path / "strip.png", **SIZE)

    strip = imageio.imread(tmp_path / "strip.png")
    for frame in (strip[:, :160], strip[:, -160:]):
        rows, columns = np.nonzero(red(frame))
        assert len(rows) > 0.02 * frame[..., 0].size
        assert abs(columns.mean() - 80) < 5
        assert abs(rows.mean() - 60) < 10


@draws
@pytest.mark.parametrize(("camera", "moves"), [("following", False), ("fixed", True)])
def test_a_camera_goes_with_the_robot_or_stands_where_it_sees_all_its_way(ball, tmp_path, camera, moves):
    render_filmstrip(ball, ball_states(0, 2, 4, 6), tmp_path / "strip.png", camera=camera, **SIZE)

    strip = imageio.imread(tmp_path / "strip.png")
    columns = [np.nonzero(red(strip[:, at : at + 160]))[1] for at in (0, 164, 328, 492)]
    assert all(len(seen) > 20 for seen in columns)
    middles = [seen.mean() for seen in columns]
    if moves:
        assert np.diff(middles).min() > 15
        assert middles[0] == pytest.approx(160 - middles[-1], abs=3)  # the middle of its way is that of the picture
    else:
        np.testing.assert_allclose(middles, 80, atol=5)


@draws
def test_a_camera_of_the_model_is_found_by_name_and_number(tmp_path):
    for camera in ("track", "0", "following"):
        render_filmstrip(HALF_CHEETAH, gallop(2), tmp_path / f"{camera}.png", camera=camera, **SIZE)

    pictures = [imageio.imread(tmp_path / f"{camera}.png") for camera in ("track", "0", "following")]
    np.testing.assert_array_equal(pictures[0], pictures[1])
    np.testing.assert_array_equal(pictures[0], pictures[2])


@draws
def test_a_gif_is_as_long_as_the_life_that_it_shows(ball, tmp_path):
    path = tmp_path / "ball.gif"

    rendered = render_video(ball, ball_states(*range(7)), path, frames_per_second=12.0, camera="fixed", **SIZE)

    assert rendered.frames == 7
    with Image.open(path) as picture:
        assert (picture.format, picture.size, picture.n_frames) == ("GIF", (160, 120), 7)
        durations = []
        for frame in range(7):
            picture.seek(frame)
            durations.append(picture.info["duration"])
            assert red(np.asarray(picture.convert("RGB"))).sum() > 10
    assert sum(durations) == pytest.approx(7000 / 12, abs=10)  # ms; each is a whole number of hundredths of a second
    assert set(durations) == {80, 90}


@draws
def test_what_is_written_on_a_film_stands_on_its_own_frames(ball, tmp_path):
    states = ball_states(*np.zeros(4))
    for name, captions in (("plain", ()), ("written", ("", "0.05 s", "0.10 s", "0.10 s\nan event"))):
        render_video(ball, states, tmp_path / f"{name}.mp4", frames_per_second=10, captions=captions, **SIZE)

    plain, written = (decode(tmp_path / f"{name}.mp4")[0].astype(int) for name in ("plain", "written"))
    changed = (np.abs(written - plain).max(axis=-1) > 60)[:, :60, :80].sum(axis=(1, 2))
    assert changed[0] < 10
    assert changed[1] > 40
    assert changed[3] > 1.4 * changed[2]


@draws
def test_a_video_ends_before_the_first_state_that_is_not_finite(ball, tmp_path):
    states = ball_states(0, 1, 2, 3)
    states[2, 1] = np.nan

    rendered = render_video(ball, states, tmp_path / "short.mp4", frames_per_second=10, **SIZE)

    assert rendered.frames == 2
    assert len(decode(tmp_path / "short.mp4")[0]) == 2


@draws
@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"qpos": np.zeros((2, 3))}, r"expected qpos to have shape \[frames, 9\], but it had shape \[2, 3\]"),
        ({"camera": "xyz"}, "unknown camera 'xyz': known: fixed, following, track"),
        ({"camera": "trak"}, "unknown camera 'trak': did you mean 'track'"),
        ({"camera": "1"}, "unknown camera '1': known: fixed, following, track"),
    ],
)
def test_what_the_model_does_not_have_is_refused_and_leaves_no_file(change, message, tmp_path):
    arguments = {"qpos": gallop(2), "frames_per_second": 20, **SIZE, **change}

    with pytest.raises(HebbaxError, match=message) as caught:
        render_video(HALF_CHEETAH, path=tmp_path / "gallop.mp4", **arguments)

    assert not isinstance(caught.value, RenderUnavailable)
    assert "\n" not in str(caught.value)
    assert list(tmp_path.iterdir()) == []


@draws
def test_a_broken_model_is_refused_in_one_line(tmp_path):
    model = tmp_path / "model.xml"
    model.write_text("<mujoco><worldbody><nothing/></worldbody></mujoco>")

    with pytest.raises(HebbaxError, match=r"model\.xml: .*nothing") as caught:
        render_filmstrip(model, gallop(1), tmp_path / "strip.png")

    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"width": 161}, "an even width and height, but they were 161 and 120"),
        ({"height": 0}, "above 0, but they were 160 and 0"),
        ({"frames_per_second": 0}, "frames_per_second to be above 0, but it was 0"),
        ({"qpos": gallop(3)[0]}, r"\[frames, nq\], but it had shape \[9\]"),
        ({"qpos": np.full((3, 9), np.nan)}, "no finite state"),
        ({"qpos": gallop(0)}, "no finite state"),
        ({"model_xml": Path("nowhere.xml")}, r"no model nowhere\.xml"),
    ],
)
def test_what_cannot_be_drawn_is_refused_before_a_process_starts(change, message, tmp_path, monkeypatch):
    monkeypatch.setattr(video.subprocess, "run", lambda *_, **__: pytest.fail("a process was started"))
    arguments = {"model_xml": HALF_CHEETAH, "qpos": gallop(2), "frames_per_second": 20, **SIZE, **change}

    with pytest.raises(HebbaxError, match=message):
        render_video(path=tmp_path / "gallop.mp4", **arguments)

    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(sys.platform == "darwin", reason="macOS has one OpenGL, which is always there")
def test_without_opengl_the_message_names_what_to_install(ball, tmp_path, monkeypatch):
    # MuJoCo refuses a backend that it does not know while it is imported, as it does one whose library is missing.
    monkeypatch.setattr(video, "BACKENDS", ("no-egl", "no-osmesa"))

    with pytest.raises(RenderUnavailable) as caught:
        render_video(ball, ball_states(0), tmp_path / "ball.mp4", frames_per_second=10)

    assert str(caught.value) == (
        "cannot draw the robot: no off-screen OpenGL (no-egl, no-osmesa) works here; install libegl1 or libosmesa6 "
        "(Debian, Ubuntu: apt-get install libegl1), mesa-libEGL (Fedora) or mesalib (conda-forge)"
    )
    assert "no-osmesa" in caught.value.reasons["no-osmesa"]
    assert [entry.name for entry in tmp_path.iterdir()] == ["ball.xml"]


@draws
def test_the_next_backend_is_tried_where_the_first_fails(ball, tmp_path, monkeypatch):
    monkeypatch.setattr(video, "BACKENDS", ("no-egl", *video.BACKENDS))

    rendered = render_filmstrip(ball, ball_states(0), tmp_path / "ball.png", **SIZE)

    assert rendered.backend in video.BACKENDS[1:]
    assert red(imageio.imread(tmp_path / "ball.png")).any()


def test_a_driver_that_hangs_counts_as_one_that_does_not_work(ball, tmp_path, monkeypatch):
    monkeypatch.setattr(video, "START_SECONDS", 0.01)
    monkeypatch.setattr(video, "FRAME_SECONDS", 0.01)

    with pytest.raises(RenderUnavailable) as caught:
        render_video(ball, ball_states(0), tmp_path / "ball.mp4", frames_per_second=10)

    assert set(caught.value.reasons.values()) == {"no answer within 0 s"}
