"""`hebbax report`: a page that holds everything, and says what was run."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from hebbax.cli.experiment import parser as experiment_parser
from hebbax.cli.report import _answers
from hebbax.experiments.registry import EXPERIMENTS
from hebbax.report.html import material
from hebbax.runs.stored_run import StoredRun
from hebbax.runs.trials import Source
from hebbax.zoo import zoo_path

ROOT = Path(__file__).resolve().parents[2]

LIVES = ("--lifetimes", "2")


@pytest.fixture(scope="module")
def long_run(tmp_path_factory) -> Path:
    """A run whose lives are long enough for a verdict; not to be written to."""
    from hebbax.cli.main import main

    path = tmp_path_factory.mktemp("report") / "long"
    words = (
        "task=swimmer policy=han-e policy.interval=0.04 task.ticks=200 strategy.population=2 evaluate_lifetimes=1 "
        "generations=1 threads=1"
    )
    assert main(["train", *words.split(), "--run", str(path)]) == 0
    return path


@pytest.fixture(scope="module")
def page(long_run, tmp_path_factory) -> str:
    """The page about it."""
    from hebbax.cli.main import main

    out = tmp_path_factory.mktemp("page") / "page.html"
    assert main(["report", str(long_run), "--out", str(out), *LIVES, "--no-video"]) == 0
    return out.read_text("utf-8")


def test_the_page_goes_into_the_run_and_says_what_it_is_about(hebbax, copied_run):
    ran = hebbax("report", "copy", *LIVES, "--no-video")

    assert (ran.code, ran.out, ran.error) == (0, "copy/report.html\n", "")
    page = (copied_run / "report.html").read_text("utf-8")
    assert "<h1>copy</h1>" in page
    assert "In numbers: 800 evolved numbers, 160 weights, 160 numbers of plastic state." in page
    assert "hebbax report copy --lifetimes 2 --no-video" in page
    assert "hebbax evaluate copy --lifetimes 2 --seed 1 --genome best" in page
    assert "hebbax train task=swimmer policy=han-e" in page
    assert "No life was long enough for a verdict." in page  # they have 20 ticks


def test_a_run_begun_in_python_says_so_in_place_of_a_command(hebbax, copied_run):
    path = copied_run / "run.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "command": []}))

    assert hebbax("report", "copy", *LIVES, "--no-video").code == 0

    page = (copied_run / "report.html").read_text("utf-8")
    assert "evolved by this command" not in page
    assert "It was evolved by a program in Python, not by a command" in page
    assert not re.search(r"<pre><code>\s*</code></pre>", page)


def test_nothing_on_the_page_is_fetched(page):
    addresses = re.findall(r"""(?:src|href|action|poster|srcset)=["']([^"']*)""", page)
    assert addresses
    assert {address[:5] for address in addresses if not address.startswith("#")} == {"data:"}
    assert "url(" not in re.sub(r"url\(#", "", page)
    assert "@import" not in page
    assert re.findall(r"<script[^>]*src", page) == []
    assert "default-src 'none'" in page


def test_the_page_tells_the_verdict_and_the_return(hebbax, page, long_run):
    evaluation = json.loads(hebbax("evaluate", long_run, *LIVES, "--json").out)

    mean = re.search(r'<div class="facts"><div><b>([^<]*)</b><span>mean return of 2 lives', page)
    assert mean is not None
    assert float(mean[1].replace("−", "-").replace(",", "")) == pytest.approx(evaluation["return_mean"], rel=0.01)
    assert "The task terminated none of them.</p>" in page
    assert "termination=" not in page.split("All settings")[0]  # where nothing terminates, it is no word of an axis
    assert "of 2 lives the weights" in page
    assert "The numbers behind the verdict on the life above" in page
    assert "Δw = η (A·pre·post + B·pre + C·post + D)" in page
    assert page.count("<figure") >= 9


@pytest.mark.slow
def test_an_analysis_that_is_there_is_told_and_not_made_again(hebbax, long_run, tmp_path, monkeypatch):
    import shutil

    run = shutil.copytree(long_run, tmp_path / "again")
    assert hebbax("analyze", "again", *LIVES).code == 0
    document = json.loads((run / "analysis.json").read_text())
    document["sentence"] = "As it stands in the file."
    (run / "analysis.json").write_text(json.dumps(document))
    monkeypatch.setattr(material, "analyze_source", lambda source: pytest.fail("it was analysed again"))

    assert hebbax("report", "again", *LIVES, "--no-video").code == 0
    assert "As it stands in the file." in (run / "report.html").read_text("utf-8")

    made = {**document, "sentence": "Made anew."}
    monkeypatch.setattr(material, "analyze_source", lambda source: made)
    assert hebbax("report", "again", *LIVES, "--no-video", "--seed", "2").code == 0
    assert "Made anew." in (run / "report.html").read_text("utf-8")


@pytest.mark.slow
def test_experiments_that_have_been_made_are_told(hebbax, long_run, tmp_path):
    import shutil

    run = shutil.copytree(long_run, tmp_path / "asked")
    assert hebbax("experiment", "freeze", "asked", "--lifetimes", "2", "--quick").code == 0
    result = json.loads((run / "experiments/freeze.json").read_text())

    assert hebbax("report", "asked", *LIVES, "--no-video").code == 0

    page = (run / "report.html").read_text("utf-8")
    assert "<h3>freeze</h3>" in page
    assert result["sentence"].replace("'", "&#x27;") in page
    assert "hebbax experiment freeze asked --lifetimes 2 --quick" in page
    assert [name for name in EXPERIMENTS if f"<h3>{name}</h3>" in page] == ["freeze"]


@pytest.mark.parametrize(
    ("says", "remark", "told"),
    [
        ({}, "This result does not say which controller it is about", "it is on the page, which says so"),
        ({"controller_sha256": "this", "world": "this"}, "", ""),
        ({"controller_sha256": "0" * 64, "world": "this"}, None, "is about another controller: it is left out"),
        ({"controller_sha256": "this", "world": {}}, None, "is about another model or world: it is left out"),
        ({"policy": "han-b"}, None, "is about policy 'han-b', not 'han-e': it is left out"),
    ],
)
def test_experiments_on_another_controller_are_left_out(tmp_path, capsys, says, remark, told):
    stored = StoredRun.open(zoo_path("zoo:half_cheetah/han-e"), on_note=lambda line: None)
    setting = Source.of_run(stored, lifetimes=1).setting()
    result = json.loads((ROOT / "results/experiments/half_cheetah-han-e/freeze.json").read_text("utf-8"))
    for key in ("controller_sha256", "world"):  # which results of before did not have
        del result["setting"][key]
    result["setting"] |= {key: setting[key] if value == "this" else value for key, value in says.items()}
    (tmp_path / "freeze.json").write_text(json.dumps(result))

    answers = _answers(tmp_path, stored, "best")

    assert [answer.remark[: len(remark)] for answer in answers] == ([] if remark is None else [remark])
    assert told in capsys.readouterr().err


def test_the_commands_on_the_page_can_be_run(page):
    listed = re.search(r"<h2>Do it again</h2>.*?<pre><code>(.*?)</code></pre>", page, re.DOTALL)
    assert listed is not None
    (line,) = [line for line in listed[1].splitlines() if line.startswith("hebbax experiment")]
    assert experiment_parser().read(line.split()[2:]).name == "all"


def test_a_static_policy_has_a_page_without_weights(hebbax):
    tiny = ("task=swimmer", "task.ticks=20", "strategy.population=2", "generations=1", "evaluate_lifetimes=1")
    assert hebbax("train", *tiny, "policy=mlp", "--run", "static").code == 0

    assert hebbax("report", "static", *LIVES, "--no-video").code == 0

    page = Path("static/report.html").read_text("utf-8")
    assert "They do not change in a life." in page
    assert "What the weights do" not in page
    assert 'id="robot"' in page
    assert 'id="weights"' not in page


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--out", "taken/page.html"], "cannot write taken/page.html: taken is not a folder; choose another place"),
        (["--out", "copy"], "cannot write copy: it is a folder, not a file; choose another name"),
        (["--experiments", "none"], "no folder none: expected one that `hebbax experiment` has written"),
    ],
)
def test_what_cannot_be_read_or_written_is_told_before_lives_are_lived(
    hebbax, copied_run, monkeypatch, options, message
):
    monkeypatch.setattr(material, "gather", lambda *arguments, **named: pytest.fail("lives were lived"))
    Path("taken").write_text("")

    ran = hebbax("report", "copy", *options)

    assert (ran.code, ran.error) == (2, f"hebbax: {message}\n")


