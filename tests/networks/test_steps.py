"""A network of a user's own, given as steps: on both engines, by hand, and refused where it reads beyond its units."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from hebbax.engines.make_engine import make_engine
from hebbax.engines.scenario import Scenario
from hebbax.errors import HebbaxError
from hebbax.kernels.compile_step import has_step
from hebbax.keys import root_key
from hebbax.networks.mlp import Mlp
from hebbax.networks.network import Connection, Network
from hebbax.networks.registry import NETWORKS
from hebbax.networks.steps import Activate, Add, Blend, Copy, Multiply, Product
from hebbax.plasticity.plasticity import Plasticity
from hebbax.policies.policy import Policy
from hebbax.tasks.registry import make_task

PAGE = Path(__file__).parents[2] / "docs" / "plug-ins.md"


@pytest.fixture(scope="module")
def shortcut():
    """The network of the page on plug-ins."""
    blocks = re.findall(r"```python\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    (source,) = (block for block in blocks if "class Shortcut" in block)
    names = {"__name__": "a_users_module"}
    exec(source, names)
    yield names["Shortcut"]
    del NETWORKS._parts["shortcut"]


def test_the_network_of_the_page_is_its_equation(shortcut):
    network = shortcut((3, 4, 2))
    weights = [
        np.random.default_rng(n).normal(size=shape).astype(np.float32) for n, shape in enumerate(network.layer_shapes)
    ]
    x = np.array([0.3, -0.8, 1.2], np.float32)
    units = network.forward(weights, jnp.zeros(network.unit_count), x)
    h = np.tanh(x @ weights[0])
    np.testing.assert_allclose(units, [*x, *h, *np.tanh(h @ weights[1] + x @ weights[2])], atol=1e-6)


@pytest.mark.slow
@pytest.mark.parametrize("plasticity", [None, Plasticity()])
def test_it_lives_the_same_life_on_both_engines(shortcut, plasticity):
    task = make_task("swimmer")
    policy = Policy("mine", shortcut((8, 5, 2)), plasticity)
    assert has_step(policy)
    genomes = np.random.default_rng(0).uniform(-1, 1, (3, policy.genome_size)).astype(np.float32)
    returns = [
        make_engine(task, policy, name, 1).evaluate(genomes, root_key(0), Scenario(ticks=25)).returns
        for name in ("native", "lockstep")
    ]
    np.testing.assert_allclose(*returns, rtol=1e-3, atol=1e-4)


@dataclass(frozen=True)
class Everything(Network):
    """One of each step, over units x [3], a, b, c, d [3 each] and y [3]; it means nothing."""

    @property
    def connections(self):
        return (Connection("all", 0, 3, 15, 3),)

    @property
    def unit_count(self):
        return 18

    @property
    def steps(self):
        return (
            Add(0, 3, 3),  # a gathers x over the passes
            Copy(3, 6, 3),
            Multiply(0, 3, 9, 3),
            Multiply(3, 6, 9, 3, add=True),
            Activate("sigmoid", 6, 3),
            Blend(6, 0, 9, 12, 3),
            Product(0),
            Product(0, add=True, source=12),
            Activate("tanh", 15, 3),
        )


def test_every_step_does_what_it_says():
    weights, before = np.random.default_rng(0).normal(size=(3, 3)).astype(np.float32), np.zeros(18, np.float32)
    a = np.zeros(3)
    for x in np.random.default_rng(1).normal(size=(2, 3)).astype(np.float32):
        before = Everything((3, 3)).forward([weights], jnp.asarray(before), x)
        a = a + x
        b, c = 1 / (1 + np.exp(-a)), x * a + a * a
        d = (1 - b) * x + b * c
        np.testing.assert_allclose(before, [*x, *a, *b, *c, *d, *np.tanh(x @ weights + d @ weights)], atol=1e-5)


def test_every_step_is_compiled_to_the_same():
    from hebbax.kernels.compile_step import compile_step

    policy = Policy("all", Everything((3, 3)), None)
    step, genome = compile_step(policy), np.random.default_rng(0).normal(size=9).astype(np.float32)
    carry, action = np.zeros(step.carry_size, np.float32), np.zeros(3, np.float32)
    key = (np.uint32(0),) * 4
    step.birth(step.layout, step.parameters, genome, *key, np.zeros(0, np.float32), carry)
    reference = policy.birth(jax.random.key(0))
    for tick, x in enumerate(np.random.default_rng(1).normal(size=(3, 3)).astype(np.float32)):
        step.act(step.layout, genome, carry, tick, x, action)
        expected, reference = policy.act(genome, reference, x)
        np.testing.assert_allclose(action, expected, atol=1e-5)
        np.testing.assert_allclose(carry, reference.units, atol=1e-5)


class Doubled(Mlp):
    """A network that has inherited steps, and a pass of its own that is another."""

    def forward(self, weights, before, observation):
        return 2.0 * super().forward(weights, before, observation)


def test_a_pass_of_its_own_is_not_taken_for_inherited_steps():
    assert has_step(Policy("one", Mlp((2, 2)), None))
    assert not has_step(Policy("two", Doubled((2, 2)), None))


@dataclass(frozen=True)
class Broken(Network):
    """Steps that are given, over two inputs and two outputs."""

    pass_: tuple = ()
    matrices: tuple = (Connection("all", 0, 2, 2, 2),)
    units: int = 4

    @property
    def connections(self):
        return self.matrices

    @property
    def unit_count(self):
        return self.units

    @property
    def steps(self):
        return self.pass_


@pytest.mark.parametrize(
    ("steps", "message"),
    [
        ((Product(1),), r"step 0 \(Product\): connection 1, expected 0 to 0"),
        ((Product(0, source=3),), r"step 0 \(Product\): units 3 to 5, expected a range within 0 to 4"),
        ((Product(0), Activate("tanh", 2, 3)), r"step 1 \(Activate\): units 2 to 5"),
        ((Copy(0, -1, 2),), r"step 0 \(Copy\): units -1 to 1"),
        ((Multiply(0, 0, 4, 1),), r"step 0 \(Multiply\): units 4 to 5"),
        ((Blend(9, 0, 0, 0, 1),), r"step 0 \(Blend\): units 9 to 10"),
        ((Activate("tanh", 2, 2.0),), r"step 0 \(Activate\): 2.0 units from 2 on, expected whole numbers"),  # pyright: ignore[reportArgumentType]
        ((Product(0, source=2),), r"step 0 \(Product\): reads units 2 to 4 while it writes 2 to 4"),
        ((Product(0, source=1),), r"step 0 \(Product\): reads units 1 to 3 while it writes 2 to 4"),
        ((Copy(2, 1, 2),), r"step 0 \(Copy\): reads units 2 to 4 while it writes 1 to 3"),
        ((Add(0, 1, 2),), r"step 0 \(Add\): reads units 0 to 2 while it writes 1 to 3"),
        ((Multiply(1, 2, 2, 2),), r"step 0 \(Multiply\): reads units 1 to 3 while it writes 2 to 4"),
        ((Blend(0, 2, 1, 2, 2),), r"step 0 \(Blend\): reads units 1 to 3 while it writes 2 to 4"),
    ],
)
def test_a_step_that_engines_could_not_run_alike_is_refused(steps, message):
    with pytest.raises(HebbaxError, match=message):
        Broken((2, 2), pass_=steps)


@pytest.mark.parametrize(
    ("matrices", "steps", "units", "message"),
    [
        ([Connection("all", 0, 2, 2, 2)] * 2, (), 4, "connection 'all': there are two of that name"),
        ([Connection("all", 0, 2, 2, 2, True)], (), 4, "the unit of a bias is 1: expected it after the 2 inputs"),
        ([Connection("all", 0, 3, 3, 2, True)], (Copy(3, 2, 1),), 5, "writes over unit 2, that of a bias"),
        ([], (), 1, "1 units: expected at least 2 inputs and 2 actions among them"),
    ],
)
def test_units_and_connections_that_do_not_fit_are_refused(matrices, steps, units, message):
    with pytest.raises(HebbaxError, match=message):
        Broken((2, 2), pass_=steps, matrices=tuple(matrices), units=units)


def test_a_step_may_write_over_what_it_reads_unit_by_unit():
    steps = (Product(0), Add(2, 2, 2), Multiply(2, 2, 2, 2), Blend(2, 0, 2, 2, 2), Copy(2, 2, 2))
    assert has_step(Policy("one", Broken((2, 2), pass_=steps), None))


def test_a_network_without_steps_or_a_pass_says_so():
    with pytest.raises(HebbaxError, match="neither steps nor a forward"):
        Broken((2, 2)).forward([np.ones((2, 2))], jnp.zeros(4), jnp.zeros(2))
