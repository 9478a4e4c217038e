"""How a scene is made ready to be drawn, as numbers."""

import mujoco
import numpy as np
import pytest

from hebbax.report.film.scene import prepare_scenery

SCENE = """<mujoco><visual><headlight ambient=".3 .3 .3" diffuse=".6 .6 .6"/></visual><worldbody>
<geom name="floor" type="plane" size="5 5 .1"/>{suns}
<body pos="0 0 1"><freejoint/><geom size=".1"/>{carried}</body></worldbody></mujoco>"""
SUN = '<light directional="true" pos="0 0 3" dir="0 0 -1" diffuse="{0} {0} {0}"/>'
CARRIED = '<light mode="trackcom" directional="true" pos="0 0 1.5" dir="0 0 -1" diffuse=".7 .7 .7"/>'


def prepared(suns: str = "", carried: str = "") -> mujoco.MjModel:
    model = mujoco.MjModel.from_xml_string(SCENE.format(suns=suns, carried=carried))
    data = mujoco.MjData(model)
    mujoco.mj_forward(model, data)
    prepare_scenery(mujoco, model, data)
    return model


def brightness_of(model: mujoco.MjModel) -> float:
    """Of a level white floor, 1 being the most that a picture can show: by Lambert's law."""
    suns = sum(-light[2] / np.linalg.norm(light) * colour[0] for light, colour in zip(*suns_of(model), strict=True))
    head = model.vis.headlight
    return head.ambient[0] + np.sin(np.radians(15)) * head.diffuse[0] + suns


def suns_of(model: mujoco.MjModel) -> tuple[np.ndarray, np.ndarray]:
    return model.light_dir0, model.light_diffuse


@pytest.mark.parametrize(
    ("suns", "carried"), [(SUN.format(0.7), CARRIED), (SUN.format(1) * 3, ""), (SUN.format(0.7), "")]
)
def test_a_light_floor_is_not_drawn_brighter_than_white(suns, carried):
    assert brightness_of(prepared(suns, carried)) == pytest.approx(1.0, abs=1e-5)


def test_a_scene_that_is_dim_enough_keeps_its_lights():
    model = prepared(SUN.format(0.5))
    assert model.light_diffuse[0, 0] == 0.5
    np.testing.assert_allclose(model.vis.headlight.diffuse, 0.6, rtol=1e-6)
