"""Triangles for the shapes that MuJoCo has and a browser has not."""

from __future__ import annotations

from typing import Any

import numpy as np

_ROUND, _RINGS = 32, 12  # corners around, and rings from pole to equator


def capsule(radius: float, half_length: float) -> tuple[np.ndarray, np.ndarray]:
    """Return a capsule along z: corners float32 [n, 3] in m, and faces uint32 [m, 3] that wind outwards.

    `half_length` is of the cylinder between the two half balls; 0 gives a ball.
    """
    upper = np.linspace(np.pi / 2, 0, _RINGS + 1)
    heights = np.concatenate([upper, -upper[::-1]])
    shifts = np.repeat([half_length, -half_length], _RINGS + 1)
    around = np.linspace(0, 2 * np.pi, _ROUND, endpoint=False)
    rings = radius * np.cos(heights)[:, None]
    corners = np.stack(
        [
            rings * np.cos(around),
            rings * np.sin(around),
            np.broadcast_to((radius * np.sin(heights) + shifts)[:, None], (len(heights), _ROUND)),
        ],
        axis=-1,
    )
    return corners.reshape(-1, 3).astype(np.float32), _grid_faces(len(heights), _ROUND, closed=True)


def ellipsoid(radii: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return an ellipsoid of radii [3], as `capsule` does."""
    corners, faces = capsule(1.0, 0.0)
    return corners * radii.astype(np.float32), faces


def mesh(model: Any, index: int) -> tuple[np.ndarray, np.ndarray]:
    """Return a mesh of an MjModel, in the frame of the geoms that show it."""
    corner, face = model.mesh_vertadr[index], model.mesh_faceadr[index]
    corners = model.mesh_vert[corner : corner + model.mesh_vertnum[index]]
    faces = model.mesh_face[face : face + model.mesh_facenum[index]]
    return corners.astype(np.float32), faces.astype(np.uint32)


def height_field(model: Any, index: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the surface of a height field of an MjModel."""
    rows, columns, start = model.hfield_nrow[index], model.hfield_ncol[index], model.hfield_adr[index]
    width, depth, height, _ = model.hfield_size[index]
    values = model.hfield_data[start : start + rows * columns].reshape(rows, columns)
    x, y = np.meshgrid(np.linspace(-width, width, columns), np.linspace(-depth, depth, rows))
    corners = np.stack([x, y, height * values], axis=-1)
    return corners.reshape(-1, 3).astype(np.float32), _grid_faces(rows, columns, closed=False)[:, ::-1].copy()


def _grid_faces(rows: int, columns: int, *, closed: bool) -> np.ndarray:
    """Return two triangles a square of a grid of corners, row after row; `closed` joins the last column to the first.

    They face outwards where rows go down and columns go around counterclockwise.
    """
    row, column = np.meshgrid(np.arange(rows - 1), np.arange(columns if closed else columns - 1), indexing="ij")
    here, right = row * columns + column, row * columns + (column + 1) % columns
    below, across = here + columns, right + columns
    triangles = np.stack([np.stack([here, below, right], -1), np.stack([right, below, across], -1)], axis=-2)
    return triangles.reshape(-1, 3).astype(np.uint32)
