"""Recordings of tasks that observe pictures: what is redrawn is what was observed, to the bit, harmed or not."""

from __future__ import annotations

from typing import NamedTuple

import h5py
import numpy as np
import pytest

import hebbax
from hebbax import Group
from hebbax.config.policy import PRESETS
from hebbax.config.train import TaskConfig, TrainConfig, to_dict
from hebbax.damage.text import parse_damages
from hebbax.errors import HebbaxError
from hebbax.recording.reader import open_recording
from hebbax.recording.record import record_lives
from hebbax.runs.trials import Source
from hebbax.tasks.registry import TASKS
from hebbax.types import Normaliser

TICKS, SHAPE = 30, (6, 5, 2)


class Lamp(NamedTuple):
    place: np.ndarray  # [2], m
    wall: np.ndarray  # [300], which makes a state large


def start(noise):
    return Lamp(noise.uniform[:2], np.zeros(300))


def advance(state, control, period):
    return Lamp(state.place + period * control, state.wall)


def observe(state, memory):
    numbers = np.arange(60.0)
    return np.exp(-np.square(numbers / 30.0 - state.place[0])) + np.sin(numbers * state.place[1])


def observe_by_memory(state, memory):
    return np.arange(60.0) * state.place[0] + memory[0]


def actuate(action, state, memory):
    return action


def outcome(before, state, action, memory):
    return state.place[0], False, memory


def outcome_counting(before, state, action, memory):
    return state.place[0], False, memory + 1.0


@pytest.fixture(params=["pictures of the state", pytest.param("pictures of the memory", marks=pytest.mark.slow)])
def source(request, forget_parts_of):
    """Lives of a task whose pictures come from its state, and of one whose come from what no file holds."""
    forget_parts_of(TASKS)
    by_memory = request.param == "pictures of the memory"
    hebbax.register_task(
        "lamp",
        world=hebbax.World("room", Lamp, start, advance, control_size=2, control_period=0.1, kept=("wall",)),
        observation=[Group("picture", 60, "")],
        observation_shape=SHAPE,
        action=[Group("push", 2, "")],
        memory_size=1,
        observe=observe_by_memory if by_memory else observe,
        actuate=actuate,
        outcome=outcome_counting if by_memory else outcome,
    )
    task, policy = hebbax.make_task("lamp"), hebbax.make_policy("han-e", hebbax.make_task("lamp"))

    def make(damage: str = "") -> Source:
        config = TrainConfig(task=TaskConfig("lamp"), policy=PRESETS["han-e"], damage=damage)
        return Source(
            task=task,
            policy=policy,
            genome=np.random.default_rng(1).normal(size=policy.genome_size).astype(np.float32),
            which_genome="best",
            normaliser=Normaliser.identity(task.normalised_size),
            config=to_dict(config),
            lifetimes=2,
            ticks=TICKS,
            seed=3,
            termination="end",
            engine="native",
            damages=parse_damages(damage, task.control_period),
        )

    make.by_memory = by_memory  # pyright: ignore[reportFunctionMemberAccess]
    return make


DAMAGES = (
    "",
    "scale-observation(picture, -1, from=4) + bias-observation(1, from=4)",
    "noise-observation(columns 1-2, 0.1)",
)


@pytest.mark.parametrize(("damage", "every"), [*((damage, 1) for damage in DAMAGES), ("delay-observation(2)", 3)])
def test_a_life_that_is_read_saw_what_it_saw(source, tmp_path, damage, every):
    lives, path = source(damage), tmp_path / "lamp.h5"
    record_lives(lives, path, every=every)
    with open_recording(path) as recording:
        for life in recording:
            seen = lives.runner().record(life.number)[1].observations[::every]
            np.testing.assert_array_equal(life.record().observations, seen)
            assert "observations" not in life.group
            kept = len(life.group["pictures/row"])
            remembers = damage.startswith("delay") and every > 1
            assert kept == (len(seen) - 1 if source.by_memory or remembers else 0)


FORGED = {
    "beyond the last row": (np.array([TICKS]), np.zeros((1, 60))),
    "before the first row": (np.array([-1]), np.zeros((1, 60))),
    "no whole number": (np.array([0.5]), np.zeros((1, 60))),
    "two rows, one picture": (np.array([0, 1]), np.zeros((1, 60))),
    "a picture too small": (np.array([0]), np.zeros((1, 59))),
}


@pytest.mark.parametrize("forged", FORGED)
def test_a_file_whose_pictures_do_not_belong_to_it_is_refused(source, tmp_path, forged):
    path = tmp_path / "lamp.h5"
    record_lives(source(), path)
    with h5py.File(path, "r+") as file:
        pictures = file["lives/0000/pictures"]
        del pictures["row"], pictures["observations"]
        pictures["row"], pictures["observations"] = FORGED[forged]
    with open_recording(path) as recording:
        with pytest.raises(HebbaxError, match="row and observations do not belong together or to the kept ticks"):
            recording.life(0).record()
        recording.life(1).record()


def test_a_large_state_that_stays_takes_no_room(source, tmp_path):
    path = tmp_path / "lamp.h5"
    record_lives(source(), path)
    with h5py.File(path) as file:
        wall = file["lives/0000/state/wall"]
        assert isinstance(wall, h5py.Dataset)
        assert wall.id.get_storage_size() < wall.nbytes / 20
