"""`hebbax demo go1`: evolve a walking Unitree Go1 on the spot, break a knee in the middle of a life, and film that."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from hebbax.cli.output import note

if TYPE_CHECKING:
    from hebbax.runs.stored_run import StoredRun

TASK = "go1_walk_economical"
KNEE, AT = "front-left calf", 8.0  # s
FILM, PICTURE = "broken-knee.mp4", "broken-knee.png"


def break_a_knee(run: StoredRun, folder: Path, seconds: float, genome: str) -> None:
    """Let a motor die in the middle of a life; draw, film and tell what becomes of it."""
    from hebbax.damage.events import FOREVER, Event
    from hebbax.report.film.film import RenderUnavailable
    from hebbax.report.film.life_film import Filmed, film_life
    from hebbax.report.film.look import Look
    from hebbax.report.harm_picture import draw_harm

    period = run.task.control_period
    broken = Event("free-joint", round(AT / period), FOREVER, target=KNEE)
    title = f"evolved in {seconds:g} s; at {AT:g} s the {KNEE.split()[0]} knee's motor dies"
    try:
        harmed, whole = draw_harm(run, (broken,), folder / PICTURE, title=title, genome=genome)
    except RenderUnavailable as error:
        note(f"no {PICTURE} and no {FILM}: {error}")
        return
    print(folder / PICTURE)
    look = Look(seconds=len(harmed.qpos) * period)
    film_life(Filmed(run.task, harmed, events=(broken,)), folder / FILM, look, on_file=print, on_note=note)
    for name, record in (("unharmed", whole), ("with a broken knee", harmed)):
        way = float(record.qpos[-1, 0] - record.qpos[0, 0])
        print(f"{name}: {way:.1f} m in {len(record.qpos) * period:.0f} s")
