"""What is packed for the player is what was recorded."""

import base64
import json
import zlib

import mujoco
import numpy as np
import pytest

from hebbax.report.html import animation
from hebbax.report.html.animation import Shown, pack_life
from hebbax.tasks.external.task import ExternalTask
from hebbax.types import Record
from hebbax.worlds.mujoco.make_world import mujoco as mujoco_world

LAYERS = [(2, 2), (2, 1)]
NAMES = ["layer 0", "layer 1"]
XML = (
    '<mujoco><worldbody><body><joint type="slide" axis="1 0 0"/><joint type="slide" axis="0 0 1"/>'
    '<geom type="capsule" fromto="0 0 0 0.5 0 0" size="0.1"/></body></worldbody></mujoco>'
)
WORLD = mujoco_world(lambda: mujoco.MjSpec.from_string(XML), substeps=1)


def record(ticks=100, weights=None):
    walk = np.stack([np.linspace(0, 10, ticks), 0.1 * np.sin(np.arange(ticks))], axis=1)
    rows = np.random.default_rng(0).uniform(-3, 3, (ticks, 6)).astype(np.float32) if weights is None else weights
    blank = np.zeros((ticks, 1))
    return Record(walk, walk, blank, blank, np.full(ticks, 0.5), np.zeros(ticks, bool), rows, blank > 0, blank, blank)


def pack(**changes):
    shown = {
        "record": record(),
        "layer_shapes": LAYERS,
        "layer_names": NAMES,
        "control_period": 0.05,
        "film_period": 0.05,
        "world": WORLD,
        **changes,
    }
    packed = pack_life(Shown(**shown))
    json.dumps(packed, allow_nan=False)  # a page can hold it
    return packed


def unpacked(text, kind):
    return np.frombuffer(zlib.decompress(base64.b64decode(text)), kind)


def test_weights_come_back_within_a_step_of_their_own_largest():
    packed = pack()["weights"]

    largest = unpacked(packed["largest"], "<f4").reshape(-1, 2)
    values = unpacked(packed["values"], "i1").reshape(-1, 6) / 127
    scales = np.repeat(largest, [4, 2], axis=1)
    np.testing.assert_allclose(values * scales, record().weights, atol=3 / 254 + 1e-6)
    assert unpacked(packed["ticks"], "<i4").tolist() == list(range(100))
    assert packed["names"] == NAMES


def test_weights_that_stay_are_packed_once():
    rows = np.repeat(record(25).weights, 4, axis=0)

    assert unpacked(pack(record=record(100, rows))["weights"]["ticks"], "<i4").tolist() == list(range(0, 100, 4))


def test_many_weights_have_fewer_images(monkeypatch):
    monkeypatch.setattr(animation, "WEIGHT_BYTES", 150)

    assert unpacked(pack()["weights"]["ticks"], "<i4").tolist() == list(range(0, 100, 4))  # 25 × 6 = 150


def test_the_robot_is_where_it_was():
    packed = pack()["robot"]

    ends = unpacked(packed["ends"], "<i2").reshape(100, 1, 2, 2) * packed["unit"]
    focus = unpacked(packed["focus"], "<f4").reshape(100, 2)
    there = ends + focus[:, None, None, :]
    walk = record().qpos
    np.testing.assert_allclose(np.sort(there[:, 0, :, 0]), walk[:, :1] + [[0, 0.5]], atol=1e-3)
    np.testing.assert_allclose(there[:, 0, :, 1], walk[:, 1:] + [[0, 0]], atol=1e-3)
    left, right, foot, top = packed["bounds"]
    assert left < -0.25 < 0.25 < right
    assert foot < -0.1 < 0.1 < top


def test_the_picture_has_room_for_the_robot_and_not_for_what_stands_far_away():
    far = XML.replace("</worldbody>", '<body pos="150 0 0"><geom size="0.1"/></body></worldbody>')
    packed = pack(world=mujoco_world(lambda: mujoco.MjSpec.from_string(far), substeps=1))["robot"]

    assert packed["lines"] == 2
    np.testing.assert_allclose(packed["bounds"], pack()["robot"]["bounds"], atol=0.01)


