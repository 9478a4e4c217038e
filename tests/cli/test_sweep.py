"""Sweeps on the command line: begun, stopped, repeated, failed."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from importlib.util import find_spec

import pytest

from hebbax.runs.run_folder import RunFolder
from hebbax.runs.training import Training

TINY = ("task=swimmer", "task.ticks=20", "strategy.population=4", "evaluate_lifetimes=2", "threads=1")
WITHOUT_SLURM = "" if find_spec("submitit") else " It is not installed: pip install 'hydra-submitit-launcher>=1.2'"
SWEEP = ("train", "-m", *TINY, "policy=han-e", "seed=0,1", "generations=2", "checkpoint_every=1")


def reached(folder) -> dict[str, int]:
    return {path.name: len(RunFolder(path).read_metrics()) for path in sorted(folder.iterdir())}


def test_one_folder_a_combination_and_a_repeat_skips_them(hebbax, tmp_path):
    ran = hebbax(*SWEEP)

    assert (ran.code, ran.error) == (0, "")
    assert reached(tmp_path / "runs/sweep") == {"swimmer-han-e-s0": 2, "swimmer-han-e-s1": 2}
    assert "run 1 of 2: swimmer-han-e-s0\nswimmer · han-e · seed 0 → runs/sweep/swimmer-han-e-s0\n" in ran.out
    assert re.search(r"^ *swimmer-han-e-s1 +800 +160 +160 +finished +2 of 2 +\S+ *$", ran.out, re.MULTILINE)
    assert ran.out.endswith("2 of 2 runs finished\nnext: hebbax compare runs/sweep\n")

    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "runs").rglob("*") if path.is_file()}
    again = hebbax(*SWEEP)
    assert again.code == 0
    assert again.out.startswith("run 1 of 2: swimmer-han-e-s0\nfinished before\nrun 2 of 2: swimmer-han-e-s1\nfinished")
    assert {path: path.stat().st_mtime_ns for path in (tmp_path / "runs").rglob("*") if path.is_file()} == before


@pytest.mark.slow
def test_a_repeat_goes_on_begins_and_skips(hebbax, tmp_path):
    hebbax(*SWEEP, "--run", "s")
    newest = RunFolder(tmp_path / "s/swimmer-han-e-s0").checkpoints()[-1]
    newest.unlink()  # as if it had been killed during its second generation
    ran = hebbax(*SWEEP[:-3], "seed=0,1,2", *SWEEP[-2:], "--run", "s")

    assert ran.code == 0
    assert ran.out.count("finished before") == 1
    assert ran.out.count("preparing the life") == 2, "one goes on and one begins"
    assert reached(tmp_path / "s") == {f"swimmer-han-e-s{seed}": 2 for seed in range(3)}
    assert len(RunFolder(tmp_path / "s/swimmer-han-e-s0").read_record()["resumed"]) == 1


@pytest.mark.slow
def test_more_generations_extend_a_sweep(hebbax, tmp_path):
    hebbax(*SWEEP)

    assert hebbax(*SWEEP, "generations=3").code == 0
    assert set(reached(tmp_path / "runs/sweep").values()) == {3}


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        (["policy=han-e,mpl"], "unknown policy 'mpl': did you mean 'mlp'?"),
        (["seed=0,-1"], "seed=-1: expected 0 to 4294967295; nearest valid: 0"),
        (
            ["policy.interval=0.04,0.1"],
            "policy.interval=0.1 s: expected a whole multiple of the control period 0.04 s, or ticks "
            "such as '4 ticks'; nearest valid: 0.08 or 0.12",
        ),
        (["track=none,tensorbord"], "unknown tracker 'tensorbord': did you mean 'tensorboard'?"),
        (["seed=0,0"], "two runs of the sweep are the same, swimmer-han-e-s0: give each value once"),
        (["--resume", "x"], "-m goes on with what it has begun by itself: repeat the command without --resume"),
        (
            ["hydra/launcher=submitit_slrm"],
            f"unknown launcher 'submitit_slrm': did you mean 'submitit_slurm'?{WITHOUT_SLURM}",
        ),
    ],
)
def test_a_bad_combination_stops_all_before_the_first(hebbax, tmp_path, overrides, message):
    assert hebbax(*SWEEP, *overrides) == (2, "", f"hebbax: {message}\n")
    assert list(tmp_path.iterdir()) == []


def test_another_sweep_in_the_folder_is_refused(hebbax, tmp_path):
    hebbax(*SWEEP)
    ran = hebbax(*SWEEP, "strategy.sigma=0.3")

    assert ran == (
        2,
        "",
        "hebbax: run runs/sweep/swimmer-han-e-s0 was begun with strategy.sigma=0.2, now it is "
        "strategy.sigma=0.3: choose another folder for these runs\n",
    )


@pytest.mark.parametrize("bug", [False, True], ids=["refused", "bug"])
def test_a_run_that_fails_does_not_stop_the_others(hebbax, tmp_path, monkeypatch, bug):
    if bug:
        run = Training.run

        def broken(training, *arguments):
            if training.search.config.seed == 0:
                raise RuntimeError("broken\nin detail")
            return run(training, *arguments)

        monkeypatch.setattr(Training, "run", broken)
        reason = "RuntimeError: broken"
    else:
        (tmp_path / "runs/sweep/swimmer-han-e-s0").mkdir(parents=True)
        (tmp_path / "runs/sweep/swimmer-han-e-s0/mine").touch()
        reason = (
            "cannot create run runs/sweep/swimmer-han-e-s0: the folder is not empty; choose another folder with --run"
        )
    ran = hebbax(*SWEEP)

    assert ran.code == 1
    assert re.search(r"^ *swimmer-han-e-s0 +800 +160 +160 +failed ", ran.out, re.MULTILINE)
    assert re.search(r"^ *swimmer-han-e-s1 +800 +160 +160 +finished +2 of 2 ", ran.out, re.MULTILINE)
    assert f"\n1 of 2 runs finished, 1 failed:\n  swimmer-han-e-s0: {reason}\n" in ran.out
    assert ("Traceback" in ran.error) == bug


def test_a_run_is_no_folder_for_a_sweep(hebbax, tmp_path):
    (tmp_path / "run").mkdir()
    (tmp_path / "run/config.yaml").touch()
    ran = hebbax("train", "-m", "task=swimmer", "seed=0,1", "--run", str(tmp_path / "run"))
    assert ran.code == 2
    assert "is a run, not a folder of runs: choose another folder with --run" in ran.error
    assert [path.name for path in (tmp_path / "run").iterdir()] == ["config.yaml"]


@pytest.mark.slow
@pytest.mark.usefixtures("kept_lives")
def test_ctrl_c_leaves_a_sweep_that_can_go_on(hebbax, tmp_path):
    command = ["hebbax.cli.main", "train", "-m", *TINY, "policy=han-e", "seed=0,1", "generations=1000000"]
    child = subprocess.Popen(
        [sys.executable, "-m", *command], cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert child.stdout is not None
    for line in child.stdout:
        if line.startswith("generation "):
            child.send_signal(signal.SIGINT)
            break
    out, _ = child.communicate(timeout=120)

    assert child.returncode == 130
    assert re.search(r"^ *swimmer-han-e-s0 +800 +160 +160 +interrupted ", out, re.MULTILINE)
    assert re.search(r"^ *swimmer-han-e-s1 +800 +160 +160 +missing ", out, re.MULTILINE)
    assert f"go on with: hebbax {' '.join(command[1:])}" in out
    assert list(reached(tmp_path / "runs/sweep")) == ["swimmer-han-e-s0"]


@pytest.mark.slow
def test_a_launcher_runs_the_jobs(hebbax, tmp_path):
    """Hydra's basic launcher is handed the jobs as submitit's is, and runs them in this process."""
    ran = hebbax(*SWEEP, "hydra/launcher=basic")

    assert (ran.code, ran.error) == (0, "")
    assert ran.out.startswith("2 of 2 runs go to hydra/launcher=basic; waiting for them\n")
    assert reached(tmp_path / "runs/sweep") == {"swimmer-han-e-s0": 2, "swimmer-han-e-s1": 2}
    assert ran.out.endswith("2 of 2 runs finished\nnext: hebbax compare runs/sweep\n")
    again = hebbax(*SWEEP, "hydra/launcher=basic")
    assert (again.code, again.out.splitlines()[0]) == (0, "0 of 2 runs go to hydra/launcher=basic; waiting for them")


@pytest.mark.slow
def test_a_job_that_fails_at_a_launcher_is_told(hebbax, tmp_path):
    (tmp_path / "runs/sweep/swimmer-han-e-s0").mkdir(parents=True)
    (tmp_path / "runs/sweep/swimmer-han-e-s0/mine").touch()
    ran = hebbax(*SWEEP, "hydra/launcher=basic")

    assert ran.code == 1
    assert "\n1 of 2 runs finished, 1 failed:\n  swimmer-han-e-s0: cannot create run " in ran.out
    assert f"go on with: hebbax {' '.join(SWEEP)} hydra/launcher=basic\n" in ran.out


@pytest.mark.skipif(find_spec("submitit") is None, reason="submitit is not installed")
def test_submitit_runs_the_jobs_in_processes_of_their_own(hebbax, tmp_path):
    """As on a cluster: jobs are pickled, run elsewhere, and go on where a run was interrupted."""
    hebbax(*SWEEP)
    RunFolder(tmp_path / "runs/sweep/swimmer-han-e-s1").checkpoints()[-1].unlink()
    # In a process of its own, and not even imported here: it closes what pytest captures output with.
    command = [sys.executable, "-m", "hebbax", *SWEEP, "hydra/launcher=submitit_local", "hydra.launcher.timeout_min=5"]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)

    assert (ran.returncode, ran.stderr) == (0, "")
    assert ran.stdout.startswith("1 of 2 runs go to hydra/launcher=submitit_local ")
    assert reached(tmp_path / "runs/sweep") | {".submitit": 0} == {
        "swimmer-han-e-s0": 2,
        "swimmer-han-e-s1": 2,
        ".submitit": 0,
    }
    assert len(RunFolder(tmp_path / "runs/sweep/swimmer-han-e-s1").read_record()["resumed"]) == 1
