"""No command takes the place of earlier results without a word."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from hebbax.errors import HebbaxError

COMMANDS = {
    "analyze copy": (["copy/analysis.json"], "hebbax.analysis.analyze.analyze_source"),
    "analyze copy --out there": (["there/analysis.json"], "hebbax.analysis.analyze.analyze_source"),
    "report copy --no-video": (["copy/report.html"], "hebbax.report.html.material.gather"),
    "report copy --out mine.html": (["mine.html"], "hebbax.report.html.material.gather"),
    "show copy": (["copy/learning-curve.png", "copy/weights.png", "copy/life.mp4"], "hebbax.report.show.show_run"),
    "show copy --gif --out there": (["there/weights.png", "there/life.gif"], "hebbax.report.show.show_run"),
    "try swimmer": (["try-swimmer/life.mp4"], "hebbax.report.try_task.try_task"),
    "experiment freeze copy --ticks 200": (
        ["copy/experiments/freeze.json"],
        "hebbax.experiments.registry.run_experiment",
    ),
    "compare copy": (["comparison/comparison.md"], "hebbax.comparison.tables.write_comparison"),
    "bench closed-loop --quick --out there": (["there/closed-loop.json"], "hebbax.bench.run.run_benchmark"),
}


@pytest.mark.parametrize("command", COMMANDS)
def test_what_will_be_replaced_is_told_before_the_work(hebbax, copied_run, monkeypatch, command):
    def stop(*given, **named):
        raise HebbaxError("the work")

    names, work = COMMANDS[command]
    monkeypatch.setattr(work, stop)
    assert "will be replaced" not in hebbax(*command.split()).error
    for name in names:
        Path(name).parent.mkdir(exist_ok=True)
        Path(name).write_text("mine")
        os.utime(name, (1_700_000_000, 1_700_000_000))

    told = hebbax(*command.split()).error.splitlines()

    (line,) = [line for line in told if "will be replaced" in line]
    assert line.startswith(f"note: {', '.join(names)} of 2023-11-1")
    assert line.endswith(" will be replaced; --out chooses another place")
    assert told.index(line) < told.index("hebbax: the work")
    assert [Path(name).read_text() for name in names] == ["mine"] * len(names)


def test_a_film_alone_is_not_told_where_none_is_made(hebbax, copied_run, monkeypatch):
    (copied_run / "life.mp4").write_text("mine")

    assert hebbax("show", "copy", "--no-video").error == ""
    assert (copied_run / "life.mp4").read_text() == "mine"
