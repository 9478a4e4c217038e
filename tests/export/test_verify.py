"""Folders of exported controllers: whole, cut, edited, of another controller, and where there is no compiler."""

from __future__ import annotations

import dataclasses
import json
import re
import shutil
from pathlib import Path

import jax
import numpy as np
import pytest
from lived import lived
from table import KEY, Case, make, observations

from hebbax.errors import HebbaxError
from hebbax.export import verify, write
from hebbax.export.closed_loop import ExportedPolicy
from hebbax.export.describe import describe, describe_run
from hebbax.export.manifest import FORMATS, MANIFEST, Manifest, sha256
from hebbax.export.numpy_controller import Controller
from hebbax.export.steppers import NumpyStepper, compiler
from hebbax.export.test_vector import answered, file_of, read_vector
from hebbax.export.verify import agree, answers_not_a_number, largest_difference, verify_export
from hebbax.export.write import export_run
from hebbax.runs.stored_run import StoredRun
from hebbax.types import END_DIVERGED, END_REACHED, Lives
from hebbax.zoo import zoo_names

RUN = "zoo:swimmer/han-e"
PLAIN = [name for name in FORMATS if name != "onnx"]


@pytest.fixture(scope="module")
def run() -> StoredRun:
    return StoredRun.open(RUN, lambda line: None)


@pytest.fixture(scope="module")
def exported(run, tmp_path_factory) -> Path:
    """The same controller in every format that needs no other package; not to be written to."""
    folder = tmp_path_factory.mktemp("export")
    for name in PLAIN:
        export_run(run, name, folder / name, called=RUN)
    return folder


@pytest.fixture
def copied(exported, tmp_path) -> Path:
    """A copy of the C of it."""
    return shutil.copytree(exported / "c", tmp_path / "c")


@pytest.mark.parametrize("name", PLAIN)
def test_a_folder_is_whole(name, exported, run):
    found = verify_export(exported / name, run, lives=0)
    assert found.passed
    assert (found.ticks, found.compiled) == (1000, name != "c" or compiler() is not None)
    assert found.largest_difference < 1e-4
    text = (exported / name / "README.md").read_text("utf-8")
    for told in ("| 1 to 2 | joint angles | rad |", "0.04 s", "within 0.001", "NaN"):
        assert told in text, told


def test_as_a_policy_it_acts_as_it_does(run):
    """One life, and two side by side: what engines have of it."""
    found = describe_run(run)
    stepper = NumpyStepper(Controller(found.to_json()))
    policy, seen = ExportedPolicy(run.policy, stepper), observations(4)
    keys = jax.random.wrap_key_data(np.array([KEY, KEY + 1], np.uint32), impl="threefry2x32")
    expected = [lived(stepper, key, seen) for key in (KEY, KEY + 1)]
    one, both = policy.birth(keys[0]), jax.vmap(policy.birth)(keys)
    for tick, observation in enumerate(seen):
        action, one = policy.act(None, one, observation)
        actions, both = jax.vmap(policy.act)(np.zeros((2, 1)), both, np.array([observation, observation]))
        np.testing.assert_array_equal(action, expected[0][tick])
        np.testing.assert_array_equal(actions, [of_life[tick] for of_life in expected])
    assert policy.adapt(None, one) is one


@pytest.mark.slow  # both engines compile
def test_a_life_through_it_is_that_of_the_original(exported, run):
    """At first to the last digits: later the body's contacts would tell them apart."""
    short = run.under(ticks=60)
    found = verify_export(exported / "numpy", short, lives=3)
    assert found.original is not None
    assert found.exported is not None
    assert found.original.returns.std() > 1e-3, "nothing to compare"
    np.testing.assert_allclose(found.exported.returns, found.original.returns, rtol=1e-3)
    assert found.passed
    assert json.loads(json.dumps(found.to_json()))["returns"]["exported"]["lives"] == 3


@pytest.mark.slow
@pytest.mark.parametrize("name", zoo_names())
def test_every_controller_of_the_zoo_is_the_same_in_c(name, tmp_path):
    stored = StoredRun.open(f"zoo:{name}", lambda line: None)
    export_run(stored, "c", tmp_path / "out", called=f"zoo:{name}")
    found = verify_export(tmp_path / "out", stored)
    assert found.passed, found.to_json()


@pytest.mark.slow
@pytest.mark.parametrize("name", FORMATS)
def test_twenty_lives_through_every_format(name, run, tmp_path):
    if name == "onnx":
        pytest.importorskip("onnxruntime", reason="onnxruntime is not installed: make test-extras")
    export_run(run, name, tmp_path / "out", called=RUN)
    assert verify_export(tmp_path / "out", run).passed


