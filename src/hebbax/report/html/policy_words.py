"""What a report says of a policy in sentences."""

from __future__ import annotations

from collections.abc import Sequence

from hebbax.plasticity.modulation import MODULATIONS
from hebbax.plasticity.plasticity import Plasticity
from hebbax.plasticity.rules import RULES
from hebbax.policies.policy import Policy
from hebbax.policies.sizes import sizes_in_words, sizes_of
from hebbax.policies.synapses import FIRST_WEIGHTS
from hebbax.report.html.material import Material
from hebbax.report.html.words import learnt


def what_it_is(material: Material) -> list[str]:
    """Return paragraphs on the controller."""
    policy, task = material.run.policy, material.run.task
    sizes = policy.network.sizes
    hidden = " and ".join(map(str, sizes[1:-1]))
    picture = task.observation_shape
    seen = f"{sizes[0]:,} measurements of the body" if picture is None else f"{' × '.join(map(str, picture))} pixels"
    intro = (
        f"A small neural network moves the robot of task {task.name}. {_times(task.control_period)} it gets "
        f"{seen} and sets {sizes[-1]} "
        f"{'outputs' if sizes[-1] > 1 else 'output'}, through {hidden or 'no'} hidden neurons ({policy.network.kind}). "
    )
    numbers = f"In numbers: {sizes_in_words(sizes_of(policy))}."
    if not policy.plastic:
        static = _static_weights(policy, "PPO" if learnt(material) else "evolution")
        return [f"{intro}{static} They do not change in a life.", numbers]
    if not policy.by_connection:
        changes = _rule_and_updates(policy, 0, task.control_period)
        return [f"{intro}{_first_weights(policy, policy.plastic)}", *changes, numbers]
    told = [intro.strip()]
    if len(policy.plastic) < len(policy.synapses):
        told.append(f"{_static_weights(policy)} They do not change in a life.")
    for number, (_, indices) in enumerate(policy.groups):
        names = " and ".join(policy.network.layer_names[index] for index in indices)
        told.append(f"Of {names}: {_first_weights(policy, indices)}")
        told += _rule_and_updates(policy, number, task.control_period)
    return [*told, numbers]


_BEGINNINGS = {
    "random": "are not evolved. They are random at the start of every life.",
    "per-slot": "are not evolved. They were random, and the same in all lives of one place in the population.",
    "coevolved": "begin as evolution found them.",
    "persistent": "are not evolved. They were random at first, and went on from life to life in evolution.",
}


def _first_weights(policy: Policy, indices: Sequence[int]) -> str:
    """Return how the weights of connections begin that change in life."""
    sizes: dict[str, int] = {}
    for index in indices:
        birth = str(policy.synapses[index].birth)
        sizes[birth] = sizes.get(birth, 0) + policy.network.connections[index].size
    return " ".join(
        f"{'Its' if number == 0 else 'Other'} {size:,} weights {_BEGINNINGS[birth]}"
        for number, (birth, size) in enumerate(sizes.items())
    )


def _static_weights(policy: Policy, searcher: str = "evolution") -> str:
    """Return what the weights are that do not change in life, and who has found them."""
    pairs = list(zip(policy.network.connections, policy.synapses, strict=True))
    evolved = sum(connection.size for connection, synapses in pairs if synapses.evolved)
    drawn = sum(connection.size for connection, synapses in pairs if synapses.drawn)
    told = [f"Its {evolved:,} weights are what {searcher} searched for."] if evolved else []
    return " ".join([*told, *([f"{drawn:,} weights are random at birth."] if drawn else [])])


def _rule_and_updates(policy: Policy, number: int, control_period: float) -> list[str]:
    """Return what changes the weights of a group of connections, and when."""
    plasticity, indices = policy.groups[number]
    rule, genes = RULES.get(plasticity.rule), {gene for index in indices for gene in policy.placed[index]}
    evolved = sum(gene.size for gene in genes if gene.name != FIRST_WEIGHTS)
    hears = MODULATIONS[plasticity.modulation].hears and "reward" not in rule.signal
    heard = (*rule.signal, "reward") if hears else rule.signal
    reward = (
        "No reward goes into the rule: nothing tells the network how well it does."
        if not heard
        else f"It hears {' and '.join(heard)} of every tick."
    )
    return [
        f"What is evolved are {evolved:,} coefficients of a learning rule. The rule says how the weight w "
        "between two neurons changes, from the activity of the one before it (pre) and the one after it (post)"
        f"{' and from nothing else' if not heard else ''}: {rule.equation}. {reward}",
        _updates(plasticity, control_period),
    ]


def _times(control_period: float) -> str:
    rate = 1 / control_period
    return f"{rate:.3g} times a second" if rate > 1.5 else f"Every {control_period:g} s"


_MODULATED = {
    "none": "",
    "gate": " Each change is scaled by one evolved gate, which hears the hidden neurons and the reward.",
    "neuron-gates": " Each change is scaled by a gate of its neuron, which hears the hidden neurons and the reward.",
    "eligibility": " What the rule says is gathered in a fading trace, and acts as far as the reward surprises.",
    "switch": " Weights stand still once they and the reward have settled, until the reward changes.",
}


def _updates(plasticity: Plasticity, control_period: float) -> str:
    """Return when weights change, what they see, and what keeps them bounded."""
    every = "tick" if plasticity.interval == 1 else f"{plasticity.interval} ticks"
    when = f"Weights change every {every} ({plasticity.interval * control_period:g} s; a tick is one such step)"
    signal = {
        "direct": ", by the activity at that moment.",
        "moving-average": f", by the mean activity of the last {plasticity.window} ticks.",
        "exponential": f", by a fading mean of the activity over about {plasticity.window} ticks.",
    }.get(plasticity.averaging, f", by the activity averaged by {plasticity.averaging}.")
    bound = {
        "none": " Nothing bounds them.",
        "max": " After each change every layer is divided by its largest weight, so weights stay between −1 and 1.",
        "standardise": " After each change every layer is put to mean 0 and variance 1.",
        "clip": f" After each change weights are cut to between −{plasticity.effective_bound:g} and "
        f"{plasticity.effective_bound:g}.",
        "tanh": " After each change weights are squashed to between −1 and 1.",
        "mass": " After each change the weights into each neuron are scaled to the sum of sizes at first.",
        "unit-norm": " After each change the weights into each neuron are put to length 1.",
    }.get(plasticity.normalisation, f" After each change every layer is normalised by {plasticity.normalisation}.")
    return when + signal + bound + _MODULATED[plasticity.modulation]
