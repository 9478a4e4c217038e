"""Closed surfaces of the right volume, whose faces look outwards."""

from __future__ import annotations

import mujoco
import numpy as np
import pytest

from hebbax.play.shapes import capsule, ellipsoid, height_field, mesh


def volume(corners, faces):
    """Return the volume that triangles enclose; positive if all wind outwards (divergence theorem)."""
    a, b, c = (corners[faces[:, i]].astype(np.float64) for i in range(3))
    return float(np.einsum("ij,ij->i", a, np.cross(b, c)).sum() / 6)


def test_a_capsule_is_a_cylinder_between_two_half_balls():
    corners, faces = capsule(0.2, 0.5)
    assert volume(corners, faces) == pytest.approx(np.pi * 0.2**2 * 1.0 + 4 / 3 * np.pi * 0.2**3, rel=0.02)
    np.testing.assert_allclose(corners.max(axis=0), [0.2, 0.2, 0.7], rtol=1e-6)
    np.testing.assert_allclose(corners.min(axis=0), [-0.2, -0.2, -0.7], rtol=1e-6)


def test_an_ellipsoid_has_its_radii():
    corners, faces = ellipsoid(np.array([1.0, 2.0, 3.0]))
    assert volume(corners, faces) == pytest.approx(4 / 3 * np.pi * 6, rel=0.02)
    np.testing.assert_allclose(corners.max(axis=0), [1, 2, 3], rtol=1e-6)


def test_meshes_and_height_fields_are_the_models():
    model = mujoco.MjModel.from_xml_string("""
    <mujoco><asset>
      <mesh name="m" vertex="0 0 0  1 0 0  0 1 0  0 0 1"/>
      <hfield name="h" nrow="3" ncol="4" size="2 1 0.5 0.1" elevation="0 0 0 0 0 1 0 0 0 0 0 0"/>
    </asset><worldbody><geom type="mesh" mesh="m"/><geom type="hfield" hfield="h"/></worldbody></mujoco>""")
    corners, faces = mesh(model, 0)
    assert volume(corners, faces) == pytest.approx(1 / 6, rel=1e-5)
    corners, faces = height_field(model, 0)
    assert corners.shape == (12, 3)
    assert corners[:, 2].max() == pytest.approx(0.5)
    a, b, c = (corners[faces[:, i]] for i in range(3))
    assert (np.cross(b - a, c - a)[:, 2] > 0).all()  # seen from above
