import numpy as np
import pytest

from hebbax.engines.events import Event, event_table, frozen, pin
from hebbax.errors import HebbaxError


def test_a_freeze_holds_from_onset_for_its_duration():
    table = event_table([Event("freeze-plasticity", onset=2, duration=3)], 2)
    assert [bool(frozen(table, tick)) for tick in range(7)] == [False, False, True, True, True, False, False]


def test_a_pin_sets_its_actuator_and_no_other():
    table = event_table([Event("pin-actuator", onset=1, duration=1, target=1, value=0.5)], 3)
    for tick, expected in enumerate([[9, 9, 9], [9, 0.5, 9], [9, 9, 9]]):
        action = np.full(3, 9.0)
        pin(table, tick, action)
        np.testing.assert_array_equal(action, expected)


def test_an_empty_table_does_nothing():
    table = event_table([], 3)
    action = np.ones(3)
    pin(table, 0, action)
    assert not frozen(table, 0)
    np.testing.assert_array_equal(action, 1)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Event("freeze", 0, 1), "unknown event 'freeze': did you mean 'freeze-plasticity'"),
        (lambda: Event("freeze-plasticity", -1, 1), "from tick -1 for 1: expected onset >= 0 and duration >= 1"),
        (lambda: Event("freeze-plasticity", 0, 0), "from tick 0 for 0: expected onset >= 0 and duration >= 1"),
        (lambda: event_table([Event("pin-actuator", 0, 1, target=6)], 6), "event on actuator 6: expected 0 to 5"),
    ],
)
def test_bad_events_are_refused(make, message):
    with pytest.raises(HebbaxError, match=message):
        make()
