"""Starting, refusing, stopping and resuming runs."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from hebbax.runs import checkpoint as checkpoint_module
from hebbax.runs.checkpoint import read_checkpoint, write_checkpoint
from hebbax.runs.run_folder import RunFolder
from hebbax.runs.stored_run import StoredRun

TINY = ("task=swimmer", "policy=han-e", "task.ticks=20", "strategy.population=4", "evaluate_lifetimes=2", "threads=1")


def generations(path: Path) -> list[int]:
    return [record["generation"] for record in RunFolder(path).read_metrics()]


def test_a_run_from_start_to_end(hebbax, tmp_path):
    ran = hebbax("train", *TINY, "generations=2", "--run", "my run", "seed=5")

    assert ran.code == 0
    assert ran.error == ""
    assert ran.out.startswith("swimmer · han-e · seed 5 → my run\n800 evolved numbers, 160 weights, ")
    assert re.search(r"^generation 2/2  mean \S+  best \S+  mean genome \S+  \S+ steps/s  0 s left$", ran.out, re.M)
    best = r"^best mean genome: mean return \S+ over 2 lives \(generation [12], termination=end\)$"
    assert re.search(best, ran.out, re.MULTILINE)
    assert ran.out.endswith("next: hebbax evaluate 'my run'\n      hebbax show 'my run'\n")
    assert generations(tmp_path / "my run") == [0, 1]
    config = yaml.safe_load((tmp_path / "my run/config.yaml").read_text())
    assert (config["seed"], config["task"], config["policy"]["name"]) == (5, {"name": "swimmer", "ticks": 20}, "han-e")
    record = json.loads((tmp_path / "my run/run.json").read_text())
    assert (record["evolved_numbers"], record["weights"], record["plastic_state"]) == (800, 160, 160)
    assert record["command"] == ["hebbax", "train", *TINY, "generations=2", "--run", "my run", "seed=5"]


def test_default_folder(hebbax, tmp_path):
    assert hebbax("train", *TINY, "generations=1", "seed=3").code == 0

    (folder,) = (tmp_path / "runs").iterdir()
    assert re.fullmatch(r"swimmer-han-e-s3-\d{8}-\d{6}", folder.name)


@pytest.mark.parametrize(
    ("override", "message"),
    [
        (
            "strategy.popluation=4",
            "unknown configuration key 'strategy.popluation': did you mean 'strategy.population'?",
        ),
        ("policy=mpl", "unknown policy 'mpl': did you mean 'mlp'?"),
        ("generations=abc", "generations=abc: expected a whole number"),
        ("generations=0", "generations=0: expected a whole number of at least 1; nearest valid: 1"),
        (
            "strategy.population=5",
            "strategy.population=5: expected an even number of at least 2, because samples come in mirrored pairs; "
            "nearest valid: 6",
        ),
        (
            "strategy.population=0",
            "strategy.population=0: expected an even number of at least 2, because samples come in mirrored pairs; "
            "nearest valid: 2",
        ),
        (
            "policy.interval=0.1",
            "policy.interval=0.1 s: expected a whole multiple of the control period 0.04 s, or ticks "
            "such as '4 ticks'; nearest valid: 0.08 or 0.12",
        ),
        ("policy.window=0", "policy.window=0: expected a whole number of ticks of at least 1; nearest valid: 1"),
        ("policy.activation=tan", "unknown activation 'tan': did you mean 'tanh'?"),
        ("seed=-1", "seed=-1: expected 0 to 4294967295; nearest valid: 0"),
    ],
)
def test_bad_input_writes_nothing(hebbax, tmp_path, override, message):
    ran = hebbax("train", *TINY, override)

    assert ran == (2, "", f"hebbax: {message}\n")
    assert list(tmp_path.iterdir()) == []


def test_an_existing_run_is_never_overwritten(hebbax, copied_run):
    before = {path: path.read_bytes() for path in copied_run.rglob("*") if path.is_file()}

    message = "run copy exists already: go on with `hebbax train --resume copy` or choose another folder with --run"
    assert hebbax("train", *TINY, "--run", "copy") == (2, "", f"hebbax: {message}\n")
    assert {path: path.read_bytes() for path in copied_run.rglob("*") if path.is_file()} == before


def test_resume_to_more_generations(hebbax, copied_run):
    ran = hebbax("train", "--resume", "copy", "generations=5")

    assert ran.code == 0
    assert "generation 5/5" in ran.out
    assert generations(copied_run) == [0, 1, 2, 3, 4]
    resumed = json.loads((copied_run / "run.json").read_text())["resumed"]
    assert [entry["command"] for entry in resumed] == [["hebbax", "train", "--resume", "copy", "generations=5"]]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["--resume", "copy"],
            "copy has finished 3 generations, 3 were asked for: go on with generations=103",
        ),
        (["--resume", "copy", "seed=2"], "seed=2: only generations=N and engine=NAME can change when a run is resumed"),
        (["--resume", "copy", "generations=many"], "generations=many: expected a whole number"),
        (
            ["--resume", "copy", "generations=0"],
            "generations=0: expected a whole number of at least 1; nearest valid: 1",
        ),
        (["--resume", "copy", "--run", "b"], "--run names a new run and --resume an old one: give one of them"),
        (["--resume", "cpy"], "no run at cpy: did you mean 'copy'?"),
    ],
)
def test_what_cannot_be_resumed(hebbax, copied_run, arguments, message):
    assert hebbax("train", *arguments) == (2, "", f"hebbax: {message}\n")
    assert generations(copied_run) == [0, 1, 2]


def test_a_run_begins_at_the_controller_of_another(hebbax, copied_run):
    ran = hebbax("train", "--from", "copy", "strategy.sigma=0.02", "generations=1", "--run", "second")

    assert ran.code == 0
    first, second = (StoredRun.open(copied_run.parent / name) for name in ("copy", "second"))
    assert (second.config.strategy.sigma, second.config.task) == (0.02, first.config.task)
    assert second.config.policy == first.config.policy
    assert second.config.training.first_mean.startswith("given-")
    assert second.controller("mean").statistics.count > first.controller("best").statistics.count


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--from", "cpy"], "no run at cpy: did you mean 'copy'?"),
        (
            ["--from", "copy", "--resume", "copy"],
            "--from begins a new run and --resume goes on with an old one: give one of them",
        ),
        (["--from", "copy", "-m", "seed=0,1"], "-m draws where its runs begin: give --from to one run at a time"),
        (["--genome", "mean"], "--genome mean is for --from: it says which of that run's genomes"),
        (
            ["--from", "copy", "task=half_cheetah"],
            "task 'half_cheetah' has 17 observations: expected 8, as task 'swimmer' of copy has",
        ),
    ],
)
def test_where_no_run_can_begin(hebbax, copied_run, arguments, message):
    assert hebbax("train", *arguments, "--run", "second") == (2, "", f"hebbax: {message}\n")
    assert not (copied_run.parent / "second").exists()


def test_resume_falls_back_from_a_damaged_checkpoint_and_says_so(hebbax, copied_run):
    newest = RunFolder(copied_run).checkpoints()[-1]
    content = bytearray(newest.read_bytes())
    content[-1] ^= 1
    newest.write_bytes(content)

    ran = hebbax("train", "--resume", "copy")

    assert ran.code == 0
    assert ran.error == (
        "note: cannot use checkpoint copy/checkpoints/generation-000003.safetensors: it is cut off or altered "
        "(its checksum does not match); going on from generation-000002.safetensors instead\n"
    )
    assert generations(copied_run) == [0, 1, 2]


def test_resume_refuses_a_newer_schema(hebbax, copied_run, monkeypatch):
    newest = RunFolder(copied_run).checkpoints()[-1]
    checkpoint = read_checkpoint(newest)
    with monkeypatch.context() as future:
        future.setattr(checkpoint_module, "SCHEMA_OF_ONE_FILE", 99)
        write_checkpoint(newest, checkpoint)

    message = (
        "checkpoint copy/checkpoints/generation-000003.safetensors was written by a newer hebbax "
        f"(schema 99, this one reads up to {checkpoint_module.SCHEMA}): upgrade hebbax"
    )
    assert hebbax("train", "--resume", "copy", "generations=5") == (2, "", f"hebbax: {message}\n")


@pytest.mark.usefixtures("kept_lives")
def test_ctrl_c_leaves_a_run_that_can_go_on(hebbax, tmp_path):
    command = [sys.executable, "-m", "hebbax.cli.main", "train", *TINY, "generations=1000000", "--run", "stopped"]
    child = subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert child.stdout is not None
    for line in child.stdout:
        if line.startswith("generation "):
            child.send_signal(signal.SIGINT)
            break
    out, error = child.communicate(timeout=120)

    assert child.returncode == 130
    assert error == "stopping; Ctrl-C again to stop at once\n"
    stopped = re.search(r"^stopped after generation (\d+); go on with: (hebbax train --resume stopped)$", out, re.M)
    assert stopped
    done = int(stopped[1])
    assert generations(tmp_path / "stopped") == list(range(done))
    ran = hebbax(*stopped[2].split()[1:], f"generations={done + 2}")
    assert ran.code == 0
    assert generations(tmp_path / "stopped") == list(range(done + 2))
