"""The moving picture of the README: a quadruped that loses three quarters of a leg in mid-life, and walks on.

A film draws one body. So the same life is filmed twice, with the body of before and with that of after, and the picture
goes over from one film to the other where the leg is lost: `python benchmarks/walks_on.py`.
"""

from __future__ import annotations

import sys
import tempfile
from dataclasses import replace
from pathlib import Path

from PIL import Image, ImageSequence

from hebbax.damage.draws import drawn
from hebbax.engines.scenario import variant_of
from hebbax.keys import life_key, words_of
from hebbax.report.film.life_film import Filmed, film_life
from hebbax.report.film.look import Look
from hebbax.report.show import record_life
from hebbax.runs.stored_run import StoredRun

ROOT = Path(__file__).resolve().parents[1]
RUN = ROOT / "results/evolving/quadruped-two-bodies-najarro-hebbian-max-norm-s0"
OUT = ROOT / "docs/images/walks-on.gif"

SEED, SECONDS, LOST = 2, 9.0, 242  # LOST: the tick
LOOK = Look(SECONDS, width=320, height=240, overlay=True)
SKIPPED = 6  # pictures of the fall onto the floor
COLOURS = 40


def main() -> None:
    """Film, join and write."""
    run = StoredRun.open(str(RUN), print).under(damage=f"najarro-ant/right-front(from={LOST})")
    lives, record = record_life(run, seed=SEED)
    print(f"return {lives.returns[0]:.0f}, terminations {lives.terminations[0]}")
    events = drawn(variant_of(run.variants, 0), words_of(life_key(SEED, 0)), run.task, run.policy)
    after = pictures(Filmed(run.task, record, SEED, events))
    # With the loss put off beyond the film, the body is drawn whole.
    later = [replace(event, onset=len(record.rewards) - 1) for event in events]
    before = pictures(Filmed(run.task, record, SEED, later))
    at = round(LOST * run.task.control_period / SECONDS * len(after))
    frames = [*before[:at], *after[at:]][SKIPPED:]
    palette = frames[at // 2].quantize(
        COLOURS, dither=Image.Dither.NONE
    )  # one for all: what stands still is not kept again
    first, *others = [frame.quantize(palette=palette, dither=Image.Dither.NONE) for frame in frames]
    first.save(OUT, save_all=True, append_images=others, duration=80, loop=0, optimize=True)
    print(f"{OUT.relative_to(ROOT)}: {OUT.stat().st_size:,} bytes")


def pictures(life: Filmed) -> list[Image.Image]:
    """Return the pictures of a film."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "life.gif"
        film_life(life, path, LOOK, on_file=lambda _: None, on_note=print)
        if not path.is_file():
            sys.exit("nothing can draw here")
        with Image.open(path) as film:
            return [frame.convert("RGB") for frame in ImageSequence.Iterator(film)]


if __name__ == "__main__":
    main()