def test_a_box_is_packed_with_its_other_edges_and_a_line_with_none():
    spec = XML.replace('type="capsule" fromto="0 0 0 0.5 0 0" size="0.1"', 'type="box" size="0.5 0.3 0.2"')
    world = mujoco_world(lambda: mujoco.MjSpec.from_string(spec), substeps=1)

    boxed, lined = pack(world=world)["robot"], pack()["robot"]

    sides = unpacked(boxed["sides"], "<i2").reshape(100, 1, 2, 2) * boxed["unit"]
    np.testing.assert_allclose(np.abs(sides), np.broadcast_to([[0, 0], [0, 0.2]], sides.shape), atol=1e-3)
    assert (boxed["boxes"], lined["boxes"], len(unpacked(lined["sides"], "<i2"))) == ([0], [], 0)


def test_a_fixed_point_is_a_dot_beside_the_weights_norm():
    rows = 1 + 1e-3 * record().weights  # around 1 in each of 6 directions, norm √6

    path = pack(record=record(100, rows.astype(np.float32)))["path"]

    points = unpacked(path["points"], "<f4").reshape(-1, 2)
    assert np.abs(points).max() < 0.05
    assert path["norm"] == pytest.approx(10, rel=0.01)  # the picture is a fifth of it wide, so half of it a tenth
    assert path["inside"]
    large = pack()["path"]
    assert np.abs(unpacked(large["points"], "<f4")).max() == pytest.approx(1 / 1.15, rel=1e-5)


def test_the_return_so_far_does_not_count_the_tick_to_come():
    np.testing.assert_allclose(unpacked(pack()["earned"], "<f4"), 0.5 * np.arange(100))


def test_a_long_life_has_fewer_frames(monkeypatch):
    monkeypatch.setattr(animation, "FRAMES", 30)
    packed = pack()

    assert unpacked(packed["frames"], "<i4").tolist() == list(range(0, 100, 4))
    assert len(unpacked(packed["robot"]["forward"], "<f4")) == 25
    assert len(unpacked(packed["path"]["points"], "<f4")) == 50
    assert len(unpacked(packed["speed"], "<f4")) == 25


def test_after_the_transient_the_path_fills_the_picture():
    rows = record().weights.copy()
    rows[:20] *= 100

    points = unpacked(pack(record=record(100, rows), transient=20)["path"]["points"], "<f4").reshape(-1, 2)

    assert np.abs(points[20:]).max() == pytest.approx(1 / 1.15, rel=1e-5)
    assert np.abs(points[:20]).max() > 3


@pytest.mark.parametrize(("times", "inside"), [(1.5, True), (100, False)])
def test_a_path_is_inside_the_picture_unless_its_start_is_far_away(times, inside):
    rows = record().weights.copy()
    rows[:20] *= times

    path = pack(record=record(100, rows), transient=20)["path"]

    assert path["inside"] is inside
    assert (np.abs(unpacked(path["points"], "<f4")).max() < 1) == inside


def test_a_life_that_diverged_is_packed_as_far_as_it_is_finite():
    rows = record().weights.copy()
    rows[60:] = np.inf
    lost = record(100, rows)
    lost.qpos[61:] = np.nan

    packed = pack(record=lost)

    assert unpacked(packed["weights"]["ticks"], "<i4")[-1] == 59
    assert len(unpacked(packed["robot"]["forward"], "<f4")) == 61


@pytest.mark.parametrize("rows", [np.zeros((100, 0), np.float32), np.ones((100, 6), np.float32)])
def test_weights_that_do_not_change_have_no_path(rows):
    packed = pack(record=record(100, rows), layer_shapes=LAYERS if rows.size else ())

    assert packed["path"] is None
    assert (packed["weights"] is None) == (rows.size == 0)


def test_a_body_of_another_package_is_not_drawn():
    elsewhere = ExternalTask("gymnasium/Pendulum-v1", "Pendulum", 3, 1, 0.05, True, 200, {})
    assert pack(world=elsewhere.world)["robot"] is None
