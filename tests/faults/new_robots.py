"""Models of which no task can be made, as files: what `hebbax new robot` gets, and what its one line must hold."""

from __future__ import annotations

BODY = """<body name="trunk" pos="0 0 1"><freejoint/><geom size="0.1" mass="1"/>{more}
<body name="leg" pos="0 0 -0.1"><joint name="hip" axis="0 1 0"/><geom name="shin" size="0.05" pos="0 0 -0.2"/></body>
</body>"""
MOTOR = '<actuator><motor name="hip" joint="hip" ctrlrange="-1 1"/></actuator>'


def model(before: str = "", body: str = BODY.format(more=""), after: str = MOTOR) -> str:
    """Return a model that would be fine, with changes."""
    return f'<mujoco model="bad">{before}<worldbody>{body}</worldbody>{after}</mujoco>'


MESH = '<asset><mesh name="m" file="nowhere.stl"/></asset>'
LINK = """<link name="{name}"><inertial><mass value="1"/>
<inertia ixx="1" iyy="1" izz="1" ixy="0" ixz="0" iyz="0"/></inertial></link>"""
WEAK = """<joint name="hip" type="revolute"><parent link="a"/><child link="b"/><axis xyz="0 1 0"/>
<limit lower="-1" upper="1" effort="0" velocity="1"/></joint>"""

MODELS: dict[str, tuple[str, str]] = {
    "nothing": ("", "is not XML"),
    "no XML": ("a robot", "is not XML"),
    "half of XML": (model()[:80], "is not XML"),
    "another root": ("<sdf version='1.6'/>", "begins with <sdf>"),
    "a part of others": ("<mujocoinclude/>", "expected the file that includes it"),
    "xacro": ('<robot name="r" xmlns:xacro="http://www.ros.org/wiki/xacro"/>', "run `xacro"),
    "URDF without a base": (f'<robot name="r">{LINK.format(name="a")}</robot>', "--base free or --base fixed"),
    "no such element": (model("<muscles/>"), "unrecognized element"),
    "mesh that is missing": (model(MESH, BODY.format(more='<geom type="mesh" mesh="m"/>')), "nowhere.stl"),
    "include that is missing": (model('<include file="nowhere.xml"/>'), "nowhere.xml"),
    "no actuators": (model(after=""), "the model has no actuators"),
    "joint without a name": (
        model(body=BODY.format(more='<body><joint axis="1 0 0"/><geom size="0.1"/></body>')),
        "has no name",
    ),
    "actuator without a name": (
        model(body=BODY.format(more='<site name="s"/>'), after='<actuator><motor site="s" gear="0 0 1"/></actuator>'),
        "actuator 0 of the model has no name",
    ),
    "actuator of nothing": (model(after=MOTOR.replace('joint="hip"', 'joint="wheel"')), "wheel"),
    "keyframe of NaN": (
        model(after=f'{MOTOR}<keyframe><key name="home" qpos="0 0 nan 1 0 0 0 0"/></keyframe>'),
        "keyframe 'home' holds what is no number",
    ),
    "two robots": (
        model(
            body=BODY.format(more="")
            + '<body name="other"><freejoint/><geom size="0.1"/>'
            + '<body><joint name="arm"/><geom size="0.1"/></body></body>',
            after='<actuator><motor joint="hip"/><motor joint="arm"/></actuator>',
        ),
        "the model has 2 robots",
    ),
    "nothing that touches": (
        model("<default><geom contype='0' conaffinity='0'/></default>"),
        "can touch the floor",
    ),
    "no mass": (model("<default><geom mass='0'/></default>", BODY.format(more="").replace(' mass="1"', "")), "mass"),
    "no timestep": (model("<option timestep='0'/>"), "timestep"),
    "diverges": (
        model(after='<actuator><position joint="hip" kp="1e7" ctrlrange="1 2"/></actuator>'),
        "the robot diverges",
    ),
    "nothing that is moved": (
        model(
            body='<body><geom size="0.1"/><site name="s"/></body>',
            after='<actuator><motor name="m" site="s"/></actuator>',
        ),
        "no joint of the model is moved",
    ),
}
"""The text of each model, and what its line holds."""

URDFS: dict[str, tuple[str, str]] = {
    "two bases": (
        f'<robot name="r">{LINK.format(name="a")}{LINK.format(name="b")}</robot>',
        "2 links that no joint holds",
    ),
    "no strength": (
        f'<robot name="r">{LINK.format(name="a")}{LINK.format(name="b")}{WEAK}</robot>',
        "does not say how strong it is",
    ),
    "a joint of nothing": (f'<robot name="r">{LINK.format(name="a")}{WEAK}</robot>', "parent or child missing"),
}
"""URDFs that are given with --base free."""
