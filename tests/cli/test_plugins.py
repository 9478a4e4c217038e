"""Packages of strangers at the command line: listed, chosen, trained, refused in one line."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml

from hebbax.cli.overrides.compose import compose_train
from hebbax.config.train import TrainConfig, from_dict, to_dict
from hebbax.errors import HebbaxError
from hebbax.kernels.compile_step import has_step
from hebbax.policies.make_policy import make_policy
from hebbax.report.html.policy_words import what_it_is
from hebbax.runs.checkpoint import Checkpoint, read_checkpoint
from hebbax.runs.run_folder import RunFolder
from hebbax.tasks.registry import make_task

SOURCE = (Path(__file__).parents[1] / "plugin.py").read_text("utf-8")
TINY = ("strategy.population=4", "evaluate_lifetimes=2", "threads=1")


@pytest.fixture
def my_robots(install) -> Path:
    return install("my_robots", SOURCE)


def test_lists_show_the_package_beside_what_it_brought(hebbax, my_robots):
    tasks = {task["name"]: task["package"] for task in json.loads(hebbax("tasks", "--json").out)}
    assert (tasks["pond"], tasks["swimmer"]) == ("my-robots", None)
    for command, name in (("tasks", "pond"), ("policies", "reflex"), ("experiment", "stare")):
        ran = hebbax(command)
        assert (ran.code, ran.error) == (0, "")
        (row,) = (line.split() for line in ran.out.splitlines() if line.split()[:1] == [name])
        assert row[-1].strip("()") == "my-robots"
    rows = {row["name"]: row for row in json.loads(hebbax("strategies", "--json").out)}
    assert rows["random-walk"]["package"] == "my-robots"
    assert rows["random-walk"]["options"] == {"population": 64, "sigma": 0.5, "patience": 3}


def test_lists_have_no_such_column_without_plugins(hebbax):
    assert "package" not in hebbax("tasks").out


def test_a_plugins_task_and_strategy_train_and_are_evaluated(hebbax, my_robots, tmp_path):
    parts = ("task=pond", "strategy=random-walk", "strategy.patience=2", "track=lines")
    ran = hebbax("train", *parts, *TINY, "generations=2", "--run", "mine")

    assert (ran.code, ran.error) == (0, "")
    assert "generation 2/2" in ran.out
    assert (tmp_path / "mine/lines.txt").read_text() == "0\n1\n"
    stored = yaml.safe_load((tmp_path / "mine/config.yaml").read_text())
    assert stored["strategy"]["patience"] == 2
    assert stored["strategy"]["learning_rate"] is None
    ran = hebbax("evaluate", "mine", "--lifetimes", "2", "--json")
    assert (ran.code, ran.error) == (0, "")
    assert json.loads(ran.out)["task"] == "pond"


OWN_PARTS = ("policy=reflex", "policy.averaging=newest", "policy.activation=sine", "policy.window=10")


def test_a_plugins_policy_trains(hebbax, my_robots, tmp_path):
    ran = hebbax("train", "task=gymnasium/Pendulum-v1", *OWN_PARTS, *TINY, "task.ticks=5", "generations=1")
    assert (ran.code, ran.error) == (0, "")


@pytest.mark.slow
def test_all_that_a_plugin_brings_trains(hebbax, my_robots, tmp_path):
    ran = hebbax("train", "task=pond", *OWN_PARTS, "strategy=random-walk", *TINY, "generations=2", "--run", "mine")

    assert (ran.code, ran.error) == (0, "")
    assert json.loads((tmp_path / "mine/run.json").read_text())["engine"] == "lockstep"


def test_a_resumed_run_of_a_plugins_strategy_ends_as_one_that_was_not_stopped(hebbax, my_robots, tmp_path):
    parts = ("task=pond", "strategy=random-walk", *TINY)
    for folder, generations in (("whole", 2), ("stopped", 1)):
        assert hebbax("train", *parts, f"generations={generations}", "--run", folder).code == 0
    assert hebbax("train", "--resume", "stopped", "generations=2").code == 0

    whole, resumed = (RunFolder(tmp_path / name).checkpoints()[-1].read_bytes() for name in ("whole", "stopped"))
    assert whole == resumed


def test_an_option_of_a_plugins_strategy_is_checked_as_ours_are(hebbax, my_robots):
    config = compose_train(["strategy=random-walk", "strategy.patience=7"])
    assert (config.strategy.patience, config.strategy.sigma) == (7, 0.5)
    assert from_dict(to_dict(config)) == config
    for override, message in {
        "strategy.patience=x": "strategy.patience=x: expected a whole number or null",
        "strategy.patienec=1": "unknown configuration key 'strategy.patienec': did you mean 'strategy.patience'?",
    }.items():
        assert hebbax("train", "strategy=random-walk", override) == (2, "", f"hebbax: {message}\n")
    ran = hebbax("train", "strategy.patience=7")
    assert ran.error == (
        "hebbax: strategy.patience=7: openai-es has no such option, only random-walk; options of openai-es: "
        "population, learning_rate, sigma, optimiser, learning_rate_decay, sigma_decay, decay_shape, "
        "decay_generations, shaping, weight_decay\n"
    )


def test_names_of_a_plugin_are_the_nearest_too(hebbax, my_robots):
    assert hebbax("train", "task=pnd").error == "hebbax: unknown task 'pnd': did you mean 'pond'?\n"


def test_a_run_whose_plugin_is_missing_names_what_is_missing():
    config = to_dict(TrainConfig())
    strategy = {**config["strategy"], "name": "random-walk"}
    with pytest.raises(HebbaxError, match="unknown strategy 'random-walk': "):
        from_dict({**config, "strategy": strategy})


def test_a_stored_run_imports_nothing_that_is_not_installed(hebbax, my_robots, copied_run, monkeypatch):
    """A module beside the run, or anywhere on the path, is no plug-in, whatever the run calls its parts."""
    monkeypatch.delitem(sys.modules, "stranger", raising=False)
    monkeypatch.syspath_prepend(str(copied_run))
    (copied_run / "stranger.py").write_text("raise AssertionError('imported')")
    folder = RunFolder(copied_run)
    checkpoint = read_checkpoint(folder.checkpoints()[-1])
    for part, key in (("task", "name"), ("policy", "rule"), ("policy", "network"), ("strategy", "name")):
        config = json.loads(json.dumps(checkpoint.document["config"]))
        config[part][key] = "stranger"
        changed = Checkpoint(checkpoint.generation, checkpoint.tensors, {**checkpoint.document, "config": config})
        folder.save_checkpoint(changed, keep=1)
        ran = hebbax("evaluate", "copy", "--lifetimes", "1")
        assert ran.code == 2
        error = ran.error.splitlines()[-1]  # after a note of another config.yaml
        assert re.match(r"hebbax: copy/checkpoints/\S+: unknown \S+ 'stranger': ", error)
        assert "stranger" not in sys.modules


BROKEN = {
    "ImportError": ("import a_module_that_is_missing", "No module named 'a_module_that_is_missing'"),
    "SyntaxError": ("def", "SyntaxError: "),
    "taken": (
        "import hebbax\nhebbax.register_task('fresh', lambda: None)\nhebbax.register_task('swimmer', lambda: None)",
        "task 'swimmer' is registered already: choose another name",
    ),
    "exit": ("import sys; sys.exit(3)", "SystemExit: 3"),
    "object": ("", "expected a module whose import registers what it has, such as 'broken'"),
}


@pytest.mark.parametrize(("source", "reason"), BROKEN.values(), ids=BROKEN)
def test_a_broken_plugin_is_one_warning_and_the_others_are_used(hebbax, my_robots, install, caplog, source, reason):
    value = None if source else "broken:register"
    install("broken", source, "a-broken-package", value)

    ran = hebbax("tasks", "--json")
    assert ran.code == 0
    (warning,) = caplog.messages
    assert warning.startswith(f"plug-in a-broken-package (broken = {value or 'broken'}) is not used: ")
    assert reason in warning
    assert "\n" not in warning
    names = [task["name"] for task in json.loads(ran.out)]
    assert "pond" in names
    assert "fresh" not in names  # all of it, or nothing
    assert hebbax("strategies").code == 0
    assert len(caplog.messages) == 1


def test_of_two_plugins_with_one_name_the_second_is_told_of_the_first(hebbax, install, caplog):
    for package in ("first", "second"):
        install(f"{package}_module", "import hebbax\nhebbax.register_task('same', lambda: None)", package)
    assert hebbax("strategies").code == 0
    assert caplog.messages == [
        "plug-in second (second_module = second_module) is not used: "
        "task 'same' is registered already by first: choose another name"
    ]


NO_MODEL = "task.observe, actuate=task.actuate, outcome=task.outcome, observation=8, action=2"


@pytest.mark.parametrize(
    ("made", "reason"),
    [
        ("lambda: 1 / 0", "division by zero"),
        ("world=hebbax.mujoco('no.xml', substeps=2), observe=" + NO_MODEL, "task 'half': cannot read the model no.xml"),
    ],
    ids=["at once", "when its model is read"],
)
def test_a_part_that_cannot_be_built_is_left_out_of_the_list(hebbax, install, made, reason):
    install("half", f"import hebbax\ntask = hebbax.make_task('swimmer')\nhebbax.register_task('half', {made})")
    ran = hebbax("tasks")
    assert ran.code == 0
    assert ran.error.startswith(f"note: task 'half' of half is left out: {reason}")
    assert ran.error.count("\n") == 1
    assert "swimmer" in ran.out


def test_help_does_not_import_plugins(install):
    install("loud", "print('imported')")
    for arguments in (["--help"], ["train", "--help"], ["tasks", "--json"]):
        command = [sys.executable, "-m", "hebbax.cli.main", *arguments]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        assert ("imported\n" in done.stdout) == (arguments[-1] == "--json")


def test_what_lies_in_the_current_folder_is_not_installed(install):
    """`python -m` finds packages there, and a run that somebody has sent may be one."""
    site = install("sent", "print('imported')")
    command = [sys.executable, "-m", "hebbax.cli.main", "tasks", "--json"]
    done = subprocess.run(command, cwd=site, capture_output=True, text=True, check=True)
    assert "imported" not in done.stdout
    assert done.stderr == (
        "note: plug-in sent (sent = sent) is not used: it lies in the current folder and is not installed: "
        "pip install it\n"
    )


def test_what_is_installed_is_used_in_the_folder_that_it_was_installed_from(install, tmp_path):
    """setuptools leaves metadata there, which `python -m` and a script of that folder find first."""
    site = install("mine", "import hebbax\nhebbax.register_task('mine', lambda: hebbax.make_task('swimmer'))")
    (tmp_path / "mine.py").write_text((site / "mine.py").read_text())
    for kept, left in (("METADATA", "PKG-INFO"), ("entry_points.txt", "entry_points.txt")):
        (tmp_path / "mine.egg-info").mkdir(exist_ok=True)
        (tmp_path / "mine.egg-info" / left).write_text((site / "mine-1.0.dist-info" / kept).read_text())
    command = [sys.executable, "-m", "hebbax.cli.main", "tasks", "--json"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stderr == ""
    assert {task["name"]: task["package"] for task in json.loads(done.stdout)}["mine"] == "mine"


def test_a_rule_of_a_plugin_is_compiled_and_parts_without_a_compiled_form_are_not(my_robots):
    def compiled(*overrides: str) -> bool:
        config = compose_train(["task=pond", "policy=han-b", *overrides])
        return has_step(make_policy(config.policy, make_task("pond")))

    assert compiled("policy.rule=decaying")
    for part in ("normalisation=mean-square", "averaging=newest", "activation=sine", "network=direct"):
        assert not compiled(f"policy.{part}"), part


def test_a_page_tells_parts_that_it_has_no_words_for_by_name(my_robots):
    policy = make_policy(compose_train(["policy=reflex", "policy.averaging=newest"]).policy, make_task("pond"))
    told = " ".join(what_it_is(SimpleNamespace(run=SimpleNamespace(policy=policy, task=make_task("pond")))))
    assert "by the activity averaged by newest" in told
    assert "normalised by mean-square" in told
