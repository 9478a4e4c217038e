"""Who lives which parcel, on workers of a test's own: they die, dawdle and come back."""

from collections.abc import Sequence
from typing import Any

import pytest

from hebbax.engines.errands import MOST_DEATHS, Errands, WorkerDiedError
from hebbax.errors import HebbaxError

DIES = object()


class Fake:
    """Workers that answer when a script says so: `turns` lists, per look, which (worker, parcel) are done or dead."""

    def __init__(self, names: str, turns: list[dict[tuple[str, str], Any]]) -> None:
        self.names, self.turns = list(names), turns
        self.sent: list[tuple[str, str]] = []
        self.ready: dict[Any, Any] = {}

    def all(self) -> Sequence[Any]:
        return self.names

    def send(self, worker: str, parcel: bytes) -> Any:
        self.sent.append((worker, parcel.decode()))
        return len(self.sent), worker, parcel.decode()

    def wait(self, answers: Sequence[Any], seconds: float) -> Sequence[Any]:
        turn = self.turns.pop(0)
        self.ready = {one: turn[one[1:]] for one in answers if one[1:] in turn}
        return list(self.ready)

    def answer(self, answer: Any) -> Any:
        if self.ready[answer] is DIES:
            raise WorkerDiedError
        return self.ready[answer]

    def replace(self, worker: str) -> Any:
        return "hello", worker, "begins"


def never() -> bool:
    return False


def test_each_worker_gets_the_next_parcel_when_it_has_come_back():
    fake = Fake("ab", [{("a", "0"): 10}, {("a", "2"): 12}, {("b", "1"): 11}])
    assert Errands(fake).run([b"0", b"1", b"2"], never) == [10, 11, 12]
    assert fake.sent == [("a", "0"), ("b", "1"), ("a", "2")]


def test_what_a_dead_worker_was_to_live_is_lived_by_another_before_all_else():
    fake = Fake("ab", [{("a", "0"): DIES}, {("b", "1"): 11}, {("a", "begins"): {}, ("b", "0"): 10}, {("a", "2"): 12}])
    errands = Errands(fake)
    assert errands.run([b"0", b"1", b"2"], never) == [10, 11, 12]
    assert fake.sent == [("a", "0"), ("b", "1"), ("b", "0"), ("a", "2")]
    assert errands.replaced == 1


def test_a_parcel_that_ends_every_worker_is_an_error():
    turns = [turn for _ in range(MOST_DEATHS) for turn in ({("a", "0"): DIES}, {("a", "begins"): {}})]
    with pytest.raises(HebbaxError, match=f"{MOST_DEATHS} workers ended while they ran the same lives"):
        Errands(Fake("a", turns)).run([b"0"], never)


def test_a_straggler_is_duplicated_and_the_first_answer_counts(monkeypatch):
    clock = iter(range(0, 1000, 10))
    monkeypatch.setattr("hebbax.engines.errands.time.monotonic", lambda: next(clock))
    fake = Fake("ab", [{("a", "0"): 10}, {("a", "2"): 12}, {}, {("a", "1"): 11}])
    errands = Errands(fake)
    assert errands.run([b"0", b"1", b"2"], never) == [10, 11, 12]
    assert ("a", "1") in fake.sent
    assert errands.duplicated == 1
    # The dawdling worker is busy with what is over: it gets nothing new before it has come back.
    fake.turns = [{("a", "3"): 13}]
    assert errands.run([b"3"], never) == [13]
    assert fake.sent[-1] == ("a", "3")


def test_what_was_not_lived_when_a_stop_came_has_no_answer():
    fake, looks = Fake("a", [{("a", "0"): 10}, {}]), iter([False, True])
    assert Errands(fake).run([b"0", b"1"], lambda: next(looks)) == [10, None]
