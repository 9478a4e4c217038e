"""What the library says of its fields is told in the keys that were typed."""

from __future__ import annotations

import pytest

from hebbax.cli.keys import told
from hebbax.errors import HebbaxError

TYPED = {
    (
        "policy=han-e",
        "policy.window=0",
    ): "policy.window=0: expected a whole number of ticks of at least 1; nearest valid: 1",
    (
        "policy=han-b",
        "policy.window=20",
    ): "policy.window=20: policy.averaging=direct does not read it; leave it out, or "
    "set policy.averaging=moving-average or policy.averaging=exponential",
    ("policy=mlp", "policy.rule=abcd"): "policy.rule=abcd: a static policy has no plasticity and does not read it; "
    "leave it out, or set policy.plastic=true",
    ("policy.hidden=[0]",): "policy.hidden=[0]: expected whole numbers of at least 1; nearest valid: [1]",
    ("policy.interval=0.001",): "policy.interval=0.001 s: expected a whole multiple of the control period 0.04 s, or "
    "ticks such as '4 ticks'; nearest valid: 0.04 or 0.08",
    ("policy.interval=x",): "policy.interval=x: expected seconds (0.2) or ticks (4 ticks)",
    ("policy.rate=0.3",): "policy.rate=0.3: the rule 'eta-abcd' evolves its rates; leave it out",
    ("policy.rule=abcd-trace", "policy.time_constant=0.5"): "policy.time_constant=0.5: expected a finite number of "
    "updates of at least 1; nearest valid: 1",
    ("policy.bound=2",): "policy.bound=2.0: the normalisation 'max' has none; leave it out",
    ("policy.initial_scale=-1",): "policy.initial_scale=-1.0: expected a positive number for 'uniform' such as 0.1",
    ("policy.rule=abcd-bias",): "rule 'abcd-bias' needs a network with biases: expected policy.bias=true",
    ("policy=lstm", "policy.plastic=true"): "network 'lstm' cannot be plastic: expected policy.plastic=false or "
    "policy.network=gru",
    ("strategy.population=7",): "strategy.population=7: expected an even number of at least 2, because samples come in "
    "mirrored pairs; nearest valid: 8",
    ("strategy=adaptive-es", "strategy.population=16"): "strategy.population=16: adaptive-es with strategy.elite=0.1 "
    "expects at least 20, of which 2 are the elite; nearest valid: 20",
    ("strategy.sigma=0",): "strategy.sigma=0.0: expected a positive number such as 0.2, the default",
    ("strategy=snes", "strategy.elite=0.2"): "strategy.elite=0.2: snes has no such option, only mu-lambda-es, "
    "adaptive-es; options of snes: population, learning_rate, sigma, sigma_learning_rate",
    ("task.ticks=0",): "task.ticks=0: expected a whole number of at least 1, or null; nearest valid: 1",
    ("policy=han-d", "policy.window=5000", "task.ticks=50"): "policy.window=5000: longer than a life of 50 ticks; "
    "nearest valid: 50",
    ("threads=0",): "threads=0: expected a whole number of at least 1, or null; nearest valid: 1",
    ("generations=0",): "generations=0: expected a whole number of at least 1; nearest valid: 1",
}


@pytest.mark.parametrize(("overrides", "message"), TYPED.items())
def test_a_wrong_value_is_told_by_its_key(hebbax, overrides, message):
    assert hebbax("train", "task=swimmer", *overrides) == (2, "", f"hebbax: {message}\n")


def test_a_folder_that_is_taken(hebbax, tmp_path):
    (tmp_path / "full/other").mkdir(parents=True)
    ran = hebbax("train", "task=swimmer", "--run", "full")
    assert ran.error == "hebbax: cannot create run full: the folder is not empty; choose another folder with --run\n"


def test_options_of_commands():
    error = HebbaxError("no mean genome survived: use genome=mean", field="genome")
    assert told(error) == "no mean genome survived: use --genome mean"


@pytest.mark.parametrize("field", [None, "seed", "nothing"])
def test_what_is_no_key_of_a_part_stays(field):
    assert told(HebbaxError("window=1: expected rate=2", field=field)) == "window=1: expected rate=2"
