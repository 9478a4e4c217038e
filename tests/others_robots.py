"""Robots in the layouts of others, as MJCF and URDF with files beside them: a function writes each into a folder."""

from __future__ import annotations

from pathlib import Path

import numpy as np

LEGS = ("FL", "FR", "RL", "RR")


def _stl(size: tuple[float, float, float]) -> bytes:
    """Return a box as binary STL: a header, a count, and twelve triangles."""
    corners = np.array([[x, y, z] for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)]) * np.array(size)
    faces = [(0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3)]
    triangles = [half for a, b, c, d in faces for half in ((a, b, c), (a, c, d))]
    record = np.zeros(12, np.dtype([("normal", "<f4", 3), ("points", "<f4", (3, 3)), ("spare", "<u2")]))
    record["points"] = corners[np.array(triangles)]
    return bytes(80) + np.uint32(12).tobytes() + record.tobytes()


def write_quadruped(folder: Path, name: str = "dog") -> Path:
    """Write a dog with position servos, a mesh, includes and a keyframe; return the scene, which has the floor.

    The robot alone is NAME.xml beside it. Its root stands 0.26 m high at birth.
    """
    (folder / "assets").mkdir(parents=True)
    (folder / "assets/trunk.stl").write_bytes(_stl((0.2, 0.08, 0.04)))
    (folder / "servos.xml").write_text(
        "<mujocoinclude>"
        + "".join(
            f'<position class="servo" name="{leg}_{joint}" joint="{leg}_{joint}_joint"/>'
            for leg in LEGS
            for joint in ("thigh", "calf")
        )
        + "</mujocoinclude>"
    )
    legs = "".join(
        f"""<body name="{leg}_thigh" pos="{0.17 if leg[0] == "F" else -0.17} {0.1 if leg[1] == "L" else -0.1} 0">
        <joint name="{leg}_thigh_joint" axis="0 1 0" range="-1 1.5"/><geom class="link"/>
        <body name="{leg}_calf" pos="0 0 -0.15"><joint name="{leg}_calf_joint" axis="0 1 0" range="-2 0"/>
        <geom class="link"/><geom class="foot"/></body></body>"""
        for leg in LEGS
    )
    (folder / f"{name}.xml").write_text(f"""<mujoco model="{name}">
    <compiler angle="radian" meshdir="assets"/><option timestep="0.005" integrator="implicitfast"/>
    <default><default class="link"><geom type="capsule" fromto="0 0 0 0 0 -0.15" size="0.015" mass="0.2"/></default>
    <default class="foot"><geom type="sphere" size="0.02" pos="0 0 -0.15" mass="0.05"/></default>
    <default class="servo"><position kp="40" kv="1" ctrlrange="-2 1.5" forcerange="-20 20"/></default>
    <joint damping="0.2" armature="0.01"/></default>
    <asset><mesh name="trunk" file="trunk.stl"/></asset>
    <worldbody><body name="trunk" pos="0 0 0.3"><freejoint/><geom type="mesh" mesh="trunk" mass="4"/>
    <site name="imu"/>{legs}</body></worldbody>
    <actuator><include file="servos.xml"/></actuator>
    <keyframe><key name="home" qpos="0 0 0.26 1 0 0 0 {"0.6 -1.2 " * 4}" ctrl="{"0.6 -1.2 " * 4}"/></keyframe>
    </mujoco>""")
    scene = folder / "scene.xml"
    scene.write_text(f"""<mujoco model="{name} scene"><include file="{name}.xml"/>
    <worldbody><geom name="ground" type="plane" size="0 0 0.05"/></worldbody></mujoco>""")
    return scene


