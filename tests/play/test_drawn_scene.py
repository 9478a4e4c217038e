"""The page of a world that draws: its picture in the window, and what is seen beside it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pytest

import hebbax
from hebbax import Group
from hebbax.play import harm
from hebbax.play.drawn_scene import framed
from hebbax.play.pictures import seen_picture
from hebbax.play.session import Session
from hebbax.tasks.observed_picture import observed_pictures
from hebbax.tasks.task import Task


class Dot(NamedTuple):
    place: np.ndarray  # [1]


def observe(state, memory):
    return np.full(12, 0.5) + 0.0 * state.place[0]


def session_of(draw) -> Session:
    world = hebbax.World(
        "line",
        Dot,
        lambda noise: Dot(noise.uniform[:1]),
        lambda state, control, period: Dot(state.place + period * control),
        control_size=1,
        control_period=0.1,
        draw=draw,
    )
    task = Task(
        name="line",
        robot="Dot",
        world=world,
        observation=(Group("picture", 12, "1", 0.0, 1.0),),
        observation_shape=(2, 2, 3),
        action=(Group("push", 1, "1"),),
        observe=observe,
        actuate=lambda action, state, memory: action,
        outcome=lambda before, state, action, memory: (state.place[0], False, memory),
    )
    policy = hebbax.make_policy("mlp", task)
    return Session(task, policy, np.zeros(policy.genome_size, np.float32))


def test_a_session_has_the_state_that_is_drawn_and_what_is_seen_of_it():
    session = session_of(lambda state: np.full((4, 4, 3), 7, np.uint8))
    session.step()
    assert session.task.world.drawing(session.moment.state).shape == (4, 4, 3)
    assert session.moment.state.place.shape == (1,)
    seen = observed_pictures(session.task, session.moment.observation[None])
    assert seen is not None
    assert np.all(seen == 128)
    assert "what it sees · 2 × 2" in seen_picture(seen[0])
    assert harm.actuator_names(session.task) == {"push": 0}
    assert harm.body_names(session.task) == {}


def test_a_world_that_does_not_draw_cannot_be_played():
    with pytest.raises(hebbax.HebbaxError, match="expected one of MuJoCo, or one that draws"):
        session_of(None)


@pytest.mark.parametrize(("aspect", "shape"), [(2.0, (4, 8, 3)), (0.5, (8, 4, 3)), (1.0, (4, 4, 3))])
def test_a_picture_keeps_its_shape_in_any_window(aspect, shape):
    picture = np.full((4, 4, 3), 200, np.uint8)
    frame = framed(picture, aspect)
    assert frame.shape == shape
    assert (frame == 200).sum() == picture.size
