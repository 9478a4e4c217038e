"""Where a gait is read from: forward coordinate, driven joints, names and mass of Gymnasium's robots."""

from __future__ import annotations

import numpy as np
import pytest

from hebbax.analysis.frame import body_of, frame_of
from hebbax.policies.make_policy import make_policy
from hebbax.tasks.registry import make_task


def test_half_cheetah():
    body = body_of(make_task("half_cheetah").world.model)

    assert body.forward == 0
    assert list(body.joints) == list(body.joint_speeds) == [3, 4, 5, 6, 7, 8]
    assert list(body.torques) == [0, 1, 2, 3, 4, 5]
    assert body.names == ("world", "torso", "bthigh", "bshin", "bfoot", "fthigh", "fshin", "ffoot")
    assert body.mass == pytest.approx(14.0)  # settotalmass of its model


def test_what_hangs_in_the_way_is_no_part_of_the_robot():
    body = body_of(make_task("obstacle_cheetah_pendulums").world.model)

    assert body.mass == pytest.approx(14.0)  # beside five weights of 50 kg
    assert body.names[body.own[-1]] == "front foot"  # and then come the weights
    assert list(body.joints) == list(body.joint_speeds) == [3, 4, 5, 6, 7, 8]
    assert body.forward == 0


def test_a_free_joint_has_more_positions_than_velocities():
    body = body_of(make_task("ant").world.model)

    assert body.forward == 0
    # The order of its actuators is not that of its joints: hip_4 and ankle_4 come first.
    assert list(body.joints) == [13, 14, 7, 8, 9, 10, 11, 12]
    assert list(body.joint_speeds) == [12, 13, 6, 7, 8, 9, 10, 11]


@pytest.mark.parametrize("name", ["hopper", "walker2d", "swimmer", "humanoid", "inverted_pendulum"])
def test_every_robot_that_moves_along_x_has_a_forward_coordinate(name):
    body = body_of(make_task(name).world.model)
    assert body.forward == 0
    assert len(body.joints) == len(body.joint_speeds) == len(body.torques) > 0


def test_layers_of_plastic_and_static_policies(swimmer, han_e):
    frame = frame_of(swimmer, han_e, every=4)

    assert frame.layers == ("layer 0", "layer 1")
    assert frame.layer_shapes == ((8, 16), (16, 2))
    assert frame.plastic
    assert frame.row_period == pytest.approx(4 * swimmer.control_period)
    assert not frame_of(swimmer, make_policy("mlp", swimmer)).plastic
    assert isinstance(frame.body.joints, np.ndarray)
