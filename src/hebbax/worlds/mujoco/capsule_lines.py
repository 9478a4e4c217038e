"""Edits of a model as lines of its own MJCF text, for a simulator that reads the same text otherwise."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

import mujoco


def with_capsules_edited(text: str, edits: Sequence[tuple[str, Callable[[Any, Any, Any], None], Any]]) -> str | None:
    """Return a text with other ends of capsules, a line each, after edits of bodies: name, `edit`, its value.

    None where an edit changes anything else. A geom has its name after its `fromto`.
    """
    source = mujoco.MjSpec.from_string(text)
    for name, edit, value in edits:
        edit(source, source.body(name), value)
    for name, _, _ in edits:
        for geom in source.body(name).geoms:
            ends = " ".join(f"{float(end):.9g}" for end in geom.fromto)
            text = re.sub(rf'fromto="[^"]*"(?= name="{re.escape(geom.name)}")', f'fromto="{ends}"', text)
    return text if _compiled(mujoco.MjSpec.from_string(text)) == _compiled(source) else None


def _compiled(source: mujoco.MjSpec) -> str:
    source.compile()
    return source.to_xml()
