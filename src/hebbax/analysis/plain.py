"""Numbers as JSON has them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from hebbax.expected import LARGEST

_DIGITS = 7  # a float32 has no more


def plain(value: Any) -> Any:
    """Return a value with lists for arrays, seven digits, and None for NaN, infinity and what no reader takes."""
    if isinstance(value, Mapping):
        return {str(key): plain(part) for key, part in value.items()}
    if isinstance(value, np.ndarray | np.generic):
        return plain(value.tolist())
    if isinstance(value, list | tuple):
        return [plain(part) for part in value]
    if isinstance(value, float):
        return float(f"{value:.{_DIGITS}g}") if abs(value) <= LARGEST else None  # a comparison with NaN is false
    return value
