"""The page: its sections in order, experiments last, and the file that holds them, their style and their player."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from importlib.resources import files
from pathlib import Path
from string import Template
from typing import Any

from matplotlib.figure import Figure

from hebbax._version import __version__
from hebbax.analysis.reality import rows_of
from hebbax.attractors.basin import STARTS
from hebbax.config.learner import EVOLUTION
from hebbax.files.atomic_write import write_text_atomically
from hebbax.files.temporary import temporary_folder
from hebbax.report.film.life_film import Filmed, film_life
from hebbax.report.html import words
from hebbax.report.html.beside import beside_html, check_runs, pack_lives
from hebbax.report.html.compact_svg import without_repeated_shapes
from hebbax.report.html.inline import figure_html, film_html
from hebbax.report.html.material import Material
from hebbax.report.html.pictures import (
    evolution_figures,
    figures_html,
    footfall_figure,
    returns_figure,
    weight_figures,
)
from hebbax.report.html.player import lives_html, player_html
from hebbax.report.html.policy_words import what_it_is
from hebbax.report.html.tags import command, details, facts, paragraph, section, table
from hebbax.runs.belonging import config_text
from hebbax.runs.stored_run import StoredRun


@dataclass(frozen=True, eq=False)
class Answer:
    """What an experiment asked, what came of it, and how to repeat it."""

    name: str
    asks: str
    sentence: str
    figure: Figure
    typed: Sequence[str]  # the command; empty where it is not known
    remark: str = ""  # what a reader should know of it


def answer_html(answer: Answer) -> str:
    """Return question, answer, figure and command."""
    asked = f"{answer.asks[:1].upper()}{answer.asks[1:]}."
    figure = figure_html(answer.figure, f"Result of the experiment {answer.name}", wide=True)
    repeat = command([shlex.join(answer.typed)]) if answer.typed else ""
    remark = paragraph(answer.remark) if answer.remark else ""
    return f"<h3>{answer.name}</h3>{paragraph(asked)}{paragraph(answer.sentence)}{remark}{figure}{repeat}"


def write_report(
    material: Material,
    path: Path,
    *,
    answers: Sequence[Answer] = (),
    typed: Sequence[str],
    film: bool = True,
    other: Material | None = None,
    on_note: Callable[[str], None],
) -> None:
    """Write the report of a run as one HTML file that needs nothing else.

    Args:
        material: the run, its lives and their analyses.
        path: of the file.
        answers: of the experiments that have been made.
        typed: the command that asked for this page; empty where a program did.
        film: whether a film of the life is part of it, where it is the only one that is shown.
        other: of a second run, to stand beside the first.
        on_note: gets what could not be drawn, a line each.

    Raises HebbaxError where a file cannot be read or written, and for another run of another task.
    """
    if other is not None:
        check_runs(material.run, other.run)
    metrics = material.run.folder.read_metrics("steps")
    lives, names = pack_lives([one for one in (material, other) if one is not None])
    filmed = _film(material, on_note) if film and len(lives) == 1 else ""
    body = [
        _header(material, metrics),
        '<main id="main">',
        section("What it is", *map(paragraph, what_it_is(material))),
        section("One life" if len(lives) == 1 else "Lives side by side", player_html(lives, filmed, names)),
        "" if other is None else beside_html(material, other),
        _weights(material),
        _worth(material),
        _reality(material),
        _evolution(material, metrics),
        _experiments(answers),
        _commands(material, typed),
        "</main>",
        f"<footer>{paragraph(f'Made by hebbax {__version__}. This page needs no network: save it, send it, open it.')}"
        "</footer>",
    ]
    page = Template(_resource("page.html")).substitute(
        generator=escape(f"hebbax {__version__}"),
        title=escape(material.title),
        style=_resource("page.css"),
        body=without_repeated_shapes("\n".join(body)),
        life=lives_html(lives),
        player=_resource("player.js"),
        figures=_resource("figures.js"),
    )
    write_text_atomically(path, page)


def _resource(name: str) -> str:
    return (files("hebbax.report.html") / name).read_text("utf-8")


def _header(material: Material, metrics: Sequence[dict[str, Any]]) -> str:
    values, policy = material.evaluation.to_json(), material.run.policy
    interval = values["return_ci95"]
    between = "" if interval is None else f", 95 % between {words.number(interval[0])} and {words.number(interval[1])}"
    ended = f", termination={values['termination']}" if values["terminations"] else ""
    told = [(words.number(values["return_mean"]), f"mean return of {values['lifetimes']} lives{between}{ended}")]
    if material.verdicts:
        label, count = material.labels[0]
        told.append(
            (label.replace("-", " "), f"what the weights end on, in {words.share(count, len(material.verdicts))}")
        )
    if material.plastic:
        told.append(
            (f"{policy.weight_count:,}", f"weights that change in life, by {policy.genome_size:,} evolved numbers")
        )
    else:
        told.append((f"{policy.genome_size:,}", f"{'learnt' if words.learnt(material) else 'evolved'} weights"))
    if metrics:
        steps = sum(record["steps"] for record in metrics)
        learner = "PPO" if words.learnt(material) else "evolution"
        told.append((f"{len(metrics):,}", f"generations of {learner}, {steps / 1e6:,.1f} million control ticks"))
    name = escape(material.title)
    skip = '<a class="skip" href="#main">to the content</a>'
    return f"{skip}<header><h1>{name}</h1>{paragraph(words.lead(material), 'lead')}{facts(told)}</header>"


def _film(material: Material, on_note: Callable[[str], None]) -> str:
    """Return the film of the first seconds of the life, or nothing where it cannot be drawn, which goes to a note."""
    with temporary_folder("report") as folder:
        path = folder / "life.mp4"
        film_life(
            Filmed(material.run.task, material.record, material.evaluation.seed),
            path,
            on_file=lambda _: None,
            on_note=lambda text: on_note(text.replace("no life.mp4", "no film in the report", 1)),
        )
        return film_html(path, f"Film of {material.name}") if path.is_file() else ""


def _worth(material: Material) -> str:
    gait, feet = [], []
    if material.analysis is not None:
        gait = words.gait_rows(material.analysis["summary"])
        feet = words.feet_rows(material.analysis["lives"])
    tables = table(gait) if gait else ""
    if feet:
        columns = ("foot", "duty factor (part of time on the ground)", "air time (s)", "touch-downs (1/s)", "lives")
        tables += table(feet, columns, numbers=(1, 2, 3, 4))
    beside = f"<div>{paragraph('How it moves, at the median of the lives:')}{tables}</div>" if tables else ""
    values = material.evaluation.to_json()
    told = paragraph(f"{words.returns(values)} {_terminations(values)}")
    return section(
        "How well it does", told, figures_html([returns_figure(material), beside, footfall_figure(material)])
    )


def _reality(material: Material) -> str:
    """Return whether the robot moves as a machine or an animal could; nothing where that was not looked at."""
    summary = {} if material.analysis is None else material.analysis["summary"]
    if (found := summary.get("reality")) is None:
        return ""
    rows, columns = rows_of(found), ("what is looked at", "at the median", "plausible up to", "which is")
    return section("Could it be real?", paragraph(words.reality(found)), table(rows, columns, numbers=(1, 2)))


def _terminations(values: dict[str, Any]) -> str:
    """Return how often the task's termination came, and what it did to a life where it came."""
    if not values["terminations"]:
        return "The task terminated none of them."
    did = "each ended its life" if values["termination"] == "end" else "after each the body began anew in the same life"
    return f"Terminations: {values['terminations']:,}; {did} (termination={values['termination']})."


