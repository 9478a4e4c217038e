"""Which limbs are legs, of robots made for this and of those that ship."""

import mujoco
import pytest

from hebbax.tasks.registry import make_task
from hebbax.worlds.mujoco.legs import legs_of
from hebbax.worlds.mujoco.robot import root_body

LIMB = '<body name="{name}" pos="{place}"><joint axis="0 1 0"/><geom size=".05" mass="1"/>{more}</body>'
TRUNK = '<body name="trunk" pos="0 0 1"><freejoint/><geom size=".1" mass="1"/>{limbs}</body>'


def legs(*limbs):
    model = mujoco.MjModel.from_xml_string(
        f"<mujoco><worldbody>{TRUNK.format(limbs=''.join(limbs))}</worldbody></mujoco>"
    )
    return legs_of(model, root_body(model))


def limb(name, place, more=""):
    return LIMB.format(name=name, place=place, more=more)


def test_arms_are_none_and_welded_feet_belong_to_their_leg():
    foot = '<body name="toe" pos=".1 0 0"><geom size=".02" mass="1"/></body>'
    shin = limb("left shin", "0 0 -.4", foot)
    found = legs(limb("left thigh", "0 .2 -.1", shin), limb("right leg", "0 -.2 -.5"), limb("arm", "0 .3 .1"))
    assert [leg.name for leg in found] == ["left shin", "right leg"]
    assert found[0].feet == (3, 4)
    assert (found[0].ahead, found[0].left) == pytest.approx((0.05, 0.2))
    assert (found[1].ahead, found[1].left) == pytest.approx((0.0, -0.2))


def test_a_trunk_alone_has_none():
    assert legs() == ()


@pytest.mark.parametrize(
    ("task", "names"),
    [
        ("half_cheetah", ["bfoot", "ffoot"]),
        ("humanoid", ["right_shin", "left_shin"]),
        ("hopper", ["foot"]),
        ("gecko", [f"{leg} lower leg" for leg in ("front-left", "rear-left", "front-right", "rear-right")]),
        ("dung_beetle", [f"{row}-{side} tibia" for side in ("left", "right") for row in ("front", "middle", "rear")]),
        ("go1_walk", [f"{leg} calf" for leg in ("front-right", "front-left", "rear-right", "rear-left")]),
    ],
)
def test_legs_of_robots_that_ship(task, names):
    found = make_task(task).world.body().legs
    assert [leg.name for leg in found] == names
    for leg in found:
        if "left" in leg.name or "right" in leg.name:
            assert (leg.left > 0) == ("left" in leg.name)
        if "front" in leg.name or "rear" in leg.name:
            assert (leg.ahead > 0) == ("front" in leg.name)