@pytest.mark.parametrize("number", ["0", "3", "7"])
def test_no_more_lives_stand_side_by_side_than_there_are(hebbax, copied_run, number):
    ran = hebbax("report", "copy", *LIVES, "--side-by-side", number)

    assert (ran.code, ran.out) == (2, "")
    assert f"--side-by-side {number}: expected a whole number from 1 to 2" in ran.error


def test_a_run_of_another_task_does_not_stand_beside_it(hebbax, copied_run):
    ran = hebbax("report", "copy", "zoo:half_cheetah/han-e", *LIVES)

    assert (ran.code, ran.out) == (2, "")
    assert "a run of task 'half_cheetah' beside one of 'swimmer'" in ran.error
    assert not (copied_run / "report.html").exists()


def test_two_runs_and_two_lives_of_each_are_side_by_side(hebbax, copied_run):
    ran = hebbax("report", "copy", "copy", *LIVES, "--side-by-side", "2")

    assert (ran.code, ran.error) == (0, "")
    page = (copied_run / "report.html").read_text("utf-8")
    assert len(re.findall('<section class="life"', page)) == 4
    assert "<h2>Beside copy</h2>" in page
    assert "<h2>Lives side by side</h2>" in page
    returns = re.search(r"<td>mean return</td><td[^>]*>(.*?)</td><td[^>]*>(.*?)</td>", page)
    assert returns is not None
    assert returns[1] == returns[2]
    assert "<video" not in page