def _weights(material: Material) -> str:
    if material.analysis is None:
        return ""
    parts = [paragraph(text) for text in words.verdict_sentences(material)]
    if material.verdicts:
        parts.append(_verdict_table(material))
    found = material.shown_verdict
    if found is not None:
        rows = [(name, words.number(value), words.EVIDENCE.get(name, "")) for name, value in found["evidence"].items()]
        evidence = table(rows, ("number", "value", "meaning"), numbers=(1,))
        parts.append(details(f"The numbers behind the verdict on the life above ({found['label']})", evidence))
    parts += [_basin(material.analysis["summary"]), weight_figures(material)]
    return section("What the weights do", *parts)


def _verdict_table(material: Material) -> str:
    """Return how many lives had each verdict, and how sure it is."""
    rows = []
    for label, count in material.labels:
        sure = [found["confidence"] for found in material.verdicts if found["label"] == label]
        rows.append((label, str(count), f"{sum(sure) / len(sure):.2f}", words.VERDICTS[label]))
    legend = "Confidence is ½ where a deciding number is at its threshold, and 1 where all are far from theirs."
    columns = ("verdict", "lives", "mean confidence", "which means")
    return table(rows, columns, numbers=(1, 2)) + paragraph(legend, "note")


def _basin(summary: dict[str, Any]) -> str:
    """Return from where the weights find the same attractor."""
    rows = [
        (STARTS[name], f"{found['came_back']} of {found['lives']}", words.number(found["ticks_median"]))
        for name, found in summary["basin"].items()
        if found["lives"]
    ]
    columns = ("the same life, but with", "comes back", "after ticks, at the median")
    return details("Does it find back from elsewhere?", table(rows, columns, numbers=(2,))) if rows else ""


