"""The panel with which to do harm to a robot while it lives."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from hebbax.play import harm
from hebbax.play.player import Player
from hebbax.play.session import Session

if TYPE_CHECKING:
    from viser import GuiApi

_SHARE = 0.33  # of the weights that are set to zero unless told otherwise


class HarmPanel:
    """Buttons and fields for each kind of harm. They only `post` commands to the player, so they never wait for it."""

    def __init__(self, gui: GuiApi, player: Player) -> None:
        self._gui, self._player = gui, player
        self._words = gui.add_markdown("")
        if harm.body_names(player.session.task):
            self._add_push()
        self._add_actuators()
        if bool(player.session.policy.plastic):
            self._add_weights()
        self._shown: str | None = None

    def update(self) -> None:
        """Write what is wrong with the robot."""
        session = self._player.session
        words = harm.harm_in_words(session)
        if words == self._shown:
            return
        self._shown = words
        self._words.content = f"**{words}**" if words else "unharmed"
        if bool(session.policy.plastic):
            self._freeze.label = "Thaw plasticity" if harm.is_frozen(session) else "Freeze plasticity"

    def _do(self, what: Callable[[Session], object]) -> None:
        self._player.post(lambda player: what(player.session))

    def _add_push(self) -> None:
        gui, task = self._gui, self._player.session.task
        with gui.add_folder("Push"):
            body = gui.add_dropdown("body", tuple(harm.body_names(task)))
            direction = gui.add_dropdown("direction", tuple(harm.DIRECTIONS), initial_value="backward")
            newtons = gui.add_number("force (N)", harm.usual_push(task), min=0.0)
            seconds = gui.add_number("for (s)", 0.2, min=0.0, max=harm.LONGEST_PUSH, step=0.05)
            button = gui.add_button("Push", color="red")
            button.on_click(
                lambda _: self._do(
                    lambda session: harm.push(session, body.value, direction.value, newtons.value, seconds.value)
                )
            )

    def _add_actuators(self) -> None:
        gui, task = self._gui, self._player.session.task
        with gui.add_folder("Actuators"):
            actuator = gui.add_dropdown("actuator", (*harm.actuator_names(task), harm.ALL))
            action = gui.add_slider("pinned at", -1.0, 1.0, 0.05, 1.0)
            group = gui.add_button_group("do", ("Kill", "Pin", "Repair"))
            commands: dict[str, Callable[[Session], None]] = {
                "Kill": lambda session: harm.kill_actuator(session, actuator.value),
                "Pin": lambda session: harm.pin_actuator(session, actuator.value, action.value),
                "Repair": lambda session: harm.repair_actuator(session, actuator.value),
            }
            group.on_click(lambda _: self._do(commands[group.value]))

    def _add_weights(self) -> None:
        gui, layers = self._gui, self._player.session.policy.layer_names
        with gui.add_folder("Weights"):
            layer = gui.add_dropdown("layer", (harm.ALL, *layers))
            share = gui.add_slider("share", 0.01, 1.0, 0.01, _SHARE)
            group = gui.add_button_group("do", ("Zero this share", "Draw anew"))
            self._freeze = gui.add_button("Freeze plasticity", color="red")
            commands: dict[str, Callable[[Session], None]] = {
                "Zero this share": lambda session: harm.zero_weights(session, layer.value, share.value),
                "Draw anew": lambda session: harm.redraw_weights(session, layer.value),
            }
            group.on_click(lambda _: self._do(commands[group.value]))
            self._freeze.on_click(lambda _: self._do(lambda session: harm.freeze(session, not harm.is_frozen(session))))
