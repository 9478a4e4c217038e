"""What lives of a stored run are put through can be typed after the run, for every command that lives them."""

import json

import pytest

LAME = "damage=scale-actuator(0, 0, from=3) + noise-observation(0.2)"


def test_lives_of_another_length_and_under_damage(hebbax, copied_run):
    free = json.loads(hebbax("evaluate", "copy", "--lifetimes", "2", "--json", "ticks=12").out)
    lame = json.loads(hebbax("evaluate", "copy", "ticks=12", LAME, "--lifetimes", "2", "--json").out)
    assert free["lengths"] == lame["lengths"] == [12, 12]
    assert free["returns"] != lame["returns"]
    assert (free["damage"], lame["damage"]) == ("", LAME.partition("=")[2])
    text = hebbax("evaluate", "copy", "ticks=12", LAME, "--lifetimes", "2").out
    assert LAME.partition("=")[2] in text


def test_a_recording_says_what_happened_and_replays_it(hebbax, copied_run, tmp_path):
    path = str(tmp_path / "lame.h5")
    assert hebbax("record", "copy", LAME, "termination=restart", "--lifetimes", "1", "--out", path).code == 0
    from hebbax.recording.reader import open_recording

    with open_recording(path) as recording:
        assert (recording.damage, recording.termination) == (LAME.partition("=")[2], "restart")
        (life,) = list(recording)
        assert (life.record().actions[3:, 0] == 0).all()


@pytest.mark.parametrize("command", ["evaluate", "record", "show", "report", "analyze", "play"])
@pytest.mark.parametrize(
    ("override", "message"),
    [
        (
            "policy.hidden=[3]",
            "hebbax: policy.hidden=[3]: only task, ticks, termination and damage can be others than the run's",
        ),
        ("tick=3", "did you mean 'ticks'?"),
        ("task=hopper", "task=hopper: it has 11 observations and 3 actions; expected 8 and 2, as task 'swimmer' of"),
        ("task=swimer", "did you mean 'swimmer'?"),
        ("ticks=0", "task.ticks=0: expected a whole number of at least 1"),
        ("termination=fall", "unknown termination 'fall'"),
        ("damage=scale-actuator(9, 0)", "on actuator 9: expected 0 to 1"),
        ("damage=scale-actuator(0, 0", "has a bracket too many or too few"),
    ],
)
def test_what_cannot_be_is_refused_in_one_line(hebbax, copied_run, command, override, message):
    ran = hebbax(command, "copy", override)
    assert ran.code == 2
    (line,) = [line for line in ran.error.splitlines() if line.startswith("hebbax:")]
    assert message in line


def test_training_reads_damage_as_it_is_typed(hebbax, tmp_path):
    ran = hebbax(
        *("train", "task=swimmer", "task.ticks=9", "strategy.population=4", "generations=1", "evaluate_lifetimes=2"),
        *("threads=1", "--run", str(tmp_path / "run"), LAME, "observations.normalise=none"),
    )
    assert ran.code == 0, ran.error
    config = (tmp_path / "run/config.yaml").read_text()
    assert "damage: scale-actuator(0, 0, from=3) + noise-observation(0.2)" in config
    assert "normalise: none" in config


def test_a_sweep_over_damages_splits_outside_of_brackets(tmp_path):
    from hebbax.cli.overrides.sweep import compose_sweep

    combinations = compose_sweep(
        ["damage=none,scale-actuator(0, 0.5),pin-actuator(1) + noise-observation(0.1)", "seed=0,1"]
    )
    assert [(c.config.damage, c.config.seed) for c in combinations] == [
        (damage, seed)
        for damage in ("none", "scale-actuator(0, 0.5)", "pin-actuator(1) + noise-observation(0.1)")
        for seed in (0, 1)
    ]


def test_a_controller_lives_on_another_task_of_its_sizes(hebbax, copied_run):
    ran = hebbax("evaluate", "copy", "task=gymnasium/Swimmer-v5", "ticks=4", "--lifetimes", "2", "--json")
    assert (ran.code, ran.error) == (0, "")
    found = json.loads(ran.out)
    assert (found["task"], found["lengths"]) == ("gymnasium/Swimmer-v5", [4, 4])
