"""The experiments that have been made on a run, each as a part of the page."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.figure import Figure

from hebbax.report.html.inline import figure_html
from hebbax.report.html.tags import command, paragraph


@dataclass(frozen=True, eq=False)
class Answer:
    """What an experiment asked, what came of it, and how to repeat it."""

    name: str
    asks: str
    sentence: str
    figure: Figure
    typed: Sequence[str]  # the command; empty where it is not known


def answer_html(answer: Answer) -> str:
    """Return question, answer, figure and command."""
    asked = f"{answer.asks[:1].upper()}{answer.asks[1:]}."
    figure = figure_html(answer.figure, f"Result of the experiment {answer.name}", wide=True)
    repeat = command([shlex.join(answer.typed)]) if answer.typed else ""
    return f"<h3>{answer.name}</h3>{paragraph(asked)}{paragraph(answer.sentence)}{figure}{repeat}"
