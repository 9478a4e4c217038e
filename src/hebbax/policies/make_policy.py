"""From a policy's configuration to the policy, sized for a task."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, get_type_hints

from hebbax.config.policy import (
    CONNECTION_OPTIONS,
    IMAGE_OPTIONS,
    PLASTIC_OPTIONS,
    PRESETS,
    PolicyConfig,
    unread_options,
)
from hebbax.errors import HebbaxError, is_number, unknown_name
from hebbax.networks.initial import InitialWeights
from hebbax.networks.network import Network
from hebbax.networks.registry import NETWORKS
from hebbax.plasticity.averaging import AVERAGINGS
from hebbax.plasticity.modulation import check_modulation
from hebbax.plasticity.normalisation import NORMALISATIONS
from hebbax.plasticity.plasticity import Plasticity
from hebbax.plasticity.rules import RULES
from hebbax.policies.policy import Policy
from hebbax.policies.synapses import Synapses
from hebbax.tasks.external.task import AnyTask
from hebbax.types import MOST_UNITS


def make_policy(config: str | PolicyConfig, task: AnyTask) -> Policy:
    """Return the policy of a preset name or a configuration, sized for a task.

    Raises HebbaxError for an unknown name, sizes below 1, an option that the policy does not read, or an interval that
    is no multiple of the control period.

    >>> from hebbax.tasks.registry import make_task
    >>> make_policy("han-e", make_task("half_cheetah")).genome_size
    1840
    """
    if isinstance(config, str):
        config = PRESETS.get(config)
    if not isinstance(config, PolicyConfig):
        raise HebbaxError(f"policy {config!r}: expected the name of a preset, or a PolicyConfig")
    _check_options(config)
    _check_hidden(config.hidden)
    network = _network(config, task)
    usual, connections = _synapses(config, task), dict(_of_connections(config, network, task))
    _check_seed(config)
    return Policy(
        config.name,
        network,
        usual.plasticity,
        usual.initial,
        signal_names(task),
        config.birth,
        connections,
        config.assignment,
    )


def _network(config: PolicyConfig, task: AnyTask) -> Network:
    """Return the network. Raises HebbaxError for one that sees an image on a task without."""
    kind = NETWORKS.get(config.network)
    options: dict[str, Any] = {}
    if kind.reads_image:
        if sees_nothing(config, task):
            raise HebbaxError(
                f"network={config.network}: task {task.name!r} observes {task.observation_size} numbers, not an image; "
                "nearest valid: network=mlp, or a task that does, such as car_racing",
                field="network",
            )
        options = {"image": task.image, **{name: tuple(getattr(config, name)) for name in IMAGE_OPTIONS}}
    sizes = (task.observation_size, *config.hidden, task.action_size)
    return kind(sizes, config.activation, config.output_activation, config.bias, **options)


def sees_nothing(config: PolicyConfig, task: AnyTask) -> bool:
    """Whether a policy's network needs an image, and the task observes none."""
    return NETWORKS.get(config.network).reads_image and task.image is None


def _synapses(config: PolicyConfig, task: AnyTask) -> Synapses:
    """Return what a configuration says of a connection's weights."""
    plasticity = None
    if config.plastic:
        plasticity = Plasticity(
            rule=config.rule,
            normalisation=config.normalisation,
            averaging=config.averaging,
            window=config.window,
            interval=interval_ticks(config.interval, task.control_period),
            rate=config.rate,
            time_constant=config.time_constant,
            bound=config.bound,
            scope=config.scope,
            table=config.table,
            modulation=config.modulation,
        )
    initial = InitialWeights(config.initial, config.initial_scale, config.initial_offset, config.initial_seed)
    return Synapses(plasticity, config.birth, initial)


_NUMBERS = {float: float | int, float | None: float | int | None}  # for which a whole number does too
_KINDS: dict[str, Any] = {key: _NUMBERS.get(kind, kind) for key, kind in get_type_hints(PolicyConfig).items()}


def _of_connections(config: PolicyConfig, network: Network, task: AnyTask) -> Iterator[tuple[str, Synapses]]:
    """Yield the connections that are others than the policy says.

    Raises HebbaxError, which names the connection, for one that the network does not have and an option that it cannot
    have.
    """
    if not isinstance(config.connections, Mapping):
        raise HebbaxError(
            f"connections={config.connections!r}: expected options by name, such as {{layer 0: {{plastic: false}}}}",
            field="connections",
        )
    shared = {connection.name: connection.shared for connection in network.connections}
    for name, options in config.connections.items():
        if name not in network.layer_names:
            raise unknown_name("connection", str(name), network.layer_names)
        if not isinstance(options, Mapping):
            raise HebbaxError(
                f"connections: {name}: {options!r}: expected options in braces, such as {{plastic: false}}",
                field="connections",
            )
        for key in options:
            if key not in CONNECTION_OPTIONS:
                raise unknown_name(f"option of the connection {name!r}", str(key), CONNECTION_OPTIONS)
        if shared[name]:
            options = {"plastic": False, **options}
        try:
            yield name, _synapses(_of_connection(config, options), task)
        except HebbaxError as error:
            raise HebbaxError(f"connection {name!r}: {error}", field="connections") from None


def _of_connection(config: PolicyConfig, options: Mapping[str, Any]) -> PolicyConfig:
    """Return the configuration of a connection, checked: of the policy's it has what it reads."""
    for key, value in options.items():
        kind = _KINDS[key]
        if kind is not Any and (not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool)):
            raise HebbaxError(f"{key}={value!r}: expected a value such as {getattr(PolicyConfig(), key)!r}")
    # How weights begin that change is not how those do that stay.
    own = {"birth": None, **options} if options.get("plastic", config.plastic) != config.plastic else options
    merged = replace(config, name="custom", connections={}, assignment="", **own)
    usual = PolicyConfig()
    merged = replace(merged, **{key: getattr(usual, key) for key in _unread_by(merged) if key not in options})
    _check_options(merged)
    return merged


