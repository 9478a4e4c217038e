"""What is seen of a life in the middle of the page: a model as nodes of a scene, or what its world draws."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from hebbax.play.player import Player
from hebbax.play.scene import Scene
from hebbax.tasks.task import Task

if TYPE_CHECKING:
    from viser import ViserServer

_GROUND = 32  # grey, of what a picture leaves of the window


class DrawnScene:
    """The picture that a world draws of its state, behind the panels."""

    def __init__(self, server: ViserServer, task: Task) -> None:
        self.follows = True  # the world's own picture says what is seen
        self._server, self._world = server, task.world
        server.scene.world_axes.visible = False
        self._shown: dict[int, tuple[int, int, float]] = {}  # by viewer: life, tick and shape of the window

    def show(self, player: Player) -> None:
        """Show the newest state to each viewer who has another before him."""
        moment = player.moment
        if not all(np.isfinite(array).all() for array in moment.state):
            return  # a life that has diverged stays where it was seen last
        viewers = self._server.get_clients()
        wanted = {number: (moment.life, moment.tick, viewer.camera.aspect) for number, viewer in viewers.items()}
        behind = [number for number, seen in wanted.items() if self._shown.get(number) != seen]
        picture = self._world.drawing(moment.state) if behind else None
        for number in behind:
            assert picture is not None
            fitted = framed(picture, wanted[number][2])
            viewers[number].scene.set_background_image(fitted, format="jpeg", jpeg_quality=80)
        self._shown = wanted

    def show_force(self, pushed: object) -> None:
        """Show nothing: a world of one's own has no bodies that could be pushed."""


def framed(picture: np.ndarray, aspect: float) -> np.ndarray:
    """Return a picture, uint8 [height, width, 3], in the middle of one that is `aspect` times as wide as high.

    A background is stretched to the window, and a car would be longer on a phone.
    """
    height, width, _ = picture.shape
    whole = max(height, round(width / aspect)), max(width, round(height * aspect))
    frame = np.full((*whole, 3), _GROUND, np.uint8)
    top, left = (whole[0] - height) // 2, (whole[1] - width) // 2
    frame[top : top + height, left : left + width] = picture
    return frame


def scene_of(server: ViserServer, task: Task) -> Scene | DrawnScene:
    """Return what shows the lives of a task."""
    return Scene(server, task) if task.world.film == "model" else DrawnScene(server, task)
