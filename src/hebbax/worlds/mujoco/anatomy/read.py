"""A model read from a file of MJCF or URDF, with all that can be wrong with such a file in one line."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from pathlib import Path

import mujoco
import numpy as np

from hebbax.errors import HebbaxError, about, one_line, unknown_name
from hebbax.worlds.mujoco.library import silence_warnings
from hebbax.worlds.mujoco.proven_model import compiled_model, without_deprecations

BASES = ("free", "fixed")
"""What holds the base of a robot: nothing, or the world."""

_PACKAGE = "package://"


def read_model(path: Path, base: str | None = None) -> mujoco.MjSpec:
    """Return the source of a model.

    `base` is one of BASES for URDF, which does not say it, and None for MJCF, which does. A URDF gets a motor for each
    joint that moves. Raises HebbaxError where the file, or one that it names, cannot be used.
    """
    silence_warnings()  # or MuJoCo would leave MUJOCO_LOG.TXT where the user happens to be
    root = _root(path)
    if root.tag == "mujoco":
        if base is not None:
            raise HebbaxError(f"base={base}: {path} is MJCF, whose <freejoint/> says it; leave --base out")
        return _parsed(path, lambda: mujoco.MjSpec.from_file(str(path)))
    return _read_urdf(path, root, base)


def _root(path: Path) -> ElementTree.Element:
    """Return the root of a file of XML. Raises HebbaxError where it is none of MJCF or URDF."""
    try:
        text = path.read_bytes()
    except OSError as error:
        raise HebbaxError(f"cannot read {path}: {error.strerror}; expected a file of MJCF or URDF") from error
    if b"ros.org/wiki/xacro" in text:
        raise HebbaxError(f"{path} is xacro, from which URDF is made: run `xacro {path.name} > robot.urdf` first")
    try:
        root = ElementTree.fromstring(text)
    except ElementTree.ParseError as error:
        raise HebbaxError(f"{path} is not XML: {one_line(error)}; expected MJCF or URDF") from error
    if root.tag == "mujocoinclude":
        raise HebbaxError(f"{path} is a part that other files include: expected the file that includes it")
    if root.tag not in ("mujoco", "robot"):
        raise HebbaxError(f"{path} begins with <{root.tag:.40}>: expected <mujoco> of MJCF or <robot> of URDF")
    return root


def _parsed(path: Path, parse: Callable[[], mujoco.MjSpec]) -> mujoco.MjSpec:
    try:
        with without_deprecations():
            return parse()
    except (ValueError, OSError) as error:
        raise HebbaxError(f"MuJoCo cannot read {path}: {one_line(error)}") from error


def _read_urdf(path: Path, root: ElementTree.Element, base: str | None) -> mujoco.MjSpec:
    """Return the source of a URDF, whose base floats where it is to be free, with a motor for each joint."""
    if base is None:
        raise HebbaxError(f"{path} is URDF, which does not say what holds the robot: add --base free or --base fixed")
    if base not in BASES:
        raise unknown_name("base", base, BASES)
    if base == "free":
        _float(path, root)
    _find_meshes(path, root)
    spec = _parsed(path, lambda: mujoco.MjSpec.from_string(ElementTree.tostring(root, encoding="unicode")))
    spec.modelfiledir = str(path.parent.resolve())
    with about(path):
        _add_motors(spec, compiled_model(spec))
    return spec


def _find_meshes(path: Path, root: ElementTree.Element) -> None:
    """Put the place of each file in place of `package://NAME/…`, which ROS would look up: MuJoCo opens it as a path."""
    compiler = root.find("mujoco/compiler")
    if compiler is not None and compiler.get("strippath") == "true":
        return
    folder = path.parent.resolve()
    meshes = folder / (compiler.get("meshdir", "") if compiler is not None else "")
    for mesh in root.iter("mesh"):
        name = mesh.get("filename", "")
        package, _, inside = name.removeprefix(_PACKAGE).partition("/")
        if not name.startswith(_PACKAGE):
            continue
        places = [above / part for above in (folder, *folder.parents) for part in (f"{package}/{inside}", inside)]
        places += [meshes / Path(inside).name, folder / Path(inside).name]
        found = next((place for place in places if place.is_file()), None)
        if found is None:
            raise HebbaxError(
                f"{path}: there is no {name!r}: expected {package}/{inside} or {inside} in a folder above the file, or "
                f"{Path(inside).name} beside it or in its meshdir"
            )
        mesh.set("filename", str(found))


def _float(path: Path, root: ElementTree.Element) -> None:
    """Join the base of a URDF to a world of its own by a joint that floats: MuJoCo would weld it there."""
    links = [link.get("name", "") for link in root.findall("link")]
    children = {child.get("link") for child in root.findall("joint/child")}
    bases = [link for link in links if link not in children]
    if len(bases) != 1:
        raise HebbaxError(f"{path} has {len(bases)} links that no joint holds: expected one, the base")
    if bases[0] == "world":
        raise HebbaxError(f"{path} has a link 'world', which holds the robot: expected --base fixed")
    ElementTree.SubElement(root, "link", name="world")
    joint = ElementTree.SubElement(root, "joint", name="root", type="floating")
    ElementTree.SubElement(joint, "parent", link="world")
    ElementTree.SubElement(joint, "child", link=bases[0])


def _add_motors(spec: mujoco.MjSpec, model: mujoco.MjModel) -> None:
    """Add a motor as strong as the file says for each joint that moves in one way, and not as another one does."""
    kinds = (mujoco.mjtJoint.mjJNT_HINGE, mujoco.mjtJoint.mjJNT_SLIDE)
    mimics = {equality.name1 for equality in spec.equalities if equality.type == mujoco.mjtEq.mjEQ_JOINT}
    for index, joint in enumerate(spec.joints):
        if joint.type not in kinds or joint.name in mimics:
            continue
        strength = float(np.max(np.abs(model.jnt_actfrcrange[index])))
        if not (model.jnt_actfrclimited[index] and strength > 0):
            raise HebbaxError(
                f"joint {joint.name!r} does not say how strong it is: expected <limit effort=…> above 0, in N·m"
            )
        motor = spec.add_actuator(name=joint.name, target=joint.name, trntype=mujoco.mjtTrn.mjTRN_JOINT)
        motor.gear[0] = strength
        motor.ctrllimited = True
        motor.ctrlrange[:] = -1.0, 1.0