def _unread_by(config: PolicyConfig) -> Iterator[str]:
    """Yield what a connection does not read of PLASTIC_OPTIONS, whoever has set it."""
    if config.birth != "fixed":
        yield "initial_seed"
    if not config.plastic:
        yield from PLASTIC_OPTIONS
        return
    rule = RULES.get(config.rule)
    reads = {
        "rate": rule.rate is not None,
        "time_constant": rule.time_constant is not None,
        "bound": config.normalisation == "clip",
        "window": AVERAGINGS.get(config.averaging).reads_window,
        "table": _reads_table(config),
    }
    yield from (key for key, read in reads.items() if not read)


def signal_names(task: AnyTask) -> tuple[str, ...]:
    """Return the names of what `adapt` gets of each tick: the reward, then all terms where there are several."""
    return ("reward", *(task.terms if len(task.terms) > 1 else ()))


def _check_hidden(hidden: Any) -> None:
    whole = isinstance(hidden, list | tuple) and all(is_number(size) and size == int(size) for size in hidden)
    if not whole or not all(1 <= size <= MOST_UNITS for size in hidden):
        nearest = f"; nearest valid: {[min(max(1, size), MOST_UNITS) for size in hidden]}" if whole else " such as [16]"
        raise HebbaxError(f"hidden={hidden}: expected whole numbers of at least 1{nearest}", field="hidden")


def _check_options(config: PolicyConfig) -> None:
    """Raise HebbaxError for a misspelt name, read or not, then for an option that somebody has set for nobody."""
    RULES.get(config.rule)
    NORMALISATIONS.get(config.normalisation)
    AVERAGINGS.get(config.averaging)
    check_modulation(config.modulation)
    if config.plastic and config.table != PolicyConfig().table and not _reads_table(config):
        raise HebbaxError(
            f"table={config.table}: scope={config.scope} does not read it; leave it out, or set scope=table",
            field="table",
        )
    if config.assignment and not (config.plastic and config.scope == "table"):
        raise HebbaxError(
            "assignment: scope=table alone reads it; leave it out, or set scope=table", field="assignment"
        )
    _check_image_options(config)
    for key in unread_options(config):
        setting = f"{key}={getattr(config, key)}"
        if config.plastic:
            others = " or ".join(f"averaging={name}" for name, kind in AVERAGINGS.items() if kind.reads_window)
            raise HebbaxError(
                f"{setting}: averaging={config.averaging} does not read it; leave it out, or set {others}", field=key
            )
        plastic = "" if NETWORKS.get(config.network).static_only else ", or set plastic=true"
        raise HebbaxError(
            f"{setting}: a static policy has no plasticity and does not read it; leave it out{plastic}", field=key
        )


def _check_image_options(config: PolicyConfig) -> None:
    if NETWORKS.get(config.network).reads_image:
        return
    for key in IMAGE_OPTIONS:
        if getattr(config, key) != getattr(PolicyConfig(), key):
            raise HebbaxError(
                f"{key}={getattr(config, key)}: network={config.network} sees no image and does not read it; leave it "
                "out, or set network=conv",
                field=key,
            )


def _check_seed(config: PolicyConfig) -> None:
    births = [config.birth, *(options.get("birth") for options in config.connections.values())]
    if config.initial_seed != PolicyConfig.initial_seed and "fixed" not in births:
        raise HebbaxError(
            f"initial_seed={config.initial_seed}: birth=fixed alone reads it; leave it out, or set birth=fixed",
            field="initial_seed",
        )


def _reads_table(config: PolicyConfig) -> bool:
    return "table" in (config.scope, *RULES.get(config.rule).scopes)


def interval_ticks(interval: Any, control_period: float) -> int:
    """Return an update interval in control ticks, from seconds or "N ticks".

    Raises HebbaxError, naming the nearest valid values, unless it is a whole multiple of the control period (s).
    """
    match = re.fullmatch(r"\s*([+-]?)(\d+)(\.\d*)?\s*ticks?\s*", str(interval))
    if match:
        sign, whole, fraction = match.groups()
        ticks = 0 if sign == "-" else int(whole)
        if ticks < 1 or (fraction or "").strip(".0"):
            nearest = f"{ticks} ticks or {ticks + 1} ticks" if ticks > 1 else "1 tick or 2 ticks" if ticks else "1 tick"
            raise HebbaxError(
                f"interval={interval}: expected a whole number of ticks of at least 1; nearest valid: {nearest}",
                field="interval",
            )
        return ticks
    try:
        ratio = float("nan" if isinstance(interval, bool) else interval) / control_period
    except (TypeError, ValueError):
        raise HebbaxError(f"interval={interval}: expected seconds (0.2) or ticks (4 ticks)", field="interval") from None
    ticks = round(ratio) if ratio == ratio and abs(ratio) < 1e9 else 0
    if ticks < 1 or abs(ratio - ticks) > 1e-6 * ticks:
        low = max(1, int(ratio) if ratio == ratio and 0 < ratio < 1e9 else 1)
        nearest = " or ".join(f"{n * control_period:g}" for n in (low, low + 1))
        raise HebbaxError(
            f"interval={interval} s: expected a whole multiple of the control period {control_period:g} s, or "
            f"ticks such as '4 ticks'; nearest valid: {nearest}",
            field="interval",
        )
    return ticks
