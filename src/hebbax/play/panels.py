"""The panel about a life: the clock, the numbers, the weights and their traces."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from hebbax.play.pictures import layer_picture, portrait, speed_drawing
from hebbax.play.player import Command, Player

if TYPE_CHECKING:
    from viser import GuiApi

WIDTH = 310
"""Pixels of a panel."""

_SPEEDS = (0.05, 4.0)  # of the slider, which reaches further if asked for another speed


def pause_or_go_on(player: Player) -> None:
    """Pause, or go on."""
    player.paused = not player.paused


LIFE_COMMANDS: dict[str, Command] = {
    "Step": lambda player: player.step(),
    "Reset": lambda player: player.begin(player.session.life),
    "New life": lambda player: player.begin(player.session.life + 1),
}


class LifePanel:
    """What is seen of a life beside its body. Buttons only `post` commands to the player, so they never wait for it."""

    def __init__(self, gui: GuiApi, player: Player, on_follow: Callable[[bool], None]) -> None:
        self._gui, self._player = gui, player
        self._add_clock(on_follow)
        self._names = player.session.layer_names
        self._plastic = bool(player.session.policy.plastic)
        self._layers = [gui.add_html("") for _ in self._names]
        self._speed, self._portrait = gui.add_html(""), gui.add_html("")
        if not self._plastic:
            gui.add_markdown("The weights of this policy do not change during a life.")

    def update(self) -> None:
        """Write the numbers, many times a second."""
        player, moment = self._player, self._player.moment
        state = "paused" if player.paused else f"{player.speed:g} × real time"
        if moment.end is not None:
            state = f"**{moment.end}**: reset it, or begin another life"
        seconds = (moment.tick + 1) * player.session.task.control_period
        births = f" · body born again {moment.restarts} ×" if moment.restarts else ""
        self._state.content = (
            f"life {moment.life} of seed {player.session.seed} · {state}{births}\n\n"
            f"| tick | time | return |\n|--:|--:|--:|\n| {moment.tick + 1:,} | {seconds:.1f} s | {moment.total:,.1f} |"
        )
        self._pause.label = "Go on" if player.paused else "Pause"

    def draw(self) -> None:
        """Draw the weights and their traces, a few times a second."""
        player = self._player
        for picture, name, weights in zip(self._layers, self._names, player.moment.weights, strict=True):
            picture.content = layer_picture(name, weights)
        if self._plastic:
            ticks, speeds = player.history.speeds()
            seconds = ticks * player.session.task.control_period
            self._speed.content = speed_drawing(seconds, speeds, self._names)
            self._portrait.content = portrait(*player.history.components())

    def _add_clock(self, on_follow: Callable[[bool], None]) -> None:
        gui, player = self._gui, self._player
        self._state = gui.add_markdown("")
        self._pause = gui.add_button("Pause")
        life = gui.add_button_group("life", tuple(LIFE_COMMANDS))
        slow, fast = _SPEEDS
        speed = gui.add_slider("speed", min(slow, player.speed), max(fast, player.speed), 0.05, player.speed)
        follow = gui.add_checkbox("camera follows", True)
        self._pause.on_click(lambda _: player.post(pause_or_go_on))
        life.on_click(lambda _: player.post(LIFE_COMMANDS[life.value]))
        speed.on_update(lambda _: player.post(lambda player: player.set_speed(speed.value)))
        follow.on_update(lambda _: on_follow(follow.value))
