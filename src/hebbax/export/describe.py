"""From a policy and what it has evolved to the description of a controller."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from hebbax._version import __version__
from hebbax.errors import HebbaxError, calling
from hebbax.export.description import Description, Draw, History, Learning, Numbers, Quantity, Wiring
from hebbax.export.expressions import trace
from hebbax.kernels.compile_step import compile_step
from hebbax.networks.network import Connection
from hebbax.networks.steps import Product, bias_units
from hebbax.plasticity.gene import POST_NEURON, PRE_NEURON
from hebbax.plasticity.modulation import NONE
from hebbax.plasticity.normalisation import PRESERVED_MASS
from hebbax.plasticity.plasticity import Plasticity
from hebbax.plasticity.rules import RULES
from hebbax.policies.policy import Policy, fixed_words
from hebbax.policies.synapses import Synapses
from hebbax.runs.identity import controller_sha256
from hebbax.runs.stored_run import StoredRun
from hebbax.tasks.external.task import AnyTask
from hebbax.tasks.groups import Group
from hebbax.types import Normaliser

BITS = (32, 16)
"""How wide a coefficient can be."""


def describe_run(run: StoredRun, which: str = "best", bits: int = 32) -> Description:
    """Return a stored controller as a description; `bits` are those of a coefficient.

    Raises HebbaxError for a policy without a compiled step, or whose rule cannot be traced, and an unknown genome.
    """
    controller = run.controller(which)
    found = describe(run.policy, run.task, controller.genome, controller.statistics.normaliser(), which)
    return found if bits == 32 else in_16_bits(found)


def describe(
    policy: Policy, task: AnyTask, genome: np.ndarray, normaliser: Normaliser, which: str = "best"
) -> Description:
    """Return a controller of a task as a description.

    Args:
        policy: of the controller.
        task: of the policy.
        genome: [genome_size], float32.
        normaliser: of its observations; of no numbers for an image.
        which: what the genome is called.

    Raises HebbaxError as `describe_run` does.
    """
    compile_step(policy)  # what has no step cannot be printed either
    network = policy.network
    parts = _Parts(policy, genome)
    histories = parts.histories
    return Description(
        name=re.sub(r"\W+", "_", f"{task.name}_{policy.name}", flags=re.ASCII).strip("_").lower(),
        task=task.name,
        policy=policy.name,
        genome=which,
        controller_sha256=controller_sha256(genome, normaliser),
        made_with=__version__,
        control_period=task.control_period,
        observations=_quantities(task.observation, "observation"),
        actions=_quantities(task.action, "action"),
        signals=tuple(policy.signals[place] for place in policy.signal_at),
        mean=normaliser.mean.astype(np.float32),
        scale=normaliser.scale.astype(np.float32),
        units=network.unit_count,
        ones=tuple(sorted(set(bias_units(network.connections)))),
        connections=tuple(parts.wiring(index) for index in range(len(network.connections))),
        learnings=tuple(parts.learning(plasticity, list(histories)) for plasticity, _ in policy.groups),
        histories=tuple(histories.values()),
        steps=tuple(
            _with_source(step, network.connections) if isinstance(step, Product) else step for step in network.steps
        ),
    )


def in_16_bits(description: Description) -> Description:
    """Return it with coefficients and weights that are 16-bit multiples of one step an array."""
    connections = tuple(
        replace(
            one,
            weights=one.weights and one.weights.in_16_bits(),
            coefficients=tuple(numbers.in_16_bits() for numbers in one.coefficients),
        )
        for one in description.connections
    )
    return replace(description, connections=connections)


def _quantities(groups: Sequence[Group], what: str) -> tuple[Quantity, ...]:
    found: list[Quantity] = []
    for group in groups:
        at = sum(one.size for one in found)
        found.append(Quantity(group.name or what, at, group.size, group.unit, group.low, group.high))
    return tuple(found)


def _with_source(step: Product, connections: tuple[Connection, ...]) -> Product:
    """Return a product that says where its presynaptic units stand."""
    return replace(step, source=connections[step.connection].pre_at if step.source is None else step.source)


@dataclass(frozen=True)
class _Parts:
    """The parts of a policy's description."""

    policy: Policy
    genome: np.ndarray

    @property
    def histories(self) -> dict[tuple[str, int], History]:
        """The histories by averaging and window, each of the units that its connections begin and end in."""
        found = {}
        for averaging, window in self.policy.histories:
            ends: list[int] = []
            for plasticity, members in self.policy.groups:
                if (plasticity.averaging, plasticity.window) == (averaging, window):
                    for one in (self.policy.network.connections[index] for index in members):
                        ends += [one.pre_at, one.pre_at + one.pre_size, one.post_at, one.post_at + one.post_size]
            found[averaging, window] = History(averaging, window, min(ends), max(ends) - min(ends))
        return found

    def learning(self, plasticity: Plasticity, histories: list[tuple[str, int]]) -> Learning:
        """Return what a plasticity is."""
        # Nothing of these is in what an export prints: it would be another controller.
        if plasticity.modulation != NONE:
            raise HebbaxError(f"modulation={plasticity.modulation}: an export cannot have it; expected modulation=none")
        if plasticity.normalisation == PRESERVED_MASS:
            raise HebbaxError(f"normalisation={PRESERVED_MASS}: an export cannot have it; expected max or another")
        rule, policy = RULES.get(plasticity.rule), self.policy
        names = ["pre", "post", "weight", *(f"coefficient{n}" for n in range(len(rule.prepared)))]
        names += [f"state{n}" for n in range(len(rule.state))] + [f"signal{n}" for n in range(len(rule.signal))]
        kind = plasticity.averaging, plasticity.window
        return Learning(
            rule=plasticity.rule,
            equation=rule.equation,
            change=trace(f"rule {plasticity.rule!r}", rule.change, names),
            coefficients=rule.prepared,
            states=rule.state,
            signals=tuple(policy.signal_at.index(place) for place in policy.heard_at(plasticity)),
            normalisation=plasticity.normalisation,
            bound=float(np.float32(plasticity.effective_bound)),
            interval=plasticity.interval,
            history=histories.index(kind) if kind in histories else None,
        )

    def wiring(self, index: int) -> Wiring:
        """Return what a connection is."""
        connection, own = self.policy.network.connections[index], self.policy.synapses[index]
        plastic = own.plasticity is not None
        group = next((n for n, (_, members) in enumerate(self.policy.groups) if index in members), None)
        weights = Numbers(self._gene(index, -1)) if own.birth == "coevolved" else None
        return Wiring(
            name=connection.name,
            pre_at=connection.pre_at,
            pre_size=connection.pre_size,
            post_at=connection.post_at,
            post_size=connection.post_size,
            draw=None if own.birth == "coevolved" else self._draw(index, connection, own),
            weights=weights,
            learning=group,
            coefficients=self._coefficients(index, connection, own) if plastic else (),
        )

    def _draw(self, index: int, connection: Connection, own: Synapses) -> Draw:
        key = None
        if own.birth == "fixed":
            first, second = map(int, fixed_words(own.initial.seed))
            key = first, second
        spread = float(np.float32(own.initial.spread(*connection.shape)))
        at = sum(one.size for one in self.policy.network.connections[:index])
        return Draw(own.initial.shape, float(np.float32(own.initial.centre)), spread, at, key)

    def _gene(self, index: int, number: int) -> np.ndarray:
        """Return an evolved array so that it broadcasts to the synapses of its connection."""
        gene = self.policy.placed[index][number]
        values = self.genome[gene.at : gene.at + gene.size].astype(np.float32)
        if gene.scope == "table":
            return values[self.policy.table_entries(index)]
        if gene.scope == "pre":
            return values[:, None]
        if gene.scope in (PRE_NEURON, POST_NEURON):
            rows, columns = self.policy.network.connections[index].shape
            return values[:rows, None] if gene.scope == PRE_NEURON else values[None, :columns]
        return values.reshape(gene.shape) if len(gene.shape) == 2 else values[None, :]

    def _coefficients(self, index: int, connection: Connection, own: Synapses) -> tuple[Numbers, ...]:
        """Return what the rule reads, folded of the genome as once in a life."""
        assert own.plasticity is not None
        rule = RULES.get(own.plasticity.rule)
        constants = [np.float32(value) for value in own.plasticity.constants]
        count = len(rule.names) + len(rule.neuron_coefficients)
        with calling(f"prepare of rule {rule.name!r}"):
            folded = rule.prepare(*constants, *(self._gene(index, n) for n in range(count)))
            arrays = [np.atleast_2d(np.asarray(one, np.float32)) for one in folded]
            if connection.bias and rule.prepare_bias is not None:
                genes = (self._gene(index, count + n) for n in range(len(rule.bias_coefficients)))
                of_bias = rule.prepare_bias(constants[0], *genes)
                arrays = [_above(one, other, connection.shape) for one, other in zip(arrays, of_bias, strict=True)]
        if len(arrays) != len(rule.prepared):
            raise HebbaxError(
                f"rule {rule.name!r}: prepare returns {len(arrays)} numbers, expected {len(rule.prepared)}"
            )
        return tuple(Numbers(one) for one in arrays)


def _above(rows: np.ndarray, bias: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    """Return coefficients with those of the bias as the last row."""
    count, columns = shape
    last = np.broadcast_to(np.asarray(bias, np.float32), (1, columns))
    return np.concatenate([np.broadcast_to(rows, (count - 1, columns)), last])
