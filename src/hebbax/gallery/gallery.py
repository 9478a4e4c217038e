"""A page about shipped controllers: of each a film, its weights, a verdict, a chart of its stress test, its card."""

from __future__ import annotations

import io
import shlex
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from PIL import Image, ImageSequence

from hebbax.expected import TEXT, Fields, ListOf, number, or_null
from hebbax.files.atomic_write import write_bytes_atomically, write_error, write_text_atomically
from hebbax.files.documents import read_json
from hebbax.files.temporary import temporary_folder
from hebbax.report.film.life_film import Filmed, film_life
from hebbax.report.film.look import Look
from hebbax.report.html.material import Material, gather
from hebbax.report.plots.weight_images import plot_weight_images
from hebbax.report.style import BLUE, MUTED, axes_or_new, figure_of, figure_style
from hebbax.runs.identity import controller_sha256
from hebbax.runs.stored_run import StoredRun
from hebbax.stress.stress import document, stress
from hebbax.stress.suites import ALL

PAGE = "README.md"

_LOOK = Look(seconds=4.0, width=240, height=180)
_FILM_QUALITY = 40  # of WebP, which needs a tenth of what a GIF takes
_DOTS_PER_INCH = 90
_COLOURS = 64  # of a picture
_LIVES_OF_A_CASE = 5

_OUTCOMES = Fields(known={"suite": or_null(TEXT), "name": TEXT, "retained": or_null(number()), "return_mean": number()})
_STRESS = Fields(
    known={"controllers": ListOf(Fields(known={"controller_sha256": TEXT, "outcomes": ListOf(_OUTCOMES)}))}
)

Told = Callable[[str], None]


