"""`hebbax play`: the loop that lets a controller live in real time and shows it to whoever opens the page."""

from __future__ import annotations

import errno
import io
import socket
import threading
import time
from contextlib import redirect_stdout
from types import ModuleType

from hebbax.errors import HebbaxError, check_number, one_line
from hebbax.installing import pip_install_extra
from hebbax.play import harm
from hebbax.play.drawn_scene import scene_of
from hebbax.play.gate import Gate, guarded
from hebbax.play.harm_panel import HarmPanel
from hebbax.play.page_head import dressed
from hebbax.play.panels import WIDTH, ClockPanel, LifePanel
from hebbax.play.player import Player
from hebbax.play.session import Session

FRAMES_PER_SECOND = 30.0
PICTURES_PER_SECOND = 8.0
LAST_PORT = 2**16 - 1


def import_viser() -> ModuleType:
    """Return viser. Raises HebbaxError where it is not installed, or too old."""
    try:
        import viser
    except ImportError as error:
        raise HebbaxError(f"playing needs viser ({error}): {pip_install_extra('viewer')}") from error
    if not hasattr(viser.GuiApi, "add_panel"):
        raise HebbaxError(f"playing needs viser 1.1 or newer, not {viser.__version__}: {pip_install_extra('viewer')}")
    return viser


def check_port(port: int) -> None:
    """Raise HebbaxError for a number that is no port."""
    check_number("port", port, 0, LAST_PORT)


def _check_address(host: str, port: int) -> None:
    """Raise HebbaxError where nothing can listen: viser would look for a free port for ever."""
    check_port(port)
    try:
        found = socket.getaddrinfo(host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        socket.create_server((host, port), family=found[0][0]).close()
    except OSError as error:
        if error.errno != errno.EADDRINUSE:  # then the next free port will do
            raise HebbaxError(f"cannot listen on {host}, port {port}: {one_line(error)}") from error


class PlayServer:
    """A page with a robot in it, for whoever has its address with the token; see `Gate`.

    Raises HebbaxError where viser is missing or nothing can listen on host and port.
    """

    def __init__(self, session: Session, *, host: str = "127.0.0.1", port: int = 8080, speed: float = 1.0) -> None:
        viser = import_viser()
        _check_address(host, port)
        self.gate = Gate(host)
        # viser says where it is, whatever `verbose` is.
        title = f"{session.task.name} · {session.policy.name} · hebbax"
        with redirect_stdout(io.StringIO()), guarded(self.gate, lambda response: dressed(response, title)):
            self.viser = viser.ViserServer(host=host, port=port, verbose=False)
        self.player = Player(session, speed=speed)
        self.scene = scene_of(self.viser, session.task)
        self._clock, self._harm, self._life = self._build()
        self._frame_due = self._pictures_due = 0.0

    @property
    def port(self) -> int:
        """Where the server listens: the port asked for, or a free one after it."""
        return self.viser.get_port()

    @property
    def token(self) -> str:
        """What the address of the page ends with, `/?token=TOKEN`; another one for each server."""
        return self.gate.token

    def run(self, stop: threading.Event) -> None:
        """Let the robot live until `stop` is set."""
        try:
            last = time.perf_counter()
            while not stop.is_set():
                self._obey()
                now = time.perf_counter()
                self.player.advance(now - last)
                last = now
                if now >= self._frame_due:
                    # From now, not from when it was due: frames that are late are dropped.
                    self._frame_due = now + 1 / FRAMES_PER_SECOND
                    self._show(now)
        finally:
            with redirect_stdout(io.StringIO()):
                self.viser.stop()

    def _build(self) -> tuple[ClockPanel, HarmPanel, LifePanel]:
        """Make the panels: what one does in the main one, which a phone shows first, and beside it what one sees."""
        gui, session = self.viser.gui, self.player.session
        gui.configure_theme(show_logo=False, show_share_button=False)
        gui.set_panel_label(f"{session.task.name} · {session.policy.name}")
        clock, harm_panel = ClockPanel(gui, self.player), HarmPanel(gui, self.player)
        gui.main_panel.dock_left()
        gui.main_panel.set_width(WIDTH)
        panel = gui.add_panel()
        with panel.add_tab("What it does"):
            life = LifePanel(gui, self.player, self._follow)
        panel.dock_right()
        panel.set_width(WIDTH)
        return clock, harm_panel, life

    def _obey(self) -> None:
        """Do what viewers have asked for, until the next frame is due; what cannot be done is told to all of them."""
        try:
            self.player.obey(max(0.0, self._frame_due - time.perf_counter()))
        except HebbaxError as error:
            for client in self.viser.get_clients().values():
                client.add_notification("That cannot be done", str(error), color="red")

    def _follow(self, follows: bool) -> None:
        self.scene.follows = follows

    def _show(self, now: float) -> None:
        if not self.viser.get_clients():
            return
        with self.viser.atomic():
            self.scene.show(self.player)
            self.scene.show_force(harm.present_push(self.player.session))
        if now >= self._pictures_due:
            self._pictures_due = now + 1 / PICTURES_PER_SECOND
            self._clock.update()
            self._harm.update()
            self._life.draw()