def _how_it_learnt(run: StoredRun) -> str:
    learner, strategy = run.config.learner, run.config.strategy
    if learner.algorithm != EVOLUTION:
        return (
            f"PPO of Stable-Baselines3 learnt from {learner.environments} lives side by side, after every "
            f"{learner.n_steps:,} control ticks of each. What is shown here acts without the noise that it explored by."
        )
    most = "" if run.trained.training.race is None else "at most "
    lives = "1 life" if run.config.lifetimes == 1 else f"{most}{run.config.lifetimes} lives"
    return (
        f"The strategy {strategy.name} keeps one genome, tries {strategy.population} variations of it in each "
        f"generation, {lives} each, and moves it towards those that earned more. "
        "Nothing that is learnt in a life is inherited."
    )


def _evolution(material: Material, metrics: list[dict[str, Any]]) -> str:
    run = material.run
    record = run.folder.read_record() if run.folder.record_path.is_file() else {}
    told, found = _how_it_learnt(run), "learnt" if words.learnt(material) else "evolved"
    if not run.trained.training.full:
        told += (
            " The lives that it learnt from were not all full ones; the genome in the middle was evaluated over "
            f"{run.trained_ticks:,} ticks."
        )
    parts = [paragraph(told), evolution_figures(material, metrics)]
    if record.get("command"):
        parts += [paragraph(f"It was {found} by this command:"), command([shlex.join(record["command"])])]
    elif record:
        parts.append(paragraph(f"It was {found} by a program in Python, not by a command: its settings are below."))
    parts.append(details("All settings", f"<pre><code>{escape(config_text(run.trained).strip())}</code></pre>"))
    versions = [
        (name, str(value))
        for name, value in record.items()
        if isinstance(value, str) and name not in ("model_sha256", "id")
    ]
    if versions:
        parts.append(details("Made with", table(versions)))
    return section(f"How it was {found}", *parts)


def _experiments(answers: Sequence[Answer]) -> str:
    if not answers:
        return ""
    told = "What happens to it when something is changed while it lives. Intervals are over lives."
    return section("Experiments on the living network", paragraph(told), *map(answer_html, answers))


def _commands(material: Material, typed: Sequence[str]) -> str:
    evaluation, target = material.evaluation, shlex.quote(material.target)
    lives = f"--lifetimes {len(evaluation.lives.returns)} --seed {evaluation.seed} --genome {evaluation.genome}"
    lines = [f"hebbax evaluate {target} {lives}"]
    if material.plastic:
        lines.append(f"hebbax analyze {target} {lives}")
    lines += [f"hebbax experiment all {target}", *([shlex.join(typed)] if typed else [])]
    told = "These run the lives again; on the same processor model and versions they are the same to the bit."
    versions = ", ".join(f"{name} {value}" for name, value in evaluation.to_json()["versions"].items())
    made = paragraph(f"This page was made with {versions}.")
    whose = paragraph(f"SHA-256 of its genome and observation statistics: {evaluation.controller_sha256}.")
    return section("Do it again", paragraph(told), command(lines), made, whose)
