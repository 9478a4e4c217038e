"""What lives are put through, as one value: the same for all, or damages of each life."""

import jax
import numpy as np
import pytest

from hebbax.damage.events import Event
from hebbax.engines.lockstep import LockstepEngine
from hebbax.engines.native import NativeEngine
from hebbax.engines.scenario import Scenario
from hebbax.errors import HebbaxError
from hebbax.types import Normaliser

KEY = jax.random.key(5)
VARIANTS = (
    (),
    (Event("scale-actuator", 3, 9, target=0, value=0.0),),
    (Event("noise-observation", 0, 30, value=0.3), Event("zero-weights", 4, value=0.5)),
    (Event("scale-mass", 2, 9, target=2, value=3.0), Event("scale-plasticity", 0, 30, value=0.5)),
)


@pytest.fixture(scope="module", params=[NativeEngine, LockstepEngine], ids=["native", "lockstep"])
def engine(request, swimmer, han_e):
    return request.param(swimmer, han_e, threads=2)


def test_each_life_has_its_own_damages_whatever_those_of_the_others(engine, genomes):
    keys = jax.random.split(KEY, 8)
    mixed = engine.evaluate(genomes[:4], keys, Scenario(12, damages=VARIANTS * 2), lifetimes=2)
    for life in range(8):
        alone = engine.evaluate(genomes[life // 2][None], keys[life][None], Scenario(12, damages=VARIANTS[life % 4]))
        np.testing.assert_allclose(
            mixed.returns[life], alone.returns[0], rtol=0, atol=0 if engine.name == "native" else 1e-5
        )
        np.testing.assert_array_equal(mixed.lengths[life], alone.lengths[0])
    undamaged = engine.evaluate(genomes[:4], keys, Scenario(12), lifetimes=2)
    assert (np.abs(mixed.returns - undamaged.returns) > 1e-9).tolist() == [False, True, True, True] * 2


@pytest.mark.parametrize(
    ("damages", "expected"),
    [
        ([VARIANTS[1][0], []], "events alone, as the first is one"),
        ([VARIANTS[1][0], 3], "events alone"),
        ([[], VARIANTS[1][0]], "a sequence of events for each life"),
        ([[], [3]], "a sequence of events for each life"),
        ([None], "a sequence of events for each life"),
        (["none"], "a sequence of events for each life"),
    ],
)
def test_damages_are_events_or_sequences_of_them_and_not_both(damages, expected):
    with pytest.raises(HebbaxError, match=f"damages with .*: expected {expected}"):
        Scenario(3, damages=damages)


def test_another_number_of_damages_than_of_lives_is_refused(engine, genomes):
    with pytest.raises(HebbaxError, match="damages of 4 lives: expected one sequence for each of 6 lives"):
        engine.evaluate(genomes, KEY, Scenario(3, damages=VARIANTS))
    with pytest.raises(HebbaxError, match="because this is a single life"):
        engine.record(genomes[0], KEY, Scenario(3, damages=[[VARIANTS[1][0]]]))


def test_an_unknown_termination_is_refused():
    with pytest.raises(HebbaxError, match="unknown termination 'restrat': did you mean 'restart'"):
        Scenario(termination="restrat")


def test_former_keywords_are_the_scenario_they_stand_for_with_one_warning(engine, genomes):
    normaliser, events = Normaliser(np.full(8, 0.1), np.full(8, 1.5)), VARIANTS[1]
    expected = engine.evaluate(genomes[:2], KEY, Scenario(9, normaliser, "restart", events), lifetimes=2)
    with pytest.warns(DeprecationWarning, match="pass Scenario") as told:
        former = engine.evaluate(
            genomes[:2], KEY, lifetimes=2, ticks=9, normaliser=normaliser, termination="restart", events=events
        )
    assert [str(warning.filename) for warning in told] == [__file__]
    np.testing.assert_array_equal(former.returns, expected.returns)
    for call in (engine.record, engine.stream):
        with pytest.warns(DeprecationWarning, match="ticks: pass Scenario"):
            call(genomes[0], KEY, ticks=3)
    with pytest.raises(TypeError, match="unexpected keyword argument 'tick': expected a Scenario"):
        engine.evaluate(genomes, KEY, tick=3)
