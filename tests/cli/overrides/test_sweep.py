"""Overrides with several values to combinations."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

import pytest

from hebbax.cli.overrides.compose import compose_train
from hebbax.cli.overrides.launch import check_launcher, launch
from hebbax.cli.overrides.sweep import compose_sweep, split_launcher
from hebbax.errors import HebbaxError


def test_every_combination_the_last_key_fastest():
    combinations = compose_sweep(["policy=han-a,mlp", "task=swimmer", "seed=range(2)"])

    assert [combination.overrides for combination in combinations] == [
        ("policy=han-a", "task=swimmer", "seed=0"),
        ("policy=han-a", "task=swimmer", "seed=1"),
        ("policy=mlp", "task=swimmer", "seed=0"),
        ("policy=mlp", "task=swimmer", "seed=1"),
    ]
    assert {combination.swept for combination in combinations} == {("policy", "seed")}


@pytest.mark.parametrize(
    "overrides",
    [
        ["policy=han-a,mlp", "task=swimmer", "seed=3,5"],
        ["policy.hidden=[16],[64,64]"],
        ["policy.interval='4 ticks','1 tick'", "strategy.sigma=choice(0.1,0.2)"],
        ["seed=4"],
    ],
)
def test_each_is_what_train_would_compose(overrides):
    for combination in compose_sweep(overrides):
        assert combination.config == compose_train(combination.overrides)


def test_of_two_overrides_for_a_key_the_last_counts():
    assert [combination.config.seed for combination in compose_sweep(["seed=1,2", "seed=7,8"])] == [7, 8]


def test_lists_are_values():
    configs = [combination.config for combination in compose_sweep(["policy.hidden=[16],[64,64]"])]

    assert [config.policy.hidden for config in configs] == [[16], [64, 64]]


def test_one_value_a_key_is_a_sweep_of_one():
    (combination,) = compose_sweep(["seed=4"])

    assert (combination.swept, combination.config.seed) == ((), 4)


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        (["policy=han-a,mpl"], "unknown policy 'mpl': did you mean 'mlp'?"),
        (["polcy=han-a,mlp"], "unknown configuration key 'polcy': did you mean 'policy'?"),
        (["seed=0,two"], "seed=two: expected a whole number"),
        (["seed=interval(0,1)"], "seed=interval(0,1): expected a list such as a,b or a range such as range(0,5)"),
        (["policy=glob(*)"], "policy=glob(*): expected a list such as a,b or a range such as range(0,5)"),
        (["seed=1,"], "cannot read 'seed=1,': expected KEY=VALUE such as seed=0,1,2"),
        (["+seed=1,2"], "+seed=1: keys cannot be added or removed; write seed=VALUE"),
    ],
)
def test_message_of_what_is_wrong(overrides, message):
    with pytest.raises(HebbaxError, match=f"^{re.escape(message)}$"):
        compose_sweep(overrides)


def test_the_launchers_overrides_are_told_apart():
    overrides = ["seed=1,2", "hydra/launcher=submitit_slurm", "task=swimmer", "hydra.launcher.timeout_min=60"]

    assert split_launcher(overrides) == (
        ["seed=1,2", "task=swimmer"],
        ["hydra/launcher=submitit_slurm", "hydra.launcher.timeout_min=60"],
    )


def test_an_unknown_launcher(tmp_path):
    with pytest.raises(HebbaxError, match=r"^unknown launcher 'basik': did you mean 'basic'\?$"):
        check_launcher(["hydra/launcher=basik"], tmp_path)


def test_slurm_by_its_own_name_is_told_its_launcher_and_extra(tmp_path):
    there = importlib.util.find_spec("submitit")
    hint = "" if there else r" It is not installed: pip install 'hydra-submitit-launcher>=1\.2'"
    with pytest.raises(HebbaxError, match=rf"^unknown launcher 'slurm': did you mean 'submitit_slurm'\?{hint}$"):
        check_launcher(["hydra/launcher=slurm"], tmp_path)


def test_an_option_that_a_launcher_does_not_have(tmp_path):
    with pytest.raises(HebbaxError, match=r"^hydra\.launcher\.colour=red: .*colour") as raised:
        check_launcher(["hydra.launcher.colour=red"], tmp_path)
    assert "\n" not in str(raised.value)


SLURM = ["hydra/launcher=submitit_slurm", "hydra.launcher.partition=cpu", "hydra.launcher.max_num_timeout=20"]


def test_without_the_extra_slurm_is_told_how_to_get_it(tmp_path):
    if importlib.util.find_spec("submitit") is not None:
        pytest.skip("it is installed")
    command = r"pip install 'hydra-submitit-launcher>=1\.2'"
    with pytest.raises(HebbaxError, match=rf"submitit_slurm is not installed: {command}$"):
        check_launcher(SLURM, tmp_path)


def test_slurm_jobs_are_composed_without_a_cluster(tmp_path):
    pytest.importorskip("submitit")
    check_launcher(SLURM, tmp_path)
    with pytest.raises(HebbaxError, match="Key 'partitoin' not in 'SlurmQueueConf'"):
        check_launcher([*SLURM, "hydra.launcher.partitoin=cpu"], tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_every_documented_option_of_slurm_exists(tmp_path):
    pytest.importorskip("submitit")
    page = (Path(__file__).parents[3] / "docs/clusters.md").read_text("utf-8")
    rows = re.findall(r"^\| (`.+?`) \|", page.partition("## Options")[2], re.MULTILINE)
    keys = [key for row in rows for key in re.findall(r"`(\w+)`", row)]
    assert len(keys) > 8
    # An interpolation fits every type, so that what is asked here is whether the key exists.
    check_launcher([*SLURM, *(f"hydra.launcher.{key}=${{hydra.launcher.name}}" for key in keys)], tmp_path)


@pytest.mark.usefixtures("in_tmp")
def test_a_launchers_jobs_get_a_damage_as_it_was_typed(tmp_path):
    seen = []
    jobs = [["damage=scale-actuator(0, 0.5) + pin-actuator(1)", "seed=3"], ["damage=none", "seed=4"]]
    assert launch(
        ["hydra/launcher=basic"], tmp_path, jobs, lambda config: seen.append((config.damage, config.seed))
    ) == [
        None,
        None,
    ]
    assert seen == [("scale-actuator(0, 0.5) + pin-actuator(1)", 3), ("none", 4)]


@pytest.fixture
def in_tmp(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
