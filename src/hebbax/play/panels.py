"""The panels about a life: the clock, the numbers, the weights and their traces."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from hebbax.play.pictures import course_drawing, layer_picture, portrait, seen_picture, speed_drawing
from hebbax.play.player import Command, Player
from hebbax.tasks.observed_picture import observed_pictures

if TYPE_CHECKING:
    from viser import GuiApi

WIDTH = 310
"""Pixels of a panel."""

SMOOTHED_SECONDS = 1.0
"""Of a life, over which rewards and speeds are averaged: a stride is shorter."""

_SPEEDS = (0.05, 4.0)  # of the slider, which reaches further if asked for another speed


def pause_or_go_on(player: Player) -> None:
    """Pause, or go on."""
    player.paused = not player.paused


LIFE_COMMANDS: dict[str, Command] = {
    "Step": lambda player: player.step(),
    "Reset": lambda player: player.begin(player.session.life),
    "New life": lambda player: player.begin(player.session.life + 1),
}


class ClockPanel:
    """Where a life is, and what stops it or begins another. Buttons only `post` commands, so they never wait."""

    def __init__(self, gui: GuiApi, player: Player) -> None:
        self._player = player
        self._state = gui.add_markdown("")
        self._pause = gui.add_button("Pause")
        life = gui.add_button_group("life", tuple(LIFE_COMMANDS))
        self._pause.on_click(lambda _: player.post(pause_or_go_on))
        life.on_click(lambda _: player.post(LIFE_COMMANDS[life.value]))

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


class LifePanel:
    """What is seen of a life beside its body: what it earns, its weights, how fast they change and where they go."""

    def __init__(self, gui: GuiApi, player: Player, on_follow: Callable[[bool], None]) -> None:
        self._gui, self._player = gui, player
        self._add_view(on_follow)
        self._seen = gui.add_html("")
        self._reward, self._forward = gui.add_html(""), gui.add_html("")
        self._names = player.session.layer_names
        self._plastic = bool(player.session.policy.plastic)
        self._layers = [gui.add_html("") for _ in self._names]
        self._speed, self._portrait = gui.add_html(""), gui.add_html("")
        if not self._plastic:
            gui.add_markdown("The weights of this policy do not change during a life.")

    def draw(self) -> None:
        """Draw the weights and the traces, a few times a second."""
        player = self._player
        period = player.session.task.control_period
        # A tick stands at its end, as on the clock, and so does the harm that it began with.
        marks = [(event.onset + 1) * period for event in player.session.events]
        self._draw_seen()
        self._draw_courses(period, marks)
        for picture, name, weights in zip(self._layers, self._names, player.moment.weights, strict=True):
            picture.content = layer_picture(name, weights)
        if self._plastic:
            ticks, speeds = player.history.speeds()
            self._speed.content = speed_drawing((ticks + 1) * period, speeds, self._names, marks)
            self._portrait.content = portrait(*player.history.components(), player.history.size())

    def _draw_seen(self) -> None:
        """Draw what the newest tick observed, where that is a picture."""
        player = self._player
        seen = observed_pictures(player.session.task, player.moment.observation[None])
        if seen is not None:
            self._seen.content = seen_picture(seen[0])

    def _draw_courses(self, period: float, marks: Sequence[float]) -> None:
        """Draw what the life earns and how fast the body goes, over the mean of a second."""
        window = max(1, round(SMOOTHED_SECONDS / period))
        ticks, courses = self._player.history.courses(window)
        over = f"mean of {window * period:.2g} s · ┆ harm"
        seconds = (ticks + 1) * period
        self._reward.content = course_drawing(f"reward per tick · {over}", seconds, courses[:, 0], marks)
        if self._player.session.task.world.body() is not None:
            self._forward.content = course_drawing(f"forward speed (m/s) · {over}", seconds, courses[:, 1], marks)

    def _add_view(self, on_follow: Callable[[bool], None]) -> None:
        gui, player = self._gui, self._player
        slow, fast = _SPEEDS
        speed = gui.add_slider("speed", min(slow, player.speed), max(fast, player.speed), 0.05, player.speed)
        follow = gui.add_checkbox("camera follows", True)
        speed.on_update(lambda _: player.post(lambda player: player.set_speed(speed.value)))
        follow.on_update(lambda _: on_follow(follow.value))
