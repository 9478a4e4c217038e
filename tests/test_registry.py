"""Parts by name: taken, unknown and odd names, and when plug-ins are looked for."""

import inspect
import re
from dataclasses import replace

import jax
import numpy as np
import pytest

import hebbax
from hebbax import registry
from hebbax.config.policy import PolicyConfig
from hebbax.config.strategy import StrategyConfig
from hebbax.config.train import TrainConfig, from_dict, to_dict
from hebbax.engines.make_engine import make_engine
from hebbax.engines.scenario import Scenario
from hebbax.errors import HebbaxError
from hebbax.plasticity.averaging import AVERAGINGS, register_averaging
from hebbax.plasticity.normalisation import NORMALISATIONS, register_normalisation
from hebbax.plasticity.rules import RULES, register_rule
from hebbax.policies.make_policy import make_policy
from hebbax.registry import Registry
from hebbax.tasks.registry import TASKS, make_task
from hebbax.types import Normaliser


@pytest.fixture
def shapes() -> Registry[int]:
    """Corners by name."""
    return Registry("shape", {"triangle": 3, "square": 4})


@pytest.fixture
def looked(monkeypatch) -> list[str]:
    """A word for each time that entry points were looked for."""
    times: list[str] = []

    def look():
        times.append("looked")
        return ()

    monkeypatch.setattr(registry, "_loaded", False)
    monkeypatch.setattr(registry, "_entry_points", look)
    return times


def test_what_is_registered_comes_after_ours_in_order(shapes):
    shapes.register("pentagon", 5)
    shapes.register("line", 2)
    assert shapes.names() == ("triangle", "square", "pentagon", "line") == tuple(shapes)
    assert shapes.items() == (("triangle", 3), ("square", 4), ("pentagon", 5), ("line", 2))
    assert shapes.values() == (3, 4, 5, 2)
    assert (shapes["line"], len(shapes), "line" in shapes, "circle" in shapes) == (2, 4, True, False)
    assert [shapes.origin(name) for name in shapes] == [None] * 4


def test_an_unknown_name_is_told_with_the_nearest(shapes):
    with pytest.raises(HebbaxError, match=r"^unknown shape 'sqare': did you mean 'square'\?$"):
        shapes.get("sqare")


def test_a_taken_name_is_told_and_keeps_what_it_was(shapes):
    with pytest.raises(HebbaxError, match=r"^shape 'square' is registered already: choose another name$"):
        shapes.register("square", 5)
    assert shapes.get("square") == 4


def test_what_a_program_has_registered_it_may_register_again(shapes):
    shapes.register("line", 2)
    shapes.register("dot", 1)
    shapes.register("line", 20)  # as when a cell of a notebook runs again
    assert shapes.items() == (("triangle", 3), ("square", 4), ("line", 20), ("dot", 1))


def test_what_a_plugin_brought_is_not_replaced(install):
    install("bringing", "import hebbax\nhebbax.register_task('brought', lambda: None)")
    assert "brought" in TASKS
    with pytest.raises(HebbaxError, match=r"'brought' is registered already by bringing: choose another name"):
        TASKS.register("brought", TASKS.get("swimmer"))


def test_a_plugin_replaces_nothing_that_a_program_has_registered(install, caplog):
    TASKS.register("mine", TASKS.get("swimmer"))
    install("taking", "import hebbax\nhebbax.register_task('mine', lambda: None)")
    assert "nobody" not in TASKS
    assert TASKS.get("mine") is TASKS.get("swimmer")
    assert "task 'mine' is registered already: choose another name" in caplog.text


@pytest.mark.parametrize("kind", ["rule", "normalisation", "averaging"])
def test_lives_follow_a_part_that_was_registered_again(kind, swimmer, forget_parts_of):
    """One policy, equal before and after: what it names is another part."""
    forget = {"rule": RULES, "normalisation": NORMALISATIONS, "averaging": AVERAGINGS}
    forget_parts_of(forget[kind])

    def register(factor):
        if kind == "rule":
            register_rule("again", lambda pre, post, weight, a: factor * a * pre * post, ("A",), equation="Δw = A·pre")
        elif kind == "normalisation":
            register_normalisation("again", lambda weights, bound: factor * weights)
        else:
            direct = AVERAGINGS.get("direct")
            register_averaging("again", replace(direct, average=lambda *given: factor * direct.average(*given)))

    def weights():
        policy = make_policy(PolicyConfig(name="again", **{"normalisation": "none", kind: "again"}), swimmer)
        genome = np.full(policy.genome_size, 0.5, np.float32)
        scenario = Scenario(4, Normaliser(np.zeros(8), np.full(8, 3.0)))
        return (
            make_engine(swimmer, policy, "lockstep", threads=1).record(genome, jax.random.key(0), scenario)[1].weights
        )

    register(0.5)
    before = weights()
    register(0.25)
    assert np.abs(weights()[1] - before[1]).max() > 1e-3