def write_arm(folder: Path) -> Path:
    """Write an arm of four joints on a table, with general actuators that are servos, and a site at its hand."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "arm.xml"
    links = ("0 0 1", "0 1 0", "0 1 0", "0 1 0")
    inner = '<geom type="sphere" size="0.03" mass="0.1"/><site name="attachment_site"/>'
    for number, axis in reversed(list(enumerate(links, 1))):
        inner = f"""<body name="link{number}" pos="0 0 {0.1 if number == 1 else 0.2}">
        <joint name="joint{number}" axis="{axis}" range="-2 2" damping="1" armature="0.05"/>
        <geom type="capsule" fromto="0 0 0 0 0 0.2" size="0.03" mass="0.5"/>
        {inner if number < 4 else f'<body pos="0 0 0.2">{inner}</body>'}</body>"""
    drives = "".join(
        f'<general name="actuator{number}" joint="joint{number}" gainprm="60" biastype="affine" biasprm="0 -60 -6" '
        f'ctrlrange="-2 2"/>'
        for number in range(1, 5)
    )
    path.write_text(f"""<mujoco model="arm"><compiler angle="radian"/>
    <option timestep="0.004" integrator="implicitfast"/>
    <worldbody><geom name="table" type="box" size="0.3 0.3 0.05" pos="0 0 -0.2"/>{inner}</worldbody>
    <actuator>{drives}</actuator></mujoco>""")
    return path


def write_hand(folder: Path) -> Path:
    """Write a hand whose three fingers are each pulled by a tendon over two joints, and a ball that lies free."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "hand.xml"
    fingers = "".join(
        f"""<body name="{name}_lower" pos="{0.05 * place} 0 0.1"><joint name="{name}_J2" axis="1 0 0" range="0 1.5"/>
        <geom type="capsule" fromto="0 0 0 0 0 0.05" size="0.01" mass="0.02"/>
        <body name="{name}_upper" pos="0 0 0.05"><joint name="{name}_J1" axis="1 0 0" range="0 1.5"/>
        <geom type="capsule" fromto="0 0 0 0 0 0.04" size="0.01" mass="0.02"/></body></body>"""
        for place, name in enumerate(("FF", "MF", "RF"), -1)
    )
    tendons = "".join(
        f'<fixed name="{name}_J0"><joint joint="{name}_J2" coef="1"/><joint joint="{name}_J1" coef="1"/></fixed>'
        for name in ("FF", "MF", "RF")
    )
    drives = "".join(
        f'<position name="{name}" tendon="{name}_J0" kp="0.5" ctrlrange="0 3"/>' for name in ("FF", "MF", "RF")
    )
    path.write_text(f"""<mujoco model="hand"><compiler angle="radian"/><option timestep="0.002"/>
    <default><joint damping="0.02" armature="0.0005"/></default>
    <worldbody><geom name="ground" type="plane" size="1 1 0.05" pos="0 0 -0.2"/>
    <body name="palm"><geom type="box" size="0.07 0.02 0.05" pos="0 0 0.05"/>{fingers}</body>
    <body name="ball" pos="0 0.3 -0.17"><freejoint/><geom size="0.03" mass="0.05"/></body></worldbody>
    <tendon>{tendons}</tendon><actuator>{drives}</actuator>
    <equality><joint joint1="FF_J1" joint2="FF_J2"/></equality></mujoco>""")
    return path


def write_hopper(folder: Path) -> Path:
    """Write a leg in a plane with motors, without a keyframe and without a floor: as drawn it hangs 0.3 m too high."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "hopper.xml"
    path.write_text("""<mujoco model="leg"><compiler angle="radian"/><option timestep="0.004"/>
    <worldbody><body name="hip" pos="0 0 0.8"><joint name="rootx" type="slide" axis="1 0 0"/>
    <joint name="rootz" type="slide" axis="0 0 1"/><joint name="rooty" axis="0 1 0"/>
    <geom type="sphere" size="0.1" mass="2"/>
    <body name="thigh"><joint name="hip_pitch" axis="0 1 0" range="-1 1"/>
    <geom type="capsule" fromto="0 0 0 0 0 -0.25" size="0.03" mass="0.5"/>
    <body name="shank" pos="0 0 -0.25"><joint name="knee_pitch" axis="0 1 0" range="-1.5 0"/>
    <geom type="capsule" fromto="0 0 0 0 0 -0.2" size="0.05" mass="0.3"/></body></body></body></worldbody>
    <actuator><motor joint="hip_pitch" gear="30" ctrlrange="-1 1"/>
    <motor joint="knee_pitch" gear="20" ctrlrange="-1 1"/>
    </actuator></mujoco>""")
    return path


def write_urdf(folder: Path) -> Path:
    """Write a URDF of a body on two legs, each with a hinge of 12 N·m."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "biped.urdf"
    inertia = '<inertia ixx="0.01" iyy="0.01" izz="0.01" ixy="0" ixz="0" iyz="0"/>'

    def link(name: str, mass: float, size: str, low: float) -> str:
        at = f'<origin xyz="0 0 {low}"/>'
        return f"""<link name="{name}"><inertial>{at}<mass value="{mass}"/>{inertia}</inertial>
        <collision>{at}<geometry><box size="{size}"/></geometry></collision></link>"""

    def joint(side: str, y: float) -> str:
        return f"""<joint name="{side}_hip" type="revolute"><parent link="base"/><child link="{side}_leg"/>
        <origin xyz="0 {y} -0.05"/><axis xyz="0 1 0"/>
        <limit lower="-1" upper="1" effort="12" velocity="9"/></joint>"""

    parts = link("base", 2, "0.2 0.2 0.1", 0) + "".join(
        link(f"{side}_leg", 0.5, "0.06 0.06 0.3", -0.15) + joint(side, y)
        for side, y in (("left", 0.08), ("right", -0.08))
    )
    path.write_text(f'<robot name="biped">{parts}</robot>')
    return path
