"""The player: a life as canvases side by side, a slider through it, and the data that player.js draws."""

from __future__ import annotations

import json
from html import escape
from typing import Any

from hebbax.report.film.look import FILM_SECONDS

_BEGIN_SECONDS = 5.0  # the moment of the life that the page opens with


def life_html(life: dict[str, Any]) -> str:
    """Return a packed life as an element for player.js to read."""
    begin = f'<script type="application/json" id="life" data-start="{_BEGIN_SECONDS:g}">'
    return f"{begin}{json.dumps(life, allow_nan=False)}</script>"


def player_html(life: dict[str, Any], film: str) -> str:
    """Return the views of a packed life, the robot's film among them if there is one, and what moves them."""
    views = []
    if film:
        beside = ", and on the right what it sees" if life.get("sees") else ""
        views.append(
            f'<div class="film"><div>{film}<b id="film-end"></b></div>'
            f"<span>The robot, filmed: {_film_extent(life)}{beside}.</span></div>"
        )
    if life["robot"]:
        views.append(_view("robot", "The robot as a skeleton, drawn from the recorded joints.", whole=not film))
    if life["weights"]:
        views.append(
            _view("weights", "Its weights now: red is positive, blue negative, each layer by its own largest.")
        )
    if life["path"]:
        shares = [f"{part:.0%}" for part in life["path"]["explained"]]
        caption = (
            "The path of all weights, in the two directions in which they vary most after the start "
            f"({' and '.join(shares)} of their motion). Blue is early, the dot is now, the bar a part of their norm."
        )
        if not life["path"]["inside"]:
            caption += " Its start is too far away for the picture."
        views.append(_view("path", caption))
    strip = (
        '<div class="strip"><canvas id="speed"></canvas><span>How fast the weights change, on a logarithmic scale. '
        "Drag to go through the life.</span></div>"
        if life["speed"]
        else ""
    )
    rates = "".join(
        f'<option value="{rate:g}"{" selected" if rate == 1 else ""}>{rate:g}×</option>' for rate in (0.1, 0.25, 1, 4)
    )
    controls = (
        '<div class="controls"><button id="play" type="button" aria-pressed="false">Play</button>'
        '<input id="moment" type="range" min="0" max="1" step="1" value="0" aria-label="Moment of the life">'
        f'<select id="rate" aria-label="Speed">{rates}</select><output id="readout"></output></div>'
    )
    return f'<div class="player">{controls}<div class="views">{"".join(views)}</div>{strip}</div>'


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
