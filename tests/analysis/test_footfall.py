"""Footfalls of gaits that are written by hand: strides, duty factors, phases and names."""

import itertools

import numpy as np
import pytest

from hebbax.analysis.footfall import AGREEMENT, NAMES, PATTERNS, agreement_of, measure_footfall, paired
from hebbax.errors import HebbaxError

PERIOD = 0.02
PLACES = {
    "one pair": [(0, 0.1), (0, -0.1)],
    "one behind the other": [(0.5, 0), (-0.5, 0)],
    "two pairs": [(0.3, 0.1), (0.3, -0.1), (-0.3, 0.1), (-0.3, -0.1)],
    "three pairs": [(0.3, 0.1), (0.3, -0.1), (0, 0.1), (0, -0.1), (-0.3, 0.1), (-0.3, -0.1)],
}
LEGS = ("front-left", "front-right", "rear-left", "rear-right")


def footfalls(phases, duty, hertz=1.3, ticks=250, late=0.17):
    """Return contacts [ticks, legs]: each leg stands for `duty` of a stride, about the middle that its phase says."""
    stride = hertz * PERIOD * np.arange(ticks)[:, None] - np.asarray(phases) - late
    return 1.0 * (np.abs(np.mod(stride + 0.5, 1.0) - 0.5) < np.asarray(duty) / 2)


def measured(contacts, stand="two pairs", names=None):
    places = np.array(PLACES[stand], float)
    return measure_footfall(contacts, places, names or [f"leg {i}" for i in range(len(places))], PERIOD)


@pytest.mark.parametrize("duty", [0.35, 0.7])
@pytest.mark.parametrize(("stand", "pattern"), [(kind, name) for kind, names in PATTERNS.items() for name in names])
def test_a_gait_is_known_by_its_footfalls(stand, pattern, duty):
    """Alternation is a walk or a run, and so are sequences; all else is called the same at any duty factor."""
    expected = {
        "alternation": ("run", "walk"),
        "lateral sequence": ("lateral-sequence run", "lateral-sequence walk"),
        "diagonal sequence": ("diagonal-sequence run", "diagonal-sequence walk"),
    }.get(pattern, (pattern, pattern))[duty > 0.5]
    found = measured(footfalls(PATTERNS[stand][pattern], duty), stand)
    assert found.name == expected
    assert found.name in NAMES
    assert found.why is None
    assert found.frequency == pytest.approx(1.3, rel=0.01)
    np.testing.assert_allclose(found.duty_factor, duty, atol=0.03)
    phases = np.asarray(PATTERNS[stand][pattern])
    apart = np.mod(found.phase - (phases - phases[0]) + 0.5, 1.0) - 0.5
    np.testing.assert_allclose(apart, 0, atol=0.02)
    assert next(iter(found.agreement)) == pattern
    assert found.agreement[pattern] > 0.99


def test_legs_may_come_in_any_order():
    """Rear right, front left, rear left, front right: the diagonal pairs are the first two and the last two."""
    order = [3, 0, 2, 1]
    contacts = footfalls([0, 0.5, 0.5, 0], 0.5)[:, order]
    places = np.array(PLACES["two pairs"])[order]
    assert measure_footfall(contacts, places, [LEGS[i] for i in order], PERIOD).name == "trot"
    assert paired(places) == ("two pairs", [1, 3, 2, 0])


def test_no_phases_have_two_names():
    """Of unit vectors, the nearest to both of two that agree by r agrees by √((1 + r) / 2) with each."""
    for names in PATTERNS.values():
        for one, other in itertools.combinations(names.values(), 2):
            assert np.sqrt((1 + agreement_of(np.asarray(one, float), other)) / 2) < AGREEMENT


def test_a_gait_between_two_has_none_of_their_names():
    """A quarter of the way from a trot's half to a lateral sequence's quarter: an eighth of a stride off both."""
    found = measured(footfalls([0.125, 0.625, 0.5, 0.0], 0.6))
    assert found.name is None
    assert found.why is not None
    assert "nearest to those of a" in found.why
    best, second = list(found.agreement.items())[:2]
    assert {best[0], second[0]} == {"trot", "diagonal sequence"} or {best[0], second[0]} == {"trot", "lateral sequence"}
    assert best[1] == pytest.approx(second[1], abs=0.03)


def test_feet_that_bounce_and_miss_a_step_keep_their_phase():
    random = np.random.default_rng(0)
    contacts = footfalls([0, 0.5, 0.5, 0], 0.6)
    bounced = contacts * (random.uniform(size=contacts.shape) > 0.15)
    bounced[100:140, 1] = 0
    found = measured(bounced)
    assert found.name == "trot"
    np.testing.assert_allclose(found.phase[1:3], 0.5, atol=0.03)


@pytest.mark.parametrize(
    ("contacts", "words"),
    [(0.0, "never lands"), (1.0, "never leaves the ground"), (None, "does not step in the rhythm")],
)
def test_a_leg_that_does_not_step_is_named(contacts, words):
    trot = footfalls([0, 0.5, 0.5, 0], 0.5)
    trot[:, 2] = np.random.default_rng(1).integers(0, 2, len(trot)) if contacts is None else contacts
    found = measured(trot, names=LEGS)
    assert found.name is None
    assert found.why == f"rear-left {words}" + (" of the others" if contacts is None else "")
    assert np.isnan(found.phase[2])
    np.testing.assert_allclose(found.phase[[0, 1, 3]], [0, 0.5, 0], atol=0.02)


@pytest.mark.parametrize("kind", ["still", "noise", "short"])
def test_without_strides_there_is_no_gait(kind):
    contacts = np.ones((250, 4))
    if kind == "noise":
        contacts = 1.0 * (np.random.default_rng(2).uniform(size=(250, 4)) > 0.5)
    if kind == "short":  # two strides
        contacts = footfalls([0, 0.5, 0.5, 0], 0.5, hertz=1.0, ticks=100)
    found = measured(contacts)
    assert (found.name, found.why) == (None, "its feet have no common rhythm")
    assert np.isnan(found.frequency)
    np.testing.assert_allclose(found.duty_factor, contacts.mean(axis=0))


def test_legs_that_stand_in_no_pairs_have_phases_and_no_name():
    places = np.array([(0.3, 0.1), (0.3, -0.1), (-0.3, 0.0)])
    found = measure_footfall(footfalls([0, 0.5, 0.25], 0.5), places, "abc", PERIOD)
    assert found.why == "there is no name for gaits of 3 legs that stand so"
    np.testing.assert_allclose(found.phase, [0, 0.5, 0.25], atol=0.02)
    assert paired(places) is None


def test_a_diagram_is_the_mean_stride():
    """A duty factor of one half: a quarter before the middle of its stance, and a quarter after it."""
    found = measured(footfalls([0, 0.5, 0.5, 0], 0.5, hertz=1.0, ticks=500))
    row = found.diagram[0]
    np.testing.assert_array_equal(row[:5], 1)
    np.testing.assert_array_equal(row[8:16], 0)
    np.testing.assert_array_equal(row[19:], 1)
    np.testing.assert_array_equal(found.diagram[1][8:16], 1)
    np.testing.assert_allclose(found.diagram.mean(axis=1), 0.5, atol=0.03)


def test_what_does_not_fit_is_refused():
    with pytest.raises(HebbaxError, match=r"\[ticks, 4\]"):
        measure_footfall(np.ones((100, 3)), np.zeros((4, 2)), LEGS, PERIOD)
    with pytest.raises(HebbaxError, match="control_period"):
        measure_footfall(np.ones((100, 4)), np.zeros((4, 2)), LEGS, 0.0)