@pytest.mark.parametrize("name", ["", "a b", "a/b", "a=b", "a,b", "-a", "[a]", "a\n"])
def test_a_name_that_no_command_could_hold_is_refused(shapes, name):
    with pytest.raises(HebbaxError, match=f"^shape {re.escape(repr(name))}: expected a name of letters, digits"):
        shapes.register(name, 1)


def test_plugins_are_looked_for_once_and_not_for_what_there_is(shapes, looked):
    assert "square" in shapes
    assert shapes.get("square") == 4
    shapes.register("line", 2)
    assert looked == []
    assert "circle" not in shapes
    assert len(shapes) == 3
    assert list(shapes) == ["triangle", "square", "line"]
    assert looked == ["looked"]


def test_a_stored_run_of_what_ships_looks_for_none(looked):
    stored = from_dict({**to_dict(TrainConfig()), "strategy": StrategyConfig("snes", sigma=0.1).to_values()})
    make_policy(stored.policy, make_task(stored.task.name))
    assert looked == []


@pytest.mark.parametrize("first", ["items", "values", "names", "__len__", "__iter__"])
def test_every_listing_looks_for_them(shapes, looked, first):
    getattr(shapes, first)() if first != "__iter__" else list(shapes)
    assert looked == ["looked"]


def test_metadata_that_cannot_be_read_is_one_warning(shapes, looked, monkeypatch, caplog):
    def fail():
        raise TypeError("not a pair")

    monkeypatch.setattr(registry, "_entry_points", fail)
    assert shapes.names() == ("triangle", "square")
    assert caplog.messages == [
        "plug-ins are not used: the installed packages' entry points cannot be read: TypeError: not a pair"
    ]


def test_a_plugin_may_look_names_up_while_it_is_imported(shapes, install):
    install("curious", "import hebbax\nhebbax.register_task('curious', hebbax.tasks.registry.TASKS.get('swimmer'))")
    source = "import hebbax\ntry:\n    hebbax.make_task('nowhere')\nexcept hebbax.HebbaxError:\n    seen = True\n"
    install("asking", f"{source}from hebbax.tasks.registry import TASKS\nTASKS.register('asked', None)")
    assert TASKS.origin("asked") is None
    assert "asked" in TASKS
    assert TASKS.origin("asked") == "asking"
    assert TASKS.origin("curious") == "curious"


def test_nothing_is_left_of_a_plugin_that_fails_and_ours_stays(install, caplog):
    register = "import hebbax\nhebbax.register_task('half', lambda: None)\n"
    register += "hebbax.register_rule('half', None, ('a',), equation='')"
    install("half", f"{register}\nraise KeyError('later')")
    assert "half" not in TASKS
    assert "half" not in RULES
    assert "swimmer" in TASKS
    assert caplog.messages == ["plug-in half (half = half) is not used: KeyError: 'later'"]
    TASKS.register("half", TASKS.get("swimmer"))
    assert TASKS.origin("half") is None


def test_parts_that_come_into_being_while_a_plugin_is_imported_are_ours():
    """Another module of ours may be imported first by a plug-in that fails."""
    token = registry._UNDER_WAY.set(registry._Plugin("stranger"))
    try:
        shapes = Registry("shape", {"square": 4})
    finally:
        registry._UNDER_WAY.reset(token)
    assert shapes.origin("square") is None


@pytest.mark.parametrize("name", [name for name in hebbax.__all__ if name.startswith("register_")])
def test_what_a_name_that_is_there_means_is_told(name):
    """A name of one's own is replaced, so that a cell of a notebook can be run again; any other is refused."""
    told = " ".join((inspect.getdoc(getattr(hebbax, name)) or "").split())
    assert "Raises HebbaxError for a name that ships or is a plug-in's" in told
    assert "one of your own" in told.lower()


def fails():
    raise FileNotFoundError("no robot.xml")


def recurs():
    return hebbax.make_task("own")


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: None, "its function returned None, expected a Task"),
        (lambda: "swimmer", "its function returned 'swimmer', expected a Task"),
        (hebbax.Task, r"its function fails.*missing \d+ required positional arguments"),
        (lambda robot: None, r"its function fails.*missing 1 required positional argument: 'robot'"),
        (fails, r"its function fails \(test_registry.py, line \d+\): no robot.xml"),
        (recurs, "its function fails .*maximum recursion depth exceeded"),
    ],
)
def test_a_function_that_makes_no_task_is_told_in_one_line(make, message, monkeypatch):
    monkeypatch.setattr(TASKS, "_parts", dict(TASKS._parts))
    hebbax.register_task("own", make)
    with pytest.raises(HebbaxError, match=f"task 'own' cannot be made: {message}") as told:
        hebbax.make_task("own")
    assert "\n" not in str(told.value)


@pytest.mark.parametrize("name", [3, None, ["pond"], b"pond"])
def test_what_is_no_text_is_no_name(name):
    with pytest.raises(HebbaxError, match=r"task .*: expected a name of letters"):
        hebbax.register_task(name, lambda: None)
