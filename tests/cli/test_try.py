"""A life of a task without a controller."""

import numpy as np
import pytest

from hebbax.errors import HebbaxError
from hebbax.report import try_task as module
from hebbax.report.try_task import draw_actions, limits, try_task
from hebbax.tasks.registry import make_task


@pytest.fixture
def filmed(monkeypatch):
    """Write an empty file in place of a film, which takes a driver for pictures."""
    films = []

    def film(life, path, look, *, on_file, on_note):
        films.append((life.task.name, len(life.record.qpos), path.name))
        path.write_bytes(b"")
        on_file(path)

    monkeypatch.setattr(module, "film_life", film)
    return films


def test_it_films_and_tells_what_the_life_was(hebbax, filmed, tmp_path):
    ran = hebbax("try", "swimmer", "--actions", "random", "--seconds", "0.8", "--out", str(tmp_path / "look"))
    assert (ran.code, ran.error.count("hebbax:")) == (0, 0)
    assert filmed == [("swimmer", 20, "life.mp4")]
    assert ran.out.splitlines()[0] == str(tmp_path / "look/life.mp4")
    facts = dict(line.strip().split("  ", 1) for line in ran.out.splitlines()[1:])
    assert facts["length"].strip() == "20 ticks, 0.80 s"
    assert float(facts["forward"]) + float(facts["control"]) == pytest.approx(float(facts["return"]), abs=0.11)


def test_nothing_is_done_by_default_and_terminations_end_the_life_or_restart_the_body(filmed, tmp_path):
    task = make_task("inverted_pendulum")
    ends, record = try_task(task, tmp_path, seconds=8.0, on_file=str, on_note=str)
    assert (record.actions == 0).all()
    assert ends.terminations[0] == 1
    again, _ = try_task(task, tmp_path, seconds=8.0, termination="restart", on_file=str, on_note=str)
    assert again.lengths[0] == 200
    assert again.terminations[0] > 1


def test_random_actions_are_drawn_between_the_limits_of_the_task():
    task = make_task("inverted_pendulum")
    low, high = limits(task)
    drawn = draw_actions(task, "random", 2000, 1)
    assert (low <= drawn).all()
    assert (drawn <= high).all()
    middle, width = (low + high) / 2, high - low
    np.testing.assert_allclose(drawn.mean(axis=0), middle, atol=0.05 * width.max())
    np.testing.assert_allclose(drawn.std(axis=0), width / np.sqrt(12), rtol=0.05)
    assert (draw_actions(task, "random", 2000, 2) != drawn).any()


def test_what_cannot_be_is_one_line(hebbax, tmp_path):
    assert "unknown task 'swimer': did you mean 'swimmer'" in hebbax("try", "swimer").error
    assert "unknown actions 'rondom': did you mean 'random'" in hebbax("try", "swimmer", "--actions", "rondom").error
    (blocked := tmp_path / "file").write_text("")
    with pytest.raises(HebbaxError):
        try_task(make_task("swimmer"), blocked / "look", on_file=str, on_note=str)
