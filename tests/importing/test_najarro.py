"""A published file as a run: it acts as the published equations say, and every command takes it."""

from __future__ import annotations

import importlib.util
import re
import shutil
from pathlib import Path

import numpy as np
import pytest
from published_files import in_published_order, newer, older, pickled

from hebbax.cli.main import main
from hebbax.config.policy import PRESETS, PolicyConfig
from hebbax.errors import HebbaxError
from hebbax.importing.najarro import genome_of, read_coefficients, rule_of
from hebbax.plasticity.najarro_rules import NAJARRO_RULES
from hebbax.policies.make_policy import make_policy
from hebbax.runs.stored_run import StoredRun
from hebbax.tasks.registry import make_task

SIZES = (8, 3, 2, 2)  # of a swimmer
SWIMMER = ("task=swimmer", "policy.hidden=[3,2]", "task.ticks=12", "evaluate_lifetimes=2", "threads=1")
COEFFICIENTS = (0.5 * np.random.default_rng(8).normal(size=(8 * 3 + 3 * 2 + 2 * 2, 5))).astype(np.float32)


def oracle():
    path = Path(__file__).parents[1] / "oracles/najarro.py"
    spec = importlib.util.spec_from_file_location("oracles_najarro", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def imported(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("imported")
    (folder / "coefficients.dat").write_bytes(older(COEFFICIENTS))
    assert main(["import", "najarro", str(folder / "coefficients.dat"), *SWIMMER, "--run", str(folder / "run")]) == 0
    return folder / "run"


def opened(path) -> StoredRun:
    return StoredRun.open(path, on_note=lambda line: None)


@pytest.mark.slow
def test_it_acts_as_the_published_equations_say(imported):
    run = opened(imported)
    assert (run.policy.plasticity.rule, run.policy.plasticity.normalisation) == ("ABCD_lr", "none")
    assert run.config.observations.normalise == "none"
    controller = run.live_controller()
    controller.start(seed=4)
    first = [one.T for one in controller.weights]
    assert [one.shape for one in first] == [(3, 8), (2, 3), (2, 2)]
    observations = np.random.default_rng(1).normal(size=(20, 8))
    actions = [controller.act(observation) for observation in observations]
    expected, weights = oracle().life("ABCD_lr", COEFFICIENTS, first, observations, normalised=False)
    np.testing.assert_allclose(actions, expected, rtol=1e-3, atol=1e-4)
    assert np.abs(weights[0] - first[0]).max() > 0.5


def test_its_return_is_that_of_its_evaluation(imported):
    best, mean = (opened(imported).controller(which) for which in ("best", "mean"))
    np.testing.assert_array_equal(best.genome, mean.genome)
    document = opened(imported).checkpoint.document
    assert document["best"]["generation"] == 0
    assert np.isfinite(document["best"]["return_mean"])
    assert re.fullmatch("[0-9a-f]{64}", opened(imported).folder.read_record()["imported_sha256"])


@pytest.mark.parametrize(
    ("command", "told"),
    [
        (("genome",), r"layer 0 +eta +synapse +8 × 3 +72 +24 "),
        (("evaluate", "--lifetimes", "2"), r"mean return +-?[\d.]+"),
        (("record", "--lifetimes", "1", "--out", "life.h5"), r"life\.h5"),
        pytest.param(("analyze", "--lifetimes", "1", "--out", "its.json"), r"its\.json", marks=pytest.mark.slow),
        pytest.param(("show", "--no-video", "--out", "drawn"), r"drawn/weights\.png", marks=pytest.mark.slow),
    ],
    ids=lambda value: value[0],
)
def test_commands_take_it(imported, command, told, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main([command[0], str(imported), *command[1:]]) == 0
    assert re.search(told, capsys.readouterr().out)


def test_evolution_goes_on_from_it(imported, tmp_path):
    copy = shutil.copytree(imported, tmp_path / "copy")
    before = opened(copy).controller("mean").genome
    assert main(["train", "--resume", str(copy), "generations=1"]) == 0
    after = opened(copy).controller("mean").genome
    assert opened(copy).checkpoint.generation == 1
    assert 0 < np.abs(after - before).max() < 3


@pytest.mark.parametrize("rule", NAJARRO_RULES)
def test_every_number_gets_to_its_synapse(tmp_path, rule):
    columns = len(NAJARRO_RULES[rule].coefficients)
    numbered = in_published_order(
        lambda layer, i, j: 1000 * layer + 100 * i + 10 * j + np.arange(columns), SIZES, columns
    )
    (tmp_path / "file.dat").write_bytes(newer(numbered[:, 0] if rule == "A" else numbered))
    config = PolicyConfig(hidden=[3, 2], rule=rule, normalisation="none")
    policy = make_policy(config, make_task("swimmer"))
    genome = genome_of(read_coefficients(tmp_path / "file.dat"), policy)
    assert [gene.name for gene in policy.layout[:columns]] == list(NAJARRO_RULES[rule].coefficients)
    for gene in policy.layout:
        column = NAJARRO_RULES[rule].coefficients.index(gene.name)
        pre, post = np.indices(gene.shape)
        found = genome[gene.at : gene.at + gene.size].reshape(gene.shape)
        np.testing.assert_array_equal(found, 1000 * gene.connection + 100 * pre + 10 * post + column)


@pytest.mark.parametrize(("columns", "rule"), [(1, "A"), (2, "AD"), (5, "ABCD_lr"), (6, "ABCD_lr_D_in_and_out")])
def test_the_rule_follows_from_the_columns(columns, rule):
    assert rule_of(columns) == rule


@pytest.mark.parametrize(
    ("columns", "ways"),
    [(3, "policy.rule=AD_lr or policy.rule=ABC$"), (4, "policy.rule=ABC_lr or policy.rule=ABCD$")],
)
def test_a_rule_that_does_not_follow_is_asked_for(columns, ways):
    with pytest.raises(HebbaxError, match=ways):
        rule_of(columns)


@pytest.mark.parametrize(
    ("array", "message"),
    [
        (COEFFICIENTS[:30], "30 synapses in 5 columns: policy .* expects 34 in 5"),
        (COEFFICIENTS[:, :4], "of 4 columns can be of several rules: give policy.rule=ABC_lr or policy.rule=ABCD"),
        (np.full((34, 5), np.nan, np.float32), "holds NaN or infinity"),
        (np.full((34, 5), 1e300), "holds NaN or infinity"),
        (np.zeros((34, 7), np.float32), "has 7 columns: expected 1 to 6"),
    ],
)
def test_coefficients_that_do_not_fit_are_one_line(array, message, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    Path("file.dat").write_bytes(newer(array))
    assert main(["import", "najarro", "file.dat", *SWIMMER, "--run", "run"]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert re.search(message, line)
    assert not Path("run").exists()


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        (("policy.rule=abcd",), "expected a published rule such as ABCD_lr"),
        (("policy.birth=coevolved",), "nothing else to evolve, in 'layer 0'"),
        (("policy.scope=post",), "coefficients for each synapse"),
        (("policy.network=elman", "policy.hidden=[3]"), "expected policy.network=mlp"),
        (("training.first_mean=normal",), "the first mean is given"),
        (("policy.rule=ABCD_lr_D_in_and_out",), "expects 34 in 6"),
    ],
)
def test_policies_that_no_file_is_of_are_one_line(keys, message, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    Path("file.dat").write_bytes(older(COEFFICIENTS))
    usual = [key for key in SWIMMER if key.partition("=")[0] not in [one.partition("=")[0] for one in keys]]
    assert main(["import", "najarro", "file.dat", *usual, *keys, "--run", "run"]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert message in line
    assert not Path("run").exists()


def test_the_preset_is_the_published_quadrupeds():
    policy = PRESETS["najarro-hebbian"]
    assert (policy.hidden, policy.rule, policy.normalisation, policy.bias) == ([128, 64], "ABCD_lr", "none", False)
    assert (policy.initial, policy.initial_scale, policy.interval, policy.averaging) == (
        "uniform",
        0.1,
        "1 tick",
        "direct",
    )
    assert pickled(COEFFICIENTS)[:2] == b"\x80\x02", "the protocol of torch.save"
