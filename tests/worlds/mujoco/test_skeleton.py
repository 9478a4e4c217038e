import mujoco
import numpy as np
import pytest

from hebbax.errors import HebbaxError
from hebbax.worlds.mujoco.skeleton import skeleton_of

# A root that slides along x, a leg that swings about y, and a rail that belongs to the world.
MODEL = """<mujoco><worldbody>
  <geom type="plane" size="5 5 1" pos="0 0 -0.5"/>
  <geom name="rail" type="capsule" fromto="-1 0 0 1 0 0" size="0.02"/>
  <body><joint type="slide" axis="1 0 0"/><geom type="box" size="0.3 0.1 0.2"/>
    <body><joint axis="0 1 0"/><geom type="capsule" fromto="0 0 0 0 0 -0.4" size="0.05"/>
      <body pos="0 0 -0.4"><geom type="sphere" size="0.06"/><geom type="sphere" size="1" rgba="0 0 0 0"/></body>
    </body>
  </body>
</worldbody></mujoco>"""


@pytest.fixture(scope="module")
def model():
    return mujoco.MjModel.from_xml_string(MODEL)


def test_geometry_becomes_lines_where_the_states_put_it(model):
    found = skeleton_of(model, np.array([[0.0, 0.0], [2.0, np.pi / 2]]))

    assert found.view == "side"
    assert found.floor == -0.5
    np.testing.assert_allclose(found.radii, [0.02, 0.2, 0.05, 0.06])  # what cannot be seen is left out
    np.testing.assert_allclose(np.sort(found.ends[:, 0, :, 0]), [[-1, 1]] * 2)  # the rail stays
    np.testing.assert_allclose(np.sort(found.ends[:, 1, :, 0]), [[-0.3, 0.3], [1.7, 2.3]], atol=1e-6)
    foot = found.ends[:, 3, 0]
    np.testing.assert_allclose(foot, [[0, -0.4], [1.6, 0]], atol=1e-6)
    np.testing.assert_allclose(found.root[:, 0], [0, 2])


def test_a_box_has_corners_however_it_is_turned():
    """Seen from the side: half edges of 0.3 along x, 0.2 along z, and 0.1 away from the eye; then turned."""
    model = mujoco.MjModel.from_xml_string(
        '<mujoco><worldbody><body><joint axis="0 1 0"/><geom type="box" size="0.3 0.1 0.2"/>'
        '<geom type="ellipsoid" size="0.3 0.1 0.2"/></body></worldbody></mujoco>'
    )

    found = skeleton_of(model, np.array([[0.0], [np.pi / 2]]))

    assert found.boxes.tolist() == [0]  # what is round stays a line with round ends
    corners = [
        end + s * found.sides[:, 0, 0] + t * found.sides[:, 0, 1]
        for end in found.ends[:, 0].swapaxes(0, 1)
        for s in (-1, 1)
        for t in (-1, 1)
    ]
    np.testing.assert_allclose(np.abs(corners)[:, 0], [[0.3, 0.2]] * 8, atol=1e-6)
    np.testing.assert_allclose(np.abs(corners)[:, 1], [[0.2, 0.3]] * 8, atol=1e-6)


def test_limbs_are_what_hangs_on_the_root(model):
    assert skeleton_of(model, np.zeros((1, 2))).limbs.tolist() == [-1, 0, 1, 1]


def test_what_is_no_part_of_the_robot_belongs_to_the_world():
    ball = '<body pos="100 0 0"><freejoint/><geom type="sphere" size="0.1"/></body>'
    model = mujoco.MjModel.from_xml_string(MODEL.replace("</worldbody>", f"{ball}</worldbody>"))
    assert skeleton_of(model, model.qpos0[None]).limbs.tolist() == [-1, 0, 1, 1, -1]
    alone = mujoco.MjModel.from_xml_string('<mujoco><worldbody><geom size="1"/></worldbody></mujoco>')
    assert skeleton_of(alone, np.zeros((1, 0))).limbs.tolist() == [-1]


@pytest.mark.parametrize(("axis", "view"), [("0 0 1", "top"), ("1 0 0", "oblique")])
def test_the_view_is_the_plane_of_the_motion(axis, view):
    model = mujoco.MjModel.from_xml_string(
        f'<mujoco><worldbody><body><joint axis="{axis}"/><geom type="capsule" fromto="0 0 0 0.5 0.2 0" size="0.1"/>'
        "</body></worldbody></mujoco>"
    )

    assert skeleton_of(model, np.array([[0.0], [1.0]])).view == view


def test_a_life_that_diverged_is_cut(model):
    states = np.zeros((5, 2))
    states[3] = np.nan

    assert len(skeleton_of(model, states).ends) == 3
    with pytest.raises(HebbaxError, match="no finite state"):
        skeleton_of(model, states[3:])
