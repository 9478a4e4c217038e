"""The player: lives as canvases side by side, a slider through them, and the data that player.js draws."""

from __future__ import annotations

import json
from collections.abc import Sequence
from html import escape
from typing import Any

from hebbax.report.film.look import FILM_SECONDS

_BEGIN_SECONDS = 5.0  # the moment of the life that the page opens with


def lives_html(lives: Sequence[dict[str, Any]]) -> str:
    """Return packed lives as an element for player.js to read."""
    begin = f'<script type="application/json" id="life" data-start="{_BEGIN_SECONDS:g}">'
    return f"{begin}{json.dumps(lives, allow_nan=False)}</script>"


def player_html(lives: Sequence[dict[str, Any]], film: str = "", names: Sequence[str] = ()) -> str:
    """Return the views of packed lives, and what moves them all.

    Args:
        lives: as `pack_life` makes them. One has the whole width; several stand side by side, as many as there is room.
        film: of the only life, or of none.
        names: of the lives, where there are several.
    """
    rates = "".join(
        f'<option value="{rate:g}"{" selected" if rate == 1 else ""}>{rate:g}×</option>' for rate in (0.1, 0.25, 1, 4)
    )
    controls = (
        '<div class="controls"><button id="play" type="button" aria-pressed="false">Play</button>'
        '<input id="moment" type="range" min="0" max="1" step="1" value="0" aria-label="Moment of the life">'
        f'<select id="rate" aria-label="Speed">{rates}</select>'
        '<a id="link" href="#tick=0">link to this moment</a>'
        f"{'' if len(lives) > 1 else _readout(0)}</div>"
    )
    if len(lives) == 1:
        shown = _life(lives[0], 0, film)
    else:
        columns = (
            f'<section class="life" aria-label="{escape(name)}"><h3>{escape(name)}</h3>{_readout(place)}'
            f"{_life(life, place, '')}</section>"
            for place, (life, name) in enumerate(zip(lives, names, strict=True))
        )
        shown = f'<div class="lives">{"".join(columns)}</div>'
    keys = '<p class="note">Keys: K plays and pauses, ← and → go a tick, with Shift ten. <span id="hint"></span></p>'
    return f'<div class="player" id="player">{controls}{shown}{keys}</div>'


def _readout(place: int) -> str:
    # Not announced at every tick: the slider says the same when it is asked.
    return f'<output id="{_named("readout", place)}" aria-live="off"></output>'


def _named(name: str, place: int) -> str:
    """Return the name of an element of a life: plain for the first, numbered from 2 for those beside it."""
    return f"{name}-{place + 1}" if place else name


def _life(life: dict[str, Any], place: int, film: str) -> str:
    """Return the views of a life."""
    views = []
    if film:
        beside = ", and on the right what it sees" if life.get("sees") else ""
        views.append(
            f'<div class="film"><div>{film}<b id="film-end"></b></div>'
            f"<span>The robot, filmed: {_film_extent(life)}{beside}.</span></div>"
        )
    if life["robot"]:
        caption = "The robot as a skeleton, drawn from the recorded joints."
        views.append(_view(_named("robot", place), caption, whole=not film))
    if life["weights"]:
        caption = "Its weights now: red is positive, blue negative, each layer by its own largest."
        views.append(_view(_named("weights", place), caption))
    if life["path"]:
        shares = [f"{part:.0%}" for part in life["path"]["explained"]]
        caption = (
            "The path of all weights, in the two directions in which they vary most after the start "
            f"({' and '.join(shares)} of their motion). Blue is early, the dot is now, the bar a part of their norm."
        )
        if not life["path"]["inside"]:
            caption += " Its start is too far away for the picture."
        views.append(_view(_named("path", place), caption))
    told = "How fast the weights change, on a logarithmic scale. Drag to go through the life."
    strip = (
        f'<div class="strip"><canvas id="{_named("speed", place)}" role="img" aria-label="{told}"></canvas>'
        f"<span>{told}</span></div>"
        if life["speed"]
        else ""
    )
    return f'<div class="views">{"".join(views)}</div>{strip}'


def _film_extent(life: dict[str, Any]) -> str:
    """Return what a film shows of a packed life: seconds of it, or ticks where a tick is another time in the film."""
    seconds = min(FILM_SECONDS, life["ticks"] * life["film_period"])
    if life["film_period"] == life["period"]:
        return f"the first {seconds:.3g} s"
    return f"the first {round(seconds / life['film_period'])} ticks, in {seconds:.3g} s"


def _view(name: str, caption: str, *, whole: bool = False) -> str:
    kind = ' class="whole"' if whole else ""
    text = escape(caption)
    return f'<div{kind}><canvas id="{name}" role="img" aria-label="{text}"></canvas><span>{text}</span></div>'
