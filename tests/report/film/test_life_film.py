"""What a film shows of a life: which ticks, from where, and what is written on it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image, ImageDraw

from hebbax.damage.events import FOREVER, Event
from hebbax.damage.text import parse_damages, text_of
from hebbax.errors import HebbaxError
from hebbax.report.film import life_film
from hebbax.report.film.captions import BORN_AGAIN, captions
from hebbax.report.film.lettering import write_on
from hebbax.report.film.life_film import Filmed, film_life, film_period
from hebbax.report.film.look import Look, Pace
from hebbax.tasks.external.task import ExternalTask
from hebbax.types import Record

PENDULUM = ExternalTask("gymnasium/Pendulum-v1", "Pendulum", 3, 1, 0.05, True, 200, {})


def record_of(ticks: int, *, terminated: tuple[int, ...] = ()) -> Record:
    blank, done = np.zeros((ticks, 1)), np.zeros(ticks, bool)
    done[list(terminated)] = True
    qpos = np.arange(5.0 * ticks).reshape(ticks, 5)
    return Record(
        qpos, qpos, blank, blank, np.full(ticks, -1.5), done, np.zeros((ticks, 0), np.float32), blank, blank, blank
    )


@pytest.fixture
def drawn(monkeypatch):
    """Stand in for the renderer, which has its own tests; what it was asked for is in the dictionary."""
    asked = {}

    def render(model, qpos, path, **options):
        asked.update(qpos=qpos, path=path, **options)

    monkeypatch.setattr(life_film, "render_video", render)
    return asked


def film(task, record, path, look=None, events=()):
    """Film a life; return the files and the notes."""
    files, notes = [], []
    film_life(Filmed(task, record, 1, events), path, look, on_file=files.append, on_note=notes.append)
    return files, notes


@pytest.mark.parametrize(
    ("control_period", "speed", "stride", "frames_per_second"),
    [
        (0.05, 1.0, 1, 20.0),
        (0.04, 1.0, 1, 25.0),
        (0.02, 1.0, 2, 25.0),
        (0.01, 1.0, 3, 100 / 3),
        (0.002, 1.0, 17, 500 / 17),
        (0.05, 0.25, 1, 5.0),
        (0.05, 4.0, 3, 80 / 3),
        (0.002, 0.1, 2, 25.0),
    ],
)
def test_a_film_runs_at_the_speed_of_life_times_what_was_asked(control_period, speed, stride, frames_per_second):
    pace = Pace.of(control_period, 2.0, speed=speed, rate=30.0)

    assert (pace.ticks, pace.stride) == (round(2.0 / control_period), stride)
    assert pace.frames_per_second == pytest.approx(frames_per_second)
    frames = len(range(0, pace.ticks, pace.stride))
    assert frames / pace.frames_per_second == pytest.approx(2.0 / speed, abs=1 / pace.frames_per_second)


def test_a_look_reaches_the_renderer(swimmer, drawn, tmp_path):
    look = Look(0.4, 0.5, 320, 240, "track", overlay=True)

    files, notes = film(swimmer, record_of(100), tmp_path / "a.gif", look)

    assert (files, notes) == ([tmp_path / "a.gif"], [])
    assert (drawn["width"], drawn["height"], drawn["camera"]) == (320, 240, "track")
    assert drawn["frames_per_second"] == pytest.approx(12.5)  # as a GIF has them: a tick of 0.04 s at half its speed
    assert len(drawn["qpos"]) == len(drawn["captions"]) == 10
    assert drawn["captions"][4] == "0.16 s   return −6.0"


@pytest.mark.parametrize(("seconds", "frames", "noted"), [(None, 100, False), (4.0, 100, False), (5.0, 100, True)])
def test_more_seconds_than_a_life_has_are_told_if_they_were_asked_for(swimmer, drawn, tmp_path, seconds, frames, noted):
    _, notes = film(swimmer, record_of(100), tmp_path / "a.mp4", Look(seconds))

    assert len(drawn["qpos"]) == frames
    assert notes == (["the life has 100 ticks, 4 s: the film shows all of it, not 5 s"] if noted else [])
    assert drawn["captions"] == []


def test_a_camera_that_the_model_does_not_have_is_refused(swimmer, drawn, tmp_path):
    with pytest.raises(HebbaxError, match="unknown camera 'trakc': did you mean 'track'"):
        film(swimmer, record_of(3), tmp_path / "a.mp4", Look(camera="trakc"))
    assert drawn == {}


def test_a_world_that_draws_itself_says_so_where_a_camera_or_a_size_was_asked_for(tmp_path, monkeypatch):
    asked = []
    monkeypatch.setitem(life_film._FILMS, "actions", lambda *given: asked.append(given))
    for look in (Look(camera="fixed"), Look(width=640), Look(speed=2.0, overlay=True)):
        _, notes = film(PENDULUM, record_of(50), tmp_path / "a.mp4", look)
        told = "camera and size are for models: the environment of task 'gymnasium/Pendulum-v1' draws itself"
        assert notes == ([told] if look.placed else [])
    assert len(asked) == 3
    assert asked[2][4][1] == "0.05 s   return −1.5"  # 20 ticks per second are 40 frames, at twice their speed
    assert asked[2][3].frames_per_second == pytest.approx(40)


def test_a_tick_that_is_no_time_is_a_frame_and_has_its_number(monkeypatch, tmp_path):
    asked = []
    monkeypatch.setitem(life_film._FILMS, "actions", lambda *given: asked.append(given))
    untimed = replace(PENDULUM, control_period=1.0, timed=False)

    film(untimed, record_of(50), tmp_path / "a.mp4", Look(1.0, overlay=True))

    assert film_period(untimed) == pytest.approx(1 / 30)
    assert (asked[0][3].ticks, asked[0][3].stride) == (30, 1)
    assert asked[0][4][3] == "tick 3   return −4.5"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"speed": 0.0}, "speed=0: expected 0.01 to 100; nearest valid: 0.01"),
        ({"width": 481}, "size 481x360: expected even sides of 16 to 4096 pixels; nearest valid to 481: 480"),
        ({"height": 9000}, "size 480x9000: expected even sides of 16 to 4096 pixels; nearest valid to 9000: 4096"),
    ],
)
def test_a_look_that_cannot_be_is_refused(change, message):
    with pytest.raises(HebbaxError) as caught:
        Look(**change)
    assert str(caught.value) == message


def test_what_happens_stands_on_the_frames_for_as_long_as_it_lasts_or_can_be_read():
    events = [
        Event("scale-actuator", 10, 30, "bthigh", 0.0),
        Event("zero-weights", 20, 1, None, 0.25),
        Event("freeze-plasticity", 50, FOREVER),
    ]
    pace = Pace.of(0.05, 5.0, rate=20.0)

    lines = [caption.split("\n")[1:] for caption in captions(record_of(100, terminated=(69,)), 0.05, pace, events)]

    killed, zeroed, frozen = ([row for row in range(100) if text_of(event) in lines[row]] for event in events)
    assert killed == list(range(10, 40))
    assert zeroed == list(range(20, 30))  # one tick, shown for half a second
    assert frozen == list(range(50, 100))
    assert [row for row in range(100) if BORN_AGAIN in lines[row]] == list(range(70, 80))


@pytest.mark.parametrize(
    "text",
    ["scale-actuator(bthigh, 0)", "push-body(torso, (0, 50, -3))", "noise-observation(0.1)", "freeze-plasticity"],
)
def test_the_text_of_an_event_is_that_of_a_damage(text):
    ((event,),) = parse_damages(text, 0.05)
    assert text_of(event) == text


@pytest.mark.parametrize("width", [64, 480])
def test_letters_are_light_on_dark_in_the_corner_and_fit_the_picture(width, monkeypatch):
    frame = np.full((120, width, 3), 200, np.uint8)
    boxes = []
    rectangle = ImageDraw.ImageDraw.rectangle
    monkeypatch.setattr(
        ImageDraw.ImageDraw, "rectangle", lambda pen, box, **look: (boxes.append(box), rectangle(pen, box, **look))[1]
    )

    written = write_on(frame, "12.00 s   return 1,234.5\nan event").astype(int)

    changed = np.abs(written - 200).max(axis=-1) > 20
    rows, columns = np.nonzero(changed)
    assert rows.min() == 0
    assert columns.min() == 0
    assert rows.max() < 60
    assert written.min() < 100
    assert (written.max(axis=-1) > 220).any()
    if width == 480:
        assert boxes[0][2] < width
    assert Image.fromarray(written.astype(np.uint8)).size == (width, 120)
