"""Damages as text."""

import pytest

from hebbax.damage.events import FOREVER, Event
from hebbax.damage.kinds import KINDS
from hebbax.damage.text import parse_damages
from hebbax.errors import HebbaxError

PERIOD = 0.05


def test_a_text_is_the_events_that_it_names():
    text = (
        "scale-actuator(bthigh, 0, from=5s, for=3s) + noise-observation(0.1)"
        " | push-body(torso, (0, 50, -1.5), from=20, for=1)|none | zero-weights(0.5, from=7) + freeze-plasticity"
    )
    assert parse_damages(text, PERIOD) == (
        (
            Event("scale-actuator", 100, 60, target="bthigh", value=0.0),
            Event("noise-observation", 0, FOREVER, value=0.1),
        ),
        (Event("push-body", 20, 1, target="torso", value=(0.0, 50.0, -1.5)),),
        (),
        (Event("zero-weights", 7, value=0.5), Event("freeze-plasticity", 0, FOREVER)),
    )


@pytest.mark.parametrize(
    ("listed", "same"),
    [
        ("[none,ant/front-left,ant/rear-left]", "none | ant/front-left | ant/rear-left"),
        (" [ scale-actuator(0, 0.5) + zero-weights(0.5), none ] ", "scale-actuator(0, 0.5) + zero-weights(0.5) | none"),
        ("[push-body(torso, (0, 50, 0), from=3, for=2)]", "push-body(torso, (0, 50, 0), from=3, for=2)"),
    ],
)
def test_a_list_in_brackets_is_variants_too(listed, same):
    assert parse_damages(listed, PERIOD) == parse_damages(same, PERIOD)


@pytest.mark.parametrize(
    "text", ["[]", "[none,]", "[none, [pin-actuator]]", "[none] | [none]", "[none", "[none] + none"]
)
def test_a_list_that_is_none_is_refused(text):
    with pytest.raises(HebbaxError, match=r"damage"):
        parse_damages(text, PERIOD)


@pytest.mark.parametrize("text", ["", "  ", "\n"])
def test_nothing_is_no_variant(text):
    assert parse_damages(text, PERIOD) == ()


@pytest.mark.parametrize(
    ("text", "event"),
    [
        ("pin-actuator", Event("pin-actuator", 0, FOREVER)),
        ("pin-actuator()", Event("pin-actuator", 0, FOREVER)),
        ("pin-actuator(1)", Event("pin-actuator", 0, FOREVER, value=1.0)),
        ("pin-actuator(target=1)", Event("pin-actuator", 0, FOREVER, target=1)),
        ("pin-actuator(front knee)", Event("pin-actuator", 0, FOREVER, target="front knee")),
        ("pin-actuator(1, -0.5)", Event("pin-actuator", 0, FOREVER, target=1, value=-0.5)),
        ("hold-coordinate(2, 0.1, relative=true)", Event("hold-coordinate", 0, FOREVER, 2, 0.1, relative=True)),
        ("scale-actuator(severity=0.25)", Event("scale-actuator", 0, FOREVER, value=0.75)),
        ("scale-actuator(3, severity=1)", Event("scale-actuator", 0, FOREVER, 3, 0.0)),
        ("scale-mass(torso, severity=0.5)", Event("scale-mass", 0, FOREVER, "torso", 2.0)),
    ],
)
def test_what_may_be_left_out(text, event):
    assert parse_damages(text, PERIOD) == ((event,),)


@pytest.mark.parametrize("name", [name for name, kind in KINDS.items() if kind.worst is not None])
def test_at_severity_0_nothing_happens_and_what_stands_behind_keeps_its_place(name):
    target = "0, " if KINDS[name].target and not KINDS[name].all else ""
    ((none, behind),) = parse_damages(f"{name}({target}severity=0) + noise-observation(0.1)", PERIOD)
    assert none.changes_nothing
    assert behind == Event("noise-observation", 0, FOREVER, value=0.1)
    ((some,),) = parse_damages(f"{name}({target}severity=0..0.5)", PERIOD)
    assert none.value in (some.value.low, some.value.high)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("scale-actuatr(0.5)", "unknown damage 'scale-actuatr': did you mean 'scale-actuator'"),
        ("scale-actuator(0.5", "has a bracket too many or too few"),
        ("scale-actuator 0.5", "cannot be read: expected NAME"),
        ("scale-actuator(0, 1, 2)", "expected at most 2 without a name"),
        ("scale-actuator(frm=3)", "unknown argument of damage 'scale-actuator' 'frm': did you mean 'from'"),
        ("scale-actuator(value=1, value=2)", "value is given twice"),
        ("scale-actuator(value=1, 2)", "expected '2' before what has a name"),
        ("scale-actuator(value=1, severity=1)", "a value and a severity"),
        ("scale-actuator(severity=1.5)", r"severity=1.5: expected 0 \(nothing changes\) to 1"),
        ("push-body(torso, severity=1)", "damage 'push-body' has no severity"),
        ("scale-actuator(value=half)", "expected a number, not 'half'"),
        ("scale-actuator(0, from=0.12s)", r"expected a multiple of the control period 0.05 s, not 0.12s; .*: 0.1s"),
        ("scale-actuator(0, from=1.5)", "expected whole ticks, not 1.5; nearest valid: 2"),
        ("freeze-plasticity(for=0)", "expected onset >= 0 and duration >= 1"),
        ("zero-weights(0.5, for=3)", "with duration=3: expected 1"),
        ("push-body(torso, 5)", r"expected a force \(x, y, z\) in N"),
        ("hold-coordinate(2, relative=yes)", "expected relative=true or relative=false, not 'yes'"),
    ],
)
def test_what_cannot_be_read_is_refused_in_one_line(text, message):
    with pytest.raises(HebbaxError, match=message) as refused:
        parse_damages(text, PERIOD)
    assert "\n" not in str(refused.value)