def test_without_a_compiler_the_rest_is_checked(exported, run, monkeypatch):
    monkeypatch.setattr(verify, "compiler", lambda: None)
    found = verify_export(exported / "c", run, lives=0)
    assert found.passed
    assert not found.compiled


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda folder: (folder / "swimmer_han_e.c").unlink(), "swimmer_han_e.c: it is missing"),
        (lambda folder: _cut(folder / "swimmer_han_e.c"), "swimmer_han_e.c: it is not what was exported"),
        (lambda folder: _cut(folder / "test_vector.csv"), "test_vector.csv: it is not what was exported"),
        (lambda folder: _edit(folder / "swimmer_han_e.h", "0.04f", "0.05f"), "it was cut or edited"),
        (
            lambda folder: _edit(folder / MANIFEST, '"c"', '"rust"'),
            "export.json: format='rust': expected one of c, onnx",
        ),
        (lambda folder: (folder / MANIFEST).unlink(), "it has no export.json; expected a folder that"),
        (
            lambda folder: _forge(folder, "swimmer_han_e.c", "1.0f / largest", "2.0f / largest"),
            "it is not what hebbax .* writes",
        ),
        (
            lambda folder: _forge(folder, "test_vector.csv", "observation 0", "observation"),
            "it is no test vector|numbers",
        ),
        (lambda folder: _forge(folder, "test_vector.csv", "0.", "nan"), "it is no test vector|expected finite numbers"),
    ],
    ids=["gone", "cut C", "cut vector", "edited", "manifest", "no manifest", "forged C", "columns", "nan"],
)
def test_what_was_cut_or_edited_is_one_line(change, words, copied, run):
    change(copied)
    with pytest.raises(HebbaxError, match=words) as caught:
        verify_export(copied, run, lives=0)
    assert "\n" not in str(caught.value)


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def _edit(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def _forge(folder: Path, name: str, old: str, new: str) -> None:
    """Edit a file, and have the manifest say that it was always so."""
    before = sha256((folder / name).read_bytes())
    _edit(folder / name, old, new)
    _edit(folder / MANIFEST, before, sha256((folder / name).read_bytes()))


def test_the_folder_of_another_controller_is_seen(exported, run):
    other = StoredRun.open("zoo:walker2d/han-b", lambda line: None)
    with pytest.raises(
        HebbaxError, match=r"it is of another controller \(swimmer_han_e, \w{12}\) than the best genome"
    ):
        verify_export(exported / "json", other, lives=0)


def test_code_that_was_forged_is_never_run(exported, run, tmp_path):
    folder = shutil.copytree(exported / "numpy", tmp_path / "numpy")
    _forge(folder, "swimmer_han_e.py", "import json\n", f"import json\nopen({str(tmp_path / 'ran')!r}, 'w')\n")
    with pytest.raises(HebbaxError, match="it is not what hebbax"):
        verify_export(folder, run, lives=0)
    assert not (tmp_path / "ran").exists()


def test_a_folder_with_something_else_is_left_alone(run, tmp_path):
    (tmp_path / "thesis.txt").write_text("all of it")
    with pytest.raises(HebbaxError, match="it is not empty and holds no export; choose a new folder with --to"):
        export_run(run, "json", tmp_path, called=RUN)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_the_file_of_numpy_needs_nothing_else(exported, tmp_path):
    """It is run as it stands, and held to the vector beside it."""
    scope: dict[str, object] = {}
    exec(compile((exported / "numpy/swimmer_han_e.py").read_text("utf-8"), "swimmer_han_e.py", "exec"), scope)
    imported = re.findall(r"^(?:import|from) ([\w.]+)", (exported / "numpy/swimmer_han_e.py").read_text("utf-8"), re.M)
    assert imported == ["__future__", "json", "numpy"]
    controller = scope["Controller"]()
    controller.start(seed=1)
    rows = np.loadtxt(exported / "numpy/test_vector.csv", delimiter=",", skiprows=1, dtype=np.float32)
    actions = np.array([controller.step(row[:8]) for row in rows])
    np.testing.assert_allclose(actions, rows[:, 8:], atol=1e-4)


def heard(rule: str = "test-heard"):
    from hebbax.plasticity.rules import register_rule

    register_rule(
        rule,
        lambda pre, post, weight, a, gate, reward: reward * gate * a * pre * post,
        ("A", "gate"),
        equation="Δw = r·g·A·pre·post",
        signal=("reward",),
    )
    return make(Case("mlp", rule))


@pytest.mark.slow  # its rule has to be compiled
def test_a_rule_of_a_plug_in_that_hears_a_reward(compiled, forget_parts_of, tmp_path):
    from hebbax.plasticity.rules import RULES

    forget_parts_of(RULES)
    policy, task, genome, normaliser = heard()
    genome = np.sign(genome) * 0.7
    found = describe(policy, task, genome.astype(np.float32), normaliser)
    assert found.signals == ("reward",)
    seen = observations(200)
    signals = np.concatenate([np.zeros((1, 1)), observations(199, 1)]).astype(np.float32)
    vector = answered(policy, genome.astype(np.float32), normaliser, seen, signals, seed=3)
    name, content = file_of(vector, found)
    (tmp_path / name).write_bytes(content)
    vector = read_vector(tmp_path, found)
    for stepper in (compiled(found), NumpyStepper(Controller(found.to_json()))):
        assert largest_difference(stepper, vector, 3) < 1e-4
        assert answers_not_a_number(stepper, vector, 3)
        deaf = dataclasses.replace(vector, signals=0.0 * signals)
        assert largest_difference(stepper, deaf, 3) > 0.01, "the reward matters"
        state = stepper.begin(np.array([1, 2], np.uint32))
        status, action, _ = stepper.step(state, seen[0], np.array([np.nan], np.float32))
        assert (status, *action) == (1, 0.0, 0.0)


def test_what_grows_out_of_bounds_stops_until_the_next_start(compiled):
    policy, task, genome, normaliser = make(Case("mlp", "abcd", "none"), output_activation="linear")
    found = describe(policy, task, 1e12 * np.abs(genome), normaliser)
    for stepper in (compiled(found), NumpyStepper(Controller(found.to_json()))):
        state, statuses = stepper.begin(np.array([1, 2], np.uint32)), []
        for observation in observations(5):
            status, action, state = stepper.step(state, observation, np.zeros(0, np.float32))
            statuses.append(status)
        assert statuses == [0, 2, 2, 2, 2]
        np.testing.assert_array_equal(action, [0.0, 0.0])


def test_actions_of_ppo_are_cut_off_in_every_language(compiled):
    policy, task, genome, normaliser = make(Case("mlp", None), output_activation="hard-tanh")
    found = describe(policy, task, 3.0 * genome, normaliser)
    carry = policy.birth(jax.random.key(0))
    for stepper in (compiled(found), NumpyStepper(Controller(found.to_json()))):
        state = stepper.begin(np.array([1, 2], np.uint32))
        for observation in observations(5):
            _, action, state = stepper.step(state, observation, np.zeros(0, np.float32))
            wanted, _ = policy.act(3.0 * genome, carry, normaliser.applied(observation).astype(np.float32))
            np.testing.assert_allclose(action, wanted, atol=1e-5)
            assert np.abs(action).max() <= 1.0


def test_a_policy_without_a_compiled_step_is_refused_in_one_line(forget_parts_of):
    from hebbax.networks.activations import ACTIVATIONS, register_activation

    forget_parts_of(ACTIVATIONS)
    register_activation("test-sine", np.sin)
    policy, task, genome, normaliser = make(Case("mlp", "abcd"), activation="test-sine")
    with pytest.raises(HebbaxError, match="has no compiled step"):
        describe(policy, task, genome, normaliser)


def test_a_rule_that_cannot_be_traced_is_refused_in_one_line(forget_parts_of):
    from hebbax.plasticity.rules import RULES, register_rule

    forget_parts_of(RULES)
    register_rule("test-branches", lambda pre, post, weight, a: a if pre > 0 else -a, ("A",), equation="Δw = ±A")
    policy, task, genome, normaliser = make(Case("mlp", "test-branches"))
    with pytest.raises(HebbaxError, match=r"rule 'test-branches' cannot be traced: .* expected arithmetic alone"):
        describe(policy, task, genome, normaliser)


def lives(returns: list[float], diverged: int = 0) -> Lives:
    ends = np.full(len(returns), END_REACHED)
    ends[:diverged] = END_DIVERGED
    whole, seen = np.zeros(len(returns), np.int64), np.zeros((len(returns), 1))
    return Lives(np.array(returns), whole, ends, whole, whole, seen[:, 0], seen, seen)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (lives([10.0, 10.0]), lives([10.001, 10.001]), True),
        (lives([10.0, 10.0]), lives([10.1, 10.1]), False),
        (lives([9.0, 10.0, 11.0]), lives([9.5, 10.5, 11.5]), True),
        (lives([9.0, 10.0, 11.0]), lives([19.0, 20.0, 21.0]), False),
        (lives([9.0, 10.0, 11.0], diverged=1), lives([9.0, 10.0, 11.0]), False),
        (lives([9.0, 10.0], diverged=2), lives([9.0, 10.0], diverged=2), True),
    ],
)
def test_means_of_lives_agree_where_their_intervals_meet(one, other, same):
    assert agree(one, other) is agree(other, one) is same


def test_a_manifest_is_as_written(exported):
    manifest = write.Manifest(
        **{
            key: value
            for key, value in json.loads((exported / "c" / MANIFEST).read_text("utf-8")).items()
            if key != "schema"
        }
    )
    assert isinstance(manifest, Manifest)
    assert manifest.text == (exported / "c" / MANIFEST).read_text("utf-8")
    assert sorted(manifest.files) == ["swimmer_han_e.c", "swimmer_han_e.h", "test_vector.csv"]
