"""Tensors read back from a checkpoint, checked against what the learner itself would have written."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from hebbax.errors import HebbaxError


def check_tensor(
    name: str,
    tensors: Mapping[str, np.ndarray],
    like: Any,
    *,
    infinite: bool = False,
    missing: bool = False,
    most: int | None = None,
) -> np.ndarray:
    """Return the tensor of a name.

    Args:
        name: which tensor.
        tensors: those of the checkpoint.
        like: what has the shape and the type that are expected.
        infinite: whether it may hold infinity, for what is worse than all.
        missing: whether it may hold NaN, for what there is not.
        most: how long it may be at most, where its length is not that of `like`.

    Raises HebbaxError where it is missing, of another shape or type, or holds what is no number.
    """
    tensor = tensors.get(name)
    if tensor is None:
        raise HebbaxError(f"the checkpoint holds no {name!r}: it was written with another strategy or training")
    fits = tensor.shape == like.shape if most is None else tensor.ndim == 1 and len(tensor) <= most
    if not fits:
        expected = like.shape if most is None else f"({most},) or shorter"
        raise HebbaxError(f"the checkpoint's {name!r} has shape {tensor.shape}, expected {expected}")
    if tensor.dtype != like.dtype:
        raise HebbaxError(f"the checkpoint's {name!r} has type {tensor.dtype}, expected {like.dtype}")
    if tensor.dtype.kind == "f" and not (np.isfinite(tensor) | _allowed(tensor, infinite, missing)).all():
        raise HebbaxError(f"the checkpoint's {name!r} holds what is not finite: expected numbers")
    return tensor


def _allowed(tensor: np.ndarray, infinite: bool, missing: bool) -> np.ndarray:
    return ((tensor == np.inf) & infinite) | (np.isnan(tensor) & missing)