def write_gallery(
    names: Sequence[str],
    folder: Path,
    *,
    lifetimes: int = 20,
    stressed: Path | None = None,
    typed: Sequence[str] = (),
    on_file: Callable[[Path], None],
    on_note: Told,
) -> Path:
    """Write a page about controllers and its pictures into a folder; return the page.

    Args:
        names: of the controllers, such as "zoo:swimmer/han-e".
        folder: where the page and its pictures go.
        lifetimes: lives that the verdict rests on.
        stressed: where `hebbax stress` has put its results, in folders; what is there about a controller is not done
            again.
        typed: the command, which the page tells.
        on_file: gets each file when it is there.
        on_note: gets what could not be drawn, a line each.

    Raises HebbaxError for a name that no controller has, and a file that cannot be read or written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise write_error(folder, error) from error
    sections = [_section(name, folder, lifetimes, stressed, on_file, on_note) for name in names]
    told = f"This made the page:\n\n```console\n$ {shlex.join(typed)}\n```\n\n" if typed else ""
    begin = (
        "# Gallery\n\nControllers that ship. Each name works wherever the folder of a run does. A film is "
        "of the first life of `hebbax evaluate RUN --seed 1`, in real time; the weights are of the same life.\n\n"
    )
    write_text_atomically(folder / PAGE, begin + told + "\n".join(sections))
    on_file(folder / PAGE)
    return folder / PAGE


def _section(
    name: str, folder: Path, lifetimes: int, stressed: Path | None, on_file: Callable[[Path], None], on_note: Told
) -> str:
    """Return the part of the page about one controller, whose pictures are written."""
    run = StoredRun.open(name, on_note)
    material = gather(run, name, lifetimes=lifetimes, on_note=on_note)
    begin = name.removeprefix("zoo:").replace("/", "-")
    pictures = []
    film = folder / f"{begin}-film.webp"
    if _film(material, film, on_note):
        pictures.append((film, f"Film of {name}"))
    if material.plastic:
        weights = folder / f"{begin}-weights.png"
        write_bytes_atomically(weights, small_png(_weights_figure(material)))
        pictures.append((weights, f"The weights of {name} at some moments of a life"))
    chart = folder / f"{begin}-stress.png"
    outcomes = _stored_outcomes(run, stressed) or _outcomes(name, run)
    write_bytes_atomically(chart, small_png(stress_chart(outcomes)))
    pictures.append((chart, f"What {name} keeps of its return, suite by suite"))
    for path, _ in pictures:
        on_file(path)
    shown = "\n\n".join(f"![{alt}]({path.name})" for path, alt in pictures)
    return f"## {name}\n\n{_told(material, outcomes)}\n\n{shown}\n\n{_card(run)}"


def _film(material: Material, path: Path, on_note: Told) -> bool:
    """Film the first seconds of the life as an animated WebP; return whether something could draw it."""
    with temporary_folder("gallery") as scratch:
        gif = scratch / "life.gif"
        film_life(
            Filmed(material.run.task, material.record, material.evaluation.seed),
            gif,
            _LOOK,
            on_file=lambda _: None,
            on_note=lambda text: on_note(text.replace("life.gif", path.name, 1)),
        )
        if not gif.is_file():
            return False
        with Image.open(gif) as film:
            pause = int(film.info["duration"])
            frames = [frame.convert("RGB") for frame in ImageSequence.Iterator(film)]
    out = io.BytesIO()
    frames[0].save(
        out, "WEBP", save_all=True, append_images=frames[1:], duration=pause, loop=0, quality=_FILM_QUALITY, method=6
    )
    write_bytes_atomically(path, out.getvalue())
    return True


def _weights_figure(material: Material) -> Figure:
    policy = material.run.policy
    axes = axes_or_new(None, 7.0, 1.2 * len(policy.layer_shapes) + 0.4)
    period = material.run.task.control_period
    plot_weight_images(material.record.weights, policy.layer_shapes, period, axes, layer_names=policy.layer_names)
    return figure_of(axes)


def small_png(figure: Figure) -> bytes:
    """Return a figure as a PNG of few colours, which takes a third of one of all."""
    whole, small = io.BytesIO(), io.BytesIO()
    with figure_style():
        figure.savefig(whole, format="png", dpi=_DOTS_PER_INCH)
    Image.open(whole).convert("RGB").quantize(_COLOURS, dither=Image.Dither.NONE).save(small, "PNG", optimize=True)
    return small.getvalue()


def _stored_outcomes(run: StoredRun, folder: Path | None) -> list[Mapping[str, Any]]:
    """Return the outcomes that lie in a folder about this controller, by its content; nothing where there are none."""
    if folder is None:
        return []
    controller = run.controller()
    own = controller_sha256(controller.genome, controller.statistics.normaliser())
    for path in sorted(folder.glob("**/stress.json")):
        found = read_json(path, _STRESS, "make it anew with `hebbax stress`")
        for one in found["controllers"]:
            if one["controller_sha256"] == own:
                return one["outcomes"]
    return []


def _outcomes(name: str, run: StoredRun) -> list[Mapping[str, Any]]:
    """Return the outcomes of a stress test that is made now, of few lives."""
    made = stress(run, name=name, suite=ALL, lifetimes=_LIVES_OF_A_CASE)
    values = document([made], suite=ALL, lifetimes=_LIVES_OF_A_CASE, seed=1, genome="best")
    return values["controllers"][0]["outcomes"]


def kept_by_suite(outcomes: Sequence[Mapping[str, Any]]) -> dict[str, list[float]]:
    """Return the shares of the return that are kept, by suite, of the cases that have one."""
    cases = [one for one in outcomes if one["suite"] is not None and one["retained"] is not None]
    return {suite: [one["retained"] for one in of] for suite, of in groupby(cases, key=lambda one: one["suite"])}


def stress_chart(outcomes: Sequence[Mapping[str, Any]]) -> Figure:
    """Draw each case as a point, a line for each suite, with the mean of the suite."""
    kept = kept_by_suite(outcomes)
    axes = axes_or_new(None, 5.2, 0.32 * len(kept) + 0.8)
    with figure_style():
        axes.axvline(1.0, color=MUTED, linewidth=0.8)
        for place, (suite, shares) in enumerate(kept.items()):
            across = np.clip(shares, 0.0, 1.2)
            axes.plot(across, [place] * len(shares), "o", color=BLUE, alpha=0.45, markersize=5, label=suite)
            axes.plot(across.mean(), place, "|", color=BLUE, markersize=14, markeredgewidth=2)
        axes.set(xlim=(-0.05, 1.25), ylim=(len(kept) - 0.5, -0.5), xlabel="return kept in each case, and their mean")
        axes.set_yticks(range(len(kept)), list(kept))
    return figure_of(axes)


def _told(material: Material, outcomes: Sequence[Mapping[str, Any]]) -> str:
    """Return in a few words what the controller is, what its weights end on and what it keeps."""
    policy = material.run.policy
    sizes = f"{policy.weight_count:,} evolved weights"
    if material.plastic:
        sizes = f"{policy.weight_count:,} weights that change, by {policy.genome_size:,} evolved numbers"
    verdicts = Counter(found["label"] for found in material.verdicts)
    ends = ", ".join(f"{label.replace('-', ' ')} in {count}" for label, count in verdicts.most_common())
    weights = f" The weights end on: {ends} of {len(material.verdicts)} lives." if verdicts else ""
    shares = [share for suite in kept_by_suite(outcomes).values() for share in suite]
    kept = sum(share >= 0.8 for share in shares)
    held = f" It keeps at least 80 % of its return in {kept} of {len(shares)} cases of stress." if shares else ""
    return f"{sizes}.{weights}{held}"


def _card(run: StoredRun) -> str:
    """Return the card of a controller without its heading."""
    path = run.folder.path / "CARD.md"
    text = path.read_text("utf-8") if path.is_file() else ""
    return text.partition("\n")[2].strip() + "\n"
