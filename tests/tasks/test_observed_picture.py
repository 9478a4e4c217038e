"""What a task observes as a picture to look at."""

from __future__ import annotations

import numpy as np

from hebbax.tasks.observed_picture import observed_pictures
from hebbax.tasks.registry import make_task


def test_shares_of_255_are_its_pixels_and_what_is_beyond_them_is_cut():
    task, observations = make_task("car_racing"), np.zeros((2, 84 * 84 * 3))
    observations[1, :3] = 1.0, 100 / 255, -3.0  # the first pixel: red, green and blue
    observations[1, -1] = 7.0
    seen = observed_pictures(task, observations)
    assert seen is not None
    assert seen.shape == (2, 84, 84, 3)
    assert seen.dtype == np.uint8
    assert seen[1, 0, 0].tolist() == [255, 100, 0]
    assert seen[1, -1, -1, 2] == 255
    assert not seen[0].any()


def test_numbers_are_no_picture():
    task = make_task("car_racing_state")
    assert observed_pictures(task, np.zeros((1, task.observation_size))) is None
