"""Lives side by side in the player, and what another run has beside the one that a page is about."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from hebbax.errors import HebbaxError
from hebbax.report.film.life_film import film_period
from hebbax.report.html import words
from hebbax.report.html.animation import Shown, pack_life
from hebbax.report.html.inline import figure_html
from hebbax.report.html.material import Material
from hebbax.report.html.pictures import figures_html
from hebbax.report.html.tags import paragraph, section, table
from hebbax.report.plots import plot_returns
from hebbax.report.style import axes_or_new, figure_of
from hebbax.runs.stored_run import StoredRun
from hebbax.tasks.observed_picture import observed_pictures

MOST_LIVES = 6
"""Lives that a page shows of a run: each takes up to a megabyte and a half by itself."""


def check_runs(run: StoredRun, other: StoredRun) -> None:
    """Raise HebbaxError unless two runs are of one task, so that what they earn can be compared."""
    if run.task.name != other.task.name:
        raise HebbaxError(
            f"a run of task {other.task.name!r} beside one of {run.task.name!r}: expected two of one task; "
            f"task={run.task.name} puts both on it"
        )


def pack_lives(materials: Sequence[Material]) -> tuple[list[dict[str, Any]], list[str]]:
    """Return the recorded lives of runs as player.js reads them, and what each is called."""
    count = sum(len(material.records) for material in materials)
    lives, names = [], []
    for material in materials:
        for life, record in enumerate(material.records):
            task, policy = material.run.task, material.run.policy
            shown = Shown(
                record,
                policy.layer_shapes,
                policy.layer_names,
                task.control_period,
                film_period(task),
                task.world,
                material.transient_of(life),
                count,
            )
            sees = task.world.film == "drawing" and observed_pictures(task, record.observations[:1]) is not None
            lives.append({**pack_life(shown), "sees": sees})
            names.append(f"{material.title}: life {life}, return {words.number(float(record.rewards.sum()))}")
    return lives, names


def beside_html(material: Material, other: Material) -> str:
    """Return what two runs earn and do, in columns beside each other."""
    columns = (_facts(material), _facts(other))
    rows = [
        (name, *(column.get(name, "–") for column in columns)) for name in dict.fromkeys([*columns[0], *columns[1]])
    ]
    names = _titles(material, other)
    kept = {name: _returns(one) for name, one in zip(names, (material, other), strict=True)}
    axes = plot_returns(kept, axes_or_new(None, 8.6, 2.8))
    figure = figure_html(
        figure_of(axes), "Returns of the lives of both runs", caption="Each point is one life.", wide=True
    )
    told = f"{names[0]} and {names[1]} over the same births: life by life they begin at the same random numbers."
    return section(
        f"Beside {other.title}", paragraph(told), table(rows, ("", *names), numbers=(1, 2)), figures_html([figure])
    )


def _titles(material: Material, other: Material) -> tuple[str, str]:
    same = material.title == other.title
    return (material.title, f"{other.title} (the other)" if same else other.title)


def _returns(material: Material) -> np.ndarray:
    lives = material.evaluation.lives
    return lives.returns[~lives.diverged]


def _ends(returns: np.ndarray) -> tuple[float, ...]:
    return (returns.min(), returns.max()) if len(returns) else ()


def _facts(material: Material) -> dict[str, str]:
    """Return the numbers of a run by what they are."""
    values, policy = material.evaluation.to_json(), material.run.policy
    interval = values["return_ci95"]
    told = {
        "policy": policy.name,
        "evolved numbers": f"{policy.genome_size:,}",
        "weights": f"{policy.weight_count:,}",
        "mean return": words.number(values["return_mean"]),
        "95 % interval over lives": "–" if interval is None else " to ".join(map(words.number, interval)),
        "lowest and highest": " and ".join(words.number(float(end)) for end in _ends(_returns(material))),
        "terminations": f"{values['terminations']:,}",
    }
    if material.verdicts:
        counts = ", ".join(f"{count} {label.replace('-', ' ')}" for label, count in material.labels)
        told["what the weights end on"] = counts
    return told if material.analysis is None else told | dict(words.gait_rows(material.analysis["summary"]))
