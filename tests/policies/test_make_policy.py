import re
from dataclasses import replace

import pytest

from hebbax.config.policy import PRESETS, PolicyConfig
from hebbax.config.train import TrainConfig, from_dict, to_dict
from hebbax.errors import HebbaxError
from hebbax.policies.make_policy import interval_ticks, make_policy
from hebbax.tasks.registry import make_task

# Dittrich et al. 2026: evolved numbers of a HAN (5 x weights), of a static MLP of 80 hidden units, of a GRU of 16, and
# the weights of a HAN.
PUBLISHED_SIZES = {"half_cheetah": (1840, 1840, 1734, 368), "swimmer": (800, 800, 1234, 160)}


@pytest.mark.parametrize("task_name", PUBLISHED_SIZES)
def test_presets_have_the_published_sizes(task_name):
    task = make_task(task_name)
    plastic, mlp, gru, weights = PUBLISHED_SIZES[task_name]
    numbers = (name for name, preset in PRESETS.items() if preset.network != "conv")
    sizes = {name: make_policy(name, task).genome_size for name in numbers}
    assert {sizes[f"han-{condition}"] for condition in "abcde"} == {plastic}
    assert (sizes["mlp"], sizes["gru"]) == (mlp, gru)
    assert make_policy("han-e", task).weight_count == weights
    assert make_policy("mlp", task).weight_count == 0


# Dittrich et al. 2026: condition, normalised, M, ticks from update to update
@pytest.mark.parametrize(
    ("condition", "normalisation", "window", "interval"),
    [("a", "none", 1, 1), ("b", "max", 1, 1), ("c", "max", 1, 4), ("d", "max", 10, 1), ("e", "max", 10, 4)],
)
def test_conditions_are_the_published_ones(condition, normalisation, window, interval):
    plasticity = make_policy(f"han-{condition}", make_task("half_cheetah")).plasticity
    assert plasticity is not None
    assert plasticity.rule == "eta-abcd"
    assert (plasticity.normalisation, plasticity.averaged_ticks, plasticity.interval) == (
        normalisation,
        window,
        interval,
    )


@pytest.mark.parametrize(
    ("interval", "ticks"),
    [(0.05, 1), (0.2, 4), ("0.2", 4), ("4 ticks", 4), ("1 tick", 1), ("7ticks", 7), (0.1 + 0.2, 6), (50, 1000)],
)
def test_intervals(interval, ticks):
    assert interval_ticks(interval, 0.05) == ticks


@pytest.mark.parametrize(
    ("interval", "message"),
    [
        (
            0.12,
            r"interval=0.12 s: expected a whole multiple of the control period 0.05 s, .*; nearest valid: 0.1 or 0.15",
        ),
        (0.01, r"interval=0.01 s: .* nearest valid: 0.05 or 0.1"),
        (-1, r"interval=-1 s: .* nearest valid: 0.05 or 0.1"),
        (0, r"interval=0 s: .* nearest valid: 0.05 or 0.1"),
        (float("nan"), r"interval=nan s: expected a whole multiple"),
        (float("inf"), r"interval=inf s: expected a whole multiple"),
        ("0 ticks", r"interval=0 ticks: expected a whole .*; nearest valid: 1 tick$"),
        ("-4 ticks", r"interval=-4 ticks: expected a whole .*; nearest valid: 1 tick$"),
        ("1.5 ticks", r"interval=1.5 ticks: expected a whole .*; nearest valid: 1 tick or 2 ticks$"),
        ("2.5 ticks", r"nearest valid: 2 ticks or 3 ticks$"),
        ("soon", r"interval=soon: expected seconds \(0.2\) or ticks \(4 ticks\)"),
    ],
)
def test_other_intervals_are_refused_with_the_nearest(interval, message):
    with pytest.raises(HebbaxError, match=message):
        interval_ticks(interval, 0.05)


def test_seconds_and_ticks_give_the_same_policy():
    task = make_task("swimmer")
    seconds = make_policy(replace(PRESETS["han-e"], interval=0.16), task)
    assert seconds == make_policy("han-e", task)


def test_an_unknown_preset_names_the_nearest():
    with pytest.raises(HebbaxError, match="unknown policy 'han-f': did you mean 'han-"):
        make_policy("han-f", make_task("swimmer"))


def test_hidden_layers_are_named_as_they_were_typed():
    with pytest.raises(HebbaxError, match=r"^hidden=\[-3, 4\]: expected .*; nearest valid: \[1, 4\]$"):
        make_policy(PolicyConfig(hidden=[-3, 4]), make_task("swimmer"))


STATIC = "a static policy has no plasticity and does not read it; leave it out"


@pytest.mark.parametrize(
    ("preset", "changes", "message"),
    [
        ("mlp", {"rule": "abcdd"}, "unknown rule 'abcdd': did you mean 'abcd'?"),
        ("mlp", {"normalisation": "foo", "rule": "bcm"}, "unknown normalisation 'foo': known: "),
        ("gru", {"averaging": "moving"}, "unknown averaging 'moving': did you mean 'moving-average'?"),
        ("mlp", {"rule": "abcd"}, f"rule=abcd: {STATIC}, or set plastic=true"),
        ("lstm", {"rule": "abcd"}, f"rule=abcd: {STATIC}"),
        ("mlp", {"normalisation": "tanh"}, f"normalisation=tanh: {STATIC}"),
        ("mlp", {"averaging": "exponential"}, f"averaging=exponential: {STATIC}"),
        ("mlp", {"window": -4}, f"window=-4: {STATIC}"),
        ("mlp", {"interval": 0.001}, f"interval=0.001: {STATIC}"),
        ("mlp", {"rate": float("nan")}, f"rate=nan: {STATIC}"),
        ("mlp", {"time_constant": 3.0}, f"time_constant=3.0: {STATIC}"),
        ("mlp", {"bound": 2.0}, f"bound=2.0: {STATIC}"),
        ("han-e", {"plastic": False, "rule": "abcd"}, f"rule=abcd: {STATIC}"),
        ("mlp", {"name": "mine", "rule": "abcd"}, f"rule=abcd: {STATIC}"),
        (
            "han-b",
            {"window": 20},
            "window=20: averaging=direct does not read it; leave it out, or set averaging=moving-average or "
            "averaging=exponential",
        ),
    ],
)
def test_an_option_that_nothing_reads_is_refused_names_first(preset, changes, message):
    with pytest.raises(HebbaxError, match="^" + re.escape(message)):
        make_policy(replace(PRESETS[preset], **changes), make_task("swimmer"))


def test_what_a_preset_brings_with_it_need_not_be_taken_out():
    for changes in ({"plastic": False}, {"averaging": "direct"}):
        make_policy(replace(PRESETS["han-e"], **changes), make_task("swimmer"))
    make_policy(PolicyConfig(plastic=False), make_task("swimmer"))


@pytest.mark.parametrize(
    "policy", [replace(PRESETS["mlp"], rule="abcdd", window=-4), replace(PRESETS["han-b"], window=20)]
)
def test_a_stored_run_that_was_begun_with_unread_options_still_loads(policy):
    loaded = from_dict(to_dict(TrainConfig(policy=policy))).policy
    assert loaded == PRESETS[policy.name]
    assert make_policy(loaded, make_task("swimmer")).genome_size > 0
